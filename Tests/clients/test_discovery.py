"""Every place where a client looks for the issuer's document answers, and says what the place says."""

import pytest
import requests
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"


def platform_places() -> list[str]:
    return [OPENID, OAUTH, f"/api/v1/platform/oauth{OPENID}"]


def tenant_places(tenant: dict) -> list[str]:
    issuer = f"/tenants/{tenant['id']}"
    return [f"{OAUTH}{issuer}", f"{OPENID}{issuer}", f"{issuer}{OPENID}",
            f"/api/v1/auth/tenants/{tenant['slug']}{OPENID}"]


def document(server, place: str) -> dict:
    answer = requests.get(server.url + place, timeout=30)
    assert answer.status_code == 200, f"{place}: {answer.status_code} {answer.text}"
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    return answer.json()


@pytest.mark.parametrize("place", platform_places())
def test_the_platform_s_document_stands_at_each_documented_place(server, place):
    found = document(server, place)
    assert found["issuer"] == server.url, "compared as a string"
    assert found == document(server, OPENID)


def test_the_root_document_names_the_root_endpoints(server):
    found = document(server, OPENID)
    assert found["jwks_uri"] == f"{server.url}/keys"
    assert found["token_endpoint"] == f"{server.url}/oauth/token"


@pytest.mark.parametrize("position", range(4))
def test_a_tenant_s_document_stands_at_each_documented_place(server, tenant, position):
    place = tenant_places(tenant)[position]
    found = document(server, place)
    assert found["issuer"] == f"{server.url}/tenants/{tenant['id']}"
    assert found == document(server, tenant_places(tenant)[0])
    assert f"/api/v1/auth/tenants/{tenant['slug']}/oauth/token" in found["token_endpoint"]


def test_authlib_finds_the_metadata_valid(server, tenant):
    for place in platform_places() + tenant_places(tenant):
        metadata = AuthorizationServerMetadata(document(server, place))
        # Authlib insists on https for issuer and key set; over plain loopback everything else is judged.
        for name in AuthorizationServerMetadata.REGISTRY_KEYS:
            if name not in ("issuer", "jwks_uri") and not (name.endswith("_endpoint") and name in metadata):
                getattr(metadata, f"validate_{name}")()


def test_a_document_names_only_what_answers(server, tenant):
    for place in OPENID, tenant_places(tenant)[0]:
        found = document(server, place)
        endpoints = {name: url for name, url in found.items() if name.endswith("_endpoint")}
        assert {"token_endpoint", "introspection_endpoint", "revocation_endpoint"} <= set(endpoints)
        assert "authorization_endpoint" not in endpoints, "there is none yet"
        for name, url in endpoints.items():
            assert requests.post(url, timeout=30).status_code in (400, 401), name
        assert found["grant_types_supported"] == ["client_credentials"]
        assert {"client_secret_basic", "client_secret_post"} <= set(found["token_endpoint_auth_methods_supported"])


def test_every_key_set_publishes_the_same_keys(server, tenant):
    places = [
        "/keys", "/oauth/.well-known/jwks.json", "/api/v1/platform/.well-known/jwks.json",
        "/api/v1/platform/oauth/.well-known/jwks.json", f"/api/v1/auth/tenants/{tenant['slug']}/.well-known/jwks.json",
        f"/api/v1/auth/tenants/{tenant['slug']}/oauth/.well-known/jwks.json",
    ]
    sets = [document(server, place) for place in places]
    assert all(found == sets[0] for found in sets)
    for key in sets[0]["keys"]:
        assert key["kid"] and key["use"] == "sig" and key["alg"] == "RS256"
    for place in OPENID, tenant_places(tenant)[0]:
        assert requests.get(document(server, place)["jwks_uri"], timeout=30).json() == sets[0]


@pytest.mark.parametrize("place", [
    f"{OAUTH}/tenants/tnt_nobody", f"{OPENID}/tenants/tnt_nobody", f"/tenants/tnt_nobody{OPENID}",
    f"/api/v1/auth/tenants/nobody{OPENID}", "/api/v1/auth/tenants/nobody/.well-known/jwks.json",
    "/api/v1/auth/tenants/nobody/oauth/.well-known/jwks.json",
    f"{OAUTH}/nothing", f"{OPENID}/nothing/at/all", f"/tenants/%00{OPENID}", f"/tenants/{'a' * 2000}{OPENID}",
])
def test_an_unknown_issuer_is_404(server, place):
    assert requests.get(server.url + place, timeout=30).status_code == 404


def test_a_tenant_s_issuer_outlives_its_slug(server, api):
    tenant = api.tenant()
    before = document(server, tenant_places(tenant)[0])
    renamed = api.patch(f"/tenants/{tenant['id']}", {"slug": tenant["slug"] + "-renamed"}).json()["data"]
    after = document(server, tenant_places(renamed)[0])
    assert after["issuer"] == before["issuer"]
    assert after == document(server, tenant_places(renamed)[3])
    assert requests.get(server.url + tenant_places(tenant)[3], timeout=30).status_code == 404


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto"])
def test_no_header_moves_the_issuer(server, header):
    """S21: links are built from the configured address alone."""
    value = "host=evil.example;proto=https" if header == "Forwarded" else "evil.example"
    answer = requests.get(server.url + OPENID, headers={header: value}, timeout=30)
    assert answer.status_code in (200, 400)
    assert "evil.example" not in answer.text


def test_a_suspended_tenant_s_document_tells_no_lies(server, api):
    """Verifiers still need the keys of tokens that are out; what it says must stay true."""
    tenant = api.tenant()
    api.patch(f"/tenants/{tenant['id']}", {"status": "SUSPENDED"})
    answer = requests.get(server.url + tenant_places(tenant)[0], timeout=30)
    assert answer.status_code in (200, 404)


def test_a_deleted_tenant_has_no_document(server, api):
    tenant = api.tenant()
    assert api.delete(f"/tenants/{tenant['id']}").status_code == 204
    for place in tenant_places(tenant):
        assert requests.get(server.url + place, timeout=30).status_code == 404, place


@pytest.mark.parametrize("path", ["/keys", "/.well-known/openid-configuration", "/openapi.json"])
def test_a_page_of_any_origin_reads_what_is_public(server, path):
    """Fetch §3.2: a script of another origin may read it, without credentials, and a browser that asks first is told."""
    origin = {"Origin": "https://app.example"}
    answer = requests.get(f"{server.url}{path}", headers=origin, timeout=30)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = requests.options(
        f"{server.url}{path}", headers=origin | {"Access-Control-Request-Method": "GET"}, timeout=30)
    assert asked.status_code == 204 and "GET" in asked.headers["Access-Control-Allow-Methods"]
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    again = requests.get(f"{server.url}{path}", headers={"If-None-Match": answer.headers["ETag"]}, timeout=30)
    assert (again.status_code, again.content) == (304, b"")


def test_pages_of_other_origins_are_told_nothing_else(server):
    for path in "/oauth/token", "/api/v1/admin/tenants":
        asked = requests.options(f"{server.url}{path}", headers={"Origin": "https://app.example"}, timeout=30)
        assert asked.status_code == 405 and "Access-Control-Allow-Origin" not in asked.headers
