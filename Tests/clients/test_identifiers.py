"""S19c through the front door: whatever the ledger tells, it never tells what proves somebody."""

import json

import requests

from api import PLATFORM
from server import command


def words(value: object) -> set[str]:
    """Every text and number in a JSON value."""
    if isinstance(value, dict):
        return set().union(*map(words, value.values()), value.keys())
    if isinstance(value, list):
        return set().union(*map(words, value))
    return {str(value)}


def test_s19c_nothing_that_the_ledger_tells_is_a_credential(new_server):
    """Identifiers, positions, hashes and even the kept hash of the secret: neither a secret, nor a token, nor a name."""
    server = new_server().start()
    api = server.api
    made = api.application(allowed_scopes=["openid", "admin:read"])
    api.as_application(made).token()
    api.post("/partners", {"name": "Kept", "slug": "kept"}, headers={"Idempotency-Key": "once-and-never-again"})
    assert server.stop() == 0
    server.start()

    told = words(server.entries())
    told |= words([api.get(f"/audit/{index}").json() for index in range(len(server.entries()))])
    told |= {line for line in command("checkpoint", "--data", server.data).stdout.split() if line}
    told |= words(requests.get(f"{server.url}/health/integrity", timeout=30).json())
    kinds = {word.split("_")[0] for word in told if "_" in word}
    assert {"evt", "tkn", "sks", "app", "snk"} <= kinds, "identifiers of every kind were tried"
    assert any(len(word) == 43 for word in told), "keyed hashes were tried"

    session = requests.Session()
    for word in sorted(word for word in told if word.isascii() and word.isprintable() and len(word) < 4_000):
        for client in made["id"], server.client[0]:
            answer = session.post(
                f"{server.url}{PLATFORM}/token",
                data={"grant_type": "client_credentials", "client_id": client, "client_secret": word}, timeout=30)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), word
        answer = session.get(
            f"{server.url}/api/v1/admin/tenants", headers={"Authorization": f"Bearer {word}".encode()}, timeout=30)
        assert answer.status_code == 401, word
    # The key of a request is its client's: with it, another client repeats nothing.
    reader = api.as_application(api.application(allowed_scopes=["admin:write"]))
    again = reader.post("/partners", {"name": "Kept", "slug": "kept"}, headers={"Idempotency-Key": "once-and-never-again"})
    assert again.status_code == 409, json.dumps(again.json())
