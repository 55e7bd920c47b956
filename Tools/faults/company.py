"""Who else is there, and what the folder is like: second writers (T13), read-only disks (T16), strange locks (T17)."""

import os
import pathlib
import shutil
import subprocess

from disks import may_mount, mount
from load import Load
from oracle import Oracle, lines, verify
from plan import Failed, Run, require, row
from server import Refused, Server

EROFS, ENOLCK = 30, 37


def second(run: Run, first: Server, name: str, before: tuple[str, ...] = (), env: dict[str, str] | None = None) -> str:
    """Another server on the same directory must not start, and must say why."""
    other = run.adopt(Server(run.folder / name, first.founded))
    other.home.mkdir()
    other.data = first.data
    try:
        other.start(env, before)
    except Refused as refused:
        require(refused.status == 3, f"{name}: {refused}")
        require(len(refused.said.splitlines()) == 1, f"{name}: {refused.said}")
        return refused.said
    raise Failed(f"{name}: two servers write to one directory")


@row("T13", "two writers on one directory")
def two_writers(run: Run) -> str:
    server = run.server()
    load = Load(server, run.dice)
    oracle = Oracle(server, load)
    server.start()
    load.start()
    told = []
    for number in range(run.count(3, 50)):
        said = second(run, server, f"second-{number}")
        require(f"process {server.process.pid}" in said, f"it does not name the holder: {said}")
    told.append("a second process")
    if os.geteuid() == 0 and shutil.which("unshare"):
        # The same process ids as in the other container: the number in the lock file must mean nothing.
        second(run, server, "container", ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"))
        told.append("a second container")
    second(run, server, "lockless", env=run.shim.env(server, FAULT=f"flock:1:{ENOLCK}"))
    told.append("a file system without locks")
    verify(server.data)
    told.append("tools read beside it")
    require(not load.troubles, f"the first was disturbed: {load.troubles}")
    load.stop()
    require(server.stop() == 0, server.said)
    oracle.check()
    server.start()
    run.control("a file system whose locks lie", lambda: second(
        run, server, "liar", env=run.shim.env(server, FAULT=f"flock:1:{ENOLCK}:drop+sticky")))
    return f"{', '.join(told)}: refused, named; the first unharmed, {len(load.acknowledged)} acknowledged"


@row("T16", "read-only at the start, and while it runs")
def read_only(run: Run) -> str:
    told = []
    if may_mount():
        server = run.server("mounted")
        size = len(lines(server.data))
        mount(run, server.data, "--bind", server.data)
        subprocess.run(["mount", "-o", "remount,bind,ro", server.data], check=True)
        try:
            server.start()
        except Refused as refused:
            require(refused.status == 3 and "ead-only" in refused.said, f"at the start: {refused}")
        else:
            raise Failed("a read-only directory is served")
        verify(server.data)
        require(len(lines(server.data)) == size, "a read-only ledger does not read as it did")
        told.append("at the start: refused in a line, and readable")
    else:
        told.append("at the start: not tried, no right to mount")

    def turned(name: str, fault: str) -> None:
        server = run.server(name)
        switch = run.folder / f"{name}.switch"
        load = Load(server, run.dice, threads=3)
        oracle = Oracle(server, load)
        server.start(run.shim.env(server, FAULT=fault, FAULT2=fault.replace("pwrite", "meta"), FAULT_ARM=switch))
        load.start()
        load.reached(15, 30)
        switch.touch()
        status = server.ended(3)
        load.stop()
        require(status == 1 and "stopped:" in server.said, f"it goes on, or ends without a word: {status} {server.said}")
        server.start()
        load.retry()
        require(server.stop() == 0, server.said)
        oracle.check()

    turned("turned", f"pwrite@ledger/:1:{EROFS}:sticky")
    told.append("while it runs: it stops and says why, nothing acknowledged is lost")
    run.control("a disk that stays writable", lambda: turned("writable", f"pwrite@nowhere/:1:{EROFS}:sticky"))
    return "; ".join(told)


def strange(path: pathlib.Path, what: str) -> None:
    """Puts something else in the place of a lock file."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if what == "directory":
        path.mkdir()
    elif what != "missing":
        path.write_bytes({"stale": b"1\n", "empty": b"", "garbage": os.urandom(8192), "words": b"x" * 100}[what])
        path.chmod(0o600)


@row("T17", "lock files missing, stale, garbage, directories, of another owner")
def strange_locks(run: Run) -> str:
    server = run.server()
    oracle = Oracle(server)
    started = explained = 0
    for name in "lock", "ledger/lock.mdb", "views/state/lock.mdb", "views/audit/lock.mdb":
        for what in "missing", "stale", "empty", "garbage", "words", "directory":
            strange(server.data / name, what)
            if starts(server, f"{name} is {what}"):
                started += 1
            else:
                explained += 1
            strange(server.data / name, "missing")
            # Views that could not be opened were made anew; what the rebuild could not clear away is the operator's.
            shutil.rmtree(server.data / "views.old", ignore_errors=True)
    if os.geteuid() == 0:
        require(not starts(server, "another owner", preexec=lambda: os.setuid(65534)), "another's directory is served")
        explained += 1
    require(starts(server, "as it was"), f"it does not start any more: {server.said}")
    oracle.check()

    def unexplained() -> None:
        shutil.rmtree(server.data / "ledger")
        require(starts(server, "no ledger"), "it does not start")

    run.control("a directory without its ledger", unexplained)
    return f"{started} times it started, {explained} times it said in a line why not; the ledger is as it was"


def starts(server: Server, what: str, **options) -> bool:
    """Whether it starts and works; if not, it says why in one line."""
    try:
        server.start(**options)
    except Refused as refused:
        require(refused.status == 3 and len(refused.said.splitlines()) == 1, f"{what}: {refused}")
        return False
    require(server.connect().token().status == 200, f"{what}: no token")
    require(server.stop() == 0, f"{what}: {server.said}")
    return True
