"""P3, P6, P7 and P9: the ledger and its views in process, against a C program that does the same."""

import shutil
import statistics

from curves import Curve
from ledgers import Ledgers
from machine import Failed, bench, probe
from report import Figure, ratio

#: How many places a list goes over that is the platform's.
UNION_PLACES = 60

#: Entries in one commit of a rebuild, as the server folds them.
REBUILD_COMMIT = 4_096


def rate(line: dict) -> float:
    return line["entries"] / line["seconds"]


def p3(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure | Curve]:
    figures = []
    curve = Curve("append", "Entries appended a second by entries in a commit", "entries in a commit", "/s",
                  {"Muniment": [], "C probe": []})
    for per_commit in (1, 8, 64, 512):
        pairs = []
        for _ in range(runs):
            ours = bench("append", ledgers.fresh("append"), per_commit=per_commit, commits=20_000,
                         milliseconds=int(seconds * 1000))[0]
            c = probe("append", ledgers.fresh("append-probe"), per_commit, 20_000, seconds, ours["entry_bytes"])
            pairs.append((rate(ours), rate(c)))
        work = f"append with all rows, {per_commit} a commit, of C"
        figures.append(ratio("P3", work, pairs, "entries/s", "entries/s", at_least=0.6))
        for line, side in zip(curve.series.values(), zip(*pairs)):
            line.append((per_commit, statistics.median(side)))
    shutil.rmtree(ledgers.folder / "append", ignore_errors=True)
    shutil.rmtree(ledgers.folder / "append-probe", ignore_errors=True)
    return figures + [curve]


def p6(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure | Curve]:
    """At the level of Views: what a request costs beside it is the same for now and for then."""
    sizes = [size for size in (10_000, 100_000, 1_000_000) if size <= ledgers.big]
    figures, ratios = [], {"by_id": {}, "list": {}}
    curve = Curve("as-of", "A read now and as of an index, by entries in the ledger", "entries", "µs", {})
    for size in sizes:
        path, _ = ledgers.population(size, 20)
        turns = bench("views", path, rounds=runs * 7)
        for kind, work, most in (("by_id", "by id", 1.5), ("list", "list page, one filter, total", 2)):
            micros = {when: [1e6 * t[f"{kind}_{when}"]["seconds"] / t[f"{kind}_{when}"]["asked"] for t in turns]
                      for when in ("now", "as_of")}
            # The first turns fill caches.
            then, now = micros["as_of"][runs:], micros["now"][runs:]
            figures.append(Figure(
                "P6", f"{work}: as of an index, of now, {size:,} entries", [a / b for a, b in zip(then, now)],
                figure=f"{statistics.median(then):.1f} µs", limit=f"{statistics.median(now):.1f} µs", at_most=most))
            ratios[kind][size] = figures[-1].runs
            for when, spent in (("now", now), ("as of an index", then)):
                name = f"{work.split(',')[0]}, {when}"
                curve.series.setdefault(name, []).append((size, statistics.median(spent)))
    path, _ = ledgers.population(min(100_000, ledgers.big), UNION_PLACES)
    turns = bench("views", path, rounds=runs * 7)[runs:]
    micros = [{kind: 1e6 * t[kind]["seconds"] / t[kind]["asked"] for kind in ("list_now", "union_now", "union_as_of")}
              for t in turns]
    for over, under, work in (("union_now", "list_now", "now: over {} places, of over one"),
                              ("union_as_of", "union_now", "over {} places: as of an index, of now")):
        figures.append(Figure(
            "P6", "list page " + work.format(UNION_PLACES), [t[over] / t[under] for t in micros],
            figure=f"{statistics.median(t[over] for t in micros):.1f} µs",
            limit=f"{statistics.median(t[under] for t in micros):.1f} µs"))
    for kind, work in (("by_id", "by id"), ("list", "list page")) if len(sizes) > 1 else ():
        first, last = ratios[kind][sizes[0]], ratios[kind][sizes[-1]]
        figures.append(Figure("P6", f"{work}: that ratio at {sizes[-1]:,} entries, of at {sizes[0]:,}",
                              [b / a for a, b in zip(sorted(first), sorted(last))], at_most=1.2))
    return figures + [curve]


def p7(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    figures, per_entry = [], {"verify": {}, "rebuild": {}}
    for size in (ledgers.big // 10, ledgers.big):
        path, _ = ledgers.tokens(size)
        pairs: dict[str, list[tuple[float, float]]] = {"verify": [], "rebuild": []}
        for _ in range(runs):
            limit = probe("hash", path / "ledger")
            pairs["verify"].append((rate(bench("verify", path, segments="closed")[0]), rate(limit)))
            ours = bench("rebuild", path)[0]
            c = probe("rebuild", path / "ledger", ledgers.folder / "rebuild-probe", REBUILD_COMMIT)
            shutil.rmtree(ledgers.folder / "rebuild-probe")
            if any(abs(ours["rows"][t] - c["rows"][t]) > 200 + ours["rows"][t] / 100 for t in c["rows"]):
                raise Failed(f"the probe wrote other rows: {c['rows']}, the views have {ours['rows']}")
            pairs["rebuild"].append((rate(ours), rate(c)))
        for kind, work, least in (("verify", "deep verify, of hashing alone", 0.3),
                                  ("rebuild", "rebuild of all views, of C", 0.5)):
            work = f"{work}, {size:,} entries"
            figures.append(ratio("P7", work, pairs[kind], "entries/s", "entries/s", at_least=least))
            per_entry[kind][size] = [1 / ours for ours, _ in pairs[kind]]
    for kind, sizes in per_entry.items():
        small, big = sizes.values()
        figures.append(Figure("P7", f"{kind}: time per entry, {ledgers.big:,} of {ledgers.big // 10:,}",
                              [b / a for a, b in zip(small, big)], at_most=1.2))
    path, _ = ledgers.population(min(100_000, ledgers.big), 20)
    opened, closed = zip(*(
        [bench("verify", path, segments=how)[0] for how in ("opened", "closed")] for _ in range(runs)))
    figures.append(Figure("P7", "one segment opened and compared, in deep verify",
                          [1e6 * (o["seconds"] - c["seconds"]) / max(1, o["opened"]) for o, c in zip(opened, closed)],
                          "µs", figure=f"{opened[0]['opened']:,} segments"))
    states = [bench("rebuild", path)[0] for _ in range(runs)]
    figures.append(Figure("P7", "rebuild of a ledger of changes, an entry",
                          [1e6 / rate(s) for s in states], "µs", figure=f"{states[0]['entries']:,} entries"))
    return figures


def p9(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    """Whole files, so that free pages and half-filled ones count: what a disk must have."""
    _, about = ledgers.tokens(ledgers.big)
    found = about["footprint"]
    size = found["entries"]
    pages = sorted(found["pages"].items(), key=lambda item: -item[1])[:4]
    return [
        Figure("P9", "disk per token entry, all tables", [(found["ledger_bytes"] + found["views_bytes"]) / size], "B",
               figure=", ".join(f"{name} {count * 4096 / size:.0f}" for name, count in pages), at_most=1_300),
    ]
