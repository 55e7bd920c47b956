"""An undo in chunks whose server ends, or whose disk is full, at any step: all or nothing for each command (T37)."""

import time

from disks import SmallDisk
from oracle import verify
from plan import Run, require, row
from server import Gone, Server

# Enough for more chunks than one command may have changes.
PEOPLE = 520
POINTS = ["after-append", "mid-projection", "before-commit", "after-commit", "between-views", "before-ack"]
WHY = {"Muniment-Reason": "A%20bad%20script"}


def damaged(run: Run, name: str) -> tuple[Server, str, dict]:
    """A tenant whose people a script has renamed, and the request that undoes it."""
    server = run.server(name).start()
    client = server.connect()
    body = {"name": "Damaged", "slug": "damaged", "partner_id": server.partner}
    tenant = client.admin("POST", "/tenants", body).json["data"]["id"]
    people = [
        client.admin("POST", "/users", {"email": f"p{number}@example.com", "tenant_id": tenant}).json["data"]["id"]
        for number in range(PEOPLE)]
    answer = client.admin("GET", "/partners")
    moment = answer.json["pagination"]["as_of"]
    for person in people:
        require(client.admin("PATCH", f"/users/{person}", {"last_name": "Gone"}).status == 200, "the script failed")
    require(server.stop() == 0, server.said)
    return server, tenant, {"restore": {"scope": tenant, "to": moment}}


def gone(client, tenant: str) -> int:
    """How many have the name that the script gave."""
    count, page = 0, 1
    while True:
        answer = client.admin("GET", f"/users?tenant_id={tenant}&per_page=100&page={page}").json
        count += sum(person["last_name"] == "Gone" for person in answer["data"])
        if page >= answer["pagination"]["total_pages"]:
            return count
        page += 1


def started(client) -> int | None:
    """The newest restore in chunks that was begun."""
    found = client.admin("GET", "/audit?action=restore.started&per_page=1").json["data"]
    return found[0]["index"] if found else None


def carry_out(client, request: dict):
    """Asks for the plan and for doing it."""
    digest = client.admin("POST", "/restore/plan", request).json["data"]["digest"]
    return client.admin("POST", "/restore/apply", request | {"digest": digest}, **WHY)


def finish(client, request: dict, before: int | None) -> int:
    """Goes on where the last server ended. Answers the entry that began it."""
    begun = started(client)
    answer = carry_out(client, request) if begun == before else client.admin(
        "POST", "/restore/apply", {"resume": begun}, **WHY)
    require(answer.status == 200, f"it does not go on: {answer.status} {answer.body[:300]}")
    return started(client)


@row("T37", "kill -9 and a full disk at the steps of a restore in chunks")
def restores(run: Run) -> str:
    server, tenant, request = damaged(run, "restore")
    kills, resumed, before = 0, 0, None
    for point in POINTS:
        for _ in range(run.count(1, 8)):
            # A start passes each of them a few times; a chunk once, or once for each entry.
            passing = run.dice.randint(4, 600) if point in ("after-append", "mid-projection") else run.dice.randint(4, 25)
            server.start({"MUNIMENT_CRASH_AT": f"{point}:{passing}"})
            try:
                carry_out(server.connect(), request)
            except Gone:
                kills += 1
            if server.ended(2) is None:
                server.kill()
            server.start()
            client = server.connect()
            partly = gone(client, tenant)
            require(partly in (PEOPLE, 0) or started(client) != before, f"{point}:{passing}: {partly} without a start")
            resumed += started(client) != before
            cause = finish(client, request, before)
            require(gone(client, tenant) == 0, f"{point}:{passing}: not all is back")
            back = carry_out(client, {"undo": {"cause": cause}})
            require(back.status == 200 and gone(client, tenant) == PEOPLE, f"{point}:{passing}: it is not taken back")
            before = started(client)
            require(server.stop() == 0, server.said)
    require(kills > 0, "no server ended while it restored")
    verify(server.data)
    full = no_room(run, server, tenant, request, before)
    run.control("a restore that nobody goes on with", lambda: forgotten(server, tenant))
    return f"{kills} kills, {resumed} restores gone on with, {full}"


def no_room(run: Run, server: Server, tenant: str, request: dict, before: int | None) -> str:
    disk = SmallDisk(run, server, "ledger", 32)
    server.start(disk.env)
    client = server.connect()
    require(client.admin("GET", "/tenants").status == 200, "the token")
    disk.fill()
    answer = carry_out(client, request)
    partly = gone(client, tenant) if answer.status == 507 else 0
    disk.free()
    deadline = time.monotonic() + 30
    while client.ask("GET", "/health").status != 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    cause = finish(client, request, before)
    require(gone(client, tenant) == 0, "not all is back once there is room")
    require(carry_out(client, {"undo": {"cause": cause}}).status == 200, "it is not taken back")
    require(server.stop() == 0, server.said)
    return f"a full disk answered {answer.status} with {PEOPLE - partly} done"


def forgotten(server: Server, tenant: str) -> None:
    server.start()
    try:
        require(gone(server.connect(), tenant) == 0, "they are as the script left them")
    finally:
        server.stop()
