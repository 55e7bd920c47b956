"""S12 and S13 through the front door: a token that is not, to the last bit, one of ours opens nothing."""

import base64
import hmac
import json
import random

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

SEED = random.randrange(2**32)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def keyed_by_the_public_key(header: dict, payload: str, public_jwk: dict) -> str:
    """The classic confusion: what everybody knows, taken for a shared secret. Honest libraries refuse to make this."""
    public = json.dumps(public_jwk, sort_keys=True, separators=(",", ":")).encode()
    signed = f"{encoded(header | {'alg': 'HS256'})}.{payload}"
    mac = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def status(server, token: str) -> int:
    answer = requests.get(
        f"{server.url}/api/v1/admin/tenants", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    return answer.status_code


def test_s12_a_token_with_one_character_changed_is_refused(server, clients):
    token = clients["platform"].api.token(scope="admin:read")
    assert status(server, token) == 200
    dice = random.Random(SEED)
    for position in dice.sample(range(len(token)), 120):
        other = dice.choice([c for c in "ABCyz019-_." if c != token[position]])
        changed = token[:position] + other + token[position + 1 :]
        assert status(server, changed) == 401, f"seed {SEED}: {position} became {other}"


def test_s12_a_token_cut_or_lengthened_is_refused(server, clients):
    token = clients["platform"].api.token(scope="admin:read")
    for changed in token[:-1], token[1:], token + "A", token + "=", token + ".", token + "." + token, token + "AAAA":
        assert status(server, changed) == 401, changed[-12:]


def forgeries(token: str, public_jwk: dict) -> dict[str, str]:
    header, payload, signature = token.split(".")
    named = jwt.get_unverified_header(token)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(token, options={"verify_signature": False})
    with_own_key = {"jwk": {key: public_jwk[key] for key in ("kty", "n", "e")}, "kid": "mine"}
    return {
        "none": f"{encoded(named | {'alg': 'none'})}.{payload}.",
        "None with the signature kept": f"{encoded(named | {'alg': 'None'})}.{payload}.{signature}",
        "an HMAC over the public key": keyed_by_the_public_key(named, payload, public_jwk),
        "another key under our kid": jwt.encode(claims, other, "RS256", headers=named),
        "another key under its own jwk": jwt.encode(claims, other, "RS256", headers=with_own_key),
        "jku": jwt.encode(claims, other, "RS256", headers=named | {"jku": "https://evil.example/keys"}),
        "x5u": jwt.encode(claims, other, "RS256", headers=named | {"x5u": "https://evil.example/pem"}),
        "an unknown kid": jwt.encode(claims, other, "RS256", headers=named | {"kid": "snk_unknown"}),
        "a kid that is a path": jwt.encode(claims, other, "RS256", headers=named | {"kid": "../../dev/null"}),
        "no kid": f"{encoded({'alg': 'RS256', 'typ': 'at+jwt'})}.{payload}.{signature}",
        "crit": f"{encoded(named | {'crit': ['exp']})}.{payload}.{signature}",
        "another algorithm": f"{encoded(named | {'alg': 'RS512'})}.{payload}.{signature}",
        "claims of an administrator": f"{header}.{encoded(claims | {'scope': 'admin:write'})}.{signature}",
    }


FORGED = [
    "none", "None with the signature kept", "an HMAC over the public key", "another key under our kid",
    "another key under its own jwk", "jku", "x5u", "an unknown kid", "a kid that is a path", "no kid", "crit",
    "another algorithm", "claims of an administrator",
]


@pytest.fixture(scope="module")
def forged(server, clients) -> dict[str, str]:
    token = clients["platform"].api.token(scope="admin:read")
    kid = jwt.get_unverified_header(token)["kid"]
    keys = requests.get(f"{server.url}/keys", timeout=30).json()["keys"]
    return forgeries(token, next(key for key in keys if key["kid"] == kid))


@pytest.mark.parametrize("kind", FORGED)
def test_s13_a_forged_token_is_refused(server, forged, kind):
    assert status(server, forged[kind]) == 401


@pytest.mark.parametrize("kind", FORGED)
def test_s13_a_forged_token_is_not_active(clients, forged, kind):
    client = clients["platform"]
    answer = requests.post(
        client.introspection_url, data={"token": forged[kind]}, auth=(client.id, client.secret), timeout=30)
    assert (answer.status_code, answer.json()) == (200, {"active": False})


def test_no_secret_half_of_a_key_is_published(server):
    for key in requests.get(f"{server.url}/keys", timeout=30).json()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
