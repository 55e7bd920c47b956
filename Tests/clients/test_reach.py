"""A tenant's token acts within its tenant, by its own scopes, and nowhere else (decision 4; L14, S20)."""

import pytest

from api import fresh, tenant_door


@pytest.fixture(scope="module")
def local(api, tenant):
    """A tenant's application with every scope that it may have here."""
    scopes = ["tenants:read", "applications:read", "applications:write", "audit:read"]
    return api.as_application(
        api.application(scope="TENANT", tenant_id=tenant["id"], allowed_scopes=scopes), tenant_door(tenant["slug"]))


@pytest.fixture(scope="module")
def neighbour(api, other_tenant):
    """What another tenant has, that ours must never see."""
    application = api.application(scope="TENANT", tenant_id=other_tenant["id"], name="Neighbour's secret plan")
    return other_tenant, application


def test_it_reads_itself(local, tenant):
    assert local.get(f"/tenants/{tenant['id']}").json()["data"]["slug"] == tenant["slug"]
    assert [item["id"] for item in local.get("/tenants").json()["data"]] == [tenant["id"]]


def test_it_manages_its_own_applications(local, tenant):
    body = {"name": "Ours", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": tenant["id"]}
    made = local.create("/applications", body)
    assert local.patch(f"/applications/{made['id']}", {"name": "Still ours"}).status_code == 200
    assert local.delete(f"/applications/{made['id']}").status_code == 204


def test_outside_its_tenant_everything_is_403(local, neighbour):
    tenant, application = neighbour
    for method, path in (
        ("GET", f"/tenants/{tenant['id']}"), ("GET", f"/applications/{application['id']}"),
        ("PATCH", f"/applications/{application['id']}"), ("DELETE", f"/applications/{application['id']}"),
        ("POST", f"/applications/{application['id']}/rotate-secret"),
    ):
        options = {"json": {"name": "Mine"}} if method == "PATCH" else {}
        answer = local.call(method, path, **options)
        assert answer.status_code == 403, f"{method} {path}: {answer.text}"
        assert answer.json() == {"detail": "Access denied"}
    body = {"name": "Trojan", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": tenant["id"]}
    assert local.post("/applications", body).status_code == 403
    for scope in {"scope": "GLOBAL"}, {"scope": "PARTNER", "partner_id": tenant["partner_id"]}:
        answer = local.post("/applications", {"name": "Up", "application_type": "SERVICE"} | scope)
        assert answer.status_code == 403, answer.text


def test_what_stands_above_it_is_403(local, tenant, partner):
    assert local.get("/partners").status_code == 403
    assert local.get(f"/partners/{partner['id']}").status_code == 403
    assert local.get("/signing-keys").status_code == 403
    assert local.post("/signing-keys/rotate").status_code == 403
    assert local.patch(f"/tenants/{tenant['id']}", {"name": "Promoted"}).status_code == 403
    assert local.post("/tenants", {"name": "T", "slug": fresh("t"), "partner_id": partner["id"]}).status_code == 403


@pytest.mark.parametrize("scope, allowed", [
    ("applications:read", ["GET"]), ("applications:write", ["GET", "POST"]), ("tenants:read", []), ("users:write", []),
])
def test_each_scope_opens_its_own_area_and_write_implies_read(api, tenant, scope, allowed):
    application = api.application(scope="TENANT", tenant_id=tenant["id"], allowed_scopes=[scope])
    mine = api.as_application(application, tenant_door(tenant["slug"]))
    body = {"name": "Another", "application_type": "SPA", "scope": "TENANT", "tenant_id": tenant["id"]}
    assert mine.get("/applications").status_code == (200 if "GET" in allowed else 403)
    assert mine.post("/applications", body).status_code == (201 if "POST" in allowed else 403)


def test_s28_nobody_hands_on_a_scope_that_it_does_not_hold(local, tenant):
    body = {"name": "Stronger", "application_type": "SERVICE", "scope": "TENANT", "tenant_id": tenant["id"]}
    assert local.post("/applications", body | {"allowed_scopes": ["users:write"]}).status_code == 403
    made = local.create("/applications", body | {"allowed_scopes": ["applications:read"]})
    assert local.patch(f"/applications/{made['id']}", {"allowed_scopes": ["groups:write"]}).status_code == 403
    assert local.post("/applications", body | {"allowed_scopes": ["admin:write"]}).status_code in (403, 422)


def test_l14_lists_filters_and_searches_never_reach_the_neighbour(api, local, neighbour):
    tenant, _ = neighbour
    # One whose identifier ours has never said itself: its own refusals are its own to read.
    application = api.application(scope="TENANT", tenant_id=tenant["id"], name="Neighbour's other plan")
    owners = {"tenant_id": tenant["id"]}, {"partner_id": tenant["partner_id"]}
    queries = {
        "/applications": [{}, {"search": "Neighbour"}, *owners],
        "/tenants": [{}, {"search": tenant["slug"]}, owners[1]],
        "/audit": [{}, {"resource_id": application["id"]}, {"resource_type": "application"}, *owners],
    }
    for path, query in [(path, query) for path, several in queries.items() for query in several]:
        answer = local.get(path, params=query | {"per_page": 100})
        if answer.status_code == 200:
            assert application["id"] not in answer.text and "Neighbour" not in answer.text, f"{path} {query}"
            assert tenant["slug"] not in answer.text
        else:
            assert answer.status_code == 403, f"{path} {query}: {answer.text}"


def test_l14_the_audit_shows_a_tenant_its_own_chain_alone(api, local, tenant, neighbour):
    _, application = neighbour
    index = api.patch(f"/applications/{application['id']}", {"name": "Renamed secretly"}).headers["Muniment-Index"]
    seen = local.get("/audit", params={"per_page": 100}).json()["data"]
    assert seen and {item["chain"] for item in seen} == {tenant["id"]}
    foreign = api.get(f"/audit/{index}").json()["data"]
    for path in f"/audit/{index}", f"/audit/{foreign['id']}", f"/audit/{index}/proof", f"/audit/{foreign['id']}/proof":
        assert local.get(path).status_code in (403, 404), path
    nobody = local.get("/audit/999999999")
    assert local.get(f"/audit/{index}").status_code in (nobody.status_code, 403)


def test_l14_to_a_tenant_programs_of_the_platform_are_named_and_their_addresses_are_not(api, local, tenant):
    api.patch(f"/tenants/{tenant['id']}", {"settings": {"seen": fresh("by")}})
    changed = local.get("/audit", params={"action": "tenant.updated", "per_page": 1}).json()["data"][0]
    assert changed["actor"]["id"] == api.client[0], "its leaf names the program in clear"
    assert changed["ip_address"] is None and changed["user_agent"] is None


def test_s20_no_header_moves_a_token_into_another_tenant(local, neighbour):
    tenant, application = neighbour
    for header in "X-Tenant-Id", "X-Muniment-Tenant", "Tenant", "X-Original-URL", "X-Rewrite-URL":
        answer = local.get(f"/applications/{application['id']}", headers={header: tenant["id"]})
        assert answer.status_code == 403


def test_a_tenant_that_moves_takes_its_partner_s_applications_along_or_loses_them(api):
    old, new = api.partner(), api.partner()
    tenant = api.tenant(old)
    shared = api.application(scope="PARTNER", partner_id=old["id"], allowed_scopes=["tenants:read"])
    mine = api.as_application(shared, tenant_door(tenant["slug"]))
    token = mine.token()
    assert mine.get(f"/tenants/{tenant['id']}", token=token).status_code == 200
    assert api.patch(f"/tenants/{tenant['id']}", {"partner_id": new["id"]}).status_code == 200
    assert mine.get(f"/tenants/{tenant['id']}", token=token).status_code == 401, "L4: a former partner reads no more"
    answer = mine.session.post(
        f"{mine.url}{mine.door}/token", data={"grant_type": "client_credentials"}, auth=mine.client, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
