"""Two verifiers that share no code say the same of altered ledgers (T35)."""

import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys

from edits import rows, write
from load import Load
from plan import Run, require, row
from server import ROOT, Server, command, must, text

TABLES = ("entries.state", "entries.activity")


class Victim:
    """Copies of one stopped ledger, each altered once, with the checkpoint that was signed for it before."""

    def __init__(self, run: Run):
        self.run, self.server = run, run.server("whole").start()
        Load(self.server, run.dice).run(1.0)
        require(self.server.stop() == 0, self.server.said)
        self.checkpoint = run.folder / "checkpoint"
        self.checkpoint.write_bytes(must("checkpoint", "--data", self.server.data))
        self.entries = {table: rows(self.server.data / "ledger", table) for table in TABLES}
        self.size = sum(map(len, self.entries.values()))

    def altered(self, name: str, alter) -> tuple[str, bool, bool]:
        """What was done to a copy, and whether each of the two finds it whole."""
        data = self.run.folder / name
        shutil.copytree(self.server.data, data)
        done = alter(data)
        ours = command("verify", "--data", data, "--format", "json")
        require(ours.returncode in (0, 1, 3), f"{done}: verify exits {ours.returncode}: {text(ours.stderr)}")
        found = ours.returncode == 0, independent(self.server, data, self.checkpoint)
        shutil.rmtree(data)
        return done, *found


def independent(server: Server, data: pathlib.Path, checkpoint: pathlib.Path) -> bool:
    export = command("entries", "--data", data)
    if export.returncode != 0:
        return False
    done = subprocess.run([sys.executable, ROOT / "Tools/verify_ledger.py", "--entries", "-", "--checkpoint", checkpoint,
                           "--key", server.key], input=export.stdout, capture_output=True)
    return done.returncode == 0


class Alteration:
    """One change of a ledger's entries, drawn with the row's dice."""

    def __init__(self, victim: Victim, dice: random.Random):
        self.victim, self.dice = victim, dice
        self.kinds = (self.nothing, self.bit, self.word, self.swapped, self.removed, self.repeated, self.moved, self.rehashed)

    def __call__(self, data: pathlib.Path) -> str:
        return self.dice.choice(self.kinds)(data / "ledger")

    def one(self) -> tuple[str, bytes, bytes]:
        table = self.dice.choice(TABLES)
        key = self.dice.choice(sorted(self.victim.entries[table]))
        return table, key, self.victim.entries[table][key]

    def nothing(self, ledger: pathlib.Path) -> str:
        return "nothing"

    def bit(self, ledger: pathlib.Path) -> str:
        table, key, entry = self.one()
        changed, place = bytearray(entry), self.dice.randrange(len(entry))
        changed[place] ^= 1 << self.dice.randrange(8)
        write(ledger, table, key, bytes(changed))
        return f"bit of byte {place} of entry {int.from_bytes(key, 'big')}"

    def written_over(self) -> tuple[str, bytes, bytes]:
        """An entry that is canonical still, and says something else, or no more who acted."""
        table, key, entry = self.one()
        fields = json.loads(entry)
        if self.dice.random() < 0.5 and fields["actor"].pop("id", None):
            fields["actor"].pop("credential", None)
        else:
            fields["data"]["note"] = "never said"
        return table, key, json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def word(self, ledger: pathlib.Path) -> str:
        table, key, entry = self.written_over()
        write(ledger, table, key, entry)
        return f"word in entry {int.from_bytes(key, 'big')}"

    def rehashed(self, ledger: pathlib.Path) -> str:
        table, key, entry = self.written_over()
        write(ledger, table, key, entry)
        hashes = rows(ledger, "hashes")[key]
        write(ledger, "hashes", key, hashlib.sha256(b"\0" + entry).digest() + hashes[32:])
        return f"word in entry {int.from_bytes(key, 'big')}, and its hash"

    def swapped(self, ledger: pathlib.Path) -> str:
        table = self.dice.choice(TABLES)
        first, second = self.dice.sample(sorted(self.victim.entries[table]), 2)
        write(ledger, table, first, self.victim.entries[table][second])
        write(ledger, table, second, self.victim.entries[table][first])
        return f"entries {int.from_bytes(first, 'big')} and {int.from_bytes(second, 'big')} swapped"

    def removed(self, ledger: pathlib.Path) -> str:
        table, key, _ = self.one()
        write(ledger, table, key, None)
        return f"entry {int.from_bytes(key, 'big')} removed"

    def repeated(self, ledger: pathlib.Path) -> str:
        table, key, entry = self.one()
        other = self.dice.choice([other for other in self.victim.entries[table] if other != key])
        write(ledger, table, other, entry)
        return f"entry {int.from_bytes(key, 'big')} once more, in the place of {int.from_bytes(other, 'big')}"

    def moved(self, ledger: pathlib.Path) -> str:
        table, key, entry = self.one()
        write(ledger, table, key, None)
        write(ledger, TABLES[1 - TABLES.index(table)], key, b" " + entry)
        return f"entry {int.from_bytes(key, 'big')} in the other table, with a blank"


@row("T35", "two verifiers that share no code agree on altered ledgers")
def agreement(run: Run) -> str:
    victim = Victim(run)
    alter = Alteration(victim, run.dice)
    count, bad = run.count(40, 200), 0
    for turn in range(count):
        done, ours, theirs = victim.altered(f"altered-{turn}", alter)
        require(ours == theirs, f"{done}: muniment verify says {ours}, verify_ledger.py says {theirs}")
        require(ours == (done == "nothing"), f"{done}: both say {ours}")
        bad += not ours
    spoiled = victim.altered("control", lambda data: alter.bit(data / "ledger"))
    run.control("a bit of an entry", lambda: require(spoiled[1] and spoiled[2], "both say so"))
    return f"{count} ledgers of {victim.size} entries, {bad} of them altered: both said so of each, and of no other"
