"""P1, P2 and P10: tokens over HTTP, each entry durable before its answer."""

from ledgers import Ledgers
from machine import signatures, synced_commits
from report import Figure, ratio
from server import Server


def warm(server: Server, client: dict) -> None:
    server.hello(1)
    server.tokens(client, 1)


def disk(commits: list[float], name: str) -> Figure:
    """What an answer waits for: with few synced commits a second, 64 connections wait for the disk and not for us."""
    return Figure(name, "the disk meanwhile: synced commits of 64 entries in C", commits, "/s")


def p1(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    """Against what the cores can sign and the server can answer at all, in series."""
    path, client = ledgers.tokens(100, "p1")
    pairs, late, commits = [], [], []
    with Server(path, "RS256") as server:
        warm(server, client)
        for _ in range(runs):
            commits.append(synced_commits(ledgers.folder / "probe"))
            sign, hello, load = signatures("RS256"), server.hello(seconds).rate, server.tokens(client, seconds)
            pairs.append((load.rate, 1 / (1 / sign + 1 / hello)))
            late.append(load.p99)
    return [
        ratio("P1", "RS256 token, durable, of 1/(1/sign + 1/hello)", pairs, "tokens/s", "of both", at_least=0.85),
        Figure("P1", "RS256 token, 99th percentile", late, "ms", at_most=25),
        disk(commits, "P1"),
    ]


def p2(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    path, client = ledgers.tokens(100, "p2")
    pairs, late, signed, commits = [], [], [], []
    with Server(path, "ES256") as server:
        warm(server, client)
        for _ in range(runs):
            commits.append(synced_commits(ledgers.folder / "probe"))
            hello, load = server.hello(seconds).rate, server.tokens(client, seconds)
            pairs.append((load.rate, hello))
            late.append(load.p99)
            signed.append((load.rate, signatures("ES256")))
    return [
        ratio("P2", "ES256 token, durable, of hello", pairs, "tokens/s", "hello/s", at_least=0.30),
        ratio("P2", "the same, of what the cores sign", signed, "tokens/s", "signatures/s"),
        Figure("P2", "ES256 token, 99th percentile", late, "ms"),
        disk(commits, "P2"),
    ]


def p10(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    """By turns on a large and a new ledger, with a look at the disk before each."""
    big, client = ledgers.tokens(ledgers.big)
    pairs, disks = [], []
    for turn in range(runs):
        small, other = ledgers.tokens(1_000, f"p10-{turn}")
        rates, disk = [], []
        for path, who in ((small, other), (big, client)):
            with Server(path, "RS256") as server:
                server.tokens(who, 1)
                disk.append(synced_commits(ledgers.folder / "probe"))
                rates.append(server.tokens(who, seconds).rate)
        pairs.append((rates[1], rates[0]))
        disks.append((disk[1], disk[0]))
    work = f"RS256 token at {ledgers.big:,} entries, of at 1,000"
    return [
        ratio("P10", work, pairs, "tokens/s", "tokens/s", at_least=0.9),
        ratio("P10", "the disk at the same moments, by the probe", disks, "commits/s", "commits/s"),
    ]
