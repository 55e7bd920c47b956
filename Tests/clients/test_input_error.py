"""The disk reports an input/output error: the server stops rather than guess, says why, and has lost nothing."""

import json
import pathlib
import shutil
import subprocess
import threading

import jwt
import pytest
import requests

from api import fresh
from server import command

SOURCE = pathlib.Path(__file__).with_name("fail_sync.c")
STOP_SECONDS_MAX = 30


@pytest.fixture
def shim(tmp_path) -> str:
    """The fault, compiled; Swift does not come without a C compiler."""
    compiler = next(name for name in ("cc", "clang", "gcc") if shutil.which(name))
    made = tmp_path / "fail_sync.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SOURCE, "-ldl"], check=True, timeout=60)
    return str(made)


def test_t6_an_input_error_ends_the_process_and_nothing_acknowledged_is_lost(new_server, shim, tmp_path):
    trigger = tmp_path / "now"
    server = new_server().start(LD_PRELOAD=shim, FAIL_SYNC_WHEN=str(trigger))
    partner = server.api.partner()
    tokens: list[str] = []
    tenants: list[str] = []
    odd: list[str] = []

    def load() -> None:
        api = server.api
        while True:
            try:
                tokens.append(api.token())
                slug = fresh("eio")
                answer = api.post("/tenants", {"name": slug, "slug": slug, "partner_id": partner["id"]})
            except (requests.RequestException, AssertionError):
                return
            if answer.status_code != 201:
                odd.extend([] if answer.status_code == 503 else [answer.text])
                return
            tenants.append(answer.json()["data"]["id"])

    threads = [threading.Thread(target=load, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(tenants) < 40:
        assert any(thread.is_alive() for thread in threads), server.log.read_text()[-2000:]
    trigger.touch()
    process, server.process = server.process, None
    status = process.wait(STOP_SECONDS_MAX)
    for thread in threads:
        thread.join(STOP_SECONDS_MAX)
    assert not odd, odd[:3]

    assert status == 1, "a service manager starts it again"
    said = [line for line in server.log.read_text().splitlines() if "stopped: " in line]
    assert said and "critical" in said[-1] and "Input/output error" in said[-1], server.log.read_text()[-2000:]

    report = json.loads(command("verify", "--data", server.data, "--format", "json").stdout)
    assert report["ok"] and report["problems"] == [], report
    trigger.unlink()
    api = server.start().api
    for tenant in tenants:
        assert api.get(f"/tenants/{tenant}").status_code == 200, f"{tenant} was acknowledged and is lost"
    issued = {entry["data"]["token"] for entry in server.entries() if entry["type"] == "token.issued"}
    for token in tokens:
        assert jwt.decode(token, options={"verify_signature": False})["jti"] in issued, "a token is lost"
    opened = [entry["data"]["stop"] for entry in server.entries() if entry["type"] == "ledger.opened"]
    assert opened[-1] == "process"
    assert server.stop() == 0
