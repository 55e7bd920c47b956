"""What holds on every admin route: versions, repeats, indexes, reasons, the order of answers (decisions 25 to 27)."""

import time
import urllib.parse

import pytest
import requests

from api import ADMIN, fresh
from spoken import confide


# --- Versions ---------------------------------------------------------------------------------------------------------


def test_if_match_lets_only_the_present_version_through(api):
    path = f"/partners/{api.partner()['id']}"
    tag = api.get(path).headers["ETag"]
    assert api.patch(path, {"name": "Mine"}, headers={"If-Match": tag}).status_code == 200
    late = api.patch(path, {"name": "Late"}, headers={"If-Match": tag})
    assert late.status_code == 412 and isinstance(late.json()["detail"], str)
    assert api.get(path).json()["data"]["name"] == "Mine"
    assert api.delete(path, headers={"If-Match": tag}).status_code == 412
    assert api.delete(path, headers={"If-Match": api.get(path).headers["ETag"]}).status_code == 204


@pytest.mark.parametrize("tag, status", [
    ("*", 200), ('"1"', 200), ('"9", "1"', 200), ('"2"', 412), ('W/"1"', 412), ('"01"', 412), ("nonsense", None),
])
def test_if_match_in_its_other_forms(api, tag, status):
    """RFC 9110 §13.1.1: a star, or a list, compared strongly."""
    path = f"/partners/{api.partner()['id']}"
    answer = api.patch(path, {"name": "Changed"}, headers={"If-Match": tag})
    assert answer.status_code == status if status else answer.status_code in (400, 412, 422)


# --- Repeats ----------------------------------------------------------------------------------------------------------


def keyed() -> dict:
    return {"Idempotency-Key": confide("an idempotency key", fresh("idempotency-key"))}


def test_a_repeated_post_answers_the_same_secret_included(api):
    headers = keyed()
    body = {"name": "Once", "application_type": "SERVICE", "scope": "GLOBAL"}
    first = api.post("/applications", body, headers=headers)
    assert first.status_code == 201
    confide("an application's secret", first.json()["data"]["client_secret"])
    again = api.post("/applications", body, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    fresh_one = api.post("/applications", body, headers=keyed()).json()["data"]
    confide("an application's secret", fresh_one["client_secret"])
    assert fresh_one["id"] != first.json()["data"]["id"]


def test_the_same_key_with_another_body_is_422(api):
    headers, slug = keyed(), fresh("partner")
    assert api.post("/partners", {"name": "A", "slug": slug}, headers=headers).status_code == 201
    assert api.post("/partners", {"name": "B", "slug": slug}, headers=headers).status_code == 422
    other = {"name": "A", "application_type": "SERVICE", "scope": "GLOBAL"}
    assert api.post("/applications", other, headers=headers).status_code == 422, "another path is another request"


def test_a_key_belongs_to_who_used_it(api):
    headers, slug = keyed(), fresh("partner")
    stranger = api.as_application(api.application(allowed_scopes=["admin:write"]))
    body = {"name": "A", "slug": slug}
    assert api.post("/partners", body, headers=headers).status_code == 201
    assert stranger.post("/partners", body, headers=headers).status_code == 409, "for this one it is a new request"


def test_a_post_that_was_refused_may_be_repeated(api):
    partner = api.partner(max_tenants=0)
    headers = keyed()
    body = {"name": "T", "slug": fresh("tenant"), "partner_id": partner["id"]}
    assert api.post("/tenants", body, headers=headers).status_code == 409
    api.patch(f"/partners/{partner['id']}", {"max_tenants": 1})
    assert api.post("/tenants", body, headers=headers).status_code == 201, "a refusal is no answer to keep"


def test_a_key_too_long_is_refused(api):
    answer = api.post("/partners", {"name": "A", "slug": fresh("p")}, headers={"Idempotency-Key": "k" * 5_000})
    assert answer.status_code in (400, 422)


def test_a_key_lives_on_through_a_restart(new_server):
    server = new_server().start()
    headers, body = keyed(), {"name": "Once", "application_type": "SERVICE", "scope": "GLOBAL"}
    first = server.api.post("/applications", body, headers=headers)
    confide("an application's secret", first.json()["data"]["client_secret"])
    server.stop()
    server.start()
    assert server.api.post("/applications", body, headers=headers).content == first.content


# --- Indexes ----------------------------------------------------------------------------------------------------------


def test_the_index_of_a_write_is_that_of_its_last_entry(server, api):
    answer = api.post("/partners", {"name": "A", "slug": fresh("partner")})
    index = int(answer.headers["Muniment-Index"])
    mine = api.get(f"/audit/{index}").json()["data"]
    assert mine["index"] == index
    assert mine["batch"][0] == mine["batch"][1], "the last of its batch"
    assert int(api.get(f"/partners/{answer.json()['data']['id']}").headers["Muniment-Index"]) >= index


def test_a_read_waits_for_the_index_it_names(api):
    made = api.post("/partners", {"name": "A", "slug": fresh("partner")})
    path = f"/partners/{made.json()['data']['id']}"
    assert api.get(path, params={"min_index": made.headers["Muniment-Index"]}).status_code == 200
    began = time.monotonic()
    answer = api.get(path, params={"min_index": int(made.headers["Muniment-Index"]) + 1_000_000})
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    assert 4 < time.monotonic() - began < 8
    assert api.get(path, params={"min_index": "soon"}).status_code == 422


# --- Reasons ----------------------------------------------------------------------------------------------------------


def test_a_reason_goes_into_the_entry_sealed(api):
    reason = confide("a reason", "Ticket 4711: Frau Müller asked for it")
    headers = {"Muniment-Reason": urllib.parse.quote(reason)}
    path = f"/partners/{api.partner()['id']}"
    for answer in api.patch(path, {"name": "B"}, headers=headers), api.delete(path, headers=headers):
        assert answer.status_code in (200, 204), answer.text
        entry = api.get(f"/audit/{answer.headers['Muniment-Index']}").json()["data"]
        assert any("reason" in segment["fields"] for segment in entry["sealed"])
    made = api.post("/partners", {"name": "A", "slug": fresh("partner")}, headers=headers).json()["data"]
    created = api.get("/audit", params={"resource_id": made["id"], "action": "partner.created"}).json()["data"][0]
    assert any("reason" in segment["fields"] for segment in created["sealed"])


@pytest.mark.parametrize("reason", ["x" * 501, "%", "%zz", "%ff%fe", urllib.parse.quote("ü" * 501)])
def test_a_reason_that_cannot_be_read_is_refused(api, reason):
    answer = api.post("/partners", {"name": "A", "slug": fresh("p")}, headers={"Muniment-Reason": reason})
    assert answer.status_code in (400, 422)
    longest = urllib.parse.quote("ü" * 500)
    kept = api.post("/partners", {"name": "A", "slug": fresh("p")}, headers={"Muniment-Reason": longest})
    assert kept.status_code == 201, "500 characters are allowed, whatever their encoding takes"


# --- The order of answers ---------------------------------------------------------------------------------------------


def plain(server, method: str, path: str, **options) -> requests.Response:
    return requests.request(method, server.url + ADMIN + path, timeout=30, **options)


def test_an_unknown_path_is_404_before_anything_else(server):
    for path in "/", "/nothing", "/partners/prt_x/nothing", "/tenants//", "/../admin", "/Partners", "/users%2f..":
        answer = plain(server, "POST", path, data=b"{")
        assert answer.status_code == 404 and "detail" in answer.json(), path


def test_a_known_path_with_another_method_is_405_and_says_which(server):
    for method, path, allowed in (
        ("PUT", "/partners/prt_x", {"GET", "PATCH", "DELETE"}), ("DELETE", "/partners", {"GET", "POST"}),
        ("POST", "/audit", {"GET"}), ("DELETE", "/audit/0", {"GET"}), ("GET", "/signing-keys/rotate", {"POST"}),
    ):
        answer = plain(server, method, path, data=b"{")
        assert answer.status_code == 405, f"{method} {path}"
        assert allowed <= set(answer.headers["Allow"].replace(" ", "").split(",")) <= allowed | {"HEAD", "OPTIONS"}


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Bearer a.b.c", "Basic YTpi", "bearer"])
def test_without_a_token_it_is_401_before_the_body_is_read(server, header):
    for method, path in (("POST", "/partners"), ("GET", "/partners"), ("PATCH", "/partners/prt_nobody")):
        answer = plain(server, method, path, data=b"{", headers={"Authorization": header} if header else {})
        assert answer.status_code == 401, answer.text
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), "RFC 6750 §3"
        assert isinstance(answer.json()["detail"], str)


def test_without_the_right_it_is_403_before_the_body_is_read(api):
    reader = api.as_application(api.application(allowed_scopes=["admin:read"]))
    assert reader.get("/partners").status_code == 200
    for method, path in (("POST", "/partners"), ("PATCH", "/partners/prt_nobody"), ("DELETE", "/partners/prt_nobody")):
        answer = reader.call(method, path, data=b"{")
        assert answer.status_code == 403
        assert answer.json() == {"detail": "Platform token requires admin:read or admin:write scope"}
    writer = api.as_application(api.application(allowed_scopes=["admin:write"]))
    assert writer.get("/partners").status_code == 200, "write implies read"


def test_the_body_is_judged_before_what_it_is_about(api):
    path = "/partners/prt_nobody"
    json = {"Content-Type": "application/json"}
    assert api.call("PATCH", path, data=b"x" * 2_000_000, headers=json).status_code == 413
    assert api.call("PATCH", path, data=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert api.call("PATCH", path, data=b"{", headers=json).status_code == 400
    assert api.patch(path, {"colour": "red"}).status_code == 422
    assert api.patch(path, {"name": "A"}).status_code == 404


def test_every_answer_of_the_api_is_json_that_nobody_keeps(api):
    for answer in api.get("/partners"), api.get("/partners/prt_nobody"), api.post("/partners", {}):
        assert answer.headers["Content-Type"].split(";")[0] == "application/json"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["prt_%00", "prt_..", "prt_" + "a" * 5_000, "tnt_x", "%F0%9F%A6%86", "prt_é", "0"])
def test_an_identifier_that_is_none_is_404(api, name):
    assert api.get(f"/partners/{name}").status_code in (400, 404, 431)
