"""What the token endpoints refuse, and how: always RFC 6749 §5.2 as JSON, 400 or 401."""

import dataclasses

import jwt
import pytest
import requests

from api import PLATFORM, tenant_door
from spoken import confide

GRANT = ("grant_type", "client_credentials")
WRONG = confide("a wrong secret", "wrong-secret-0123456789-abcdefghijklmnopqrstuvwxyz")


@dataclasses.dataclass
class Case:
    name: str
    form: list
    error: str
    status: int = 400
    auth: object = "own"
    headers: dict = dataclasses.field(default_factory=dict)


CASES = [
    Case("no grant type", [], "invalid_request"),
    Case("an empty grant type", [("grant_type", "")], "invalid_request"),
    Case("another grant type", [("grant_type", "password")], "unsupported_grant_type"),
    Case("a grant type of another time", [("grant_type", "implicit")], "unsupported_grant_type"),
    Case("grant types are compared exactly", [("grant_type", "CLIENT_CREDENTIALS")], "unsupported_grant_type"),
    Case("S4: the grant type twice", [GRANT, GRANT], "invalid_request"),
    Case("S4: the scope twice", [GRANT, ("scope", "openid"), ("scope", "admin:read")], "invalid_request"),
    Case("S4: the client twice", [GRANT, ("client_id", "{id}"), ("client_id", "{id}")], "invalid_request"),
    Case("an unknown client", [GRANT], "invalid_client", 401, ("app_nobody", WRONG)),
    Case("an identifier that is none", [GRANT], "invalid_client", 401, ("' OR 1=1 --", WRONG)),
    Case("a wrong secret", [GRANT], "invalid_client", 401, ("{id}", WRONG)),
    Case("an empty secret", [GRANT], "invalid_client", 401, ("{id}", "")),
    Case("nobody at all", [GRANT], "invalid_client", 401, None),
    Case("an unknown client in the form", [GRANT, ("client_id", "app_nobody"), ("client_secret", WRONG)],
         "invalid_client", 401, None),
    Case("a wrong secret in the form", [GRANT, ("client_id", "{id}"), ("client_secret", WRONG)],
         "invalid_client", 401, None),
    Case("a secret left out of the form", [GRANT, ("client_id", "{id}")], "invalid_client", 401, None),
    Case("two ways at once", [GRANT, ("client_id", "{id}"), ("client_secret", "{secret}")], "invalid_request"),
    Case("a scope beyond the ceiling", [GRANT, ("scope", "openid users:write")], "invalid_scope"),
    Case("a scope in another case", [GRANT, ("scope", "OpenID")], "invalid_scope"),
    Case("a scope that cannot be one", [GRANT, ("scope", 'a"b')], "invalid_scope"),
    Case("a resource that is no URI", [GRANT, ("resource", "nowhere")], "invalid_target"),
    Case("a resource with a fragment", [GRANT, ("resource", "https://files.example/#top")], "invalid_target"),
]


def filled(value, client):
    if isinstance(value, tuple):
        return tuple(filled(item, client) for item in value)
    return value.replace("{id}", client.id).replace("{secret}", client.secret)


def is_refusal(answer: requests.Response, status: int, error: str) -> None:
    assert answer.headers["Content-Type"].split(";")[0] == "application/json", answer.text
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error), answer.text
    assert set(body) <= {"error", "error_description", "error_uri"}
    assert "no-store" in answer.headers["Cache-Control"]
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic"), "RFC 6749 §5.2"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused(client, case):
    auth = (client.id, client.secret) if case.auth == "own" else case.auth and filled(case.auth, client)
    answer = requests.post(
        client.token_url, data=[(name, filled(value, client)) for name, value in case.form] or {"unknown": "1"},
        auth=auth, timeout=30)
    is_refusal(answer, case.status, case.error)


def test_unknown_parameters_are_ignored(client):
    """RFC 6749 §3.2: "The authorization server MUST ignore unrecognized request parameters."""
    answer = requests.post(
        client.token_url, data=[GRANT, ("audience", "x"), ("foo", "bar")], auth=(client.id, client.secret), timeout=30)
    assert answer.status_code == 200
    confide("an access token", answer.json()["access_token"])


@pytest.mark.parametrize("kind", ["SPA", "NATIVE"])
def test_a_public_client_gets_none(server, api, kind):
    application = api.application(application_type=kind, allowed_scopes=["openid"])
    assert "client_secret" not in application
    named = [GRANT, ("client_id", application["id"])]
    for form in named, [*named, ("client_secret", WRONG)]:
        answer = requests.post(f"{server.url}{PLATFORM}/token", data=form, timeout=30)
        assert answer.status_code in (400, 401)
        assert answer.json()["error"] in ("unauthorized_client", "invalid_client")


def test_at_any_door_but_its_own_a_client_is_nobody(server, clients, tenant, other_tenant):
    doors = {name: server.url + door for name, door in {
        "platform": PLATFORM, "tenant": tenant_door(tenant["slug"]), "other": tenant_door(other_tenant["slug"]),
        "nowhere": tenant_door("no-such-tenant"), "root": "/oauth"}.items()}
    wrong = {
        "platform": ["tenant", "other", "nowhere"], "tenant": ["platform", "other", "nowhere"],
        "partner at a tenant": ["platform", "other", "nowhere"],
        "agent at its tenant": ["platform", "other", "nowhere"],
    }
    for name, closed in wrong.items():
        client = clients[name]
        for door in closed:
            answer = requests.post(f"{doors[door]}/token", data=[GRANT], auth=(client.id, client.secret), timeout=30)
            is_refusal(answer, 401, "invalid_client")


def test_a_partner_s_application_asks_at_its_tenants_doors_or_at_the_root(server, api):
    """At the root its token acts in all present tenants of the partner, or in the one that `tenant` names."""
    partner = api.partner()
    first, second = api.tenant(partner), api.tenant(partner)
    made = api.application(scope="PARTNER", partner_id=partner["id"], allowed_scopes=["openid"])
    auth = made["id"], made["client_secret"]
    refused = requests.post(f"{server.url}{PLATFORM}/token", data=[GRANT], auth=auth, timeout=30)
    is_refusal(refused, 401, "invalid_client")
    assert "use the endpoints of the tenant" in refused.json()["error_description"], "it is told where to go"
    at_root = api.as_application(made, "/oauth")
    wide = jwt.decode(at_root.token(), options={"verify_signature": False})
    assert (wide["iss"], wide["partner_id"]) == (server.url, partner["id"])
    assert "tenant_id" not in wide and "platform_token" not in wide
    for name in first["slug"], first["id"]:
        one = jwt.decode(at_root.token(tenant=name), options={"verify_signature": False})
        assert (one["iss"], one["tenant_id"]) == (f"{server.url}/tenants/{first['id']}", first["id"])
    for foreign in api.tenant()["slug"], "no-such-tenant", "tnt_none":
        asked = requests.post(f"{server.url}/oauth/token", data=[GRANT, ("tenant", foreign)], auth=auth, timeout=30)
        is_refusal(asked, 401, "invalid_client")
    for tenant in first, second:
        token = api.as_application(made, tenant_door(tenant["slug"])).token()
        claims = jwt.decode(token, options={"verify_signature": False})
        assert (claims["tenant_id"], claims["app_scope"]) == (tenant["id"], "PARTNER")


DOUBLED = {
    "token": [GRANT, ("scope", "openid"), ("client_id", "{id}"), ("client_secret", "{secret}")],
    "introspect": [("token", "x"), ("token_type_hint", "access_token"), ("client_id", "{id}")],
    "revoke": [("token", "x"), ("token_type_hint", "access_token"), ("client_id", "{id}")],
}


@pytest.mark.parametrize("endpoint", DOUBLED)
def test_s4_a_parameter_sent_twice_is_refused_at_every_door(client, endpoint):
    """RFC 6749 §3.2: alike or not, in whatever order; a server behind us might read the other one."""
    url = {"token": client.token_url, "introspect": client.introspection_url, "revoke": client.revocation_url}[endpoint]
    form = [(name, filled(value, client)) for name, value in DOUBLED[endpoint]]
    in_form = any(name == "client_secret" for name, _ in form)
    for name, value in form:
        for second in value, "other":
            for doubled in [*form, (name, second)], [(name, second), *form]:
                answer = requests.post(
                    url, data=doubled, auth=None if in_form else (client.id, client.secret), timeout=30)
                is_refusal(answer, 400, "invalid_request")
                assert "repeated" in answer.json()["error_description"], answer.text


def test_what_is_unknown_is_ignored_however_often_it_stands(client):
    """RFC 6749 §3.2: "The authorization server MUST ignore unrecognized request parameters"."""
    form = [GRANT, ("colour", "red"), ("colour", "blue")]
    assert requests.post(client.token_url, data=form, auth=(client.id, client.secret), timeout=30).status_code == 200


def test_a_bearer_token_beside_credentials_in_the_form_is_no_second_way(client):
    """Libraries that send the token they have with each request send it to the token endpoint too."""
    form = [GRANT, ("client_id", client.id), ("client_secret", client.secret)]
    held = {"Authorization": f"Bearer {client.api.token()}"}
    assert requests.post(client.token_url, data=form, headers=held, timeout=30).status_code == 200
    form[-1] = ("client_secret", WRONG)
    is_refusal(requests.post(client.token_url, data=form, headers=held, timeout=30), 401, "invalid_client")


def test_a_form_of_another_type_is_no_form(client):
    auth = (client.id, client.secret)
    for answer in (
        requests.post(client.token_url, json=dict([GRANT]), auth=auth, timeout=30),
        requests.post(client.token_url, data=b"grant_type=client_credentials", auth=auth, timeout=30),
        requests.post(client.token_url, files={"grant_type": (None, "client_credentials")}, auth=auth, timeout=30),
    ):
        assert answer.status_code in (400, 415)
        assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("header", [
    "Basic", "Basic !!!", "Basic YWJj", "Basic OnNlY3JldA==", "Digest a=b", "Bearer abc",
])
def test_an_authorization_header_that_proves_nothing(client, header):
    answer = requests.post(client.token_url, data=[GRANT], headers={"Authorization": header}, timeout=30)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_request", "invalid_client")


def test_a_form_that_is_malformed(client):
    for body in (b"grant_type=%", b"grant_type=%zz", b"grant_type=client_credentials&scope=%ff%fe", b"\x00" * 20):
        answer = requests.post(
            client.token_url, data=body, auth=(client.id, client.secret), timeout=30,
            headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 400, body
        assert answer.json()["error"] in ("invalid_request", "invalid_scope", "unsupported_grant_type")


def test_another_method_is_405_and_says_which(client):
    for url in client.token_url, client.introspection_url, client.revocation_url:
        answer = requests.get(url, auth=(client.id, client.secret), timeout=30)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_s36_a_scope_of_any_length_gets_an_answer(client):
    for scope in "x" * 5_000, " ".join(f"s{n}" for n in range(5_000)), "openid " * 2_000:
        answer = requests.post(
            client.token_url, data=[GRANT, ("scope", scope)], auth=(client.id, client.secret), timeout=30)
        assert answer.status_code in (200, 400, 413)
        if answer.status_code == 400:
            assert answer.json()["error"] == "invalid_scope"
        if answer.status_code == 200:
            confide("an access token", answer.json()["access_token"])


def test_a_form_without_end_is_413(client):
    answer = requests.post(
        client.token_url, data={"grant_type": "x" * 1_000_000}, auth=(client.id, client.secret), timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
