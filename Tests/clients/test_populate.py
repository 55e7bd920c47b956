"""The data sets of `Tools/populate`: the same for the same seed, of people as they are, and loaded exactly once."""

import collections

import pytest

from dataset import Client, Ref, Sizes, generate, load
from naive import folded

SMALL = Sizes(partners=2, tenants=5, people=150)


@pytest.fixture(scope="module")
def data():
    return generate(Sizes(partners=3, tenants=12, people=2_000), seed=7)


def test_a_seed_and_sizes_are_one_data_set(data):
    assert generate(data.sizes, data.seed) == data
    assert generate(data.sizes, data.seed + 1).things != data.things


def test_there_is_as_much_as_was_asked_for_and_tenants_are_uneven(data):
    assert (data.counts["partner"], data.counts["tenant"], data.counts["user"]) == (3, 12, 2_000)
    counts = [len(people) for people in data.by_tenant("user").values()]
    assert len(counts) == 11, "nobody is in the last tenant"
    assert max(counts) == counts[0] >= 2_000 // 5 and min(counts) < 100
    with pytest.raises(ValueError):
        Sizes(tenants=2)


def test_each_thing_names_only_what_comes_before_it(data):
    made = set()
    for thing in data.things:
        assert all(value.key in made for value in thing.body.values() if isinstance(value, Ref)), thing
        made.add(thing.key)
    assert len(made) == len(data.things)
    assert all({edge.group, edge.member} <= made for edge in data.memberships)
    assert all(role.person in made for role in data.roles)


def test_addresses_and_names_of_groups_are_unique_where_they_stand_and_addresses_not_everywhere(data):
    seen = collections.Counter()
    for thing in data.things:
        place = thing.body.get("tenant_id") or thing.body.get("partner_id")
        if thing.kind in ("user", "group"):
            seen[place, folded(thing.body.get("email", thing.body.get("name")))] += 1
    assert set(seen.values()) == {1}
    assert collections.Counter(thing.body.get("email") for thing in data.of("user")).most_common(1)[0][1] > 5


def test_names_are_written_in_both_forms_and_in_many_scripts(data):
    names = [thing.body["first_name"] for thing in data.of("user") if "first_name" in thing.body]
    for text in ("José", "Jose\u0301", "太郎", "محمد", "𠮷男"):
        assert text in names, text
    assert 150 < max(map(len, names)) <= 200


def test_groups_stand_in_groups_and_some_in_two(data):
    parents = collections.Counter(edge.member for edge in data.memberships if " group " in edge.member)
    assert len(parents) > 50 and max(parents.values()) == 2
    assert {application.body["application_type"] + application.body["scope"] for application in data.of("application")
            } == {kind + level for kind in ("SERVICE", "WEB", "SPA", "NATIVE")
                  for level in ("GLOBAL", "PARTNER", "TENANT")}


def test_what_was_loaded_is_there_once_however_often_it_is_loaded(new_server):
    server = new_server().start()
    data = generate(SMALL, seed=3)
    client = Client(server.url, *server.client)
    first = load(client, data)
    changes = [entry["index"] for entry in server.entries() if entry["class"] == "state"]
    again = load(client, data)
    assert again.ids == first.ids and again.secrets == first.secrets
    assert [entry["index"] for entry in server.entries() if entry["class"] == "state"] == changes
    person = data.of("user")[-1]
    shown = server.api.get(f"/users/{first.ids[person.key]}").json()["data"]
    assert all(shown[name] == value for name, value in person.body.items() if not isinstance(value, Ref))
    assert server.stop() == 0
    server.grant(first.roles)
    assert sum(entry["type"] == "role.granted" for entry in server.entries()) == len(data.roles) + 1
