"""P4 and P5: the admin API over HTTP, and introspection."""

from pathlib import Path

from ledgers import Ledgers
from machine import synced_commits
from report import Figure, ratio
from server import Load, Server
from tokens import disk

PARTNERS = 100


class Admin:
    """A server over a populated ledger, its token, and where each kind of request has got to."""

    def __init__(self, server: Server, path: Path, about: dict):
        self.server, self.about = server, about
        self.token = server.token(about)
        self.asked = dict.fromkeys(("patch", "read", "anew", "list"), 0)
        self.files = {name: path.parent / f"{path.name}.{name}" for name in ("tenants", "partners")}
        for name, file in self.files.items():
            file.write_text("\n".join(about[name]) + "\n")

    def load(self, kind: str, seconds: float, *moments: int) -> Load:
        """- moments: the first and the last of the indexes that reads are as of; now where none are given."""
        file = self.files["partners" if kind == "list" else "tenants"]
        load = self.server.load(
            "/", seconds, "tenants.lua", kind, f"Bearer {self.token}", file, self.asked[kind], *moments)
        # Past what was asked and not answered.
        self.asked[kind] += load.requests + 2 * self.server.connections
        return load


def measure(
    ledgers: Ledgers, kinds: list[str], runs: int, seconds: float, commits: list[float],
) -> dict[str, list[tuple[Load, float]]]:
    path, about = ledgers.population(max(20_000, ledgers.big // 10), PARTNERS)
    found: dict[str, list[tuple[Load, float]]] = {kind: [] for kind in kinds}
    with Server(path) as server:
        admin = Admin(server, path, about)
        own = server.token(about)
        server.hello(1)
        for _ in range(runs):
            commits.append(synced_commits(ledgers.folder / "probe"))
            for kind in kinds:
                hello = server.hello(seconds).rate
                load = server.introspections(about, own, seconds) if kind == "introspect" else admin.load(kind, seconds)
                found[kind].append((load, hello))
    return found


def lines(name: str, work: str, found: list[tuple[Load, float]], at_least: float) -> list[Figure]:
    pairs = [(load.rate, hello) for load, hello in found]
    rate = ratio(name, work + ", of hello", pairs, "/s", "hello/s", at_least=at_least)
    middle = Figure(name, work + ", median", [load.p50 for load, _ in found], "ms")
    late = Figure(name, work + ", 99th percentile", [load.p99 for load, _ in found], "ms")
    return [rate, middle, late]


def p4(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    commits: list[float] = []
    found = measure(ledgers, ["patch"], runs, seconds, commits)["patch"]
    figures = lines("P4", "PATCH of a tenant", found, 0.20)
    figures[-1].at_most = 20
    return figures + [disk(commits, "P4")]


def p5(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    commits: list[float] = []
    found = measure(ledgers, ["read", "list", "introspect"], runs, seconds, commits)
    return (
        lines("P5", "read of a tenant by id", found["read"], 0.4)
        + lines("P5", "list page of 20, each query new", found["list"], 0.25)
        + lines("P5", "introspection", found["introspect"], 0.6)
        + [disk(commits, "P5")]
    )
