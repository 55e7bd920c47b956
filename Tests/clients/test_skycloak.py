"""API keys and clusters as a customer's program uses them: `requests`, a header, and the curl of the documentation."""

import json
import os
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest
import requests

from api import Api
from server import BINARY, environment
from spoken import confide

VERSION = {"API-Version": "2026-06-01.beta"}
PATTERN = r"\bsk_sc_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}\b"


class Workspace:
    """What may be done with one credential at the root of the server."""

    def __init__(self, api: Api, credential: dict[str, str]):
        self.url, self.verify, self.credential = api.url, api.session.verify, credential

    def call(self, method: str, path: str, body: object = None, **options) -> requests.Response:
        headers = VERSION | self.credential | options.pop("headers", {})
        for _ in range(10):
            answer = requests.request(
                method, f"{self.url}{path}", json=body, headers=headers, verify=self.verify, timeout=30, **options)
            # Five a second are what a workspace may ask: a client waits, as it is told to.
            if answer.status_code != 429:
                return answer
            time.sleep(int(answer.headers["Retry-After"]))
        raise AssertionError(answer.text)

    def mint(self, *scopes: str, **fields: object) -> dict:
        answer = self.call("POST", "/api-keys", {"name": "A key", "scopes": list(scopes)} | fields)
        assert answer.status_code == 201, answer.text
        confide("an API key", answer.json()["full_key"])
        return answer.json()


def with_key(api: Api, minted: dict) -> Workspace:
    return Workspace(api, {"API-Key": minted["full_key"]})


@pytest.fixture(scope="module")
def platform(api) -> Workspace:
    return Workspace(api, {"Authorization": f"Bearer {api.bearer}"})


@pytest.fixture(scope="module")
def own(api) -> dict:
    return api.tenant()


def problem(answer: requests.Response, status: int, slug: str, title: str) -> str:
    """Checks the form of a refusal, and hands out its detail."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"].endswith(f"/docs/api/errors#{slug}") and body["title"] == title and body["status"] == status
    assert body["instance"] == f"/logs/requests/{answer.headers['X-Request-Id']}"
    return body["detail"]


def test_the_documentation_s_curl_lists_the_clusters(api, platform, own):
    minted = platform.mint("clusters:read", workspace_id=own["id"])
    command = '''curl https://api.skycloak.io/clusters \\
  -H "API-Key: $SKYCLOAK_API_KEY" \\
  -H "API-Version: 2026-06-01.beta"
'''.replace("https://api.skycloak.io", api.url)
    answer = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=60,
        env=os.environ | {"SKYCLOAK_API_KEY": minted["full_key"]})
    assert answer.returncode == 0, answer.stderr
    clusters = json.loads(answer.stdout)
    assert [(cluster["id"], cluster["name"], cluster["status"]) for cluster in clusters] == [
        (own["id"], own["name"], "available")]


def test_a_missing_scope_is_told_in_the_documented_words(api, platform, own):
    key = with_key(api, platform.mint("users:read", workspace_id=own["id"]))
    detail = problem(key.call("GET", "/clusters"), 403, "forbidden", "Forbidden")
    assert detail == "API key does not have the required scope: clusters:read"


def test_a_key_lives_from_its_making_to_its_end(api, platform, own):
    minted = platform.mint("clusters:read", workspace_id=own["id"], notes="For a while")
    told, path = minted["api_key"], f"/api-keys/{minted['api_key']['id']}"
    assert minted["full_key"].startswith(told["prefix"] + "_") and told["status"] == "active"
    assert (told["scopes"], told["workspace_id"], told["notes"]) == (["clusters:read"], own["id"], "For a while")
    assert with_key(api, minted).call("GET", "/clusters").status_code == 200
    assert platform.call("GET", path).json()["last_used_at"]

    rotated = platform.call("POST", f"{path}/rotate")
    assert rotated.status_code == 200 and rotated.json()["api_key"]["id"] == told["id"]
    confide("an API key", rotated.json()["full_key"])
    problem(with_key(api, minted).call("GET", "/clusters"), 401, "unauthorized", "Unauthorized")
    assert with_key(api, rotated.json()).call("GET", "/clusters").status_code == 200

    assert platform.call("PATCH", path, {"name": "Renamed"}).json()["name"] == "Renamed"
    assert platform.call("DELETE", path).status_code == 204
    detail = problem(with_key(api, rotated.json()).call("GET", "/clusters"), 401, "unauthorized", "Unauthorized")
    assert detail == "The API key is revoked"
    assert platform.call("GET", path).json()["status"] == "revoked"
    for method, tail in ("POST", "/rotate"), ("DELETE", ""):
        problem(platform.call(method, path + tail), 409, "conflict", "Conflict")


def test_a_key_expires_by_itself(api, platform, own):
    end = datetime.now(timezone.utc) + timedelta(seconds=3)
    minted = platform.mint("clusters:read", workspace_id=own["id"], expires_at=end.isoformat())
    key, path = with_key(api, minted), f"/api-keys/{minted['api_key']['id']}"
    assert key.call("GET", "/clusters").status_code == 200
    time.sleep(max(0, (end - datetime.now(timezone.utc)).total_seconds()) + 0.2)
    assert problem(key.call("GET", "/clusters"), 401, "unauthorized", "Unauthorized") == "The API key has expired"
    assert platform.call("GET", path).json()["status"] == "expired"
    for moment in "2099-01-01", "2099-01-01T00:00:00", "2001-01-01T00:00:00Z", 7:
        body = {"name": "A", "scopes": [], "expires_at": moment}
        problem(platform.call("POST", "/api-keys", body), 422, "validation-failed", "Validation Failed")


def test_a_key_makes_none_that_is_wider(api, platform, own, other_tenant):
    maker = with_key(api, platform.mint("api-keys:write", "users:read", workspace_id=own["id"]))
    assert maker.mint("users:read")["api_key"]["workspace_id"] == own["id"]
    problem(
        maker.call("POST", "/api-keys", {"name": "A", "scopes": ["users:write"]}), 403, "forbidden", "Forbidden")
    answer = maker.call("POST", "/api-keys", {"name": "A", "scopes": ["users:read", "realms:read"]})
    problem(answer, 422, "validation-failed", "Validation Failed")
    assert [error["field"] for error in answer.json()["errors"]] == ["scopes.1"]
    assert "realms:read" in answer.json()["errors"][0]["detail"]
    elsewhere = {"name": "A", "scopes": [], "workspace_id": other_tenant["id"]}
    problem(maker.call("POST", "/api-keys", elsewhere), 404, "not-found", "Not Found")
    theirs = platform.mint(workspace_id=other_tenant["id"])["api_key"]["id"]
    problem(maker.call("GET", f"/api-keys/{theirs}"), 404, "not-found", "Not Found")


def test_a_key_opens_the_admin_api_in_the_place_of_a_token(api, platform, own):
    key = with_key(api, platform.mint("tenants:read", "clusters:read", workspace_id=own["id"]))
    answer = key.call("GET", "/api/v1/admin/tenants")
    assert [tenant["id"] for tenant in answer.json()["data"]] == [own["id"]]
    assert answer.headers["RateLimit-Limit"] == "5" and answer.headers["X-RateLimit-Limit-Day"] == "25000"
    both = key.call("GET", "/api/v1/admin/tenants", headers={"Authorization": f"Bearer {api.bearer}"})
    assert both.status_code == 400 and "detail" in both.json()
    assert key.call("GET", "/api/v1/admin/tenants", headers={"API-Version": "2026-03-01"}).status_code == 400
    problem(key.call("GET", "/clusters", headers={"API-Version": "2026-03-01"}), 400, "bad-request", "Bad Request")
    problem(key.call("GET", "/clusters", headers={"API-Version": None}), 400, "bad-request", "Bad Request")


def test_a_list_has_its_place_in_headers(api, platform):
    workspace = api.tenant()["id"]
    made = [platform.mint(workspace_id=workspace)["api_key"]["id"] for _ in range(5)]
    answer = platform.call("GET", f"/api-keys?workspace_id={workspace}&limit=2")
    assert [key["id"] for key in answer.json()] == made[:2] and answer.headers["Total-Count"] == "5"
    seen, pages = [], 0
    while True:
        seen, pages = seen + [key["id"] for key in answer.json()], pages + 1
        if "next" not in answer.links:
            break
        answer = platform.call("GET", answer.links["next"]["url"].removeprefix(platform.url))
    assert (seen, pages) == (made, 3)
    newest = platform.call("GET", f"/api-keys?workspace_id={workspace}&order=desc&limit=1").json()
    assert [key["id"] for key in newest] == made[-1:]


def test_a_workspace_that_asks_too_often_is_told_when_to_ask_again(api, platform):
    minted = platform.mint("clusters:read", workspace_id=api.tenant()["id"])
    headers = VERSION | {"API-Key": minted["full_key"]}
    session = requests.Session()
    session.verify = api.session.verify
    # More than three seconds let through.
    answers = [session.get(f"{api.url}/clusters", headers=headers, timeout=30) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and all(answer.status_code in (200, 429) for answer in answers)
    for answer in refused:
        detail = problem(answer, 429, "rate-limit-exceeded", "Rate Limit Exceeded")
        assert detail == "Rate limit exceeded. Retry after 1 second."
        assert (answer.headers["Retry-After"], answer.headers["RateLimit-Remaining"]) == ("1", "0")


def test_a_key_that_was_found_is_ended_by_whoever_reports_it(api, platform, own):
    minted = platform.mint("clusters:read", workspace_id=own["id"])
    stranger = Workspace(api, {})
    for key in "nothing", minted["full_key"], minted["full_key"]:
        assert stranger.call("POST", "/api-keys/report-leak", {"key": key}).status_code == 202
    problem(with_key(api, minted).call("GET", "/clusters"), 401, "unauthorized", "Unauthorized")
    assert platform.call("GET", f"/api-keys/{minted['api_key']['id']}").json()["status"] == "revoked"


def test_a_wrong_method_is_a_problem_too(platform):
    answer = platform.call("PUT", "/api-keys", {})
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_text_that_was_found_is_checked_without_a_server(platform):
    whole = platform.mint()["full_key"]
    assert re.search(PATTERN, f'key = "{whole}"')
    slip = whole[:-1] + ("1" if whole[-1] == "0" else "0")
    for text, status, word in (whole + "\n", 0, ""), (slip, 1, "checksum"), (whole[:-1], 1, "long"), ("", 1, "begin"):
        answer = subprocess.run(
            [BINARY, "credential", "check"], input=text, capture_output=True, text=True, env=environment(), timeout=60)
        assert answer.returncode == status and word in answer.stderr, answer
        assert whole not in answer.stdout + answer.stderr, "a key is not repeated"
