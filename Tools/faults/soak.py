"""A long life of random changes beside a naive model of them (T26)."""

import base64
import json
import random
import secrets
import shutil
import statistics
import subprocess
import time
import urllib.parse

import oracle
from plan import Run, Skipped, require, row
from server import FORM, ROOT, Client, Server, text

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


# The long form: so many entries, or as many as come in this time, beside the model's own; the checks of so many take about as
# long again.
ENTRIES_MAX, PRESSED_SECONDS, SLICE_SECONDS = 10_000_000, 420, 30


class Bulk:
    """Clients that ask for tokens as fast as they are served, beside the one that the model knows of."""

    def __init__(self, server: Server, most: int = 64):
        if not shutil.which("wrk"):
            raise Skipped("no wrk to make the load with")
        self.server, self.most = server, most
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        basic = base64.b64encode(":".join(self.server.client).encode()).decode()
        self._process = subprocess.Popen(
            ["wrk", "--connections", str(self.most), "--threads", "1", "--duration", f"{2 * PRESSED_SECONDS}s",
             "--script", str(ROOT / "Tools/load.lua"), f"http://127.0.0.1:{self.server.port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LOAD_KIND": "token", "LOAD_TENANT": "", "MUNIMENT_BEARER": "",
                 "MUNIMENT_BASIC": basic})

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def milliseconds(client: Client) -> float:
    """How long a token takes that nobody competes for."""
    taken = []
    for _ in range(50):
        began = time.monotonic()
        client.token()
        taken.append(1_000 * (time.monotonic() - began))
    return statistics.median(taken)


def pressed(run: Run, seconds: int) -> str:
    """A ledger of millions of entries: memory and the time for a token are as at its beginning, and all of it holds."""
    server = run.server("pressed", "--token-algorithm", "EdDSA")
    model = Model(server, run.dice)
    bulk = Bulk(server)
    run.finally_do(bulk.stop)
    client = server.start().connect()
    model.begin(client)
    before, began, size, kills = milliseconds(client), time.monotonic(), 0, 0
    memory: list[float] = []
    while time.monotonic() < began + seconds and size < ENTRIES_MAX:
        bulk.start()
        until = time.monotonic() + SLICE_SECONDS
        while time.monotonic() < min(until, began + seconds):
            model.step(client)
        memory.append(server.megabytes().private)
        size = client.token().index + 1
        # In the middle of what the others ask; the model's own requests were all answered.
        server.kill()
        bulk.stop()
        kills += 1
        server.start()
        client.forget()
    model.compare_all(client)
    after = milliseconds(client)
    require(max(memory) < 150, f"{max(memory):.0f} MB of private memory")
    require(memory[-1] < 2 * max(memory[0], 25), f"memory grows: {memory[0]:.0f} to {memory[-1]:.0f} MB")
    require(after < 3 * before + 5, f"a token takes {after:.1f} ms, {before:.1f} ms at the beginning")
    require(server.stop() == 0, server.said)
    # So many are not held in memory to be compared: the product's own verifier reads them all, and the views are folded anew.
    report = oracle.verify(server.data)
    require(report["entries"] > size, f"{report['entries']} entries, {size} were acknowledged")
    oracle.views_equal(server)
    return (f"{report['entries']} entries, {model.steps} of them by the model's own steps, with {kills} kills under load: at most "
            f"{max(memory):.0f} MB private memory, a token in {before:.1f} ms before and {after:.1f} ms after")


@row("T26", "soak: random changes against a naive model")
def soak(run: Run) -> str:
    server = run.server()
    model = Model(server, run.dice)
    watch = oracle.Oracle(server)
    client = server.start().connect()
    model.begin(client)
    seconds, kills = run.count(12, 60), 0
    began = time.monotonic()
    memory: list[float] = []
    while time.monotonic() < began + seconds:
        for _ in range(200):
            model.step(client)
        memory.append(server.megabytes().private)
        if run.dice.random() < 0.15:
            # Between two requests: everything was answered, so the model knows it all.
            server.kill()
            kills += 1
            server.start()
            client.forget()
            memory.clear()
    model.compare_all(client)
    memory.append(server.megabytes().private)
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
            f"says, secrets included; {size} entries, {memory[-1]:.0f} MB private memory"
            + (f"; {pressed(run, PRESSED_SECONDS)}" if run.is_long else ""))
