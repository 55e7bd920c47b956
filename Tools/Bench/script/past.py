"""P6 over HTTP: what a read of the past costs its client, beside the same read of now."""

import statistics

from admin import Admin
from curves import Curve
from ledgers import Ledgers
from report import Figure
from server import Server

#: As many partners as P6 has within.
PARTNERS = 20

#: The part of a ledger, from its end, in which the tenants that are asked for are all there.
ASKED_SHARE = 0.3


def over_http(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure | Curve]:
    """By turns on one server, each read another one than those before it, so that each is noted as an entry.

    That makes the ledger longer, and not its state.
    """
    figures = []
    curve = Curve("as-of-over-http", "A read over HTTP, now and as of an index, by entries in the ledger", "entries",
                  "µs", {})
    for size in (size for size in (10_000, 100_000, 1_000_000) if size <= ledgers.big):
        path, about = ledgers.population(size, PARTNERS)
        moments = int(size * (1 - ASKED_SHARE)), size - 1
        # Made one after another, with their changes between them: the first half is there at all those moments.
        known = about | {"tenants": about["tenants"][:max(1, len(about["tenants"]) // 2)]}
        spent: dict[tuple[str, str], list[float]] = {}
        with Server(path) as server:
            admin = Admin(server, path, known)
            for kind in ("anew", "list"):
                admin.load(kind, 1)
            for _ in range(runs):
                for kind in ("anew", "list"):
                    for when, asked in (("now", ()), ("as of an index", moments)):
                        spent.setdefault((kind, when), []).append(1e6 / admin.load(kind, seconds, *asked).rate)
        for kind, work, most in (("anew", "by id", 1.5), ("list", "list page, one filter, total", 2)):
            now, then = spent[kind, "now"], spent[kind, "as of an index"]
            figures.append(Figure(
                "P6", f"over HTTP, {work}: as of an index, of now, {size:,} entries",
                [a / b for a, b in zip(then, now)], figure=f"{statistics.median(then):.0f} µs",
                limit=f"{statistics.median(now):.0f} µs", at_most=most))
            for when, times in (("now", now), ("as of an index", then)):
                curve.series.setdefault(f"{work.split(',')[0]}, {when}", []).append((size, statistics.median(times)))
    return figures + [curve]
