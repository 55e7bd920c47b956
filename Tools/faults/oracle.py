"""The invariants of the list, asked after every run, from what is on disk and what clients were told.

I1 acknowledged, so there, with its index and content · I2 no holes · I3 nothing unrequested, nothing twice · I4 one root ·
I5 nothing beyond what is durable · I6 views equal a replay · I7 times rise from command to command · I9 honest exits and
statuses · I10 the past does not change · I11 no ledger ends inside a command.
"""

import json
import pathlib
import subprocess
import sys

import merkle
from load import Load
from plan import require
from server import ROOT, Server, command, must, text


def lines(data: pathlib.Path, start: int = 0) -> list[bytes]:
    """The stored bytes of the entries."""
    return must("entries", "--data", data, "--from", start).splitlines()


def verify(data: pathlib.Path, *options: str) -> dict:
    """The product's own verifier; what it finds wrong fails the row (I2, I4, I7, I11)."""
    done = command("verify", "--data", data, "--format", "json", *options)
    require(done.returncode == 0, f"verify exits {done.returncode}: {text(done.stdout)} {text(done.stderr)}")
    report = json.loads(done.stdout)
    require(report["ok"] and not report["problems"], f"verify: {report['problems']}")
    require(b"sealed:" not in done.stderr, f"verify: {text(done.stderr)}")
    return report


def independent(server: Server, *more: object, key: str = "") -> int:
    """The verifier that shares no code with the server, over the last checkpoint and all entries, and what else is held."""
    checkpoint = server.home / "taken.checkpoint"
    checkpoint.write_bytes(must("checkpoint", "--data", server.data))
    entries = must("entries", "--data", server.data)
    done = subprocess.run(
        [sys.executable, ROOT / "Tools/verify_ledger.py", "--entries", "-", "--checkpoint", checkpoint,
         "--key", key or server.key, *map(str, more)], input=entries, capture_output=True)
    require(done.returncode == 0, f"verify_ledger.py: {text(done.stdout)} {text(done.stderr)}")
    return entries.count(b"\n")


def views_equal(server: Server, name: str = "again") -> None:
    """I6: the live views equal a replay, row for row."""
    target = server.home / name
    number = 0
    while target.exists():
        number += 1
        target = server.home / f"{name}-{number}"
    must("replay", "--data", server.data, "--into", target, "--compare")


def anchored(data: pathlib.Path) -> int:
    """I5: no checkpoint and no head hint beyond the entries that are there; answers the checkpoint's size."""
    size = len(lines(data))
    told = data / "anchor-location"
    anchor = pathlib.Path(told.read_text().strip()) if told.exists() else data / "anchor"
    checkpoint = int((anchor / "checkpoint").read_bytes().splitlines()[1])
    require(checkpoint <= size, f"I5: a checkpoint of {checkpoint} over {size} entries")
    head = anchor / "head"
    fields = head.read_bytes().split() if head.exists() else []
    require(len(fields) != 3 or int(fields[0]) <= size, f"I5: a hint of {fields[:1]} over {size} entries")
    return checkpoint


class Oracle:
    """Compares one ledger, again and again, with what its clients were told."""

    def __init__(self, server: Server, load: Load | None = None):
        self.server, self.load = server, load
        self.seen: list[bytes] = lines(server.data)
        self.began = len(self.seen)
        self._asked = 0

    def check(self, views: bool = True) -> int:
        """All of it; answers how many entries there are."""
        report = verify(self.server.data)
        present = self._remembered()
        require(report["entries"] == len(present), f"I2: verify counts {report['entries']}, export {len(present)}")
        anchored(self.server.data)
        if self.load:
            self._acknowledged(present)
            self._requested(present)
            require(not self.load.odd, f"I9: {self.load.odd[:2]}")
        if views:
            views_equal(self.server)
        return len(present)

    def _remembered(self) -> list[bytes]:
        """I10: what was read once is read again."""
        present = lines(self.server.data)
        require(len(present) >= len(self.seen), f"I1: {len(self.seen)} entries were there, now {len(present)}")
        require(present[:len(self.seen)] == self.seen, "I10: an entry reads differently than before")
        self._in_order(present)
        self.seen = present
        return present

    def _in_order(self, present: list[bytes]) -> None:
        """I2, I7 and I11, in our own words."""
        last, previous = None, None
        for position, line in enumerate(present):
            entry = json.loads(line)
            require(entry["index"] == position, f"I2: entry {position} says it is {entry['index']}")
            if entry.get("batch", [1])[0] == 1:
                require(last is None or entry["recorded_at"] > last, f"I7: entry {position} is not after the one before")
            else:
                require(entry["recorded_at"] == last, f"I7: entry {position} parts from its command")
            last, previous = entry["recorded_at"], entry
        batch = previous.get("batch", [1, 1])
        require(batch[0] == batch[1], "I11: the ledger ends inside a command")

    def _acknowledged(self, present: list[bytes]) -> None:
        """I1."""
        for ask in list(self.load.acknowledged)[self._asked:]:
            require(0 <= ask.index < len(present), f"I1: acknowledged {ask.kind} {ask.what} at {ask.index} is lost")
            entry = json.loads(present[ask.index])
            if ask.kind == "token":
                holds = entry["type"] == "token.issued" and entry["data"].get("token") == ask.what
            elif ask.kind == "rename":
                holds = entry["type"] == "tenant.updated" and entry["stream"] == ask.what \
                    and entry["data"]["name"] == ask.name
            else:
                # The command's last entry is what was told; the tenant's own is within the same command.
                batch = entry.get("batch", [1, 1])
                holds = any(made["type"] == "tenant.created" and made["stream"] == ask.what for made in map(
                    json.loads, present[ask.index - batch[0] + 1:ask.index + 1]))
            require(holds, f"I1: entry {ask.index} is not the acknowledged {ask.kind} {ask.what}")
        self._asked = len(self.load.acknowledged)

    def _requested(self, present: list[bytes]) -> None:
        """I3: of what the load could have made, nothing that it did not ask for, and nothing twice."""
        told = {ask.what for ask in self.load.acknowledged if ask.kind == "token"}
        entries = [json.loads(line) for line in present[self.began:]]
        issued = [entry["data"]["token"] for entry in entries if entry["type"] == "token.issued"]
        require(len(issued) == len(set(issued)), "I3: a token was issued twice")
        slugs = [entry["data"]["slug"] for entry in entries if entry["type"] == "tenant.created"]
        require(len(slugs) == len(set(slugs)), "I3: a tenant was made twice")
        require(set(slugs) <= self.load.slugs, "I3: a tenant was made that nobody asked for")
        keys = [entry["request"]["idempotency"]["key"]["mac"] for entry in entries
                if "idempotency" in entry.get("request", {})]
        require(len(keys) == len(set(keys)), "I3: an idempotency key was used for two commands")
        require(told <= set(issued), "I1: an acknowledged token has no entry")


def roots(present: list[bytes]) -> list[bytes]:
    """The tree's root at every size, from the entries alone (I4)."""
    return merkle.roots(present)
