"""P8: how soon a server answers again, and how much memory it takes."""

import signal
import time

from ledgers import Ledgers
from report import Figure
from server import Server

IDLE_SECONDS = 3


def p8(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    path, client = ledgers.tokens(ledgers.big)
    starts: dict[str, list[float]] = {"clean": [], "process": []}
    idle, loaded, resident = [], [], []
    # The first start after the growth is as any other: growing ended in order.
    stop = "clean"
    for turn in range(2 * runs):
        with Server(path, "ES256") as server:
            starts[stop].append(server.seconds_to_answer)
            time.sleep(IDLE_SECONDS)
            idle.append(server.megabytes("RssAnon"))
            with server.watched() as most:
                server.tokens(client, max(1, seconds / 2))
            loaded.append(most[0])
            resident.append(server.megabytes("VmRSS"))
            stop = ("process", "clean")[turn % 2]
            server.stop(signal.SIGKILL if stop == "process" else signal.SIGTERM)
    size = f"{ledgers.big:,} entries"
    return [
        Figure("P8", f"start to first answer after a clean stop, {size}", starts["clean"], "s", at_most=0.3),
        Figure("P8", "start to first answer after kill -9 under load", starts["process"], "s", at_most=0.3),
        Figure("P8", "private memory idle", idle, "MB", at_most=57),
        Figure("P8", "private memory under P2's load", loaded, "MB", at_most=150),
        Figure("P8", "resident memory then, pages of the ledger among it", resident, "MB"),
    ]
