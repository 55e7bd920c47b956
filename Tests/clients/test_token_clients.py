"""Authlib and requests-oauthlib get tokens at every door, authenticating in both ways."""

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from spoken import confide


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_gets_a_token(client, method):
    with AuthlibSession(client.id, client.secret, token_endpoint_auth_method=method) as session:
        token = session.fetch_token(client.token_url, grant_type="client_credentials")
    confide("an access token", token["access_token"])
    assert token["token_type"] == "Bearer"
    assert token["scope"].split() == client.scopes
    assert not token.is_expired()


@pytest.mark.parametrize("way", ["basic", "form"])
def test_requests_oauthlib_gets_a_token(client, way):
    with OAuth2Session(client=BackendApplicationClient(client_id=client.id)) as session:
        if way == "basic":
            token = session.fetch_token(client.token_url, auth=HTTPBasicAuth(client.id, client.secret))
        else:
            token = session.fetch_token(client.token_url, client_secret=client.secret, include_client_id=True)
    confide("an access token", token["access_token"])
    assert token["token_type"] == "Bearer"
    assert set(token["scope"]) == set(client.scopes)


def test_a_session_of_requests_oauthlib_calls_the_api(server, clients):
    client = clients["platform"]
    with OAuth2Session(client=BackendApplicationClient(client_id=client.id, scope=["admin:read"])) as session:
        token = session.fetch_token(client.token_url, client_id=client.id, client_secret=client.secret)
        confide("an access token", token["access_token"])
        assert session.get(f"{server.url}/api/v1/admin/tenants").status_code == 200


def test_authlib_fetches_the_next_token_by_itself(server, clients):
    """A client that finds its token expired asks again: nothing but the credentials is needed for it."""
    client = clients["platform"]
    seen = []
    with AuthlibSession(
        client.id, client.secret, token_endpoint=client.token_url, grant_type="client_credentials",
        update_token=lambda token, **_: seen.append(confide("an access token", token["access_token"])),
    ) as session:
        first = session.fetch_token()
        confide("an access token", first["access_token"])
        session.token = dict(first) | {"expires_at": 1}
        assert session.get(f"{server.url}/api/v1/admin/tenants").status_code == 200
    assert len(seen) == 1 and seen[0] != first["access_token"]


def test_the_answer_is_the_documented_one_and_no_cache_keeps_it(client):
    answer = requests.post(
        client.token_url, data={"grant_type": "client_credentials"}, auth=(client.id, client.secret), timeout=30)
    body = answer.json()
    confide("an access token", body["access_token"])
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}, "no refresh token, on purpose"
    assert body["expires_in"] == client.application["token_lifetime"]
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]


def test_credentials_in_basic_may_be_form_encoded(clients):
    """RFC 6749 §2.3.1: both halves are encoded as form fields before they are joined; some clients encode more."""
    client = clients["platform"]
    encoded = tuple("".join(f"%{byte:02X}" for byte in text.encode()) for text in (client.id, client.secret))
    answer = requests.post(
        client.token_url, data={"grant_type": "client_credentials"}, auth=encoded, timeout=30)
    assert answer.status_code == 200, answer.text
    confide("an access token", answer.json()["access_token"])
