"""PyJWT and joserfc verify the tokens with nothing but the published keys, and find the contract's claims in them."""

import json
import time

import jwt
import pytest
import requests
from joserfc import jwt as jose
from joserfc.jwk import KeySet

from spoken import confide

BASE_CLAIMS = {"iss", "aud", "sub", "scope", "exp", "iat", "client_id", "jti", "token_type"}


def key_set_url(client) -> str:
    """Where the issuer says its keys are, found as RFC 8414 §3.1 says."""
    origin, slash, path = client.issuer.partition("/tenants/")
    metadata = requests.get(f"{origin}/.well-known/oauth-authorization-server{slash}{path}", timeout=30).json()
    assert metadata["issuer"] == client.issuer
    return metadata["jwks_uri"]


def decoded(client, token: str) -> dict:
    key = jwt.PyJWKClient(key_set_url(client)).get_signing_key_from_jwt(token)
    return jwt.decode(
        token, key.key, algorithms=["RS256"], audience=client.id, issuer=client.issuer,
        options={"require": ["exp", "iat", "iss", "aud", "sub"], "strict_aud": True})


def test_pyjwt_verifies_and_finds_the_claims(client):
    before = int(time.time())
    claims = decoded(client, client.api.token())
    assert BASE_CLAIMS <= set(claims)
    assert claims["sub"] == claims["client_id"] == claims["aud"] == client.id
    assert claims["scope"] == " ".join(client.scopes)
    assert claims.get("app_scope") == client.application.get("scope"), "which is an application's alone"
    assert claims["token_type"] == "client_credentials"
    assert before - 1 <= claims["iat"] <= time.time() + 1
    assert claims["exp"] - claims["iat"] == client.application["token_lifetime"]


def test_the_claims_say_whose_token_it_is(clients, tenant, partner):
    platform = decoded(clients["platform"], clients["platform"].api.token())
    assert platform["platform_token"] is True
    assert "tenant_id" not in platform and "partner_id" not in platform and "role" not in platform
    for door in "tenant", "tenant at the root":
        local = decoded(clients[door], clients[door].api.token())
        assert local["tenant_id"] == tenant["id"]
        assert "platform_token" not in local
    shared = decoded(clients["partner at a tenant"], clients["partner at a tenant"].api.token())
    assert (shared["tenant_id"], shared["partner_id"]) == (tenant["id"], partner["id"])
    assert "platform_token" not in shared
    agent = decoded(clients["agent at its tenant"], clients["agent at its tenant"].api.token())
    assert (agent["tenant_id"], agent["agent_type"]) == (tenant["id"], "research")
    assert agent["allowed_tools"] == ["search", "crm.read"]
    assert "partner_id" not in agent and "platform_token" not in agent


def test_joserfc_verifies_and_finds_the_header(client):
    keys = KeySet.import_key_set(requests.get(key_set_url(client), timeout=30).json())
    token = jose.decode(client.api.token(), keys, algorithms=["RS256"])
    assert set(token.header) == {"alg", "kid", "typ"}
    assert token.header["typ"] == "at+jwt"
    jose.JWTClaimsRegistry(
        iss={"essential": True, "value": client.issuer}, aud={"essential": True, "value": client.id},
        sub={"essential": True, "value": client.id}, exp={"essential": True}, jti={"essential": True},
    ).validate(token.claims)


def test_the_payload_is_short_enough_for_caches_keyed_by_it(client):
    payload = client.api.token().split(".")[1]
    assert len(payload) * 3 // 4 < 512


def test_no_two_tokens_are_the_same(client):
    tokens = [client.api.token() for _ in range(3)]
    assert len({decoded(client, token)["jti"] for token in tokens}) == 3


@pytest.mark.parametrize("asked", [
    "admin:read", "admin:write admin:read", "admin:read  openid", "admin:read admin:read",
])
def test_a_token_carries_the_scopes_that_were_asked_for(clients, asked):
    client = clients["platform"]
    claims = decoded(client, client.api.token(scope=asked))
    assert set(claims["scope"].split(" ")) == set(asked.split())
    assert len(claims["scope"].split(" ")) == len(set(asked.split())), "each once, one space between"


def test_an_empty_scope_is_one_left_out(clients):
    """RFC 6749 §3.1: a parameter without a value is treated as if it were omitted."""
    client = clients["platform"]
    assert decoded(client, client.api.token(scope=""))["scope"] == " ".join(client.scopes)


def test_a_client_that_is_allowed_nothing_gets_a_token_without_a_scope(api):
    """RFC 6749 §3.3: a scope has one value at least; an empty one is no scope."""
    service = api.as_application(api.application(allowed_scopes=[]))
    answer = service.session.post(
        f"{service.url}{service.door}/token", data={"grant_type": "client_credentials"}, auth=service.client, timeout=30)
    assert answer.status_code == 200 and "scope" not in answer.json()
    token = confide("an access token", answer.json()["access_token"])
    assert "scope" not in jwt.decode(token, options={"verify_signature": False})
    told = service.session.post(
        f"{service.url}{service.door}/introspect", data={"token": token}, auth=service.client, timeout=30).json()
    assert told["active"] is True and "scope" not in told
    refused = service.get("/tenants", token=token)
    assert refused.status_code == 403 and 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]


def test_a_verifier_that_knows_no_other_type_gets_jwt(server, api):
    made = api.application(allowed_scopes=["admin:read"], token_typ="JWT")
    service = api.as_application(made)
    token = service.token()
    assert jwt.get_unverified_header(token)["typ"] == "JWT"
    key = jwt.PyJWKClient(f"{server.url}/keys").get_signing_key_from_jwt(token)
    assert jwt.decode(token, key.key, algorithms=["RS256"], audience=made["id"])["client_id"] == made["id"]
    assert service.get("/tenants", token=token).status_code == 200
    # RFC 8725 §3.11: what another kind of JWT could look like counts only as long as that was asked for.
    assert api.patch(f"/applications/{made['id']}", {"token_typ": "at+jwt"}).status_code == 200
    assert service.get("/tenants", token=token).status_code == 401
    assert service.get("/tenants", token=service.token()).status_code == 200


def test_the_audience_is_the_resource_that_was_named(server, clients):
    """RFC 8707: a token made for another service says so, and does not open our own API."""
    client = clients["platform"]
    token = client.api.token(resource="https://files.example/api")
    key = jwt.PyJWKClient(key_set_url(client)).get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="https://files.example/api")
    assert claims["aud"] == "https://files.example/api"
    assert client.api.get("/tenants", token=token).status_code == 401


def test_a_token_for_several_resources_names_each(clients):
    client = clients["platform"]
    wanted = ["https://files.example/api", "https://mail.example/api"]
    answer = requests.post(
        client.token_url, data=[("grant_type", "client_credentials"), *(("resource", uri) for uri in wanted)],
        auth=(client.id, client.secret), timeout=30)
    assert answer.status_code == 200, answer.text
    token = confide("an access token", answer.json()["access_token"])
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == wanted


def test_what_a_token_may_do_was_decided_when_it_was_issued(api):
    """Widening an application's scopes never widens a token that is out already."""
    application = api.application(allowed_scopes=["openid"])
    mine = api.as_application(application)
    token = mine.token()
    assert mine.get("/tenants", token=token).status_code == 403
    changed = api.patch(f"/applications/{application['id']}", {"allowed_scopes": ["admin:read"]})
    assert changed.json()["data"]["allowed_scopes"] == ["admin:read"], "a PATCH replaces the list"
    assert mine.get("/tenants", token=token).status_code == 403
    assert mine.get("/tenants", token=mine.token()).status_code == 200


def test_the_token_is_three_parts_of_canonical_base64url(client):
    for part in client.api.token().split("."):
        assert "=" not in part and "+" not in part and "/" not in part
    header = jwt.get_unverified_header(client.api.token())
    assert json.dumps(header) and header["kid"]
