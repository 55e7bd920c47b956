"""A long life of random changes beside a naive model of them (T26)."""

import base64
import json
import pathlib
import random
import re
import secrets
import time
import urllib.parse

import oracle
from plan import Run, require, row
from server import FORM, Client, Server, text

SHOWN = {"partners": ("name", "slug", "status"), "tenants": ("name", "slug", "status", "partner_id"),
         "applications": ("name", "status", "token_lifetime")}


class Model:
    """What there should be of every kind, as a dictionary remembers it."""

    def __init__(self, server: Server, dice: random.Random):
        self.server, self.dice = server, dice
        self.alive: dict[str, dict[str, dict]] = {kind: {} for kind in SHOWN}
        self.gone: dict[str, set[str]] = {kind: set() for kind in SHOWN}
        # The secrets of each application: those that let it in, and those that once did.
        self.good: dict[str, set[str]] = {}
        self.dead: dict[str, set[str]] = {}
        self.latest: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.steps = 0

    def begin(self, client: Client) -> None:
        self._take_keys(self._expect(client.admin("GET", "/signing-keys?per_page=100"), 200))

    def step(self, client: Client) -> None:
        self.steps += 1
        kind = self.dice.choice(list(SHOWN))
        names = list(self.alive[kind])
        name = self.dice.choice(names) if names else ""
        match self.dice.choices(["create", "rename", "suspend", "delete", "read", "stale", "secret", "key", "enter", "token"],
                                [4, 6, 2, 1, 3, 2, 2, 0.1, 4, 6])[0]:
            case "create":
                self._create(client, kind)
            case "rename" if name:
                self._change(client, kind, name, {"name": f"Name {secrets.token_hex(4)}"})
            case "suspend" if name:
                self._change(client, kind, name, {"status": self.dice.choice(["ACTIVE", "SUSPENDED"])})
            case "delete" if name:
                self._delete(client, kind, name)
            case "stale" if name:
                answer = client.admin("PATCH", f"/{kind}/{name}", {"name": "Never"}, **{"If-Match": '"9999"'})
                self._expect(answer, 412)
            case "read" if name:
                self.compare(client, kind, name)
            case "secret" if self.alive["applications"]:
                self._rotate_secret(client, self.dice.choice(list(self.alive["applications"])))
            case "key":
                self._take_keys(self._expect(client.admin("POST", "/signing-keys/rotate"), 200))
            case "enter" if self.good:
                self._enter(client, self.dice.choice(list(self.good)))
            case _:
                self._token(client)

    def _create(self, client: Client, kind: str) -> None:
        slug = f"soak-{secrets.token_hex(5)}"
        body: dict = {"name": slug, "slug": slug}
        if kind == "tenants":
            # Tenants are made below partners that may act.
            body["partner_id"] = self.dice.choice([self.server.partner] + [
                name for name, partner in self.alive["partners"].items() if partner["status"] == "ACTIVE"])
        elif kind == "applications":
            body = {"name": slug, "application_type": "SERVICE", "scope": "GLOBAL", "allowed_scopes": ["openid"],
                    "token_lifetime": self.dice.randint(60, 86_400)}
        made = self._expect(client.admin("POST", f"/{kind}", body), 201)["data"]
        self.alive[kind][made["id"]] = {field: body.get(field, "ACTIVE") for field in SHOWN[kind]} | {"version": 1}
        if kind == "applications":
            self.good[made["id"]], self.dead[made["id"]] = {made["client_secret"]}, set()
            self.latest[made["id"]] = made["client_secret"]

    def _change(self, client: Client, kind: str, name: str, change: dict) -> None:
        model = self.alive[kind][name]
        answer = client.admin("PATCH", f"/{kind}/{name}", change)
        self._expect(answer, 200)
        if any(model[field] != value for field, value in change.items()):
            model["version"] += 1
        model |= change
        require(answer.headers["ETag"] == f'"{model["version"]}"', f"{name}: {answer.headers['ETag']}, {model}")

    def _delete(self, client: Client, kind: str, name: str) -> None:
        answer = client.admin("DELETE", f"/{kind}/{name}")
        if kind == "partners" and any(tenant["partner_id"] == name for tenant in self.alive["tenants"].values()):
            self._expect(answer, 409)
            return
        self._expect(answer, 204)
        del self.alive[kind][name]
        self.gone[kind].add(name)
        if kind == "applications":
            self.dead[name] |= self.good[name]
            self.good[name] = set()

    def _rotate_secret(self, client: Client, name: str) -> None:
        overlap = self.dice.choice([0, 86_400])
        answer = client.admin("POST", f"/applications/{name}/rotate-secret", {"overlap_seconds": overlap})
        made = self._expect(answer, 200)["data"]
        # With an overlap the newest one before it goes on for a day; what is older is at its end.
        kept = self.good[name] & {self.latest[name]} if overlap else set()
        self.dead[name] |= self.good[name] - kept
        self.good[name] = kept | {made["client_secret"]}
        self.latest[name] = made["client_secret"]

    def _enter(self, client: Client, name: str) -> None:
        """A secret lets its application in exactly while both are alive."""
        application = self.alive["applications"].get(name)
        secret = self.dice.choice(sorted(self.good[name] | self.dead[name]))
        basic = base64.b64encode(f"{name}:{secret}".encode()).decode()
        answer = client.ask("POST", "/oauth/token", urllib.parse.urlencode({"grant_type": "client_credentials"}).encode(),
                            {"Authorization": f"Basic {basic}", "Content-Type": FORM})
        may = application is not None and application["status"] == "ACTIVE" and secret in self.good[name]
        require(answer.status == 200 if may else answer.status in (400, 401),
                f"{name} {application}: {answer.status} with a secret that is {'good' if secret in self.good[name] else 'dead'}")
        if may:
            self._signed(answer.json["access_token"])

    def _token(self, client: Client) -> None:
        self._signed(self._expect(client.token(), 200)["access_token"])

    def _signed(self, token: str) -> None:
        head = token.split(".")[0]
        key = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
        require(self.keys.get(key) == "current", f"signed with {key}, which is {self.keys.get(key)}")

    def _take_keys(self, answer: dict) -> None:
        """After a rotation the next key is the current one, and nothing else has changed but that a key was added."""
        found = {key["id"]: key["status"] for key in answer["data"]}
        if self.keys:
            turned = {"next": "current", "current": "retired", "retired": "retired"}
            expected = {name: turned[stage] for name, stage in self.keys.items()}
            kept = {name: stage for name, stage in found.items() if name in expected}
            require(kept.items() <= expected.items() and list(found.values()).count("next") == 1
                    and list(found.values()).count("current") == 1, f"keys are {found}, not {expected}")
        self.keys = found

    def compare(self, client: Client, kind: str, name: str) -> None:
        answer = client.admin("GET", f"/{kind}/{name}")
        if name in self.gone[kind]:
            self._expect(answer, 404)
            return
        model, found = self.alive[kind][name], self._expect(answer, 200)["data"]
        require(all(found[field] == model[field] for field in SHOWN[kind]), f"{found} is not {model}")
        require(answer.headers["ETag"] == f'"{model["version"]}"', f"{name} has {answer.headers['ETag']}, not {model}")

    def compare_all(self, client: Client) -> None:
        for kind in SHOWN:
            for name in [*self.alive[kind], *self.gone[kind]]:
                self.compare(client, kind, name)

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
    model.begin(client)
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
        one = next(iter(model.alive["tenants"]))
        model.alive["tenants"][one]["name"] += "?"
        model.compare_all(client)

    run.control("a model that remembers one name wrongly", forgetful)
    require(server.stop() == 0, server.said)
    size = watch.check()
    oracle.independent(server)
    told = ", ".join(f"{len(model.alive[kind])} {kind} alive and {len(model.gone[kind])} deleted" for kind in SHOWN)
    return (f"{model.steps} steps in {seconds} s with {kills} kills: {told}, {len(model.keys)} signing keys, all as the model "
            f"says, secrets included; {size} entries, {memory[-1]:.0f} MB private memory")
