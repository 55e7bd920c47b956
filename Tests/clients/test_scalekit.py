"""Scalekit's own Python SDK, unmodified: it signs in, gets tokens for an organization's client, and validates them.

What of it is gRPC, which administers clients, is asked over REST here.
"""

import re

import jwt
import pytest
import requests
from scalekit import ScalekitClient
from scalekit.common.exceptions import (
    ScalekitBadRequestException, ScalekitUnauthorizedException, ScalekitValidateTokenFailureException)
from scalekit.common.scalekit import TokenValidationOptions

from spoken import confide

DEPLOYER = {
    "name": "GitHub Actions Deployment Service",
    "description": "Service account for GitHub Actions to deploy applications to production",
    "custom_claims": [
        {"key": "github_repository", "value": "acmecorp/inventory-service"},
        {"key": "environment", "value": "production_us"},
    ],
    "scopes": ["deploy:applications", "read:deployments"],
    "audience": ["deployment-api.acmecorp.com"],
    "expiry": 3600,
}


class Organization:
    """An organization, and the REST calls below it."""

    def __init__(self, api, tenant: dict):
        self.api, self.id = api, tenant["id"]
        self.clients = f"{api.url}/api/v1/organizations/{self.id}/clients"

    def call(self, method: str, below: str = "", body: object = None, **query) -> requests.Response:
        return requests.request(
            method, self.clients + below, json=body, params=query, timeout=30,
            headers={"Authorization": f"Bearer {self.api.bearer}"})

    def register(self, **fields) -> dict:
        answer = self.call("POST", "", DEPLOYER | fields)
        assert answer.status_code == 201, answer.text
        confide("an organization's client's secret", answer.json()["plain_secret"])
        return answer.json()


@pytest.fixture(scope="module")
def organization(api, tenant) -> Organization:
    return Organization(api, tenant)


@pytest.fixture(scope="module")
def sdk(server) -> ScalekitClient:
    """The constructor signs in, with the service as the environment's client."""
    return ScalekitClient(server.url, *server.client)


def token(sdk: ScalekitClient, made: dict, scopes: list[str] | None = None) -> str:
    text = sdk.generate_client_token(made["client"]["client_id"], made["plain_secret"], scopes)
    return confide("an access token", text)


def test_a_client_is_registered_as_the_quickstart_says(organization):
    made = organization.register()
    client = made["client"]
    assert re.fullmatch(r"m2morg_[0-9]{17}", client["client_id"])
    assert re.fullmatch(r"live_[0-9A-Za-z]{64}", made["plain_secret"])
    assert client["organization_id"] == organization.id and client["expiry"] == "3600"
    for name in "name", "description", "custom_claims", "scopes", "audience":
        assert client[name] == DEPLOYER[name], name
    (secret,) = client["secrets"]
    assert re.fullmatch(r"sks_[0-9]{17}", secret["id"]) and secret["status"] == "ACTIVE"
    assert secret["secret_suffix"] == made["plain_secret"][-4:] and "plain_secret" not in secret


def test_the_sdk_gets_a_token_and_reads_its_claims(sdk, server, organization):
    made = organization.register()
    text = token(sdk, made)
    assert sdk.validate_access_token(text) is True
    claims = sdk.validate_access_token_and_get_claims(text)
    assert claims["sub"] == claims["client_id"] == made["client"]["client_id"]
    assert claims["iss"] == server.url and claims["oid"] == organization.id
    assert claims["scopes"] == DEPLOYER["scopes"] and claims["aud"] == DEPLOYER["audience"]
    assert claims["custom_claims"]["environment"] == "production_us"
    assert claims["exp"] - claims["iat"] == 3600 and claims["nbf"] == claims["iat"]
    assert re.fullmatch(r"tkn_[0-9]{17}", claims["jti"])
    assert not {"scope", "token_type", "tenant_id"} & set(claims)
    assert jwt.get_unverified_header(text)["alg"] == "RS256"


def test_the_sdk_checks_issuer_audience_and_scopes(sdk, server, organization):
    text = token(sdk, organization.register())
    fits = TokenValidationOptions(
        issuer=server.url, audience=DEPLOYER["audience"], required_scopes=["deploy:applications"])
    assert sdk.validate_access_token_and_get_claims(text, options=fits)["oid"] == organization.id
    for options in (
        TokenValidationOptions(audience=["another-api.acmecorp.com"]),
        TokenValidationOptions(issuer="https://elsewhere.example"),
    ):
        with pytest.raises(ScalekitValidateTokenFailureException):
            sdk.validate_access_token_and_get_claims(text, options=options)
    assert not sdk.validate_access_token(text, options=TokenValidationOptions(required_scopes=["delete:everything"]))


def test_the_sdk_narrows_scopes(sdk, organization):
    made = organization.register()
    claims = sdk.validate_access_token_and_get_claims(token(sdk, made, ["read:deployments"]))
    assert claims["scopes"] == ["read:deployments"]
    with pytest.raises(ScalekitBadRequestException):
        token(sdk, made, ["delete:everything"])


def test_a_wrong_secret_gets_nothing(sdk, organization):
    made = organization.register()
    with pytest.raises(ScalekitUnauthorizedException):
        token(sdk, made | {"plain_secret": "live_" + "0" * 64})


def test_a_url_that_ends_with_a_slash_works_too(server, organization):
    sdk = ScalekitClient(server.url + "/", *server.client)
    assert sdk.validate_access_token(token(sdk, organization.register()))


def test_secrets_are_rotated_by_adding_and_removing(sdk, organization):
    made = organization.register()
    below = f"/{made['client']['client_id']}/secrets"
    added = organization.call("POST", below)
    assert added.status_code == 201, added.text
    new = made | {"plain_secret": confide("an organization's client's secret", added.json()["plain_secret"])}
    assert token(sdk, made) and token(sdk, new), "both work while it is rotated"
    old = made["client"]["secrets"][0]["id"]
    removed = organization.call("DELETE", f"{below}/{old}")
    assert (removed.status_code, removed.json()) == (200, {})
    assert token(sdk, new)
    with pytest.raises(ScalekitUnauthorizedException):
        token(sdk, made)
    last = organization.call("DELETE", f"{below}/{added.json()['secret']['id']}")
    assert (last.status_code, last.json()["code"]) == (400, 9)
    assert last.json()["message"] == "last client cannot be deleted"


def test_pages_of_two(organization):
    made = [organization.register(name=f"Page {number}")["client"]["client_id"] for number in range(5)]
    met, page_token = [], ""
    while True:
        query = {"page_size": 2} | ({"page_token": page_token} if page_token else {})
        page = organization.call("GET", **query).json()
        assert len(page["clients"]) <= 2 <= page["total_size"]
        met += [client["client_id"] for client in page["clients"]]
        page_token = page["next_page_token"]
        if not page_token:
            break
    assert met[-5:] == made and len(set(met)) == len(met) == page["total_size"]


def test_without_a_token_nothing_is_told(organization):
    answer = requests.get(organization.clients, timeout=30)
    assert answer.status_code == 401
    assert answer.json()["code"] == 16 and answer.json()["message"] == "Token empty"
    assert answer.json()["details"][0]["error_code"] == "UNAUTHENTICATED"
