"""Backups and restores (T25): beside work, killed at every step, on disks without room; read back by LMDB's Python too."""

import json
import pathlib
import shutil
import signal
import subprocess
import time

import oracle
from disks import mount, may_mount
from edits import database
from load import Load
from plan import Run, Skipped, require, row
from server import BINARY, Server, command, environment, must, text

# Where a backup may end, and where a restore: the files are the word that one leaves, and what makes the other a ledger.
BACKUP_POINTS = ["backup-written", "before-backup-moves", "file-written", "file-renamed", "backup-moved"]
RESTORE_POINTS = ["before-commit", "after-commit", "restore-written", "before-restore-counts"] \
    + [f"file-written:{n}" for n in range(1, 7)] + [f"file-renamed:{n}" for n in range(1, 7)]


def backed_up(server: Server, file: pathlib.Path, since: int = 0) -> int:
    """Answers where the next increment begins."""
    return int(must("backup", "--data", server.data, "--to", file, "--since", since))


def restored(run: Run, server: Server, files: list[pathlib.Path], name: str, *words: object) -> Server:
    home = run.folder / name
    home.mkdir()
    must("restore", "--into", home / "data", *words, "--from", *files)
    other = run.adopt(Server(home, server.founded))
    other.partner, other.is_copy = server.partner, True
    return other


def judged(server: Server, other: Server, size: int) -> None:
    """The restored directory has the first entries of the original, byte for byte, and everybody says that it is whole."""
    present = oracle.lines(other.data)
    require(present == oracle.lines(server.data)[:size], f"{len(present)} entries of {size} are not those of the original")
    report = json.loads(must("verify", "--data", other.data, "--format", "json"))
    require(report["ok"] and report["checkpoint"]["size"] == size, f"verify: {report}")
    oracle.independent(other)
    try:
        lmdb = database()
    except Skipped:
        return
    with lmdb.open(str(other.data / "ledger"), readonly=True, lock=False, max_dbs=64) as ledger, ledger.begin() as reader:
        rows: dict[bytes, bytes] = {}
        for table in (b"entries.state", b"entries.activity"):
            with reader.cursor(ledger.open_db(table, create=False, txn=reader)) as cursor:
                rows |= dict(cursor)
        require([rows[key] for key in sorted(rows)] == present, "the Python library of LMDB reads other rows")


def beside_work(run: Run) -> tuple[Server, list[pathlib.Path], int, int]:
    """A whole backup and increments beside clients at work; each ends at one moment, and all of them restore."""
    server = run.server("at-work")
    load = Load(server.start(), run.dice).start()
    files, size = [], 0
    for number in range(run.count(4, 60)):
        files.append(run.folder / f"{number}.backup")
        size = backed_up(server, files[-1], size)
        judged(server, restored(run, server, files, f"restored-{number}"), size)
    load.stop()
    require(server.stop() == 0, server.said)
    told = sum(json.loads(line)["type"] == "ledger.backed_up" for line in oracle.lines(server.data))
    require(told > 0, "no entry tells of a backup")
    return server, files, size, len(load.acknowledged)


def killed_backups(run: Run, server: Server) -> int:
    """A name stands for a whole backup, whenever it ends, also for one that was there before."""
    kills = 0
    place = run.folder / "killed.backup"
    for point in BACKUP_POINTS:
        whole = place.read_bytes() if place.exists() else None
        done = command("backup", "--data", server.data, "--to", place, "--overwrite", env={"MUNIMENT_CRASH_AT": f"{point}:1"})
        require(done.returncode == -signal.SIGKILL, f"{point} was not reached: {text(done.stderr)}")
        kills += 1
        if point in BACKUP_POINTS[:2]:
            require((place.read_bytes() if place.exists() else None) == whole, f"{point}: another file stands there")
        else:
            must("restore", "--from", place, "--into", run.folder / f"after-{point}")
    for _ in range(run.count(5, 200)):
        going = subprocess.Popen([BINARY, "backup", "--data", server.data, "--to", place, "--overwrite"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        time.sleep(run.dice.uniform(0, 0.05))
        going.kill()
        going.wait()
        kills += 1
        target = run.folder / f"killed-{kills}"
        must("restore", "--from", place, "--into", target)
        shutil.rmtree(target)
    return kills


def killed_restores(run: Run, files: list[pathlib.Path]) -> int:
    """There is a ledger or none, and the same command makes it."""
    target, kills = run.folder / "half" / "data", 0
    target.parent.mkdir()
    points = [point if ":" in point else f"{point}:1" for point in RESTORE_POINTS]
    for point in points:
        words = ["restore", "--into", target, "--from", *files]
        done = command(*words, env={"MUNIMENT_CRASH_AT": point})
        require(done.returncode == -signal.SIGKILL, f"{point} was not reached: {text(done.stderr)}")
        kills += 1
        if not (target / "format").exists():
            refused = command("verify", "--data", target)
            require(refused.returncode == 3, f"{point}: half a ledger is verified: {text(refused.stdout)}")
            must(*words)
        must("verify", "--data", target)
        shutil.rmtree(target)
    return kills


def small(run: Run, name: str, kilobytes: int) -> pathlib.Path:
    """A disk of its own with so much room."""
    place = run.folder / name
    place.mkdir(mode=0o700)
    mount(run, place, "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=0700", "tmpfs")
    return place


def without_room(run: Run, server: Server, files: list[pathlib.Path]) -> int:
    """A disk that is full at any step of it: nothing is believed that is not whole, and with room it goes well."""
    if not may_mount():
        return 0
    size, tries = sum(file.stat().st_size for file in files) // 1_024, run.count(4, 40)
    for number in range(tries):
        disk = small(run, f"small-{number}", max(4, size * number // (tries + 1)))
        done = command("backup", "--data", server.data, "--to", disk / "ledger.backup")
        require(done.returncode == 1 and b"cannot be written" in done.stderr, f"a full disk: {done.returncode} {text(done.stderr)}")
        require(list(disk.iterdir()) == [], f"something is left: {list(disk.iterdir())}")
    ledger = (server.data / "ledger/data.mdb").stat().st_size // 1_024
    for number in range(tries):
        # The reserve of four megabytes is written last.
        room = max(64, (ledger + 4_096) * (number + 1) // (tries + 2))
        disk = small(run, f"narrow-{number}", room)
        words = ["restore", "--into", disk / "data", "--from", *files]
        done = command(*words)
        require(done.returncode == 3 and b"disk is full" in done.stderr, f"{room} KiB: {done.returncode} {text(done.stderr)}")
        require(not (disk / "data/format").exists(), "half a ledger counts as one")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        must(*words)
        must("verify", "--data", disk / "data")
    return 2 * tries


@row("T25", "backup while writing, killed, without room; restores likewise; read by other readers")
def backups(run: Run) -> str:
    server, files, size, acknowledged = beside_work(run)
    kills = killed_backups(run, server) + killed_restores(run, files)
    full = without_room(run, server, files)
    # The machine is gone: the keys apart, and the copy takes its place.
    keys = run.folder / "keys.backup"
    must("keys", "backup", "--data", server.data, keys)
    last = backed_up(server, run.folder / "last.backup", size)
    other = restored(run, server, [*files, run.folder / "last.backup"], "again")
    must("keys", "restore", "--data", other.data, keys)
    shutil.copy(server.data / "keys/kek", other.data / "keys/kek")
    must("moved", "--data", other.data)
    load = Load(other.start(), run.dice).start()
    require(load.reached(20, 60), f"the restored server does not work: {load.troubles} {load.odd[:2]}")
    load.stop()
    require(other.stop() == 0, other.said)
    oracle.verify(other.data)
    oracle.views_equal(other)

    def altered() -> None:
        file = run.folder / "altered.backup"
        content = bytearray(files[0].read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        must("restore", "--from", file, "--into", run.folder / "altered")

    run.control("a flipped bit in a backup", altered)

    def lost() -> None:
        judged(server, restored(run, server, files[:-1], "shorter"), size)

    run.control("the last increment left out", lost)
    room = f"{full} full disks" if full else "full disks not tried: no right to mount"
    return (f"{len(files)} backups beside {acknowledged} acknowledged requests, each restored with those before it; {kills} kills, "
            f"{room}; {last} entries restored with their keys, served and written to")
