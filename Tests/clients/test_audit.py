"""The audit is the ledger, read through the API: everything is there, and each entry comes with its proof."""

import json
import subprocess
import sys
import time

import pytest

from api import fresh
from server import ROOT, command


@pytest.fixture(scope="module")
def story(api):
    """A partner made, renamed, refused, deleted."""
    partner = api.partner(name="Before")
    path = f"/partners/{partner['id']}"
    renamed = api.patch(path, {"name": "After"})
    stale = api.patch(path, {"name": "Lost"}, headers={"If-Match": '"1"'})
    assert (renamed.status_code, stale.status_code) == (200, 412)
    assert api.delete(path).status_code == 204
    return partner


def listed(api, **query) -> list[dict]:
    answer = api.get("/audit", params={"per_page": 100} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_resource_s_story_is_told_newest_first(api, story):
    newest = listed(api, resource_id=story["id"], result="ok")
    types = [item["type"] for item in newest if item["class"] == "state"]
    assert types == ["partner.deleted", "partner.updated", "partner.created"]
    oldest = listed(api, resource_id=story["id"], result="ok", order="asc")
    assert [item["index"] for item in oldest] == [item["index"] for item in newest][::-1]


def test_an_item_is_the_entry_with_what_a_reader_needs(api, story):
    item = listed(api, resource_id=story["id"], action="partner.updated")[0]
    assert item["id"].startswith("evt_") and item["action"] == item["type"] == "partner.updated"
    assert (item["resource_type"], item["resource_id"]) == ("partner", story["id"])
    assert item["actor_name"] == "Muniment service" and item["actor"]["id"] == api.client[0]
    assert item["ip_address"] == "127.0.0.1" and "requests" in item["user_agent"]
    assert item["data"] == {"name": "After"}
    assert item["recorded_at"].endswith("Z") and item["result"] == "ok"
    assert item["request"]["endpoint"] == "partners.update"


def test_a_refused_write_is_an_entry_with_its_code(api, story):
    found = [item for item in listed(api, result="failed", actor_id=api.client[0])
             if item["data"].get("target") == story["id"]]
    assert len(found) == 1 and found[0]["code"] and found[0]["data"]["attempted"] == "partners.update"


@pytest.mark.parametrize("query", [
    {"action": "partner.created"}, {"resource_type": "partner"}, {"result": "ok"}, {"order": "asc"},
    {"ip_address": "127.0.0.1"}, {"start_time": "2020-01-01T00:00:00Z"}, {"end_time": "2999-01-01T00:00:00+02:00"},
])
def test_each_filter_keeps_only_what_fits(api, story, query):
    items = listed(api, **query)
    assert items
    for item in items:
        assert item["action"] == query.get("action", item["action"])
        assert item["resource_type"] == query.get("resource_type", item["resource_type"])
        assert item["result"] == query.get("result", item["result"])
        assert item.get("ip_address") == query.get("ip_address", item.get("ip_address"))


def test_filters_work_together_and_by_owner(api, server, tenant, partner):
    api.patch(f"/tenants/{tenant['id']}", {"settings": {"touched": fresh("by")}})
    items = listed(api, tenant_id=tenant["id"], action="tenant.updated", actor_id=api.client[0])
    assert items and all(item["chain"] == tenant["id"] for item in items)
    assert any(item["type"] == "partner.tenant_added" for item in listed(api, partner_id=partner["id"]))
    assert listed(api, actor_email=server.founded["super_admin"]["email"]) == [], "nobody signs in yet"
    assert listed(api, start_time="2999-01-01T00:00:00Z") == []
    assert listed(api, ip_address="203.0.113.9") == []


@pytest.mark.parametrize("query", [
    {"start_time": "yesterday"}, {"end_time": "2026-13-01T00:00:00Z"}, {"result": "maybe"}, {"order": "sideways"},
    {"action": "no.such"}, {"ip_address": "999.1.1.1"}, {"per_page": 101},
])
def test_a_filter_that_means_nothing_is_422_or_finds_nothing(api, query):
    answer = api.get("/audit", params=query)
    if "action" in query and answer.status_code == 200:
        assert answer.json()["data"] == []
    else:
        assert answer.status_code == 422, answer.text


def test_pages_join_without_gap_or_repeat(api, story):
    query = {"resource_type": "partner", "order": "asc", "per_page": 5}
    seen, page = [], 1
    while page <= 4:
        body = api.get("/audit", params=query | {"page": page}).json()
        seen += [item["index"] for item in body["data"]]
        if page >= body["pagination"]["total_pages"]:
            break
        page += 1
    assert seen == sorted(set(seen))


def test_actions_and_resource_types_are_named(api):
    actions = api.get("/audit/actions").json()["data"]
    types = api.get("/audit/resource-types").json()["data"]
    assert {"partner.created", "token.issued", "authentication.failed", "access.denied"} <= set(actions)
    assert {"partner", "tenant", "application", "token"} <= set(types)


def test_one_entry_is_found_by_identifier_and_by_index(api, story):
    item = listed(api, resource_id=story["id"], action="partner.created")[0]
    by_index, by_id = api.get(f"/audit/{item['index']}"), api.get(f"/audit/{item['id']}")
    assert by_index.status_code == by_id.status_code == 200
    assert by_index.json() == by_id.json() == {"data": item}
    for name in "evt_nobody", "999999999", "-1", "1.5", "evt_":
        assert api.get(f"/audit/{name}").status_code == 404, name


def test_reading_the_audit_is_itself_an_entry_each_time(api):
    before = len(listed(api, action="entry.listed", actor_id=api.client[0]))
    for _ in range(3):
        listed(api, resource_type="partner")
    assert len(listed(api, action="entry.listed", actor_id=api.client[0])) >= min(before + 3, 100)


def test_an_entry_s_proof_verifies_without_us(server, api, story, tmp_path):
    item = listed(api, resource_id=story["id"], action="partner.created")[0]
    answer = api.get(f"/audit/{item['index']}/proof")
    for _ in range(30):
        if answer.status_code == 200:
            break
        time.sleep(0.1)
        answer = api.get(f"/audit/{item['index']}/proof")
    assert answer.status_code == 200, answer.text
    proof = answer.json()["data"]["proof"] if "json" in answer.headers["Content-Type"] else answer.text
    assert proof.startswith("c2sp.org/tlog-proof@v1\n")
    line = command("entries", "--data", server.data, "--from", item["index"], "--to", item["index"]).stdout
    assert json.loads(line)["id"] == item["id"]
    (tmp_path / "proof").write_text(proof)
    (tmp_path / "entry").write_text(line)
    verified(tmp_path / "entry", tmp_path / "proof", server, 0)
    (tmp_path / "entry").write_text(line.replace("Before", "Behind"))
    verified(tmp_path / "entry", tmp_path / "proof", server, 1)


def verified(entry, proof, server, status: int) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "Tools/verify_ledger.py", "--entry", entry, "--proof", proof, "--key",
         server.founded["ledger"]["verifier_key"]], capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
