"""Power cuts: every image that recorded writes allow is opened again (T3, T4), also of a disk that lies (T8)."""

import base64
import bisect
import dataclasses
import json
import pathlib
import shutil
import time

import oracle
from images import Disk
from load import Load
from plan import Failed, Run, require, row
from server import Refused, Server, command, text
from shim import Op, recorded


@dataclasses.dataclass
class Recording:
    """A run under load, with every change of its files, and what was acknowledged by when."""

    server: Server
    disk: Disk
    ops: list[Op]
    lines: list[bytes]
    roots: list[str]
    # (where the log stood, the acknowledged index), in the order of the former.
    acknowledged: list[tuple[int, int]]

    def promised(self, end: int) -> int:
        """How many entries were promised to be there when the log stood at `end`."""
        return max((index + 1 for position, index in self.acknowledged if position <= end), default=0)


def record(run: Run, seconds: float, name: str = "recorded") -> Recording:
    server, log = run.server(name), run.folder / f"{name}.log"
    disk = Disk(server.data)
    server.start(run.shim.env(server, FAULTIO_LOG=log))
    load = Load(server, run.dice, position=lambda: log.stat().st_size).run(seconds)
    require(server.stop() == 0, server.said)
    require(not load.odd and len(load.acknowledged) > 20, f"no load to record: {load.troubles} {load.odd[:2]}")
    lines = oracle.lines(server.data)
    roots = [base64.b64encode(root).decode() for root in oracle.roots(lines)]
    promised = sorted((ask.position, ask.index) for ask in load.acknowledged)
    return Recording(server, disk, recorded(log), lines, roots, promised)


def record_kept(run: Run) -> Recording:
    """A run in which the second copy of the state is made, and follows twice."""
    server, log = run.server("kept"), run.folder / "kept.log"
    disk = Disk(server.data)
    server.start(run.shim.env(server, FAULTIO_LOG=log))
    loads = []
    for _ in range(3):
        loads.append(Load(server, run.dice, position=lambda: log.stat().st_size).run(0.3))
        time.sleep(KEPT_SECONDS)
    require(server.stop() == 0, server.said)
    lines = oracle.lines(server.data)
    roots = [base64.b64encode(root).decode() for root in oracle.roots(lines)]
    promised = sorted((ask.position, ask.index) for load in loads for ask in load.acknowledged)
    return Recording(server, disk, recorded(log), lines, roots, promised)


# The second copy follows after ten seconds.
KEPT_SECONDS = 11


def kept_cuts(run: Run, count: int) -> tuple[int, int]:
    """Cuts the power while the second copy of the state is written; answers how many, and how often it was served."""
    recording = record_kept(run)
    moments = [place for place, op in enumerate(recording.ops) if op.path.startswith("views/kept")]
    require(len(moments) > 20, f"the second copy was written {len(moments)} times only")
    image, applied, taken = run.folder / "image", 0, 0
    for number, moment in enumerate(sorted(run.dice.choice(moments) for _ in range(count))):
        while applied < moment + 1:
            recording.disk.apply(recording.ops[applied])
            applied += 1
        recording.disk.image(image, run.dice, ("none", "all", "some", "some")[number % 4])
        promised = recording.promised(recording.ops[applied - 1].end)
        try:
            examine(recording, image, promised)
            taken += serve(recording, image, run.folder / "served", promised) == "from_kept"
        except Failed as failure:
            raise Failed(f"cut after change {applied} of {len(recording.ops)}, while the second copy was written: "
                         f"{failure}") from failure
    require(taken > 0, "no start took the second copy")
    return count, taken


def examine(recording: Recording, image: pathlib.Path, promised: int) -> int:
    """An image is one of the ledger's own moments, whole, with all that was promised; answers its size."""
    done = command("verify", "--data", image, "--format", "json")
    require(done.returncode == 0, f"verify exits {done.returncode}: {text(done.stdout)} {text(done.stderr)}")
    report = json.loads(done.stdout)
    size = report["entries"]
    require(size >= promised, f"I1: {promised} entries were acknowledged, {size} are there")
    require(size < len(recording.roots) and report["root"] == recording.roots[size],
            f"I4: the root of {size} entries is not that of the run")
    require(report["checkpoint"]["size"] <= size, "I5: a checkpoint beyond the entries")
    return size


def serve(recording: Recording, image: pathlib.Path, home: pathlib.Path, promised: int) -> str:
    """A server takes the image up, goes on, and ends in order; answers where its views came from."""
    server = Server(home, recording.server.founded)
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(image, server.data)
    try:
        server.start()
        answer = server.connect().token()
        require(answer.status == 200, f"no token: {answer.status} {text(answer.body)}")
        require(answer.index >= promised, f"I1: the new entry is {answer.index}, {promised} were promised")
        require(server.stop() == 0, server.said)
        oracle.verify(server.data)
        oracle.views_equal(server)
        opened = [json.loads(line)["data"] for line in oracle.lines(server.data) if b'"ledger.opened"' in line]
        return opened[-1]["views"]
    except Refused as refused:
        raise Failed(f"the server refuses: {refused}") from refused
    finally:
        server.kill()


def cuts(run: Run, recording: Recording, count: int, tearing: bool) -> tuple[int, int, int]:
    """Cuts the power at so many moments; answers how many images were opened, and were served from, and lost something
    that nobody was promised."""
    moments = [place for place, op in enumerate(recording.ops) if not op.path.startswith("views/")]
    if tearing:
        moments = [place for place in moments if place and recording.ops[place].kind == "w"]
    chosen = sorted(run.dice.choice(moments) for _ in range(count))
    image, applied, served, behind = run.folder / "image", 0, 0, 0
    for number, moment in enumerate(chosen):
        # A torn write is under way: everything before it is recorded, it is not.
        while applied < moment + (0 if tearing else 1):
            recording.disk.apply(recording.ops[applied])
            applied += 1
        torn = recording.ops[moment] if tearing else None
        way = ("none", "all", "some", "some")[number % 4]
        recording.disk.image(image, run.dice, way, torn)
        promised = recording.promised(recording.ops[applied - 1].end)
        try:
            size = examine(recording, image, promised)
            behind += size < len(recording.lines)
            if number % 16 == 5:
                serve(recording, image, run.folder / "served", promised)
                served += 1
        except Failed as failure:
            raise Failed(f"cut after change {applied} of {len(recording.ops)}, {way} of what was unsynced: "
                         f"{failure}") from failure
    return len(chosen), served, behind


@row("T3", "power cut: unsynced writes kept, lost, torn")
def power_cut(run: Run) -> str:
    recording = record(run, 1.5 if not run.is_long else 10)
    changes = len(recording.ops)
    opened, served, behind = cuts(run, recording, run.count(160, 2_400), tearing=False)
    kept, taken = kept_cuts(run, run.count(16, 200))

    def acknowledged_early() -> None:
        # The same kind of moments, held against promises that were made three commits too soon.
        early = record(run, 0.5, "early")
        commits = [op.end for op in early.ops if op.durable and op.kind == "w" and op.path == "ledger/data.mdb"]
        early.acknowledged = [
            (commits[max(0, bisect.bisect_right(commits, position) - 4)], index) for position, index in early.acknowledged]
        cuts(run, early, 60, tearing=False)

    run.control("acknowledged before the commit", acknowledged_early)
    return (f"{opened} crash points among {changes} recorded changes, each image verified; {served} also served from; {kept} while "
            f"the second copy of the state was written, which was served {taken} times")


@row("T4", "torn write: a part of a page, of a meta page, of a file")
def torn_write(run: Run) -> str:
    recording = record(run, 1.0)
    opened, served, _ = cuts(run, recording, run.count(80, 2_000), tearing=True)

    def torn_after_all() -> None:
        # A page that was synced long ago is torn: no crash does that, so it must not pass.
        server = run.server("torn")
        file = server.data / "ledger/data.mdb"
        content = bytearray(file.read_bytes())
        for start in range(8192, len(content), 4096):
            content[start + 2048:start + 4096] = bytes(2048)
        file.write_bytes(content)
        examine(recording, server.data, 1)

    run.control("halves of synced pages", torn_after_all)
    return f"{opened} writes torn while under way, each the state before or after; {served} served from"


@row("T8", "lying disk: synced, it says, and is not; then the power goes")
def lying_disk(run: Run) -> str:
    found, rounds, lost = 0, run.count(4, 100), 0
    recording = record(run, 0.8)
    # The anchor's disk is honest: it knows of more than the ledger's kept.
    for number in range(rounds):
        disk = Disk(run.template.server.data)
        shift_inodes(disk, recording.disk)
        since = run.dice.randint(len(recording.ops) // 4, len(recording.ops) // 2)
        for place, op in enumerate(recording.ops):
            disk.apply(op, is_lost=place >= since and op.path.startswith("ledger/"))
        image = run.folder / f"lied-{number}"
        disk.image(image, run.dice, "none")
        refuse(run, recording, image, f"lied-{number}-server")
        found += 1

    # Both lie: they go back together, and nothing on this machine can tell. The README says so; a witness would.
    both = Disk(run.template.server.data)
    shift_inodes(both, recording.disk)
    for place, op in enumerate(recording.ops):
        both.apply(op, is_lost=place >= len(recording.ops) // 2)
    image = run.folder / "both"
    both.image(image, run.dice, "none")
    lost = len(recording.lines) - examine(recording, image, 0)
    run.control("an honest disk", lambda: refuse(run, recording, recording.server.data, "honest"))
    return (f"{found} ledgers whose disk lied were refused by their anchor; with the anchor on the same disk, {lost} "
            "entries went unseen, as documented")


def shift_inodes(disk: Disk, model: Disk) -> None:
    """A disk that begins as another one did: the same contents, under the numbers that were recorded."""
    disk.durable = {model.names[name]: disk.durable[inode] for name, inode in disk.names.items()}
    disk.names = dict(model.names)


def refuse(run: Run, recording: Recording, data: pathlib.Path, name: str) -> None:
    """A server must not take up this directory, and say that entries are missing."""
    server = run.adopt(Server(run.folder / name, recording.server.founded))
    shutil.copytree(data, server.data)
    try:
        server.start()
    except Refused as refused:
        require(refused.status == 3 and "entries" in refused.said, f"it is refused without a reason: {refused}")
        return
    raise Failed("a ledger that lost what was acknowledged is served")
