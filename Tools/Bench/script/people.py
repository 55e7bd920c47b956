"""PEOPLE: what a million data keys take in memory, and how soon their ledger is open again."""

from ledgers import Ledgers
from machine import bench
from report import Figure, ratio

#: Bytes of memory that a key may take.
KEY_BYTES = 36

#: Seconds that a clean start may take, with the files in the page cache.
START_SECONDS = 0.8


def people(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    path, about = ledgers.people(ledgers.big)
    # The first start brings the files into the page cache; each ends in order, as the growth did.
    starts = [bench("start", path)[0]["seconds"] for _ in range(runs + 1)][1:]
    keys = [bench("keys", path)[0] for _ in range(runs)]
    size = f"{ledgers.big:,} people"
    return [
        ratio("PEOPLE", f"memory of a key, resident, of the {KEY_BYTES} bytes it may take, {size}",
              [(k["resident_bytes"] / k["keys"], KEY_BYTES) for k in keys], "B", "B", at_most=1),
        Figure("PEOPLE", f"clean start, of the {START_SECONDS} s it may take, {size}",
               [s / START_SECONDS for s in starts], figure=f"{sorted(starts)[len(starts) // 2]:.2f} s",
               limit=f"{START_SECONDS} s", at_most=1),
        Figure("PEOPLE", "the key files of that read through", [k["seconds"] for k in keys], "s"),
        Figure("PEOPLE", "making them", [about["seconds"]], "s"),
    ]
