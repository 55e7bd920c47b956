"""Processes that end without warning: at any moment (T1), at each named one (T2, T30), and holding locks (T14)."""

import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

from load import Load
from oracle import Oracle, independent, views_equal
from plan import Failed, Run, Skipped, require, row
from server import BINARY, Refused, Server, environment


@row("T1", "kill -9 at random points under mixed load")
def random_points(run: Run) -> str:
    server = run.server()
    before = run.server("before")
    load = Load(server.start(), run.dice)
    oracle = Oracle(server, load)
    load.start()
    rounds, unanswered = run.count(25, 1_000), 0
    for number in range(rounds):
        time.sleep(run.dice.uniform(0.05, 0.45))
        server.kill()
        # Every ledger is checked whole; row by row, each tenth, since that reads everything again.
        oracle.check(views=number % 10 == 9)
        server.start()
    load.stop()
    unanswered = len(load.unknown)
    retried = load.retry()
    require(server.stop() == 0, f"the last stop is not clean: {server.said}")
    size = oracle.check()
    independent(server)
    require(len(load.acknowledged) > rounds, f"only {len(load.acknowledged)} were acknowledged: no load")

    def lost() -> None:
        # Yesterday's whole directory: nothing in it is inconsistent, so only the clients' memory can tell.
        shutil.rmtree(server.data)
        shutil.copytree(before.data, server.data)
        fresh = Oracle(server, load)
        fresh.check(views=False)

    run.control("the directory set back behind its clients", lost)
    return (f"{rounds} kills, {len(load.acknowledged)} acknowledged and none lost, {unanswered} without an answer, "
            f"{retried} of them repeated, {size} entries")


# Where a run passes often, and where it passes a few times only: at which passing the process may end.
OFTEN = ["after-append", "mid-projection", "before-keys", "after-keys", "before-commit", "after-commit", "before-views",
         "between-views", "before-ack"]
FEW = ["before-sign", "before-anchor", "after-anchor", "file-written", "file-renamed"]
ONCE = ["mid-catch-up", "rebuilt", "mid-swap", "after-swap"]


def crash(run: Run, name: str, point: str, passing: int, only_creates: bool = False) -> str:
    """Ends a server at one named point, and looks at what it left. Answers whether at its start or under load."""
    server = run.server(name)
    load = Load(server, run.dice, threads=3, only_creates=only_creates)
    oracle = Oracle(server, load)
    moment = "at the start"
    try:
        server.start({"MUNIMENT_CRASH_AT": f"{point}:{passing}"})
    except Refused as refused:
        require(refused.status == -signal.SIGKILL, f"{point}:{passing}: {refused}")
    else:
        moment = "under load"
        load.start()
        status = server.ended(60)
        load.stop()
        require(status == -signal.SIGKILL, f"{point}:{passing} was not reached, or the server ended otherwise: {status}")
    server.start()
    load.retry()
    require(server.stop() == 0, f"{point}:{passing}: {server.said}")
    try:
        oracle.check()
    except Failed as failure:
        raise Failed(f"{point}:{passing}: {failure}") from failure
    shutil.rmtree(server.home)
    return moment


def passings(run: Run, point: str, times: int) -> list[int]:
    if point in ONCE:
        return [1]
    return [run.dice.randint(1, 60 if point in OFTEN else 9) for _ in range(times)]


def unreached(run: Run) -> None:
    """The control of the named points: a point that is never passed must not count as survived."""
    run.control("a point past the run's end", lambda: too_late(run))


def too_late(run: Run) -> None:
    server = run.server("late").start({"MUNIMENT_CRASH_AT": "rebuilt:2"})
    require(server.ended(1) == -signal.SIGKILL, "rebuilt:2 was not reached")


@row("T2", "kill at named points")
def named_points(run: Run) -> str:
    crashes = 0
    for point in OFTEN + FEW + ONCE:
        for number, passing in enumerate(passings(run, point, run.count(1, 20))):
            crash(run, f"{point}-{number}", point, passing)
            crashes += 1
    unreached(run)
    return f"{crashes} crashes at {len(OFTEN + FEW + ONCE)} points, after each a restart, repeated requests and I1–I7"


@row("T30", "kill between keys, ledger and views")
def between_the_stores(run: Run) -> str:
    points, crashes = ["before-keys", "after-keys", "before-commit", "after-commit", "before-views", "between-views"], 0
    for point in points:
        for number in range(run.count(2, 20)):
            # The oracle's verify names a key that is missing beside an entry that needs it.
            crash(run, f"{point}-{number}", point, run.dice.randint(3, 80), only_creates=True)
            crashes += 1
    server = run.server("keyless").start()
    Load(server, run.dice).run(0.5)
    server.stop()
    newest = max((server.data / "keys").glob("bundle-*"))
    newest.unlink()
    run.control("the newest keys removed", Oracle(server).check)
    return f"{crashes} crashes at {len(points)} points; no entry without its key"


@row("T14", "writer killed holding the lock; dead and many readers")
def held_locks(run: Run) -> str:
    server = run.server()
    load = Load(server, run.dice)
    oracle = Oracle(server, load)
    kills, readers = run.count(3, 50), run.count(12, 130)
    for _ in range(kills):
        # Before its commit the writer holds LMDB's mutex; the process dies with it.
        server.start({"MUNIMENT_CRASH_AT": f"before-commit:{run.dice.randint(5, 60)}"})
        held = Load(server, run.dice, threads=2).start()
        require(server.ended(60) == -signal.SIGKILL, "the point was not reached")
        held.stop()
        load.slugs |= held.slugs
    server.start()
    for _ in range(readers):
        # A reader that is killed leaves its place in the table taken; there are 126.
        reader = subprocess.Popen([BINARY, "entries", "--follow", "--data", server.data], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, env=environment())
        reader.stdout.readline()
        reader.kill()
        reader.wait()
    load.run(0.7)
    require(len(load.acknowledged) > 10, f"nothing goes on beside dead readers: {load.troubles} {load.odd[:2]}")
    require(server.stop() == 0, server.said)
    oracle.check()

    def still_held() -> None:
        # The same check over a server that holds still: it must not pass for one that goes on.
        other = run.server("still").start()
        other.process.send_signal(signal.SIGSTOP)
        none = Load(other, run.dice, threads=1)
        none.start()
        time.sleep(0.5)
        count = len(none.acknowledged)
        other.kill()
        none.stop()
        require(count > 0, "nothing goes on")

    run.control("a server that holds still", still_held)
    views_equal(server)
    return (f"{kills} kills inside a transaction, {readers} readers killed in their places; {len(load.acknowledged)} after; "
            f"{crowded(run)}")


# What LMDB has places for, over all processes.
READERS = 126


class Crowd:
    """Another process that holds all places among the readers of ledger and views, but for a few."""

    def __init__(self, run: Run, server: Server, left: int):
        self._processes = [subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("readers.py"), server.data / folder, str(left)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for folder in ("ledger", "views")]
        for process in self._processes:
            run.finally_do(process.kill)
        told = [process.stdout.readline().strip() for process in self._processes]
        if not all(told):
            raise Skipped("no library of LMDB for another reader")
        self.taken = sum(map(int, told))

    def end(self) -> None:
        """As abruptly as a crash: the places stay taken until somebody looks."""
        for process in self._processes:
            process.kill()
            process.wait()


def crowded(run: Run) -> str:
    """All places among the readers are taken: it refuses to start, or answers 503 in time, and is well afterwards."""
    server = run.server("crowded")
    crowd = Crowd(run, server, 0)
    try:
        server.start()
    except Refused as refused:
        require(refused.status == 3, f"with no place left: {refused}")
    else:
        raise Failed("with no place left it starts")
    crowd.end()
    left = 0
    while server.process is None:
        # As few as a start needs, so that requests at the same moment find none.
        left += 1
        require(left < 20, "it does not start with 20 places left")
        crowd = Crowd(run, server, left)
        try:
            server.start()
        except Refused:
            crowd.end()
    slow = run.folder / "slow-readers"
    server.stop()
    server.start(run.shim.env(server, FAULT_SLOW=slow, FAULT_SLOW_FOR=20_000))
    # What the start left of them is gone as well: the server has the places that it holds, and no more.
    rest = Crowd(run, server, 0)
    answers: list[tuple[int, str | None]] = []

    def ask() -> None:
        client = server.connect(20)
        client.admin("GET", "/tenants")
        slow.touch()
        for _ in range(3):
            answer = client.admin("GET", "/partners")
            answers.append((answer.status, answer.headers["Retry-After"]))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    slow.unlink(missing_ok=True)
    busy = sum(status == 503 for status, _ in answers)
    require(busy > 0, f"no read went without a place: {answers[:3]}")
    require(all(hint for status, hint in answers if status == 503), f"503 without Retry-After: {answers}")
    require(len(answers) == 36, f"{36 - len(answers)} requests of 36 hang")
    require(all(status in (200, 503) for status, _ in answers), f"answers {answers}")
    crowd.end()
    rest.end()
    time.sleep(2.5)  # Dead readers are looked for each second.
    client = server.connect()
    require(all(client.admin("GET", "/tenants").status == 200 for _ in range(10)), "it does not heal")
    require(server.stop() == 0, server.said)
    Oracle(server).check()
    return (f"with all {READERS} places of readers taken no start; with {left} left, and the rest taken after the start, {busy} "
            f"of 36 slow reads at once answered 503 with Retry-After and none hung; healed when the others died")
