"""FLAT: memory and latency of a server as its ledger grows tenfold, and tenfold again."""

import statistics

from curves import Curve
from ledgers import Ledgers
from report import Figure, ratio
from server import Server

SMALLEST = 1_000


def flat(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure | Curve]:
    """The same load on ledgers of 10^3, 10^4 and so on, by turns, so that the machine's mood is the same for all."""
    sizes = [SMALLEST]
    while sizes[-1] * 10 <= ledgers.big:
        sizes.append(sizes[-1] * 10)
    grown = {size: ledgers.tokens(size) for size in sizes}
    idle: dict[int, list[float]] = {size: [] for size in sizes}
    loaded: dict[int, list[float]] = {size: [] for size in sizes}
    late: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in range(runs):
        for size, (path, client) in grown.items():
            with Server(path, "ES256") as server:
                server.tokens(client, 1)
                idle[size].append(server.megabytes("RssAnon"))
                with server.watched() as most:
                    late[size].append(server.tokens(client, seconds).p99)
                loaded[size].append(most[0])
    found = []
    for size, (_, about) in grown.items():
        found += [
            Figure("FLAT", f"{size:,} entries: making them", [about["seconds"]], "s"),
            Figure("FLAT", f"{size:,} entries: private memory after a second of load", idle[size], "MB"),
            Figure("FLAT", f"{size:,} entries: private memory under load", loaded[size], "MB"),
            Figure("FLAT", f"{size:,} entries: ES256 token, 99th percentile", late[size], "ms"),
        ]
    first, last = sizes[0], sizes[-1]
    return found + [
        ratio("FLAT", f"private memory at {first:,} entries, of at {last:,}", list(zip(loaded[first], loaded[last])),
              "MB", "MB", at_least=0.5),
        ratio("FLAT", f"99th percentile at {first:,} entries, of at {last:,}", list(zip(late[first], late[last])),
              "ms", "ms", at_least=0.5),
        Curve("memory-by-entries", "Private memory by entries in the ledger", "entries", "MB",
              {"after a second of load": medians(idle), "under load": medians(loaded)}),
        Curve("latency-by-entries", "ES256 token, 99th percentile, by entries in the ledger", "entries", "ms",
              {"64 connections": medians(late)}),
    ]


def medians(runs: dict[int, list[float]]) -> list[tuple[float, float]]:
    return [(size, statistics.median(values)) for size, values in runs.items()]
