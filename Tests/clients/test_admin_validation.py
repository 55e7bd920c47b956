"""A body that cannot be meant is answered with where and why, in the shape of the contract's 422."""

import pytest

from api import fresh
from spoken import confide

LONG = "x" * 201
DEEP: list = []
for _ in range(40):
    DEEP = [DEEP]


def bodies() -> list[tuple[str, str, dict]]:
    good_tenant = {"name": "T", "slug": "tenant-x", "partner_id": "prt_x"}
    good = {"name": "A", "application_type": "SERVICE", "scope": "GLOBAL"}
    return [
        ("/partners", "name", {"slug": "a"}),
        ("/partners", "slug", {"name": "A"}),
        ("/partners", "name", {"name": "", "slug": "a"}),
        ("/partners", "name", {"name": LONG, "slug": "a"}),
        ("/partners", "name", {"name": 7, "slug": "a"}),
        ("/partners", "name", {"name": None, "slug": "a"}),
        *(("/partners", "slug", {"name": "A", "slug": slug})
          for slug in ("", "A", "-a", "a-", "a_b", "é", "a" * 64, "a.b", "a/b", " a")),
        ("/partners", "colour", {"name": "A", "slug": "a", "colour": "red"}),
        ("/partners", "id", {"name": "A", "slug": "a", "id": "prt_mine"}),
        ("/partners", "max_tenants", {"name": "A", "slug": "a", "max_tenants": -1}),
        ("/partners", "max_tenants", {"name": "A", "slug": "a", "max_tenants": "5"}),
        ("/partners", "max_tenants", {"name": "A", "slug": "a", "max_tenants": 1.5}),
        ("/partners", "contact_email", {"name": "A", "slug": "a", "contact_email": "nobody"}),
        ("/partners", "contact_email", {"name": "A", "slug": "a", "contact_email": "a@b.example\r\nBcc: c@d.example"}),
        ("/tenants", "partner_id", {"name": "T", "slug": "t"}),
        ("/tenants", "partner_id", good_tenant | {"partner_id": "tnt_x"}),
        ("/tenants", "settings", good_tenant | {"settings": []}),
        ("/tenants", "settings", good_tenant | {"settings": "{}"}),
        ("/tenants", "settings", good_tenant | {"settings": {"x": "y" * 17_000}}),
        ("/tenants", "status", good_tenant | {"status": "DELETED"}),
        ("/tenants", "status", good_tenant | {"status": "asleep"}),
        ("/applications", "application_type", {"name": "A", "scope": "GLOBAL"}),
        ("/applications", "scope", {"name": "A", "application_type": "SERVICE"}),
        ("/applications", "application_type", good | {"application_type": "ROBOT"}),
        ("/applications", "tenant_id", good | {"scope": "TENANT"}),
        ("/applications", "partner_id", good | {"scope": "PARTNER"}),
        ("/applications", "tenant_id", good | {"tenant_id": "tnt_x"}),
        ("/applications", "token_lifetime", good | {"token_lifetime": 59}),
        ("/applications", "token_lifetime", good | {"token_lifetime": 86_401}),
        ("/applications", "allowed_scopes", good | {"allowed_scopes": "openid"}),
        ("/applications", "allowed_scopes", good | {"allowed_scopes": ["open id"]}),
        ("/applications", "allowed_scopes", good | {"allowed_scopes": ["s"] * 10_000}),
        ("/applications", "allowed_scopes", good | {"allowed_scopes": [1]}),
        ("/applications", "redirect_uris", good | {"redirect_uris": ["https://a.example/" + "x" * 5_000]}),
        ("/applications", "token_exchange_allowed", good | {"token_exchange_allowed": "yes"}),
    ]


@pytest.mark.parametrize("path, field, body", bodies(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_field_that_cannot_be_meant_is_named(api, path, field, body):
    answer = api.post(path, body)
    assert answer.status_code == 422, answer.text
    issues = answer.json()["detail"]
    assert isinstance(issues, list)
    for issue in issues:
        assert set(issue) == {"loc", "msg", "type"} and issue["msg"] and issue["type"]
    assert any(issue["loc"][:2] == ["body", field] for issue in issues), issues


def test_every_fault_is_told_at_once(api):
    answer = api.post("/partners", {"slug": "NO", "max_tenants": "x", "colour": "red"})
    assert {issue["loc"][1] for issue in answer.json()["detail"]} >= {"name", "slug", "max_tenants", "colour"}


@pytest.mark.parametrize("uri", [
    "https://a.example/*", "https://*.a.example/", "https://a.example/#top", "https://user@a.example/",
    "http://a.example/", "http://localhost/", "http://localhost@evil.example/", "http://127.0.0.1.evil.example/",
    "http://127.0.0.1@evil.example/", "javascript:alert(1)", "data:text/html,x", "//a.example/", "/relative", "",
    "https://", "https:///path", "https://a.example/ space", "https://a.example/\n", "ftp://a.example/",
    "http://[::2]/", "http://2130706433/", "HTTPS://a.example@evil.example/", "https:a.example",
    "com.example.app:/back",
])
def test_s1_s2_s3_a_redirect_uri_that_could_lead_astray_is_refused(api, uri):
    """Decision 22: https, or http on the two loopback literals; no wildcard, fragment or user information."""
    body = {"name": "Web", "application_type": "WEB", "scope": "GLOBAL", "redirect_uris": [uri]}
    answer = api.post("/applications", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"][0]["loc"][:2] == ["body", "redirect_uris"]


@pytest.mark.parametrize("kind, uri", [
    ("WEB", "https://a.example/back?x=1"), ("WEB", "http://127.0.0.1:8080/back"), ("WEB", "http://[::1]/back"),
    ("WEB", "https://a.example/a%2Fb/B%C3%A4ck"), ("NATIVE", "http://localhost:4000/back"),
    ("NATIVE", "com.example.app:/back"),
])
def test_s1_a_redirect_uri_is_stored_as_given(api, kind, uri):
    made = api.application(application_type=kind, redirect_uris=[uri])
    assert api.get(f"/applications/{made['id']}").json()["data"]["redirect_uris"] == [uri]


def raw(api, body: bytes, content_type: str | None = "application/json"):
    headers = {"Content-Type": content_type} if content_type else {}
    return api.call("POST", "/partners", data=body, headers=headers)


@pytest.mark.parametrize("body", [
    b"", b"{", b'{"name": "A"', b"nonsense", b'{"name": "A", "name": "B", "slug": "a"}', b'{"name": "\xff"}',
    b'{"name": "\\ud800", "slug": "a"}', b"{'name': 'A'}", b'{"name": "A"} {"name": "B"}', b'{"a": 01}', b'{"a": NaN}',
    b"\xef\xbb\xbf{}", b"[" * 100_000,
])
def test_what_is_not_json_is_400(api, body):
    answer = raw(api, body)
    assert answer.status_code == 400, answer.text
    assert isinstance(answer.json()["detail"], str)


def test_what_is_json_but_no_object_is_422(api):
    for body in b"[]", b'"text"', b"7", b"null", b"true":
        assert raw(api, body).status_code == 422, body


def test_another_content_type_is_415(api):
    slug = fresh("partner")
    body = f'{{"name": "A", "slug": "{slug}"}}'.encode()
    for kind in "text/plain", "application/x-www-form-urlencoded", "application/xml":
        assert raw(api, body, kind).status_code == 415, kind
    assert raw(api, body, "application/json; charset=utf-8").status_code == 201


def test_nesting_has_an_end(api, partner):
    body = {"name": "T", "slug": fresh("tenant"), "partner_id": partner["id"], "settings": {"deep": DEEP}}
    assert api.post("/tenants", body).status_code in (400, 422)


@pytest.mark.parametrize("name", [
    "Müller & Söhne", "名前", "é", "e\u0301", "🦆", "a\u200bb", "<script>alert(1)</script>",
    "'; DROP TABLE tenants; --",
    "x" * 200, "ü" * 200, "  spaces  kept  ", '"quoted" \\ back',
])
def test_names_come_back_as_they_were_given(api, name):
    made = api.partner(name=name)
    assert api.get(f"/partners/{made['id']}").json()["data"]["name"] == name


def test_an_e_mail_address_never_stands_in_an_error(api):
    email = confide("an e-mail that is refused", f"{fresh('typo')}@@nowhere.example")
    answer = api.post("/partners", {"name": "A", "slug": fresh("p"), "contact_email": email})
    assert answer.status_code == 422
    assert email not in answer.text
