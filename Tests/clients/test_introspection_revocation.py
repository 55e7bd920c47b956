"""A client learns about its own tokens, takes them back, and learns nothing of anybody else's (RFC 7662, RFC 7009)."""

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session


@pytest.fixture
def ask(client):
    """Asks one of the client's endpoints with the client's credentials, in either way."""
    def ask(url: str, token: str, way: str = "basic", **more) -> requests.Response:
        form, auth = {"token": token} | more, (client.id, client.secret)
        if way == "form":
            form, auth = form | {"client_id": client.id, "client_secret": client.secret}, None
        return requests.post(url, data=form, auth=auth, timeout=30)

    return ask


@pytest.mark.parametrize("way", ["basic", "form"])
def test_a_client_s_own_token_is_active(client, ask, way):
    answer = ask(client.introspection_url, client.api.token(), way)
    assert answer.status_code == 200
    told = answer.json()
    assert told["active"] is True
    assert told["client_id"] == told["sub"] == client.id
    assert told["iss"] == client.issuer
    assert told["scope"] == " ".join(client.scopes)
    assert told["exp"] - told["iat"] == client.application["token_lifetime"]
    assert told["token_type"] == "Bearer"
    assert told["aud"] in (client.id, [client.id])
    assert "no-store" in answer.headers["Cache-Control"]


def test_of_another_client_s_token_nothing_is_told(client, ask, clients, api):
    """S41: inactive is exactly one member."""
    stranger = api.application(allowed_scopes=["openid"])
    foreign = [other.api.token() for other in clients.values() if other.id != client.id]
    for token in [*foreign, api.as_application(stranger).token()]:
        answer = ask(client.introspection_url, token)
        assert (answer.status_code, answer.json()) == (200, {"active": False})


def test_a_resource_server_is_told_of_tokens_that_are_for_it(api):
    """Decision 33: the client that `aud` names asks with credentials of its own, as gateways and mail servers do."""
    files = api.as_application(api.application(allowed_scopes=[]))
    other = api.as_application(api.application(allowed_scopes=[]))
    made = api.application(allowed_scopes=["openid"], token_audiences=[files.client[0], "https://files.example"])
    token = api.as_application(made).token()

    def told(by) -> dict:
        return requests.post(f"{by.url}{by.door}/introspect", data={"token": token}, auth=by.client, timeout=30).json()

    assert told(files)["active"] is True
    assert told(files)["aud"] == [made["id"], files.client[0], "https://files.example"]
    assert told(files)["client_id"] == made["id"]
    assert told(other) == {"active": False}
    # It learns of it, and may not take it back.
    revoked = requests.post(
        f"{files.url}{files.door}/revoke", data={"token": token}, auth=files.client, timeout=30)
    assert revoked.status_code == 400 and told(files)["active"] is True


@pytest.mark.parametrize("text", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "tkn_unknown", "é" * 40])
def test_of_what_is_no_token_nothing_is_told(client, ask, text):
    assert ask(client.introspection_url, text).json() == {"active": False}
    assert ask(client.revocation_url, text).status_code == 200, "RFC 7009 §2.2: there is nothing to do"


def test_authlib_introspects_and_revokes(client):
    with OAuth2Session(client.id, client.secret) as session:
        token = client.api.token()
        assert session.introspect_token(client.introspection_url, token=token).json()["active"] is True
        assert session.revoke_token(client.revocation_url, token=token).status_code == 200
        told = session.introspect_token(client.introspection_url, token=token, token_type_hint="access_token")
        assert told.json() == {"active": False}


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "no such hint"])
def test_the_hint_is_only_a_hint(client, ask, hint):
    token = client.api.token()
    assert ask(client.introspection_url, token, token_type_hint=hint).json()["active"] is True
    assert ask(client.revocation_url, token, token_type_hint=hint).status_code == 200
    assert ask(client.introspection_url, token).json() == {"active": False}


def test_a_revoked_token_opens_nothing(client, ask):
    token, other = client.api.token(), client.api.token()
    area = "/tenants"
    assert client.api.get(area, token=token).status_code == 200
    answer = ask(client.revocation_url, token)
    assert (answer.status_code, answer.text) == (200, "")
    assert client.api.get(area, token=token).status_code == 401
    assert ask(client.revocation_url, token).status_code == 200, "twice is once"
    assert client.api.get(area, token=other).status_code == 200, "the others live on"


def test_nobody_revokes_another_client_s_token(client, clients, ask):
    for other in clients.values():
        if other.id == client.id:
            continue
        token = other.api.token()
        answer = ask(client.revocation_url, token)
        # RFC 7009 §2.1 refuses, §2.2 lets an unknown token pass; either way the token stands.
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 400:
            assert answer.json()["error"] in ("unauthorized_client", "invalid_grant", "invalid_request")
        told = requests.post(
            other.introspection_url, data={"token": token}, auth=(other.id, other.secret), timeout=30)
        assert told.json()["active"] is True


@pytest.mark.parametrize("endpoint", ["introspection_url", "revocation_url"])
def test_without_the_client_s_secret_there_is_no_answer(client, endpoint):
    url, token = getattr(client, endpoint), client.api.token()
    for auth in None, (client.id, "wrong" * 9), ("app_nobody", client.secret):
        answer = requests.post(url, data={"token": token}, auth=auth, timeout=30)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    bearer = requests.post(url, data={"token": token}, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert bearer.status_code in (400, 401)


@pytest.mark.parametrize("endpoint", ["introspection_url", "revocation_url"])
def test_the_token_must_be_named_once(client, endpoint):
    url = getattr(client, endpoint)
    for form in {}, {"token": ""}, [("token", "a"), ("token", "b")]:
        answer = requests.post(url, data=form or {"nothing": "1"}, auth=(client.id, client.secret), timeout=30)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), form


@pytest.mark.parametrize("what", ["tenant", "partner", "application"])
def test_what_is_suspended_above_a_token_ends_it_at_once(server, api, what):
    partner = api.partner()
    tenant = api.tenant(partner)
    application = api.application(
        scope="TENANT", tenant_id=tenant["id"], allowed_scopes=["tenants:read"])
    mine = api.as_application(application, f"/api/v1/auth/tenants/{tenant['slug']}/oauth")
    token = mine.token()
    path = {"tenant": f"/tenants/{tenant['id']}", "partner": f"/partners/{partner['id']}",
            "application": f"/applications/{application['id']}"}[what]
    assert mine.get(f"/tenants/{tenant['id']}", token=token).status_code == 200
    assert api.patch(path, {"status": "SUSPENDED"}).status_code == 200
    assert mine.get(f"/tenants/{tenant['id']}", token=token).status_code == 401
    refused = requests.post(
        f"{server.url}{mine.door}/token", data={"grant_type": "client_credentials"}, auth=mine.client, timeout=30)
    assert refused.status_code in (400, 401) and refused.json()["error"] in ("unauthorized_client", "invalid_client")
    told = requests.post(
        f"{server.url}{mine.door}/introspect", data={"token": token}, auth=mine.client, timeout=30)
    assert told.status_code == 401 or told.json() == {"active": False}
    assert api.patch(path, {"status": "ACTIVE"}).status_code == 200
    assert mine.get(f"/tenants/{tenant['id']}", token=mine.token()).status_code == 200
