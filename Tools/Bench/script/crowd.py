"""CROWD: rate and latency as connections grow, from one to many more than there are processors."""

import statistics

from admin import PARTNERS, Admin
from curves import Curve
from ledgers import Ledgers
from report import Figure
from server import Load, Server

COUNTS = (1, 4, 16, 64, 256, 1_024)
#: A point of a curve needs less than a figure: there are thirty.
POINT_SECONDS_MAX = 2.0


def crowd(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure | Curve]:
    seconds = min(seconds, POINT_SECONDS_MAX)
    path, about = ledgers.population(max(20_000, ledgers.big // 10), PARTNERS)
    found: dict[str, dict[int, list[Load]]] = {}
    with Server(path, "ES256") as server:
        admin = Admin(server, path, about)
        server.hello(1)
        for _ in range(runs):
            for count in COUNTS:
                server.connections = count
                for kind, load in (
                    ("hello", lambda: server.hello(seconds)),
                    ("ES256 token", lambda: server.tokens(about, seconds)),
                    ("read by id", lambda: admin.load("read", seconds)),
                    ("list of 20", lambda: admin.load("list", seconds)),
                    ("PATCH", lambda: admin.load("patch", seconds)),
                ):
                    found.setdefault(kind, {}).setdefault(count, []).append(load())
    figures = []
    for kind, by_count in found.items():
        best = max(by_count, key=lambda count: statistics.median(load.rate for load in by_count[count]))
        figures += [
            Figure("CROWD", f"{kind}: most a second", [load.rate for load in by_count[best]], "/s",
                   figure=f"{best} connections"),
            Figure("CROWD", f"{kind}: 99th percentile with {COUNTS[-1]:,} connections",
                   [load.p99 for load in by_count[COUNTS[-1]]], "ms"),
        ]
    return figures + [
        curve("rate-by-connections", "Answers a second by connections", "/s", found, lambda load: load.rate),
        curve("latency-by-connections", "99th percentile by connections", "ms", found, lambda load: load.p99),
    ]


def curve(file: str, title: str, up: str, found: dict[str, dict[int, list[Load]]], value) -> Curve:
    series = {
        kind: [(count, statistics.median(value(load) for load in loads)) for count, loads in by_count.items()]
        for kind, by_count in found.items()
    }
    return Curve(file, title, "connections", up, series)
