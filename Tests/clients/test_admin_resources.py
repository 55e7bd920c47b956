"""Partners, tenants and applications through their whole life, as an administrator's script lives it."""

import csv
import io

import pytest

from api import fresh
from spoken import confide

MISSING = {"partners": "prt_nobody", "tenants": "tnt_nobody", "applications": "app_nobody"}
PREFIX = {"partners": "prt_", "tenants": "tnt_", "applications": "app_"}


@pytest.fixture(params=list(PREFIX))
def resource(request, api):
    """A collection's name, and a function that makes one of its resources."""
    make = {"partners": api.partner, "tenants": api.tenant, "applications": api.application}[request.param]
    return request.param, make


def test_created_read_patched_deleted(api, resource):
    collection, make = resource
    made = make()
    assert made["id"].startswith(PREFIX[collection])
    assert made["status"] == "ACTIVE" and made["created_at"] and made["updated_at"]
    path = f"/{collection}/{made['id']}"
    read = api.get(path)
    assert read.status_code == 200 and read.headers["ETag"] == '"1"'
    assert read.json() == {"data": {name: value for name, value in made.items() if name != "client_secret"}}

    patched = api.patch(path, {"name": "Renamed"})
    assert patched.status_code == 200 and patched.headers["ETag"] == '"2"'
    assert patched.json()["data"]["name"] == "Renamed"
    assert api.get(path).json() == patched.json()

    deleted = api.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for answer in api.get(path), api.patch(path, {"name": "Back"}), api.delete(path):
        assert answer.status_code == 404
        assert isinstance(answer.json()["detail"], str)
    gone = [item for item in everything(api, f"/{collection}", status="deleted") if item["id"] == made["id"]]
    assert gone and gone[0]["status"] == "DELETED" and gone[0]["deleted_at"]
    assert made["id"] not in [item["id"] for item in everything(api, f"/{collection}")]


def everything(api, path: str, **query) -> list[dict]:
    items, page = [], 1
    while True:
        answer = api.get(path, params=query | {"page": page, "per_page": 100})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        items += body["data"]
        if page >= body["pagination"]["total_pages"]:
            assert len(items) == body["pagination"]["total"]
            return items
        page += 1


def test_every_field_of_a_partner_comes_back(api):
    email = confide("a contact's e-mail", f"{fresh('contact')}@partner.example")
    fields = {"contact_email": email, "max_tenants": 5, "max_users_per_tenant": 100, "max_applications_per_tenant": 7}
    made = api.partner(**fields)
    read = api.get(f"/partners/{made['id']}").json()["data"]
    assert {name: read[name] for name in fields} == fields
    cleared = api.patch(f"/partners/{made['id']}", {"max_tenants": None, "contact_email": None}).json()["data"]
    assert cleared["max_tenants"] is None and cleared["contact_email"] is None
    assert cleared["max_users_per_tenant"] == 100, "what a PATCH leaves out stays"


def test_every_field_of_a_tenant_comes_back(api, partner):
    email = confide("a contact's e-mail", f"{fresh('contact')}@tenant.example")
    fields = {
        "contact_email": email,
        "settings": {"mfa": {"required": True}, "ratio": 1.5, "big": 12345678901234567890, "é": ["ü", None]},
        "branding": {"colour": "#123456"},
    }
    made = api.tenant(partner, **fields)
    read = api.get(f"/tenants/{made['id']}").json()["data"]
    assert {name: read[name] for name in fields} == fields
    assert read["partner_id"] == partner["id"]
    replaced = api.patch(f"/tenants/{made['id']}", {"settings": {"session_timeout": 60}}).json()["data"]
    assert replaced["settings"] == {"session_timeout": 60}, "an object is replaced, not merged"
    assert replaced["branding"] == fields["branding"]


def test_every_field_of_an_application_comes_back(api, tenant):
    fields = {
        "name": "Billing", "application_type": "WEB", "scope": "TENANT", "tenant_id": tenant["id"],
        "description": "Sends the bills", "allowed_scopes": ["openid", "users:read"],
        "redirect_uris": ["https://billing.example/back", "http://127.0.0.1/back"],
        "allowed_origins": ["https://billing.example"], "token_lifetime": 120, "token_exchange_allowed": True,
    }
    made = api.application(**fields)
    assert made["client_id"] == made["id"]
    assert len(made["client_secret"]) >= 43
    read = api.get(f"/applications/{made['id']}").json()["data"]
    assert {name: read[name] for name in fields} == fields
    assert api.application()["token_lifetime"] == 3600


@pytest.mark.parametrize("field, value", [
    ("application_type", "SPA"), ("scope", "TENANT"), ("tenant_id", "tnt_x"), ("id", "app_x"), ("client_id", "app_x"),
    ("client_secret", "mine"), ("created_at", "2026-01-01T00:00:00Z"),
])
def test_what_is_fixed_at_registration_cannot_be_patched(api, field, value):
    made = api.application()
    assert api.patch(f"/applications/{made['id']}", {field: value}).status_code == 422
    assert api.get(f"/applications/{made['id']}").headers["ETag"] == '"1"'


def test_a_patch_that_changes_nothing_makes_no_version(api):
    made = api.partner()
    answer = api.patch(f"/partners/{made['id']}", {"name": made["name"]})
    assert answer.status_code == 200 and answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize("noun", ["partner", "tenant"])
def test_a_slug_once_used_stays_reserved(api, noun, partner):
    make = api.partner if noun == "partner" else lambda **fields: api.tenant(partner, **fields)
    owner = {} if noun == "partner" else {"partner_id": partner["id"]}
    renamed, deleted = make(), make()
    assert api.patch(f"/{noun}s/{renamed['id']}", {"slug": fresh("new")}).status_code == 200
    assert api.delete(f"/{noun}s/{deleted['id']}").status_code == 204
    for slug in renamed["slug"], deleted["slug"]:
        answer = api.post(f"/{noun}s", {"name": "Another", "slug": slug} | owner)
        assert answer.status_code == 409, answer.text
    assert api.patch(f"/{noun}s/{renamed['id']}", {"slug": renamed["slug"]}).status_code == 200, "its own comes back"


def test_a_partner_with_children_is_deleted_only_with_them(api):
    partner = api.partner()
    tenants = [api.tenant(partner) for _ in range(3)]
    shared = api.application(scope="PARTNER", partner_id=partner["id"])
    local = api.application(scope="TENANT", tenant_id=tenants[0]["id"])
    refused = api.delete(f"/partners/{partner['id']}")
    assert refused.status_code == 409 and "3" in refused.json()["detail"]
    assert api.delete(f"/tenants/{tenants[0]['id']}").status_code == 409
    deleted = api.delete(f"/partners/{partner['id']}", params={"cascade": "true"})
    assert deleted.status_code == 204
    paths = [f"/partners/{partner['id']}", f"/applications/{shared['id']}", f"/applications/{local['id']}"]
    for path in paths + [f"/tenants/{tenant['id']}" for tenant in tenants]:
        assert api.get(path).status_code == 404, path


def test_a_tenant_moves_to_another_partner(api):
    old, new = api.partner(), api.partner()
    tenant = api.tenant(old)
    moved = api.patch(f"/tenants/{tenant['id']}", {"partner_id": new["id"], "name": "Moved"})
    assert moved.status_code == 200, moved.text
    assert (moved.json()["data"]["partner_id"], moved.json()["data"]["name"]) == (new["id"], "Moved")
    listed = {owner["id"]: [item["id"] for item in everything(api, "/tenants", partner_id=owner["id"])]
              for owner in (old, new)}
    assert listed == {old["id"]: [], new["id"]: [tenant["id"]]}
    assert api.patch(f"/tenants/{tenant['id']}", {"partner_id": "prt_nobody"}).status_code in (404, 409, 422)
    assert api.delete(f"/partners/{old['id']}").status_code == 204, "nothing of it is left there"


def test_limits_hold_and_are_not_retroactive(api):
    partner = api.partner(max_tenants=2, max_applications_per_tenant=1)
    tenants = [api.tenant(partner) for _ in range(2)]
    body = {"name": "One more", "slug": fresh("tenant"), "partner_id": partner["id"]}
    refused = api.post("/tenants", body)
    assert refused.status_code == 409 and refused.json()["detail"].endswith("limit reached")
    api.application(scope="TENANT", tenant_id=tenants[0]["id"])
    extra = {"name": "Two", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": tenants[0]["id"]}
    assert api.post("/applications", extra).json()["detail"].endswith("limit reached")
    assert api.patch(f"/partners/{partner['id']}", {"max_tenants": 1}).status_code == 200
    assert api.patch(f"/tenants/{tenants[1]['id']}", {"name": "Still here"}).status_code == 200
    stranger = api.tenant()
    assert api.patch(f"/tenants/{stranger['id']}", {"partner_id": partner["id"]}).status_code == 409, "nor by a move"
    assert api.patch(f"/partners/{partner['id']}", {"max_tenants": None}).status_code == 200
    assert api.post("/tenants", body).status_code == 201


def test_lists_page_filter_and_search(api):
    partner = api.partner()
    made = [api.tenant(partner, name=f"Zebra {number:02}") for number in range(7)]
    pages = [api.get("/tenants", params={"partner_id": partner["id"], "per_page": 3, "page": page}).json()
             for page in (1, 2, 3, 4)]
    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    block = pages[0]["pagination"]
    assert (block["page"], block["per_page"], block["total"], block["total_pages"]) == (1, 3, 7, 3)
    assert {item["id"] for page in pages for item in page["data"]} == {item["id"] for item in made}
    first = api.get("/tenants").json()["pagination"]
    assert (first["page"], first["per_page"]) == (1, 20)

    api.patch(f"/tenants/{made[0]['id']}", {"status": "SUSPENDED"})
    for word in "suspended", "SUSPENDED":
        found = everything(api, "/tenants", partner_id=partner["id"], status=word)
        assert [item["id"] for item in found] == [made[0]["id"]]
    for word in "zebra 03", "ZEBRA 03", made[3]["slug"]:
        found = everything(api, "/tenants", partner_id=partner["id"], search=word)
        assert [item["id"] for item in found] == [made[3]["id"]]
    assert everything(api, "/tenants", partner_id=partner["id"], search="giraffe") == []


def test_applications_filter_by_scope_type_and_owner(api):
    partner = api.partner()
    tenant = api.tenant(partner)
    local = api.application(scope="TENANT", tenant_id=tenant["id"], application_type="WEB")
    shared = api.application(scope="PARTNER", partner_id=partner["id"])
    assert [item["id"] for item in everything(api, "/applications", tenant_id=tenant["id"])] == [local["id"]]
    assert everything(api, "/applications", tenant_id=tenant["id"], application_type="spa") == []
    of_partner = {item["id"] for item in everything(api, "/applications", partner_id=partner["id"])}
    assert shared["id"] in of_partner
    assert all(item["scope"] == "GLOBAL" for item in everything(api, "/applications", scope="GLOBAL"))


@pytest.mark.parametrize("query", [
    {"per_page": 0}, {"per_page": 101}, {"per_page": -1}, {"per_page": "many"}, {"page": 0}, {"page": "first"},
    {"page": 10**30}, {"status": "asleep"}, {"as_of": "yesterday"}, {"as_of": "-1"}, {"as_of": "999999999"},
    {"as_of": "2001-01-01T00:00:00Z"}, {"as_of": "2999-01-01T00:00:00Z"}, {"as_of": "2026-11-30T08:00:00"},
])
def test_a_query_that_means_nothing_is_422(api, resource, query):
    """A moment that is not there is refused, never rounded to one that is."""
    answer = api.get(f"/{resource[0]}", params=query)
    assert answer.status_code == 422, answer.text
    issue = answer.json()["detail"][0]
    assert issue["loc"][0] == "query" and issue["loc"][1] in query and issue["msg"] and issue["type"]


def test_the_past_is_read_as_of_a_moment_before_something_was_made(api, resource):
    collection, make = resource
    before = int(api.get(f"/{collection}").headers["Muniment-Index"])
    total = api.get(f"/{collection}", params={"as_of": before}).json()["pagination"]["total"]
    path = f"/{collection}/{make()['id']}"
    then = api.get(f"/{collection}", params={"as_of": before})
    assert then.json()["pagination"]["total"] == total
    assert then.headers["Muniment-As-Of"] == str(then.json()["pagination"]["as_of"])
    assert api.get(path, params={"as_of": before}).status_code == 404
    assert api.get(path).status_code == 200


def test_a_list_is_a_table_to_who_asks_for_one(api, resource):
    answer = api.get(f"/{resource[0]}", params={"per_page": 1}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0][0] == "id" and len(rows) <= 2 and all(len(row) == len(rows[0]) for row in rows)


def test_both_forms_of_a_path_are_answered_at_once(api, resource):
    collection = resource[0]
    for path in f"/{collection}", f"/{collection}/":
        assert api.get(path, allow_redirects=False).status_code == 200
    assert api.get(f"/{collection}/{MISSING[collection]}/", allow_redirects=False).status_code == 404
