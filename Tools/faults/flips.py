"""Bits that change (T9), and pages and files that are cut, lost or swapped (T10), under a ledger at rest."""

import collections
import hashlib
import json
import pathlib
import shutil
import signal
import subprocess
import time

import oracle
import pages
from copies import advised, gone_on
from load import Load
from plan import Failed, Run, require, row
from server import Gone, Refused, Server, command, text

HANG_SECONDS = 60
# What a verdict may be; the last two must not happen.
DETECTED, HARMLESS, REBUILT, UNSEEN, ENDLESS = "detected", "harmless", "repaired by rebuild", "unseen", "never ended"


class Victim:
    """A stopped ledger, what it says while whole, and the ways to ask it again."""

    def __init__(self, run: Run, server: Server):
        self.server, self.data = server, server.data
        self.again = run.folder / "again"
        self.openings = self._openings()
        require(self.openings, "a whole ledger does not open")

    def _openings(self) -> bytes | None:
        done = self._ask("entries", "--openings")
        return hashlib.sha256(done.stdout).digest() if done and done.returncode == 0 else None

    def _ask(self, *words: object):
        """A child process: what ends it by a signal has been seen too. `None` for one that never ends."""
        try:
            return command(words[0], "--data", self.data, *words[1:], seconds=HANG_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def ledger(self) -> str:
        """A ledger is whole, or says that it is not, or reads as it was: every entry, every opened segment."""
        verified = self._ask("verify", "--format", "json")
        if verified is None:
            return ENDLESS
        if verified.returncode != 0 or b"sealed:" in verified.stderr:
            return DETECTED
        return HARMLESS if self._openings() == self.openings else UNSEEN

    def views(self) -> str:
        """Views equal a replay row by row, or are seen not to, and are made anew."""
        shutil.rmtree(self.again, ignore_errors=True)
        compared = self._ask("replay", "--into", self.again, "--compare")
        if compared is None:
            return ENDLESS
        return HARMLESS if compared.returncode == 0 else DETECTED

    def rebuilt(self) -> str:
        done = self._ask("rebuild")
        require(done and done.returncode == 0, f"damaged views are not rebuilt: {text(done.stderr) if done else 'a hang'}")
        require(self.views() == HARMLESS, "rebuilt views differ from a replay")
        return REBUILT

    def keys(self) -> str:
        """Keys open what they opened, and a server that starts with them signs with the same ones."""
        verdict = self.ledger()
        if verdict != HARMLESS:
            return verdict
        # In a copy: a server that starts writes.
        copy = self.data.parent.parent / "started"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.data, copy / "data")
        server = Server(copy, self.server.founded)
        try:
            client = server.start().connect()
            answer = client.token()
            return HARMLESS if answer.status == 200 and client.admin("GET", "/tenants").status == 200 else DETECTED
        except Refused:
            return DETECTED
        finally:
            server.kill()


def ledger_with_history(run: Run, seconds: float) -> Server:
    server = run.server()
    Load(server.start(), run.dice).run(seconds)
    require(server.stop() == 0, server.said)
    # One more start and stop: views that a start had to make anew are at rest by now.
    server.start()
    require(server.stop() == 0, server.said)
    return server


def flip(path: pathlib.Path, place: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


@row("T9", "single bit flips in both environments and the key store")
def bit_flips(run: Run) -> str:
    server = ledger_with_history(run, 0.4)
    victim = Victim(run, server)
    flips = run.count(360, 10_000)
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    targets = [("ledger/data.mdb", flips * 2 // 3), ("views/state/data.mdb", flips // 12),
               ("views/audit/data.mdb", flips // 6 - flips // 12),
               ("keys", flips - flips * 2 // 3 - flips // 6)]
    for name, count in targets:
        for kind, verdict, where in (keys if name == "keys" else environment)(run, victim, name, count):
            counts[kind][verdict] += 1
            require(verdict not in (UNSEEN, ENDLESS), f"a flip was {verdict}: {where}")

    def unseen() -> None:
        # A flip that the ledger really has, looked at by somebody who does not verify.
        path = server.data / "ledger/data.mdb"
        content = path.read_bytes()
        leaves = [page for page, kind in pages.kinds(content).items() if kind == "entries.activity: leaf"]
        # Among its rows: the free part of a page may hold a copy that nobody reads any more.
        rows = [pages.used(content, page)[-1] for page in leaves]
        place = max(content.find(b'"type":"token.issued"', part.start, part.stop) for part in rows)
        flip(path, place + 10, 0)
        seen = victim._openings() == victim.openings
        path.write_bytes(content)
        require(seen, "what is read has changed")

    run.control("an entry's text changed, looked at without verifying", unseen)
    total: collections.Counter = sum(counts.values(), collections.Counter())
    kinds = "; ".join(
        f"{kind} {'/'.join(str(counts[kind][word]) for word in (DETECTED, HARMLESS, REBUILT))}" for kind in sorted(counts))
    return (f"{total.total()} flips: {total[DETECTED]} detected, {total[HARMLESS]} harmless by equal output, "
            f"{total[REBUILT]} repaired by rebuild, {total[UNSEEN]} unseen. "
            f"By kind (detected/harmless/rebuilt): {kinds}")


def environment(run: Run, victim: Victim, name: str, count: int):
    """Flips in one environment, as many in each kind of page; yields the kind, the verdict and the place."""
    path = victim.data / name
    content = path.read_bytes()
    by_kind = collections.defaultdict(list)
    for page, kind in pages.kinds(content).items():
        by_kind[kind].append(page)
    order = sorted(by_kind)
    for number in range(count):
        kind = order[number % len(order)]
        page, bit = run.dice.choice(by_kind[kind]), run.dice.randrange(8)
        # Where nothing is written a flip means nothing: three of four strike what is in use.
        spans = pages.used(content, page) if number % 4 else [range(page * pages.PAGE, (page + 1) * pages.PAGE)]
        place = run.dice.choices(spans, [len(span) for span in spans])[0]
        place = run.dice.choice(place)
        flip(path, place, bit)
        verdict = victim.ledger() if name.startswith("ledger") else victim.views()
        # The free list matters to the next writer only.
        if kind.startswith("free list") and verdict == HARMLESS and number % 2 == 0:
            verdict = written_on(run, victim, name)
        if verdict == DETECTED and name.startswith("views") and number % 4 == 0:
            verdict = victim.rebuilt()
            path.unlink()
        path.write_bytes(content)
        yield f"{name.removesuffix('/data.mdb')} {kind}", verdict, f"{name} page {page} ({kind}) byte {place} bit {bit}"


def written_on(run: Run, victim: Victim, name: str) -> str:
    """What comes of it when the ledger is written to as it is: whole afterwards, or seen."""
    copy = run.folder / "written"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(victim.server.home, copy)
    server = run.adopt(Server(copy, victim.server.founded))
    server.partner = victim.server.partner
    # The views of a copy are made anew; only what is written in place would use their free pages.
    load = Load(server, run.dice, threads=2)
    try:
        server.start()
    except Refused:
        return DETECTED
    load.run(0.25)
    if server.ended(0.05) is not None or load.troubles or load.odd:
        return DETECTED
    server.kill()
    try:
        oracle.verify(server.data)
        oracle.views_equal(server)
    except Failed:
        return DETECTED
    lost = [ask for ask in load.acknowledged if ask.index >= len(oracle.lines(server.data))]
    return UNSEEN if lost else HARMLESS


def keys(run: Run, victim: Victim, name: str, count: int):
    """Flips in the key store's files."""
    files = sorted(path for path in (victim.data / "keys").iterdir() if path.is_file())
    for number in range(count):
        path = files[number % len(files)]
        content = path.read_bytes()
        place, bit = run.dice.randrange(len(content)), run.dice.randrange(8)
        flip(path, place, bit)
        verdict = victim.keys()
        path.write_bytes(content)
        path.chmod(0o600)
        kind = "bundle" if path.name.startswith("bundle") else path.name.split("-")[0]
        yield f"keys {kind}", verdict, f"keys/{path.name} byte {place} bit {bit}"


# --- T10 --------------------------------------------------------------------------------------------------------------


def zero_newest_meta(content: bytearray, run: Run) -> None:
    page = pages.newest(bytes(content)).page
    content[page * pages.PAGE:(page + 1) * pages.PAGE] = bytes(pages.PAGE)


def stale_meta(content: bytearray, run: Run) -> None:
    """A lost write of the page that ends a commit: both metas tell of the commit before, which is whole."""
    newest = pages.newest(bytes(content)).page * pages.PAGE
    older = pages.PAGE - newest
    content[newest + 8:newest + pages.PAGE] = content[older + 8:older + pages.PAGE]


def zero_both_metas(content: bytearray, run: Run) -> None:
    content[:2 * pages.PAGE] = bytes(2 * pages.PAGE)


def cut_a_page(content: bytearray, run: Run) -> None:
    used = [page for page, kind in pages.kinds(bytes(content)).items() if kind != "free"]
    del content[max(used) * pages.PAGE:]


def cut_in_half(content: bytearray, run: Run) -> None:
    del content[len(content) // 2 // pages.PAGE * pages.PAGE:]


def cut_in_a_page(content: bytearray, run: Run) -> None:
    used = [page for page, kind in pages.kinds(bytes(content)).items() if kind != "free"]
    del content[max(used) * pages.PAGE + 1000:]


def swap_pages(content: bytearray, run: Run) -> None:
    """Misdirected writes: two pages of one table in each other's places."""
    by_kind = collections.defaultdict(list)
    for page, kind in pages.kinds(bytes(content)).items():
        if kind.endswith(": leaf"):
            by_kind[kind].append(page)
    one, other = run.dice.sample(run.dice.choice([found for found in by_kind.values() if len(found) > 1]), 2)
    first, second = slice(one * pages.PAGE, (one + 1) * pages.PAGE), slice(other * pages.PAGE, (other + 1) * pages.PAGE)
    content[first], content[second] = content[second], content[first]


def stale_page(content: bytearray, run: Run) -> None:
    """A lost write: one page of a table has another's older content, with its own number."""
    found = [page for page, kind in pages.kinds(bytes(content)).items() if kind.startswith("entries") and "leaf" in kind]
    one, other = run.dice.sample(found, 2)
    content[one * pages.PAGE + 8:(one + 1) * pages.PAGE] = content[other * pages.PAGE + 8:(other + 1) * pages.PAGE]


DAMAGES = [zero_newest_meta, stale_meta, zero_both_metas, cut_a_page, cut_in_half, cut_in_a_page, swap_pages, stale_page]


@row("T10", "meta pages zeroed; the file cut, grown; pages misdirected")
def damaged_files(run: Run) -> str:
    server = ledger_with_history(run, 0.8)
    path = server.data / "ledger/data.mdb"
    whole = path.read_bytes()
    verdicts: collections.Counter = collections.Counter()
    for damage in DAMAGES:
        for number in range(run.count(2, 25) if damage in (swap_pages, stale_page) else 1):
            content = bytearray(whole)
            damage(content, run)
            verdicts.update(told(run, server, bytes(content), f"{damage.__name__}-{number}"))
    grown = run.folder / "grown"
    shutil.copytree(server.home, grown)
    (grown / "data/ledger/data.mdb").write_bytes(whole + bytes(run.dice.randbytes(3 * pages.PAGE)))
    longer = run.adopt(Server(grown, server.founded)).start()
    require(longer.connect().token().status == 200 and longer.stop() == 0, "a file that is longer is not served")
    oracle.verify(longer.data)
    require(verdicts["led on"], "a ledger that is behind and whole finds no way on")
    run.control("a file that nothing happened to", lambda: told(run, server, whole, "whole"))
    return (f"{verdicts['refused']} times serve refused, naming what it saw, {verdicts['objected']} times it started, found "
            f"out and refused to write, {verdicts['ended']} times it or LMDB's own check ended it; verify told each; {verdicts['led on']} times only the end was lost, and the printed "
            f"command went on under another name ({verdicts['not forked']} times it refused to: more was damaged); a file with "
            "pages behind its end is served")


def told(run: Run, server: Server, content: bytes, name: str) -> list[str]:
    """A damaged ledger is told by verify, and neither written to nor signed for."""
    home = run.folder / name
    shutil.copytree(server.home, home)
    victim = run.adopt(Server(home, server.founded))
    (victim.data / "ledger/data.mdb").write_bytes(content)
    verified = command("verify", "--data", victim.data)
    require(verified.returncode != 0, f"{name}: verify finds nothing: {text(verified.stdout)}")
    try:
        victim.start()
        verdicts = [objected(victim, name)]
    except Refused as refused:
        verdicts = ["refused" if refused.status == 3 else by_signal(victim, refused.status, name)]
        require(refused.said, f"{name}: refused without a word")
        if "muniment fork" in refused.said:
            verdicts.append(forked(victim, refused.said, name))
    victim.kill()
    shutil.rmtree(home)
    return verdicts


def forked(victim: Server, said: str, name: str) -> str:
    """What is only behind goes on under another name; what is damaged besides is not signed under any."""
    note, words = (victim.data / "anchor/checkpoint").read_bytes(), advised(said)
    done = command(*words)
    if done.returncode == 0:
        gone_on(victim, int(words[-1].partition(":")[0]))
        return "led on"
    require(done.returncode == 3 or done.returncode < 0, f"{name}: fork ends with {done.returncode}: {text(done.stderr)}")
    require((victim.data / "anchor/checkpoint").read_bytes() == note, f"{name}: a damaged ledger was signed")
    return "not forked"


def objected(victim: Server, name: str) -> str:
    """It started: the check that runs beside it must find out, and nothing may be written or signed then."""
    client = victim.connect()
    try:
        for _ in range(100):
            answer = client.ask("GET", "/health")
            if answer.status == 503:
                break
            time.sleep(0.05)
        require(answer.status == 503 and "altered" in answer.json["reason"],
                f"{name}: served, and health says {answer.json}")
        require(client.token().status == 503, f"{name}: a token is given out on a ledger that was altered")
        return "objected"
    except Gone:
        status = victim.ended(30)
        require(status is not None, f"{name}: it does not answer")
        return by_signal(victim, status, name)


def by_signal(victim: Server, status: int, name: str) -> str:
    """It stops and says why, or LMDB's own checks (SIGABRT) or the kernel end it; our own traps are mistakes."""
    if status == 1 and "stopped: storage is damaged" in victim.said:
        return "ended"
    require(-status in (signal.SIGABRT, signal.SIGBUS, signal.SIGSEGV), f"{name}: it ends with {status}: {victim.crash}")
    return "ended"
