"""Agents as those who run them use them: registered, asking for tokens, held to so many requests a minute."""

import collections
import concurrent.futures
import time

import requests

from api import tenant_door
from spoken import confide


def registered(api, tenant: dict, **fields) -> dict:
    return api.create("/agents", {"name": "Scout", "tenant_id": tenant["id"], "allowed_scopes": ["agents:read"]} | fields)


def asked(server, tenant: dict, agent: dict) -> requests.Response:
    answer = requests.post(
        f"{server.url}{tenant_door(tenant['slug'])}/token", data={"grant_type": "client_credentials"},
        auth=(agent["id"], agent["client_secret"]), timeout=30)
    if answer.status_code == 200:
        confide("an access token", answer.json()["access_token"])
    return answer


def start_of_a_minute() -> None:
    """Waits where the minute, which the limit counts by, is about to end."""
    left = 60 - time.time() % 60
    if left < 10:
        time.sleep(left + 0.1)


def test_what_tool_servers_read_stands_in_introspection_too(server, api, tenant):
    agent = registered(api, tenant, allowed_tools=["search"])
    token = asked(server, tenant, agent).json()["access_token"]
    told = requests.post(
        f"{server.url}{tenant_door(tenant['slug'])}/introspect", data={"token": token},
        auth=(agent["id"], agent["client_secret"]), timeout=30).json()
    assert told["active"] and told["sub"] == told["client_id"] == agent["id"]


def test_the_limit_counts_tokens_and_calls_over_all_connections(server, api, tenant):
    start_of_a_minute()
    agent = registered(api, tenant, rate_limit_rpm=20)
    mine = api.as_application(agent, tenant_door(tenant["slug"]))
    token = mine.token()

    def one_more(_: int) -> int:
        return requests.get(
            f"{server.url}/api/v1/admin/agents/{agent['id']}", headers={"Authorization": f"Bearer {token}"},
            timeout=30).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = collections.Counter(pool.map(one_more, range(40)))
    assert statuses == {200: 19, 429: 21}
    refused = asked(server, tenant, agent)
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_a_limit_that_is_taken_away_holds_no_more(server, api, tenant):
    start_of_a_minute()
    agent = registered(api, tenant, rate_limit_rpm=1)
    assert asked(server, tenant, agent).status_code == 200
    assert asked(server, tenant, agent).status_code == 429
    assert api.patch(f"/agents/{agent['id']}", {"rate_limit_rpm": None}).status_code == 200
    assert asked(server, tenant, agent).status_code == 200


def test_agents_are_found_by_both_words(api, tenant):
    agent = registered(api, tenant, agent_type="nightly")
    for word in "agents", "mcp-agents":
        found = api.get(f"/{word}/?tenant_id={tenant['id']}&agent_type=nightly")
        assert found.status_code == 200, found.text
        assert [item["id"] for item in found.json()["data"]] == [agent["id"]]
