"""A long life of random changes beside a naive model of them (T26)."""

import pathlib
import random
import re
import secrets
import time

import oracle
from plan import Run, require, row
from server import Client, Server, text


class Model:
    """What the tenants should be, as a dictionary remembers it."""

    def __init__(self, server: Server, dice: random.Random):
        self.server, self.dice = server, dice
        self.tenants: dict[str, dict] = {}
        self.gone: set[str] = set()
        self.steps = 0

    def step(self, client: Client) -> None:
        self.steps += 1
        alive = list(self.tenants)
        match self.dice.choices(["create", "rename", "suspend", "delete", "read", "stale", "token"], [4, 6, 2, 1, 3, 2, 6])[0]:
            case "create":
                self._create(client)
            case "rename" if alive:
                self._change(client, self.dice.choice(alive), {"name": f"Name {secrets.token_hex(4)}"})
            case "suspend" if alive:
                name = self.dice.choice(alive)
                self._change(client, name, {"status": self.dice.choice(["ACTIVE", "SUSPENDED"])})
            case "delete" if alive:
                name = self.dice.choice(alive)
                self._expect(client.admin("DELETE", f"/tenants/{name}"), 204)
                del self.tenants[name]
                self.gone.add(name)
            case "stale" if alive:
                answer = client.admin("PATCH", f"/tenants/{self.dice.choice(alive)}", {"name": "Never"},
                                      **{"If-Match": '"9999"'})
                self._expect(answer, 412)
            case "read" if alive:
                self.compare(client, self.dice.choice(alive))
            case _:
                self._expect(client.token(), 200)

    def _create(self, client: Client) -> None:
        slug = f"soak-{secrets.token_hex(5)}"
        body = {"name": slug, "slug": slug, "partner_id": self.server.partner}
        made = self._expect(client.admin("POST", "/tenants", body), 201)["data"]
        self.tenants[made["id"]] = {"name": slug, "slug": slug, "status": "ACTIVE", "version": 1}

    def _change(self, client: Client, name: str, change: dict) -> None:
        model = self.tenants[name]
        answer = client.admin("PATCH", f"/tenants/{name}", change)
        self._expect(answer, 200)
        if any(model[field] != value for field, value in change.items()):
            model["version"] += 1
        model |= change
        require(answer.headers["ETag"] == f'"{model["version"]}"', f"{name}: {answer.headers['ETag']}, {model}")

    def compare(self, client: Client, name: str) -> None:
        answer = client.admin("GET", f"/tenants/{name}")
        if name in self.gone:
            self._expect(answer, 404)
            return
        model, found = self.tenants[name], self._expect(answer, 200)["data"]
        require(all(found[field] == model[field] for field in ("name", "slug", "status")), f"{found} is not {model}")
        require(answer.headers["ETag"] == f'"{model["version"]}"', f"{name} has {answer.headers['ETag']}, not {model}")

    def compare_all(self, client: Client) -> None:
        for name in [*self.tenants, *self.gone]:
            self.compare(client, name)

    @staticmethod
    def _expect(answer, status: int):
        require(answer.status == status, f"{answer.status} instead of {status}: {text(answer.body)}")
        return answer.json if answer.body else None


def private_megabytes(server: Server) -> float:
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) / 1024


@row("T26", "soak: random changes against a naive model")
def soak(run: Run) -> str:
    server = run.server()
    model = Model(server, run.dice)
    watch = oracle.Oracle(server)
    client = server.start().connect()
    seconds, kills = run.count(12, 3_600), 0
    began = time.monotonic()
    memory: list[float] = []
    while time.monotonic() < began + seconds:
        for _ in range(200):
            model.step(client)
        memory.append(private_megabytes(server))
        if run.dice.random() < 0.15:
            # Between two requests: everything was answered, so the model knows it all.
            server.kill()
            kills += 1
            server.start()
            client.forget()
            memory.clear()
    model.compare_all(client)
    memory.append(private_megabytes(server))
    require(memory[-1] < 150, f"{memory[-1]:.0f} MB of private memory")
    require(memory[-1] < 2 * max(memory[0], 25), f"memory grows: {memory[0]:.0f} to {memory[-1]:.0f} MB")

    def forgetful() -> None:
        one = next(iter(model.tenants))
        model.tenants[one]["name"] += "?"
        model.compare_all(client)

    run.control("a model that remembers one name wrongly", forgetful)
    require(server.stop() == 0, server.said)
    size = watch.check()
    oracle.independent(server)
    return (f"{model.steps} steps in {seconds} s with {kills} kills, {len(model.tenants)} tenants alive and {len(model.gone)} "
            f"deleted, all as the model says; {size} entries, {memory[-1]:.0f} MB private memory")
