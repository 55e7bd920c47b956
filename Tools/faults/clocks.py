"""Clocks that go wrong: back, ahead, frozen, trembling (T12); entries keep their order, tokens their lives."""

import base64
import json
import struct
import time
import urllib.parse

from load import Load
from oracle import Oracle, lines, verify, views_equal
from plan import Run, require, row
from server import FORM, Server, command, text

MICROSECONDS = 1_000_000
HOUR = 3_600
DAY = 24 * HOUR
# A host that does not say that its clock is synchronised may jump by less than an hour.
STEP = HOUR - 60
YEAR = 365 * 24 * HOUR


class Clock:
    """The wall clock as one server sees it."""

    def __init__(self, run: Run, server: Server, name: str):
        self.file = run.folder / f"{name}.clock"
        self.set(0)
        self.env = run.shim.env(server, FAULT_CLOCK=self.file)

    def set(self, seconds: float, frozen: float = 0) -> None:
        """Off by so many seconds, or standing still at a time."""
        content = struct.pack("=qq", int(seconds * MICROSECONDS), int(frozen * MICROSECONDS))
        # In place: the server has the file mapped.
        with self.file.open("r+b" if self.file.exists() else "wb") as file:
            file.write(content)


def types(server: Server) -> list[str]:
    return [json.loads(line)["type"] for line in lines(server.data)]


def token_ages(server: Server) -> tuple[int, int]:
    """When a new token says it begins and ends."""
    token = server.connect().token().json["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    return claims["iat"], claims["exp"]


def stepped(run: Run, name: str, moves: list, pause: float = 0.15) -> tuple[Server, Oracle, Load]:
    """A server under load whose clock moves; what it says in the end is in order."""
    server = run.server(name)
    clock = Clock(run, server, name)
    load = Load(server, run.dice, threads=3)
    oracle = Oracle(server, load)
    server.start(clock.env)
    load.start()
    for move in moves:
        time.sleep(pause)
        clock.set(*move) if isinstance(move, tuple) else clock.set(move)
    time.sleep(pause)
    load.stop()
    return server, oracle, load


@row("T12", "the clock goes back, ahead, stands still, trembles")
def clock(run: Run) -> str:
    told = []

    server, oracle, load = stepped(run, "back", [-HOUR / 2, 0])
    began, ends = token_ages(server)
    require(abs(began - time.time()) < 5 and ends > began, f"a token begins at {began}")
    require(server.stop() == 0, server.said)
    oracle.check()
    require(types(server).count("clock.stepped") == 2, f"steps: {types(server).count('clock.stepped')}")
    told.append("half an hour back and again right: two clock.stepped")

    server, oracle, load = stepped(run, "trembling", [0.4, -0.4] * run.count(10, 200), 0.02)
    require(server.stop() == 0, server.said)
    oracle.check()
    require("clock.stepped" not in types(server), "a tremble of less than a second is no step")
    told.append("trembling")

    server, oracle, load = stepped(run, "leap", [-1.0] * 2, 0.1)
    require(server.stop() == 0, server.said)
    oracle.check()
    told.append("a leap second")

    now = time.time()
    server, oracle, load = stepped(run, "frozen", [(0, now)], 0.3)
    require(server.stop() == 0, server.said)
    oracle.check()
    require(len(load.acknowledged) > 5, "nothing goes on while the clock stands still")
    told.append("frozen")

    told.append(year_ahead(run))
    told.append(started_behind(run))
    told.append(a_day_passes(run))
    run.control("times that do not rise", lambda: falling(run))
    return "; ".join(told) + "; recorded_at rose throughout"


def year_ahead(run: Run) -> str:
    """A year forwards: believed where the host says that its clock is synchronised, else nothing is written."""
    server = run.server("ahead")
    clock = Clock(run, server, "ahead")
    oracle = Oracle(server)
    client = server.start(clock.env).connect()
    require(client.token().status == 200, "no token before")
    clock.set(YEAR)
    answer, health = client.token(), client.ask("GET", "/health")
    if answer.status == 200:
        require("clock.stepped" in types(server), "a year passed without a word")
        server.stop()
        oracle.check()
        return "a year ahead on a synchronised host: clock.stepped"
    require(answer.status == 503 and health.status == 503 and "clock" in health.json["reason"],
            f"{answer.status}, health {health.body}")
    server.kill()
    clock.set(0)
    client = server.start(clock.env).connect()
    require(client.token().status == 200, "no token after the clock was set right")
    require(server.stop() == 0, server.said)
    oracle.check()
    return "a year ahead on an unsynchronised host: 503 until it is right again"


def a_day_passes(run: Run) -> str:
    """A request may be repeated for a day, swept or not; a token that was taken back stays so while others are swept."""
    server = run.server("day")
    clock = Clock(run, server, "day")
    server.start(clock.env)
    passed = 0

    def until(seconds: int) -> None:
        nonlocal passed
        while passed < seconds:
            passed = min(seconds, passed + STEP)
            clock.set(passed)
            require(server.connect().token().status == 200, f"no token after {passed} seconds")

    def make(name: str, key: str = "a day"):
        body = {"name": name, "slug": name, "partner_id": server.partner}
        return server.connect().admin("POST", "/tenants", body, **{"Idempotency-Key": key})

    def ask(path: str, made: dict, **fields: str):
        basic = base64.b64encode(f"{made['id']}:{made['client_secret']}".encode()).decode()
        return server.connect().ask("POST", path, urllib.parse.urlencode(fields).encode(),
                                    {"Authorization": f"Basic {basic}", "Content-Type": FORM})

    require(make("never-again", "swept").status == 201, "a tenant is not made")
    first = make("once")
    require(first.status == 201 and make("once").body == first.body, "a repetition is answered differently")
    until(20 * HOUR)
    require(make("once").body == first.body, "a repetition is answered differently after 20 hours")
    long = server.connect().admin("POST", "/applications", {
        "name": "Long", "application_type": "SERVICE", "scope": "GLOBAL", "allowed_scopes": ["openid"],
        "token_lifetime": DAY}).json["data"]
    taken = ask("/oauth/token", long, grant_type="client_credentials").json["access_token"]
    require(ask("/oauth/revoke", long, token=taken).status == 200, "the token is not taken back")
    until(DAY + 60)
    require("ends.swept" not in types(server), "it was swept too soon")
    again = make("another")
    require(again.status == 201, f"a day later the key is not free: {again.status} {text(again.body)}")
    until(27 * HOUR)
    # The writer looks once a second.
    deadline = time.monotonic() + 5
    while "ends.swept" not in types(server) and time.monotonic() < deadline:
        time.sleep(0.1)
    require("ends.swept" in types(server), "nothing was swept")
    told = ask("/oauth/introspect", long, token=taken)
    require(told.json == {"active": False}, f"a token that was taken back is {told.body!r}")
    require(server.stop() == 0, server.said)
    verify(server.data)
    views_equal(server)
    return "27 hours in steps: a key is free after 24, a token taken back stays so, what is over is swept"


def started_behind(run: Run) -> str:
    """An hour behind its last entry a server starts and writes nothing, until an operator has said that this is right."""
    server = run.server("behind")
    clock = Clock(run, server, "behind")
    clock.set(-HOUR)
    oracle = Oracle(server)
    client = server.start(clock.env).connect()
    answer, health = client.token(), client.ask("GET", "/health")
    require(answer.status == 503 and "clock accept" in health.json["reason"], f"{answer.status} {health.body}")
    require(server.stop() == 0, server.said)
    require(len(lines(server.data)) == oracle.began, "something was written")
    accepted = command("clock", "accept", "--data", server.data, env=clock.env)
    require(accepted.returncode == 0, text(accepted.stderr))
    server.start(clock.env)
    client.forget()
    require(client.token().status == 200, "no token after the clock was accepted")
    require(server.stop() == 0, server.said)
    oracle.check()
    require("clock.accepted" in types(server), "no entry says so")
    return "started an hour behind: 503 until clock accept, an entry"


def falling(run: Run) -> None:
    """The oracle's own reading of times, over lines of which two were exchanged in time."""
    server = run.server("falling")
    oracle = Oracle(server)
    early, late = json.loads(oracle.seen[2])["recorded_at"], json.loads(oracle.seen[-1])["recorded_at"]
    swapped = [line.replace(early.encode(), b"@").replace(late.encode(), early.encode()).replace(b"@", late.encode())
               for line in oracle.seen]
    oracle._in_order(swapped)
