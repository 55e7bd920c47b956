"""How the damage to a tenant is found, shown and put right: by history, diff, plan, apply, and the undoing of that."""

import itertools

from dataset import Request
from naive import Model, replay
from story import Story
from undoing import undo


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
    # Of a long plan the answer shows the first thousand, and says how many there are.
    is_whole = len(story.plan["changes"]) == story.plan["change_count"]
    expected = story.expected.touched if is_whole else story.expected.touched & set(changes)
    assert set(changes) == expected
    assert is_whole or story.plan["change_count"] >= len(story.expected.touched) > len(expected)
    for id, fields in story.expected.fields.items():
        if id not in expected:
            continue
        if id in story.expected.restored:
            assert changes[id]["verb"] == "restored", id
            continue
        assert changes[id]["verb"] == "updated", id
        shown = {field["name"]: (field["before"], field["after"]) for field in changes[id]["fields"]}
        assert shown == fields, id
    assert {id for id, change in changes.items() if change["verb"] == "deleted"} == (
        story.expected.deleted & expected)
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
    assert answer.status_code == 409 and answer.json()["data"]["digest"] != story.plan["digest"], answer.text[:600]


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
