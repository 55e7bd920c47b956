"""Killed without warning while it works, ten times over: what was acknowledged is there, and everything verifies."""

import json
import random
import threading
import time

import jwt
import requests

from api import fresh
from server import command

ROUNDS = 10
SEED = random.randrange(2**32)


class Load:
    """Clients that ask for tokens, make tenants and rename them, and remember what they were told."""

    def __init__(self, server, partner: dict):
        self.server, self.partner = server, partner
        self.tokens: list[str] = []
        self.tenants: dict[str, str] = {}
        self.stopping = threading.Event()
        self.odd: list[str] = []
        jobs = [self.ask] * 4 + [self.make] * 2
        self.threads = [threading.Thread(target=self.work, args=(job,), daemon=True) for job in jobs]

    def work(self, job) -> None:
        api = self.server.api
        while not self.stopping.is_set():
            try:
                job(api)
            except requests.RequestException:
                time.sleep(0.005)  # It was killed: what was in flight was acknowledged to nobody.
            except AssertionError as error:
                self.odd.append(str(error))

    def ask(self, api) -> None:
        self.tokens.append(api.token())

    def make(self, api) -> None:
        slug = fresh("crash")
        made = api.create("/tenants", {"name": "Made", "slug": slug, "partner_id": self.partner["id"]})
        self.tenants[made["id"]] = "Made"
        name = f"Renamed {slug}"
        # Until the answer is here either name is right.
        self.tenants[made["id"]] = ""
        if api.patch(f"/tenants/{made['id']}", {"name": name}).status_code == 200:
            self.tenants[made["id"]] = name


def test_nothing_acknowledged_is_missing_after_kill_9(new_server, capsys):
    server = new_server().start()
    load = Load(server, server.api.partner())
    dice = random.Random(SEED)
    restarts = []
    for thread in load.threads:
        thread.start()
    for _ in range(ROUNDS):
        time.sleep(dice.uniform(0.3, 1.0))
        server.kill()
        report = json.loads(command("verify", "--data", server.data, "--format", "json").stdout)
        assert report["ok"] and report["problems"] == [], f"seed {SEED}: {report}"
        server.start()
        restarts.append(server.start_seconds)
    load.stopping.set()
    for thread in load.threads:
        thread.join(60)
    assert not load.odd, load.odd[:3]
    with capsys.disabled():
        print(f"\nkill -9 x {ROUNDS}: {len(load.tokens)} tokens and {len(load.tenants)} tenants acknowledged,"
              f" restarts {' '.join(f'{seconds:.2f}' for seconds in restarts)} s")

    api = server.api
    assert load.tokens and load.tenants
    for tenant, name in load.tenants.items():
        found = api.get(f"/tenants/{tenant}")
        assert found.status_code == 200, f"seed {SEED}: tenant {tenant} is lost"
        assert not name or found.json()["data"]["name"] == name, f"seed {SEED}: the rename of {tenant} is lost"
    issued = {entry["data"]["token"] for entry in server.entries() if entry["type"] == "token.issued"}
    for token in load.tokens:
        assert jwt.decode(token, options={"verify_signature": False})["jti"] in issued, f"seed {SEED}: a token is lost"
    opened = [entry["data"] for entry in server.entries() if entry["type"] == "ledger.opened"]
    assert [item["stop"] for item in opened[-ROUNDS:]] == ["process"] * ROUNDS
    assert server.stop() == 0
    assert json.loads(command("verify", "--data", server.data, "--format", "json").stdout)["ok"]
    command("replay", "--data", server.data, "--to", len(server.entries()) - 1, "--into", server.data.parent / "again",
            "--compare")
