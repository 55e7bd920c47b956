"""A mixed load that remembers what it was told: each acknowledgement, with its index, and each request without an answer."""

import base64
import dataclasses
import json
import random
import secrets
import threading
import time
import typing

from server import Client, Gone, Server, text

# A server in trouble may say so; anything else but success is odd.
HONEST = {429, 503, 507}


@dataclasses.dataclass
class Ask:
    """A request, as it could be repeated, and what came of it."""

    kind: str
    what: str = ""
    name: str = ""
    key: str = ""
    body: dict = dataclasses.field(default_factory=dict)
    index: int = -1
    position: int = 0
    answer: bytes = b""


def jti(token: str) -> str:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["jti"]


class Load:
    """Threads that ask for tokens, make tenants and rename them.

    `position` is asked at each acknowledgement: where a recording stands by then, for whoever compares with it. With
    `only_creates` every command needs a key that is made for it.
    """

    def __init__(self, server: Server, dice: random.Random, threads: int = 4,
                 position: typing.Callable[[], int] = lambda: 0, honest: set[int] = HONEST, only_creates: bool = False):
        self.server, self.position, self.honest, self.only_creates = server, position, honest, only_creates
        self.acknowledged: list[Ask] = []
        self.unknown: list[Ask] = []
        self.slugs: set[str] = set()
        self.troubles: dict[int, int] = {}
        self.odd: list[str] = []
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(random.Random(dice.random()),), daemon=True)
                         for _ in range(threads)]

    def start(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> "Load":
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)
        return self

    def run(self, seconds: float) -> "Load":
        self.start()
        time.sleep(seconds)
        return self.stop()

    def reached(self, count: int, seconds: float) -> bool:
        """Waits until so many were acknowledged."""
        deadline = time.monotonic() + seconds
        while len(self.acknowledged) < count and time.monotonic() < deadline:
            time.sleep(0.005)
        return len(self.acknowledged) >= count

    def _work(self, dice: random.Random) -> None:
        port, client, mine = 0, None, []
        while not self._stopping.is_set():
            if self.server.port != port or client is None:
                port, client = self.server.port, self.server.connect(20)
            ask = self._next(dice, mine)
            try:
                self._do(client, ask, mine)
            except ConnectionRefusedError:
                client = None  # It is down: nothing was sent.
                time.sleep(0.005)
            except Gone:
                self.unknown.append(ask)
                client = None
                time.sleep(0.005)

    def _next(self, dice: random.Random, mine: list[str]) -> Ask:
        chance = 1.0 if self.only_creates else dice.random()
        if chance < 0.5:
            return Ask("token")
        if chance < 0.55:
            return Ask("refused")
        if mine and chance < 0.8:
            return Ask("rename", what=dice.choice(mine), name=f"Renamed {secrets.token_hex(6)}")
        slug = f"load-{secrets.token_hex(6)}"
        self.slugs.add(slug)
        body = {"name": slug, "slug": slug, "partner_id": self.server.partner}
        return Ask("create", name=slug, key=secrets.token_hex(12), body=body)

    def _do(self, client: Client, ask: Ask, mine: list[str]) -> None:
        if ask.kind == "token":
            answer, good = client.token(), 200
        elif ask.kind == "refused":
            answer, good = client.token(scope="no:such"), 400
        elif ask.kind == "rename":
            answer, good = client.admin("PATCH", f"/tenants/{ask.what}", {"name": ask.name}), 200
        else:
            answer, good = client.admin("POST", "/tenants", ask.body, **{"Idempotency-Key": ask.key}), 201
        if answer.status != good:
            if answer.status in (429, 503) and not answer.headers["Retry-After"]:
                self.odd.append(f"{ask.kind}: {answer.status} without Retry-After")
            if answer.status not in self.honest:
                self.odd.append(f"{ask.kind}: {answer.status} {text(answer.body)}")
            self.troubles[answer.status] = self.troubles.get(answer.status, 0) + 1
            # 503 may mean that the outcome is unknown; no other refusal leaves a doubt.
            if answer.status == 503:
                self.unknown.append(ask)
            return
        if ask.kind == "refused":
            return
        self._acknowledge(ask, answer)
        if ask.kind == "create":
            mine.append(ask.what)

    def _acknowledge(self, ask: Ask, answer) -> None:
        ask.index, ask.answer, ask.position = answer.index, answer.body, self.position()
        if ask.kind == "token":
            ask.what = jti(answer.json["access_token"])
        elif ask.kind == "create":
            ask.what = answer.json["data"]["id"]
        self.acknowledged.append(ask)

    def retry(self) -> int:
        """Asks again for what had no answer and may be asked twice; twice gives the same answer (I3)."""
        client = self.server.connect()
        waiting = [ask for ask in self.unknown if ask.kind == "create"]
        for ask in waiting:
            answers = [client.admin("POST", "/tenants", ask.body, **{"Idempotency-Key": ask.key}) for _ in range(2)]
            if [answer.status for answer in answers] != [201, 201] or answers[0].body != answers[1].body:
                self.odd.append(f"repeated: {[(answer.status, text(answer.body)) for answer in answers]}")
                continue
            self._acknowledge(ask, answers[0])
            self.unknown.remove(ask)
        client.forget()
        return len(waiting)
