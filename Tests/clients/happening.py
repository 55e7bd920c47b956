"""How a tenant is damaged by an application's bad script, and goes on being used."""

import itertools
import secrets

from api import fresh
from asking import kinds_are_those_of
from dataset import Request, load
from spoken import confide
from story import Story

#: More changes than are applied as one batch.
BATCH_MAX = 250


def populate(story: Story) -> None:
    """Everything is loaded, people get their roles, and the server goes on after a restart."""
    assert kinds_are_those_of(story.openapi), "a kind has other fields than the model knows"
    story.loaded = load(story.admin.client, story.data)
    assert story.server.stop() == 0
    story.server.grant(story.loaded.roles)
    story.server.start()
    made = story.witness.model().things.values()
    for kind, count in story.data.counts.items():
        if kind not in ("membership", "role"):
            # The founder is a person, and the first service an application.
            founded = kind in ("user", "application")
            assert sum(thing.kind == kind for thing in made) == count + founded, kind
    granted = sum(line.entry["type"] == "role.granted" for line in story.witness.history)
    assert granted == len(story.data.roles) + 1


def damage(story: Story) -> None:
    """A script of one application spoils hundreds of things of one tenant within a minute."""
    story.tenant = story.loaded.ids["tenant 2"]
    body = {"name": f"Nightly import {fresh('app')}", "application_type": "SERVICE", "scope": "TENANT",
            "tenant_id": story.tenant,
            "allowed_scopes": ["users:read", "users:write", "groups:read", "groups:write"]}
    made = story.admin.run([Request("POST", "/applications", body, key=secrets.token_hex(8))])[0].json["data"]
    story.script = made["id"]
    talk = story.talk(made["id"], confide("an application's secret", made["client_secret"]))
    model = story.witness.model()
    inside = [thing for thing in model.things.values() if thing.place == story.tenant and model.lives(thing.id)]
    people = [thing.id for thing in inside if thing.kind == "user"]
    groups = [thing.id for thing in inside if thing.kind == "group"][1:]
    edges = sorted(edge for edge in model.edges if edge[0] in groups)
    emptied, spoilt, removed = people[:len(people) // 4], people[len(people) // 4:-60], people[-60:]
    doomed, renamed = groups[-3:], groups[:-3]

    story.first = story.now + 1
    leaving = [edge for edge in edges if edge[1] in emptied and edge[0] in renamed]
    talk.run(Request("DELETE", f"/groups/{group}/members/{member}") for group, member in leaving)
    joined = [(group, member) for group, member in zip(itertools.cycle(renamed), spoilt[:40])
              if (group, member) not in model.edges]
    talk.run(Request("POST", f"/groups/{group}/members", {"member_id": member}) for group, member in joined)
    talk.run(Request("PATCH", f"/users/{id}", {"last_name": "#N/A", "display_name": None, "status": "SUSPENDED"}
                     if number % 5 == 0 else {"last_name": "#N/A"}) for number, id in enumerate(spoilt))
    talk.run(Request("DELETE", f"/users/{id}") for id in removed)
    talk.run(Request("DELETE", f"/groups/{id}") for id in doomed)
    talk.run(Request("PATCH", f"/groups/{id}", {"name": f"undefined {number}", "description": "null"})
             for number, id in enumerate(renamed))
    talk.run(Request("POST", "/users", {"tenant_id": story.tenant, "email": f"row{number}@import.example"})
             for number in range(10))
    story.last = story.now
    story.touched = [*dict.fromkeys([*spoilt, *removed, *doomed, *renamed, *emptied])]
    done = [line for line in story.witness.read()[story.first:] if line.entry["actor"].get("id") == story.script
            and line.entry["class"] == "state"]
    assert len(done) > BATCH_MAX, f"only {len(done)} changes"


def go_on(story: Story) -> None:
    """Others work in the tenant meanwhile: they correct some people by hand, and make new ones."""
    model = story.witness.model()
    spoilt = [id for id in story.touched if model.shown(id) and model.things[id].fields.get("last_name") == "#N/A"]
    requests = [Request("PATCH", f"/users/{id}", {"last_name": f"Corrected {number}"})
                for number, id in enumerate(spoilt[:12])]
    requests += [Request("PATCH", f"/users/{id}", {"first_name": f"Renamed {number}"})
                 for number, id in enumerate(spoilt[12:24])]
    # One has the address of somebody who was deleted, and one group the name of another.
    gone = {kind: next(thing for thing in model.things.values() if thing.id in story.touched and thing.kind == kind
                       and thing.is_deleted) for kind in ("user", "group")}
    story.admin.run(requests)
    story.make("/users", {"tenant_id": story.tenant, "email": gone["user"].fields["email"].upper()})
    taken = story.make("/groups", {"tenant_id": story.tenant, "name": gone["group"].fields["name"]})
    for number in range(15):
        person = story.make("/users", {"tenant_id": story.tenant, "email": f"{fresh('new')}@after.example",
                                       "first_name": f"New {number}"})
        story.admin.run([Request("POST", f"/groups/{taken}/members", {"member_id": person})])
    story.admin.run([Request("PATCH", f"/tenants/{story.loaded.ids['tenant 3']}", {"name": "Elsewhere"})])
    talk = story.talk(*story.server.client)
    for _ in range(5):
        talk.forget_token()
        talk.run([Request("GET", "/partners")])


def audit_finds_it(story: Story) -> None:
    """The audit lists exactly what the script did, and nobody else's doings."""
    theirs = [line.entry["index"] for line in story.witness.read()
              if line.entry["actor"].get("id") == story.script and line.entry["class"] == "state"]
    found: list[int] = []
    for page in itertools.count(1):
        path = f"/audit?actor_id={story.script}&tenant_id={story.tenant}&order=asc&per_page=100&page={page}"
        items = story.admin.run([Request("GET", path)])[0].json["data"]
        found += [item["index"] for item in items if item["class"] == "state"]
        if len(items) < 100:
            break
    assert found == theirs
