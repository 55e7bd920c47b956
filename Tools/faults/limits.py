"""Bounds: readers that never end (T15), resources that run out (T18), floods of refusals (T32)."""

import json
import os
import re
import resource
import socket
import subprocess
import threading
import time

from load import Load
from oracle import Oracle, lines
from plan import Failed, Run, require, row
from server import BINARY, Refused, Server, environment
from space import until

REFUSALS_A_MINUTE = 20


# `Instance.readMicrosecondsMax`, and how often the server looks for readers.
READ_SECONDS, LOOK_SECONDS = 5, 1
# Longer than `ReaderGate.waitSecondsMax`, which is what the growth of a map waits for reads.
HANGS_SECONDS = 25


@row("T15", "readers that never end, while others write")
def long_reader(run: Run) -> str:
    server = run.server()
    load = Load(server, run.dice)
    oracle = Oracle(server, load)
    path = server.data / "ledger/data.mdb"
    server.start()
    load.start()
    count = run.count(250, 100_000)
    free = growth(run, load, path, count)
    hold = run.folder / "hold"
    hold.touch()
    reader = subprocess.Popen(
        [BINARY, "entries", "--data", server.data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=environment(run.shim.env(server, FAULT_HOLD=hold)))
    run.finally_do(reader.kill)
    time.sleep(0.3)
    require(reader.poll() is None, "the reader did not hold")
    run.control("an alarm about a reader that has only begun", lambda: alarmed(server))
    held = growth(run, load, path, count)
    run.control("growth beside the held reader", lambda: require(
        held < 1.5 * free, f"{held:.0f} bytes an entry instead of {free:.0f}"))
    until("health warns of it", lambda: warned(server), READ_SECONDS + 5 * LOOK_SECONDS)
    seconds = alarmed(server)
    reader.kill()
    reader.wait()
    until("the warning ends with it", lambda: not warned(server), 5 * LOOK_SECONDS)
    growth(run, load, path, count // 4)
    after = growth(run, load, path, count)
    require(after < 1.5 * free + 500, f"after the reader's end {after:.0f} bytes an entry, before {free:.0f}")
    load.stop()
    require(not load.troubles, f"{load.troubles}")
    require(server.stop() == 0, server.said)
    oracle.check()
    return (f"{count} acknowledgements each: {free:.0f} bytes of file each without, {held:.0f} beside a held outside reader, "
            f"{after:.0f} after its end; health and metrics warned of it after {seconds:.0f} s; {cut(run)}; writes went on "
            f"throughout; {pinned(run)}")


def warned(server: Server) -> bool:
    warnings = server.connect().ask("GET", "/health").json.get("warnings", [])
    return any("read has been open" in warning for warning in warnings)


def alarmed(server: Server) -> float:
    """The age of the oldest read, as the metrics tell it; at least what a read may take."""
    text = server.connect().ask("GET", "/metrics").body.decode()
    seconds = float(re.search(r"^muniment_oldest_read_seconds (\S+)$", text, re.M)[1])
    require(seconds > READ_SECONDS and warned(server), f"no alarm: the oldest read is {seconds} s old")
    return seconds


def cut(run: Run) -> str:
    """A read within the server that would take long is cut at its limit, and whoever asked is told."""
    server = run.server("slow")
    slow = run.folder / "reads-are-slow"
    server.start(run.shim.env(server, FAULT_SLOW=slow, FAULT_SLOW_FOR=700_000))
    client = server.connect()
    require(client.admin("GET", "/tenants").status == 200, "a list before")

    def seconds() -> float:
        began = time.monotonic()
        answer = client.admin("GET", "/tenants?search=template")
        taken = time.monotonic() - began
        require(answer.status == 503 and answer.headers["Retry-After"] and b"longer" in answer.body,
                f"a read of {taken:.1f} s is answered {answer.status}")
        return taken

    run.control("a read that takes no longer than it may", seconds)
    slow.touch()
    taken = seconds()
    slow.unlink()
    require(taken < 3 * READ_SECONDS, f"it was cut after {taken:.1f} s")
    require(client.admin("GET", "/tenants?search=templat").status == 200, "the same afterwards")
    require(server.stop() == 0, server.said)
    return f"a slow read within the server was cut and answered 503 after {taken:.1f} s"


def pinned(run: Run) -> str:
    """A read that does not come back keeps the map from growing: writes are put off, and go on after it."""
    other = run.server("free")
    free = Load(other.start(run.shim.env(other, FAULT_MAPSIZE=1 << 18)), run.dice).start()
    run.control("a map that grows while no read hangs", lambda: put_off(free, 2))
    free.stop()
    server = run.server("pinned")
    slow = run.folder / "read-hangs"
    load = Load(server, run.dice, threads=3)
    oracle = Oracle(server, load)
    server.start(run.shim.env(
        server, FAULT_SLOW=slow, FAULT_SLOW_FOR=HANGS_SECONDS * 1_000_000, FAULT_MAPSIZE=1 << 18))
    reader = server.connect(4 * HANGS_SECONDS)
    require(reader.admin("GET", "/tenants").status == 200, "a list before")
    slow.touch()
    told: list[int] = []
    thread = threading.Thread(target=lambda: told.append(reader.admin("GET", "/tenants?search=hangs").status), daemon=True)
    thread.start()
    time.sleep(0.5)
    # Whoever reads from now on is not held; the first one is, in the middle of its read.
    slow.unlink()
    load.start()
    put_off(load, HANGS_SECONDS)
    before = len(load.acknowledged)
    thread.join(4 * HANGS_SECONDS)
    require(told and told[0] in (200, 503), f"the read that hung is answered {told}")
    require(load.reached(before + 20, 30), f"writes do not go on: {load.troubles}")
    until("health is well", lambda: server.connect().ask("GET", "/health").json == {"status": "ok"}, 10)
    load.stop()
    load.retry()
    require(server.stop() == 0, server.said)
    require(b"writes are put off" in server.log.read_bytes(), f"the log does not say why: {server.said}")
    oracle.check()
    return (f"a read that hung for {HANGS_SECONDS} s kept the map from growing: {load.troubles[503]} writes put off with 503 and "
            f"Retry-After, then all went on")


def put_off(load: Load, seconds: float) -> None:
    until("writes are put off", lambda: load.troubles.get(503), seconds)


def growth(run: Run, load: Load, path, count: int) -> float:
    """How many bytes the file grows for each acknowledgement."""
    size, before = path.stat().st_size, len(load.acknowledged)
    require(load.reached(before + count, run.count(30, 1_800)), f"writes do not go on: {load.troubles}")
    return (path.stat().st_size - size) / (len(load.acknowledged) - before)


# --- T18 --------------------------------------------------------------------------------------------------------------


def limited(kind: int, most: int):
    def apply() -> None:
        resource.setrlimit(kind, (most, most))

    return apply


def under(run: Run, name: str, kind: int, most: int, extra: int = 0) -> str:
    """A server under one limit: it may refuse to start or die; nothing acknowledged may be lost."""
    server = run.server(name)
    load = Load(server, run.dice, threads=3, honest={429, 500, 503, 507})
    oracle = Oracle(server, load)
    idle: list[socket.socket] = []
    try:
        server.start(preexec=limited(kind, most))
    except Refused as refused:
        outcome = "refused" if refused.status == 3 else f"ended ({refused.status})"
    else:
        load.start()
        for _ in range(extra):
            try:
                idle.append(socket.create_connection(("127.0.0.1", server.port), timeout=2))
            except OSError:
                break
        status = server.ended(1.0)
        for connection in idle:
            connection.close()
        if status is None and extra:
            before = len(load.acknowledged)
            require(load.reached(before + 5, 30), f"{name}: nothing goes on when the connections are gone")
        load.stop()
        outcome = "served" if status is None else f"ended ({status})"
    server.kill()
    server.start()
    load.retry()
    require(server.stop() == 0, server.said)
    try:
        oracle.check()
    except Failed as failure:
        raise Failed(f"{name}: {failure}") from failure
    return f"{name}: {outcome}"


def threads(run: Run, most: int) -> str:
    """A server that may have so many threads: it ends and says why, or serves; as root the limit means nothing."""
    name = f"{most} threads"
    if os.geteuid() != 0:
        return under(run, name, resource.RLIMIT_NPROC, most)
    nobody = 60_000 + run.dice.randrange(5_000)
    if not all(path.stat().st_mode & 0o001 for path in BINARY.parents):
        return f"{name}: not tried, another user cannot reach the program"
    server = run.server(name)
    for path in run.folder.parents[:2]:
        path.chmod(path.stat().st_mode | 0o011)
    for path in [server.home, *server.home.rglob("*")]:
        os.chown(path, nobody, nobody)
    load = Load(server, run.dice, threads=3, honest={429, 500, 503, 507})
    oracle = Oracle(server, load)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
        os.setgroups([])
        os.setgid(nobody)
        os.setuid(nobody)

    try:
        server.start(preexec=limit)
        load.run(0.7)
        outcome = "served" if server.ended(0) is None else "ended"
    except Refused as refused:
        outcome = f"ended ({refused.status})"
    server.kill()
    for path in [server.home, *server.home.rglob("*")]:
        os.chown(path, 0, 0)
    server.start()
    load.retry()
    require(server.stop() == 0, server.said)
    oracle.check()
    # One processor needs nine, each further one two more.
    require(most >= 9 or outcome == "ended (1)", f"{name}: {outcome}, where it should say that they are too few")
    return f"{name}: {outcome}"


@row("T18", "descriptors, threads, address space, file size run out")
def resources(run: Run) -> str:
    size = (run.template.server.data / "ledger/data.mdb").stat().st_size
    few = under(run, "60 descriptors, 200 connections", resource.RLIMIT_NOFILE, 60, extra=200)
    require(few.endswith("served"), f"connections cost the server its life: {few}")
    told = [few, under(run, "12 descriptors", resource.RLIMIT_NOFILE, 12),
            under(run, "files of no more than the ledger's size + 128 KiB", resource.RLIMIT_FSIZE, size + (128 << 10))]
    for gigabytes in (48, 34, 20) if not run.is_long else range(40, 16, -1):
        told.append(under(run, f"{gigabytes} GiB of address space", resource.RLIMIT_AS, gigabytes << 30))

    told += [threads(run, most) for most in run.dice.sample(range(1, 16), run.count(3, 15))]

    def cut_after_all() -> None:
        # The file really loses what was acknowledged: the same check has to say so.
        server = run.server("cut")
        load = Load(server, run.dice)
        oracle = Oracle(server, load)
        whole = (server.data / "ledger/data.mdb").read_bytes()
        load.server.start()
        load.run(0.3)
        server.stop()
        (server.data / "ledger/data.mdb").write_bytes(whole)
        oracle.check()

    run.control("a file that was cut", cut_after_all)
    return "; ".join(told) + "; nothing acknowledged lost, each restart clean"


# --- T32 --------------------------------------------------------------------------------------------------------------


@row("T32", "a flood of refusals")
def flood(run: Run) -> str:
    server = run.server()
    oracle = Oracle(server)
    server.start()
    seconds = run.count(6, 60)
    before = len(lines(server.data))
    counts = {"known": 0, "strangers": 0}
    stopping = threading.Event()

    def ask(kind: str) -> None:
        client = server.connect()
        while not stopping.is_set():
            if kind == "known":
                answer = client.token(scope="no:such")
            else:
                body = b"grant_type=client_credentials&client_id=app_nobody&client_secret=nothing"
                answer = client.ask("POST", "/oauth/token", body, {"Content-Type": "application/x-www-form-urlencoded"})
            require(answer.status in (400, 401, 429, 503), answer.status)
            if answer.status in (400, 401):
                counts[kind] += 1

    threads = [threading.Thread(target=ask, args=(kind,), daemon=True) for kind in ("known", "strangers")]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stopping.set()
    for thread in threads:
        thread.join(30)
    good = server.connect().token()
    require(good.status == 200, f"no token after the flood: {good.status}")
    require(server.stop() == 0, server.said)
    oracle.check()
    made = [json.loads(line) for line in oracle.seen[before:]]
    known = [entry for entry in made if entry["type"] == "token.refused"]
    summed = sum(entry["data"]["count"] for entry in made if entry["type"] == "refusals.summarized")
    minutes = seconds / 60 + 2
    require(known, "a known party's refusals leave no entry")
    bounded(len(known), minutes)
    require(len(known) + summed == sum(counts.values()),
            f"{sum(counts.values())} refusals, {len(known)} entries and {summed} in sums")
    size = sum(map(len, oracle.seen[before:]))
    run.control("an entry for each refusal", lambda: bounded(counts["known"], minutes))
    return (f"{sum(counts.values())} refusals in {seconds} s: {len(known)} entries of the known party's, {summed} in sums, "
            f"none lost; {size} bytes of entries in all")


def bounded(entries: int, minutes: float) -> None:
    require(entries <= REFUSALS_A_MINUTE * minutes, f"{entries} entries in {minutes:.1f} minutes")
