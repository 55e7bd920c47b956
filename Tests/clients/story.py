"""A server in which something happens step by step, and after each step every answer is what the entries say."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from asking import Witness, questions
from dataset import Client, DataSet, Loaded, Request, Talk
from dataset.dice import Dice
from server import Server
from undoing import Undo


@dataclass(frozen=True)
class Step:
    """One thing that happens."""

    name: str
    run: Callable[["Story"], None]


class Story:
    """One server, and what has happened in it so far."""

    def __init__(self, server: Server, data: DataSet, asked: int):
        self.server, self.data = server, data
        #: How many questions are asked after each step.
        self.asked = asked
        self.dice = Dice(data.seed + 1)
        self.admin = self.talk(*server.client)
        self.witness = Witness(server, self.admin)
        self.openapi = server.api.session.get(f"{server.url}/openapi.json", timeout=30).json()
        self.loaded: Loaded | None = None
        #: The tenant that it is about, its script, and the entries between which that ran.
        self.tenant = ""
        self.script = ""
        self.first = self.last = 0
        #: Resources that were touched, about which is asked most.
        self.touched: list[str] = []
        #: The last entry before each step.
        self.boundaries: list[int] = []
        self.plan: dict = {}
        self.expected = Undo()
        #: What apply answered, and the last entry before it.
        self.applied: dict = {}
        self.before_apply = 0

    def talk(self, client: str, secret: str) -> Talk:
        return Talk(Client(self.server.url, client, secret), connections=8)

    def take(self, step: Step) -> None:
        self.boundaries.append(self.now)
        step.run(self)
        self.compare()

    @property
    def now(self) -> int:
        return len(self.witness.read()) - 1

    def compare(self) -> None:
        """Asks about now, about the ends of every step and every batch of the last one, and about any moment."""
        history, model = self.witness.read(), self.witness.model()
        since = self.boundaries[-1] if self.boundaries else 0
        ends = [line.entry["index"] for line in history[since:] if "batch" in line.entry]
        known = [*self.boundaries, self.first, self.last, *self.dice.some(ends, 20)]
        founded = next(line.entry["index"] for line in history if line.entry["type"] == "tenant.created")
        moments: list[int | None] = [None, *(index for index in known if index >= founded)]
        while len(moments) < self.asked:
            low = since if self.dice.once_in(2) else founded
            moments.append(low + self.dice.below(len(history) - low))
        found = questions(model, self.dice, self.asked, self.touched)
        self.witness.ask(list(zip(found, itertools.islice(itertools.cycle(moments), len(found)))))
        assert self.witness.judge() == self.asked

    def post(self, path: str, body: dict, status: int = 200, **headers: str) -> dict:
        answer = self.server.api.post(path, body, timeout=120, headers={
            name.replace("_", "-"): text for name, text in headers.items()})
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:600]}"
        return answer.json()["data"]

    def make(self, path: str, body: dict) -> str:
        return self.admin.run([Request("POST", path, body, key=secrets.token_hex(8))])[0].json["data"]["id"]
