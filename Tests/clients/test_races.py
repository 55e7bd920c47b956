"""Requests that race each other are decided one after another: exactly one wins, and no limit is overrun."""

import asyncio
import collections
import json
import resource

import pytest

from api import ADMIN, fresh

ROUNDS = 10
PATCHES = 1_000
TENANTS, TENANTS_MAX = 50, 10


async def race(server, requests: list[bytes]) -> list[tuple[int, bytes]]:
    """Sends each request on a connection of its own, all at once when all are open."""
    links = []
    for _ in requests:
        links.append(await asyncio.open_connection("127.0.0.1", server.port))
    start = asyncio.Event()

    async def run(link, request: bytes) -> tuple[int, bytes]:
        reader, writer = link
        await start.wait()
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        body = await reader.readexactly(int(lengths[0]))
        writer.close()
        return int(head.split()[1]), body

    waiting = [asyncio.create_task(run(link, request)) for link, request in zip(links, requests)]
    await asyncio.sleep(0)
    start.set()
    return await asyncio.wait_for(asyncio.gather(*waiting), 120)


def request(server, method: str, path: str, token: str, body: dict, *headers: str) -> bytes:
    data = json.dumps(body).encode()
    lines = [
        f"{method} {ADMIN}{path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Authorization: Bearer {token}",
        "Content-Type: application/json", f"Content-Length: {len(data)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


@pytest.fixture(autouse=True)
def descriptors():
    """A thousand connections at once are more than the usual limit of open files leaves room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_of_a_thousand_patches_of_one_version_exactly_one_wins_each_time(server, api, tenant):
    path = f"/tenants/{tenant['id']}"
    for number in range(ROUNDS):
        tag = api.get(path).headers["ETag"]
        results = asyncio.run(race(server, [
            request(server, "PATCH", path, api.bearer, {"name": f"Round {number}, runner {runner}"}, f"If-Match: {tag}")
            for runner in range(PATCHES)]))
        statuses = collections.Counter(status for status, _ in results)
        assert statuses == {200: 1, 412: PATCHES - 1}, f"round {number}"
        winner = next(json.loads(body)["data"] for status, body in results if status == 200)
        after = api.get(path)
        assert after.json()["data"] == winner
        assert int(after.headers["ETag"].strip('"')) == int(tag.strip('"')) + 1


def test_of_fifty_tenants_raced_against_a_limit_of_ten_exactly_ten_are_made(server, api):
    partner = api.partner(max_tenants=TENANTS_MAX)
    results = asyncio.run(race(server, [
        request(server, "POST", "/tenants", api.bearer,
                {"name": f"Racer {number}", "slug": fresh("racer"), "partner_id": partner["id"]})
        for number in range(TENANTS)]))
    statuses = collections.Counter(status for status, _ in results)
    assert statuses == {201: TENANTS_MAX, 409: TENANTS - TENANTS_MAX}
    listed = api.get("/tenants", params={"partner_id": partner["id"], "per_page": 100}).json()
    assert len(listed["data"]) == listed["pagination"]["total"] == TENANTS_MAX


def test_of_fifty_tenants_that_want_one_slug_exactly_one_gets_it(server, api, partner):
    slug = fresh("wanted")
    results = asyncio.run(race(server, [
        request(server, "POST", "/tenants", api.bearer,
                {"name": f"Racer {number}", "slug": slug, "partner_id": partner["id"]})
        for number in range(TENANTS)]))
    assert collections.Counter(status for status, _ in results) == {201: 1, 409: TENANTS - 1}


def test_of_fifty_posts_with_one_idempotency_key_exactly_one_acts(server, api):
    body = {"name": "Once", "slug": fresh("once")}
    headers = [f"Idempotency-Key: {fresh('raced-key')}"]
    results = asyncio.run(race(server, [
        request(server, "POST", "/partners", api.bearer, body, *headers) for _ in range(TENANTS)]))
    assert {status for status, _ in results} == {201}
    assert len({answer for _, answer in results}) == 1
