"""A tenant is damaged by an application's bad script, goes on being used, and is put right: the steps of it.

After each step, what every sort of question is answered about any moment so far is what the entries say.
"""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from api import fresh
from asking import Witness, kinds_are_those_of, questions
from dataset import Client, DataSet, Loaded, Request, Talk, load
from dataset.dice import Dice
from naive import Model, replay
from server import Server
from spoken import confide
from undoing import Undo, undo

HISTORY = "/api/v1/admin/users/{user_id}/history"
DIFF = "/api/v1/admin/diff"
PLAN = "/api/v1/admin/restore/plan"
APPLY = "/api/v1/admin/restore/apply"

#: More changes than are applied as one batch.
BATCH_MAX = 250


@dataclass(frozen=True)
class Step:
    """One thing that happens, and what it needs of the server: the path of an endpoint."""

    name: str
    run: Callable[["Story"], None]
    needs: str = ""


class Story:
    """One server, and what has happened in it so far."""

    def __init__(self, server: Server, data: DataSet, asked: int):
        self.server, self.data = server, data
        #: How many questions are asked after each step.
        self.asked = asked
        self.dice = Dice(data.seed + 1)
        self.admin = self._talk(*server.client)
        self.witness = Witness(server, self.admin)
        self.openapi = server.api.session.get(f"{server.url}/openapi.json", timeout=30).json()
        self.loaded: Loaded | None = None
        #: The tenant that it is about, its script, and the entries between which that ran.
        self.tenant = ""
        self.script = ""
        self.first = self.last = 0
        #: Resources that were touched, about which is asked most.
        self.touched: list[str] = []
        #: The last entry before each step.
        self.boundaries: list[int] = []
        self.plan: dict = {}
        self.expected = Undo()
        #: What apply answered, and the last entry before it.
        self.applied: dict = {}
        self.before_apply = 0

    def _talk(self, client: str, secret: str) -> Talk:
        return Talk(Client(self.server.url, client, secret), connections=8)

    def has(self, path: str) -> bool:
        return not path or path in self.openapi["paths"]

    def take(self, step: Step) -> None:
        self.boundaries.append(self.now)
        step.run(self)
        self.compare()

    @property
    def now(self) -> int:
        return len(self.witness.read()) - 1

    def compare(self) -> None:
        """Asks about now, about the ends of every step and every batch of the last one, and about any moment."""
        history, model = self.witness.read(), self.witness.model()
        since = self.boundaries[-1] if self.boundaries else 0
        ends = [line.entry["index"] for line in history[since:] if "batch" in line.entry]
        known = [*self.boundaries, self.first, self.last, *self.dice.some(ends, 20)]
        founded = next(line.entry["index"] for line in history if line.entry["type"] == "tenant.created")
        moments: list[int | None] = [None, *(index for index in known if index >= founded)]
        while len(moments) < self.asked:
            low = since if self.dice.once_in(2) else founded
            moments.append(low + self.dice.below(len(history) - low))
        found = questions(model, self.dice, self.asked, self.touched)
        self.witness.ask(list(zip(found, itertools.islice(itertools.cycle(moments), len(found)))))
        assert self.witness.judge() == self.asked

    def post(self, path: str, body: dict, status: int = 200, **headers: str) -> dict:
        answer = self.server.api.post(path, body, timeout=120, headers={
            name.replace("_", "-"): text for name, text in headers.items()})
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:600]}"
        return answer.json()["data"]

    def make(self, path: str, body: dict) -> str:
        return self.admin.run([Request("POST", path, body, key=secrets.token_hex(8))])[0].json["data"]["id"]


# What happens.


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
    talk = story._talk(made["id"], confide("an application's secret", made["client_secret"]))
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
    talk = story._talk(*story.server.client)
    for _ in range(5):
        talk._token = ""
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


# What finds it, shows it, and puts it right.


def history_finds_it(story: Story) -> None:
    """Each person's changes, newest first, are the versions of the model, and name the script."""
    history = story.witness.read()
    chosen = story.dice.some([id for id in story.touched if id.startswith("usr_")], 12)
    versions = {id: [line.entry for line in history if line.entry.get("stream") == id and "version" in line.entry]
                for id in chosen}
    streams = {entry["index"]: id for id in chosen for entry in versions[id]}
    fields: dict[int, dict] = {}
    for index, model in replay(history, set(streams)):
        fields[index] = dict(model.things[streams[index]].fields)
    for id in chosen:
        changes = story.admin.run([Request("GET", f"/users/{id}/history?per_page=100")])[0].json["data"]
        assert [change["index"] for change in reversed(changes)] == [entry["index"] for entry in versions[id]]
        before: dict = {}
        for change, entry in zip(reversed(changes), versions[id]):
            after = fields[entry["index"]]
            assert (change["action"], change["recorded_at"]) == (entry["type"], entry["recorded_at"])
            for field in change["fields"]:
                name = field["name"]
                assert (field["before"], field["after"]) == (before.get(name), after.get(name)), f"{id}: {field}"
            before = after
        assert any(change["actor"].get("id") == story.script for change in changes) == (id in altered(story))


def altered(story: Story) -> set[str]:
    """What has entries of its own by the script."""
    return {line.entry["stream"] for line in story.witness.history[story.first:story.last + 1]
            if line.entry["actor"].get("id") == story.script and line.entry["class"] == "state"}


def diff_shows_it(story: Story) -> None:
    """The tenant before and after: net effect only, each thing once, and nothing else."""
    start, end = story.first - 1, story.last
    before = {id: dict(thing.fields) for id, thing in story.witness.model(start).things.items()
              if thing.place == story.tenant}
    after = {id: dict(thing.fields) for id, thing in story.witness.model(end).things.items()
             if thing.place == story.tenant}
    expected = {}
    for id, fields in after.items():
        then = before.get(id)
        if then is None:
            expected[id] = "created"
        elif then != fields:
            expected[id] = "deleted" if fields["status"] == "DELETED" else "changed"
    found: dict[str, dict] = {}
    for page in itertools.count(1):
        path = f"/diff?scope={story.tenant}&from={start}&to={end}&per_page=100&page={page}"
        items = story.admin.run([Request("GET", path)])[0].json["data"]
        found |= {item["resource_id"]: item for item in items if item["kind"] in ("user", "group")}
        if len(items) < 100:
            break
    assert {id: item["change"] for id, item in found.items()} == expected
    for id, item in found.items():
        if item["change"] == "changed":
            shown = {field["name"]: (field["before"], field["after"]) for field in item["fields"]}
            assert shown == {name: (before[id][name], after[id][name]) for name in after[id]
                             if before[id][name] != after[id][name]}, id


def plan_previews_it(story: Story) -> None:
    """The plan is the one that the rule gives, and making it changes nothing."""
    history, now = story.witness.read(), story.witness.model()
    request = {"undo": {"actor": story.script, "from": story.first, "to": story.last, "scope": story.tenant}}
    story.expected = undo(history, now, story.script, story.first, story.last, story.tenant)
    story.plan = {"request": request, **story.post("/restore/plan", request)}
    assert same(story.witness.model(), now), "a plan changes nothing"
    changes = {change["resource_id"]: change for change in story.plan["changes"]
               if change["kind"] in ("user", "group")}
    assert set(changes) == story.expected.touched
    for id, fields in story.expected.fields.items():
        if id in story.expected.restored:
            assert changes[id]["verb"] == "restored", id
            continue
        assert changes[id]["verb"] == "updated", id
        shown = {field["name"]: (field["before"], field["after"]) for field in changes[id]["fields"]}
        assert shown == fields, id
    assert {id for id, change in changes.items() if change["verb"] == "deleted"} == story.expected.deleted
    conflicts = {(conflict["kind"], conflict["resource_id"]) for conflict in story.plan["conflicts"]}
    assert story.expected.conflicts <= conflicts
    assert {kind for kind, _ in conflicts} >= {"changed_since", "name_taken"}
    assert all(loss["kind"] for loss in story.plan["losses"])


def apply_mends_it(story: Story) -> None:
    """What was previewed is what happens; what was in conflict stays; and the same plan is not applied twice."""
    now, story.before_apply = story.witness.model(), story.now
    expected, edges = story.expected.predicted(now), (now.edges | story.expected.added) - story.expected.removed
    others = {id: thing.version for id, thing in now.things.items() if id not in story.expected.touched}
    request = story.plan["request"] | {"digest": story.plan["digest"]}
    story.applied = story.post("/restore/apply", request, Muniment_Reason="The import went wrong")
    assert story.applied["changes"] == story.plan["changes"]
    then = story.witness.model()
    for id, fields in expected.items():
        assert then.lives(id) == (fields is not None), id
        assert fields is None or then.things[id].fields == fields, id
    assert then.edges == edges
    assert {id: thing.version for id, thing in then.things.items() if id not in story.expected.touched} == others
    answer = story.server.api.post("/restore/apply", request, headers={"Muniment-Reason": "Once more"})
    assert answer.status_code == 409 and answer.json()["digest"] != story.plan["digest"], answer.text[:600]


def undo_unmends_it(story: Story) -> None:
    """Undoing the undo is the state before it, but for versions and times."""
    before = story.witness.model(story.before_apply)
    word = "cause" if "cause" in story.applied else "batch"
    request = {"undo": {word: story.applied[word]}}
    plan = story.post("/restore/plan", request)
    assert plan["conflicts"] == []
    story.post("/restore/apply", request | {"digest": plan["digest"]}, Muniment_Reason="It was right after all")
    assert same(story.witness.model(), before)


def one_is_put_back(story: Story) -> None:
    """One person as of before the script, and nobody else."""
    now = story.witness.model()
    then = story.witness.model(story.first - 1)
    id = next(id for id in story.touched if id.startswith("usr_") and now.lives(id)
              and now.things[id].fields["last_name"] == "#N/A")
    request = {"restore": {"resource": id, "to": story.first - 1}}
    plan = story.post("/restore/plan", request)
    assert {change["resource_id"] for change in plan["changes"] if change["kind"] == "user"} == {id}
    story.post("/restore/apply", request | {"digest": plan["digest"]}, Muniment_Reason="A customer called")
    put_back = story.witness.model()
    assert put_back.things[id].fields == then.things[id].fields
    assert {other: thing.version for other, thing in put_back.things.items() if other != id} == {
        other: thing.version for other, thing in now.things.items() if other != id}


def same(one: Model, other: Model) -> bool:
    """Whether two models are the same but for versions and times."""
    return one.edges == other.edges and {id: thing.fields for id, thing in one.things.items()} == {
        id: thing.fields for id, thing in other.things.items()}


STEPS = [
    Step("everything is loaded", populate),
    Step("a script damages a tenant", damage),
    Step("others go on", go_on),
    Step("the audit finds it", audit_finds_it),
    Step("history finds it", history_finds_it, HISTORY),
    Step("diff shows it", diff_shows_it, DIFF),
    Step("a plan previews it", plan_previews_it, PLAN),
    Step("apply mends it", apply_mends_it, APPLY),
    Step("undo unmends it", undo_unmends_it, APPLY),
    Step("one person is put back", one_is_put_back, APPLY),
]

#: What the product does not have yet. A step that needs one of these is left out until it is there; once this is empty,
#: no step can be missing.
TO_COME = {HISTORY, DIFF, PLAN, APPLY}
