"""No room: full disks under each part (T5), maps that must grow (T19), views that cannot follow (T28)."""

import time

from disks import SmallDisk
from load import Load
from oracle import Oracle, anchored, verify
from plan import Failed, Run, require, row
from server import Server

RECOVERY_SECONDS_MAX = 30


def until(what: str, holds, seconds: float = RECOVERY_SECONDS_MAX) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.05)


# A disk may be full for the ledger alone, or for what lies beside it.
FOLDERS = ("ledger", "views", "keys", "anchor")


def filled(run: Run, folder: str) -> str:
    """Fills the disk under one folder while clients work, and gives the room back."""
    server = run.server(f"full-{folder}-{run.dice.random()}")
    disk = SmallDisk(run, server, folder, 8)
    load = Load(server, run.dice, threads=3)
    oracle = Oracle(server, load)
    server.start(disk.env)
    load.start()
    require(load.reached(20, 30), f"{folder}: nothing goes on before: {load.troubles} {load.odd[:2]}")
    disk.fill()
    client = server.connect()
    if folder == "anchor":
        until("health warns that nothing is signed", lambda: "anchor" in client.ask("GET", "/health").body.decode())
    else:
        try:
            until("507", lambda: load.troubles.get(507, 0) > 3)
        except Failed as failure:
            raise Failed(f"{folder}: {failure}: {load.troubles}, {len(load.acknowledged)} acknowledged") from failure
        require(client.ask("GET", "/health").status in (200, 503), "health does not answer")
    require(server.process.poll() is None, f"{folder}: it ended: {server.said}")
    disk.free()
    recovered = len(load.acknowledged)
    until("writes go on", lambda: len(load.acknowledged) > recovered + 20)
    until("health is well", lambda: client.ask("GET", "/health").json == {"status": "ok"})
    load.stop()
    load.retry()
    require(server.stop() == 0, server.said)
    oracle.check()
    covered = anchored(server.data)
    require(covered == len(oracle.seen), f"{folder}: a checkpoint of {covered} over {len(oracle.seen)} entries")
    return f"{folder} ({load.troubles.get(507, 0)} × 507)" if folder != "anchor" else "anchor (health warned)"


def started_full(run: Run, folder: str) -> None:
    """Starts on a disk that is full under one folder: what is there is read, and writes go on when there is room."""
    server = run.server(f"start-{folder}-{run.dice.random()}")
    disk = SmallDisk(run, server, folder, 8)
    load = Load(server, run.dice, threads=2)
    oracle = Oracle(server, load)
    disk.fill()
    server.start(disk.env)
    client = server.connect()
    require(client.ask("GET", "/health/integrity").status == 200, f"{folder}: nothing is read: {server.said}")
    if folder != "anchor":
        # A tenant has a key of its own, so without room in keys/ there is none either.
        until("507", lambda: client.admin("POST", "/tenants", {
            "name": "Full", "slug": f"full-{run.dice.getrandbits(40)}", "partner_id": server.partner}).status == 507, 5)
    require(server.process.poll() is None, f"{folder}: it ended: {server.said}")
    disk.free()
    load.start()
    require(load.reached(20, RECOVERY_SECONDS_MAX), f"{folder}: writes do not go on: {load.troubles}")
    until("health is well", lambda: client.ask("GET", "/health").json == {"status": "ok"})
    load.stop()
    require(server.stop() == 0, server.said)
    oracle.check()


@row("T5", "disk full, under each folder by itself, while serving and at a start")
def disk_full(run: Run) -> str:
    told = [filled(run, folder) for folder in FOLDERS for _ in range(run.count(1, 10))]
    for folder in FOLDERS:
        started_full(run, folder)

    def never_freed() -> None:
        server = run.server("never")
        disk = SmallDisk(run, server, "ledger", 8)
        load = Load(server.start(disk.env), run.dice, threads=2).start()
        load.reached(10, 30)
        disk.fill()
        try:
            until("507", lambda: load.troubles.get(507, 0) > 3)
            before = len(load.acknowledged)
            until("writes go on", lambda: len(load.acknowledged) > before + 20, 2)
        finally:
            load.stop()

    run.control("a disk that stays full", never_freed)
    how = "" if SmallDisk(run, run.server("asked"), "anchor", 1).is_real else " (by the shim: no right to mount)"
    return ", ".join(told) + f"; each went on without a restart, without a gap, and each was started on{how}"


def small_map(run: Run, name: str, seconds: float, **env: object) -> tuple[Server, Load]:
    server = run.server(name)
    load = Load(server, run.dice)
    oracle = Oracle(server, load)
    server.start(run.shim.env(server, **env))
    load.start()
    reached = load.reached(run.count(300, 20_000), seconds)
    load.stop()
    require(reached and not load.troubles, f"{name}: {len(load.acknowledged)} acknowledged, {load.troubles} {server.said}")
    require(server.stop() == 0, server.said)
    oracle.check()
    return server, load


@row("T19", "map full: tiny maps that grow under load")
def map_full(run: Run) -> str:
    size = 1 << 18
    server, load = small_map(run, "tiny", run.count(20, 900), FAULT_MAPSIZE=size)
    grown = [(server.data / name / "data.mdb").stat().st_size for name in ("ledger", "views/state", "views/audit")]
    # What a short load leaves in the audit may fit.
    require(min(grown[:2]) > size, f"nothing had to grow: {grown}")
    run.control("a map that cannot grow", lambda: small_map(run, "fixed", 2, FAULT_MAPSIZE=size, FAULT_MAPSIZE_FIXED=1))
    return (f"maps of {size >> 10} KiB grew under load to {grown[0] >> 10} KiB (ledger), {grown[1] >> 10} KiB (state) and {grown[2] >> 10} KiB (audit); "
            f"{len(load.acknowledged)} acknowledged, none refused")


@row("T28", "the views' commit fails after the ledger's")
def views_behind(run: Run) -> str:
    server, load = small_map(run, "views-map", run.count(20, 900), FAULT_MAPSIZE=1 << 18, FAULT_MAPSIZE_FROM=1)
    rounds, waited = run.count(2, 40), 0
    for number in range(rounds):
        waited += without_room(run, f"views-full-{number}", f"pwrite@views/:{run.dice.randint(1, 6)}:28:sticky")
    run.control("writes of the views that are said to be done", lambda: without_room(
        run, "views-lied", "pwrite@views/:1:28:drop+sticky", 2))
    return (f"views' map full under load: {len(load.acknowledged)} acknowledged; {rounds} times no room for the views "
            f"alone: {waited} requests held off, then all folded, views equal a replay")


def without_room(run: Run, name: str, fault: str, seconds: float = RECOVERY_SECONDS_MAX) -> int:
    """The ledger commits and the views cannot; nothing may be decided until they have followed."""
    server = run.server(name)
    switch = run.folder / f"{name}.full"
    load = Load(server, run.dice, threads=3)
    oracle = Oracle(server, load)
    server.start(run.shim.env(server, FAULT=fault, FAULT_ARM=switch))
    load.start()
    require(load.reached(15, 30), "nothing goes on before")
    switch.touch()
    time.sleep(0.4)
    require(server.process.poll() is None, f"it ended: {server.said}")
    switch.unlink()
    before = len(load.acknowledged)
    until("writes go on", lambda: len(load.acknowledged) > before + 15, seconds)
    load.stop()
    load.retry()
    require(server.stop() == 0, server.said)
    oracle.check()
    verify(server.data)
    return sum(load.troubles.values())
