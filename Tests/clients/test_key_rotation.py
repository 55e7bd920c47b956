"""Signing keys are published before they sign and after they did, in each algorithm."""

import jwt
import pytest
import requests
from joserfc import jwt as jose
from joserfc.jwk import KeySet

from server import command


def published(server) -> list[str]:
    return [key["kid"] for key in requests.get(f"{server.url}/keys", timeout=30).json()["keys"]]


def kid(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


def verifies(server, token: str, algorithm: str) -> None:
    """With both libraries, from nothing but the published keys."""
    key = jwt.PyJWKClient(f"{server.url}/keys").get_signing_key_from_jwt(token)
    jwt.decode(token, key.key, algorithms=[algorithm], audience=server.client[0], issuer=server.url)
    keys = KeySet.import_key_set(requests.get(f"{server.url}/keys", timeout=30).json())
    assert jose.decode(token, keys, algorithms=[algorithm]).claims["client_id"] == server.client[0]


@pytest.fixture(params=["RS256", "ES256", "EdDSA"])
def signing(request, new_server):
    """A server of each algorithm."""
    algorithm = request.param
    options = () if algorithm == "RS256" else ("--token-algorithm", algorithm)
    return new_server(*options, init=options).start(), algorithm


def rotate(server) -> None:
    command("keys", "rotate", "--base-url", server.url, "--client-id", server.client[0],
            MUNIMENT_CLIENT_SECRET=server.client[1])


def test_a_token_signed_before_a_rotation_still_verifies(signing):
    server, algorithm = signing
    api = server.api
    old = api.token()
    assert jwt.get_unverified_header(old)["alg"] == algorithm
    verifies(server, old, algorithm)
    before = published(server)
    assert len(before) == 2, "the current key and the next"

    rotate(server)
    new = api.token()
    assert kid(new) != kid(old)
    assert kid(new) in before, "a key is published before it signs"
    assert kid(old) in published(server), "a key is published after it signed"
    assert len(published(server)) == 3
    for token in old, new:
        verifies(server, token, algorithm)
        assert api.get("/tenants", token=token).status_code == 200


def test_a_key_set_that_a_client_keeps_covers_the_next_rotation(new_server):
    server = new_server().start()
    kept = KeySet.import_key_set(requests.get(f"{server.url}/keys", timeout=30).json())
    rotate(server)
    assert jose.decode(server.api.token(), kept, algorithms=["RS256"]).claims["iss"] == server.url


def test_keys_rotate_in_a_stopped_directory_too(new_server):
    server = new_server().start()
    old = server.api.token()
    assert server.stop() == 0
    command("keys", "rotate", "signing", "--data", server.data)
    server.start()
    assert kid(server.api.token()) != kid(old)
    verifies(server, old, "RS256")


def test_the_api_tells_how_each_key_stands_and_rotates(new_server):
    server = new_server().start()
    api = server.api

    def standing() -> dict[str, str]:
        return {key["id"]: key["status"] for key in api.get("/signing-keys").json()["data"]}

    before = standing()
    assert sorted(before.values()) == ["current", "next"]
    assert kid(api.bearer) == next(key for key, status in before.items() if status == "current")
    assert api.post("/signing-keys/rotate").status_code in (200, 201)
    after = standing()
    assert sorted(after.values()) == ["current", "next", "retired"]
    promoted = next(key for key, status in before.items() if status == "next")
    assert after[promoted] == "current"


def test_a_leaked_key_is_revoked_at_once(new_server):
    server = new_server().start()
    api = server.api
    stolen = api.token()
    assert api.post(f"/signing-keys/{kid(stolen)}/revoke").status_code in (200, 204)
    assert kid(stolen) not in published(server)
    assert api.get("/tenants", token=stolen).status_code == 401
    fresh = server.api
    assert fresh.get("/tenants").status_code == 200
    assert kid(fresh.bearer) != kid(stolen)


def test_another_algorithm_in_the_configuration_takes_over_at_the_next_start(new_server):
    server = new_server().start()
    old = server.api.token()
    server.stop()
    server.options = ("--token-algorithm", "ES256")
    server.start()
    new = server.api.token()
    assert jwt.get_unverified_header(new)["alg"] == "ES256"
    verifies(server, new, "ES256")
    verifies(server, old, "RS256")
    # A client that takes its algorithms from discovery goes on with the tokens that it has.
    supported = requests.get(f"{server.url}/.well-known/openid-configuration", timeout=30).json()[
        "id_token_signing_alg_values_supported"]
    assert supported == ["ES256", "RS256"]
