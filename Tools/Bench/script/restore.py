"""UNDO: what a plan and its apply cost for one person and for ten thousand, while tokens flow; history and diff."""

import json
import secrets
import statistics
import time
from collections.abc import Callable

from dataset import Client, Request, Talk
from ledgers import Ledgers
from machine import Failed
from report import Figure, Missing
from server import Server
from stream import tokens

COUNTS = (1, 250, 10_000)
#: The most that plan and apply may take, in seconds, where there is an aim.
PLAN_SECONDS = {1: 0.005, 10_000: 2}
APPLY_SECONDS = {10_000: 10}
#: How often each person is changed in the second range; in the first once, so that each is opened for its one entry.
CHANGES_EACH = 10
PER_PAGE = 100
TENANT_PEOPLE = 10_000

APPLY = "/api/v1/admin/restore/apply"
DIFF, HISTORY = "/api/v1/admin/diff", "/api/v1/admin/users/{user_id}/history"


class House:
    """A server over a tenant of ten thousand people."""

    def __init__(self, server: Server, about: dict):
        self.url = f"http://127.0.0.1:{server.port}"
        self.client = Client(self.url, about["client_id"], about["client_secret"])
        self.admin = Talk(self.client)
        self.tenant = about["tenants"][0]
        pages = self.admin.run([
            Request("GET", f"/users?tenant_id={self.tenant}&per_page={PER_PAGE}&page={page}")
            for page in range(1, TENANT_PEOPLE // PER_PAGE + 1)])
        self.people = [person["id"] for page in pages for person in page.json["data"]]
        self.paths = json.loads(server.get("/openapi.json")[1])["paths"]

    def damage(self, count: int) -> tuple[str, int, int]:
        """A script changes the names of so many people: who it was, its first entry and its last."""
        body = {"name": f"Import {count}", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": self.tenant,
                "allowed_scopes": ["users:write"]}
        made = self.admin.run([Request("POST", "/applications", body, key=secrets.token_hex(8))])[0]
        script = Talk(Client(self.url, made.json["data"]["id"], made.json["data"]["client_secret"]))
        # Another one each time, for what changes nothing is no entry.
        name = f"#N/A {secrets.token_hex(4)}"
        answers = script.run([Request("PATCH", f"/users/{id}", {"last_name": name}) for id in self.people[:count]])
        indexes = [answer.index for answer in answers]
        return made.json["data"]["id"], min(indexes), max(indexes)

    def post(self, path: str, body: dict) -> tuple[float, dict]:
        """Seconds, and what was answered."""
        answer = self.admin.run([
            Request("POST", path, body, headers=(("Muniment-Reason", "benchmark"),))], expect=(200,))[0]
        return answer.seconds, answer.json["data"]

    def get(self, path: str) -> float:
        return self.admin.run([Request("GET", path)])[0].seconds


def undo(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure | Missing]:
    path, about = ledgers.people(2 * TENANT_PEOPLE)
    figures: list[Figure | Missing] = []
    with Server(path, "ES256") as server:
        house = House(server, about)
        if len(house.people) != TENANT_PEOPLE:
            raise Failed(f"{len(house.people)} people in a tenant of {TENANT_PEOPLE}")
        _, first, last = house.damage(TENANT_PEOPLE)
        figures += part(house, HISTORY, lambda: history(house, runs))
        figures += part(house, DIFF, lambda: diff(house, first, last, runs, "each of another person"))
        again = [house.damage(TENANT_PEOPLE // CHANGES_EACH)[1:] for _ in range(CHANGES_EACH)]
        figures += part(house, DIFF, lambda: diff(
            house, again[0][0], again[-1][1], runs, f"{CHANGES_EACH} of each person"))
        figures += part(house, APPLY, lambda: [
            figure for count in COUNTS for figure in there_and_back(house, count, runs, seconds)])
    return figures


def part(house: House, path: str, measure: Callable[[], list[Figure]]) -> list[Figure | Missing]:
    """Figures of an endpoint, or the word that the server has none."""
    return measure() if path in house.paths else [Missing("UNDO", f"the server has no {path}")]


def history(house: House, runs: int) -> list[Figure]:
    times = [1e3 * house.get(f"/users/{house.people[run]}/history") for run in range(runs)]
    return [Figure("UNDO", "history of a person", times, "ms")]


def diff(house: House, first: int, last: int, runs: int, mix: str) -> list[Figure]:
    path = f"/diff?scope={house.tenant}&from={first - 1}&to={last}&per_page={PER_PAGE}"
    rates = [(last - first + 1) / house.get(path) for _ in range(runs)]
    return [Figure("UNDO", f"diff over {last - first + 1:,} entries, {mix}", rates, "/s", at_least=50_000)]


def there_and_back(house: House, count: int, runs: int, seconds: float) -> list[Figure]:
    """Undone and, by undoing that, done again: every other time, so that each run finds the same to do."""
    actor, first, last = house.damage(count)
    request = {"undo": {"actor": actor, "from": first, "to": last, "scope": house.tenant}}
    plans, applies, late = [], [], []
    for _ in range(2 * runs):
        with tokens(house.client) as before:
            time.sleep(seconds)
        spent, plan = house.post("/restore/plan", request)
        plans.append(spent)
        with tokens(house.client) as during:
            spent, applied = house.post("/restore/apply", request | {"digest": plan["digest"]})
        applies.append(spent)
        late.append((during.p99, before.p99))
        word = "cause" if "cause" in applied else "batch"
        request = {"undo": {word: applied[word]}}
    work = f"of {count:,} people" if count > 1 else "of one person"
    return [
        Figure("UNDO", f"plan {work}", [1e3 * spent for spent in plans], "ms", at_most=limit(PLAN_SECONDS, count)),
        Figure("UNDO", f"apply {work} while tokens flow", [1e3 * spent for spent in applies], "ms",
               at_most=limit(APPLY_SECONDS, count)),
        Figure("UNDO", f"99th percentile of tokens during apply {work}, of before", [a / b for a, b in late],
               figure=f"{statistics.median(a for a, _ in late):.1f} ms",
               limit=f"{statistics.median(b for _, b in late):.1f} ms",
               # Up to 250 changes are one command, in which everybody waits once; more go in chunks.
               at_most=3 if count > 250 else None),
    ]


def limit(aims: dict[int, float], count: int) -> float | None:
    """Milliseconds."""
    return 1e3 * aims[count] if count in aims else None
