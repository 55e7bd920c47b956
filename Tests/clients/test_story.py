"""The story of a damaged tenant on a real server, judged step by step by a model that knows the entries alone.

The whole of it: Tools/test-clients -k story --people 50000 --tenants 60 --asked 600
"""

from collections.abc import Callable

import pytest

import happening
import mending
from asking import Answered, Question, Witness
from dataset import Client, Sizes, Talk, generate, load
from server import Server
from story import Step, Story

STEPS = [
    Step("everything is loaded", happening.populate),
    Step("a script damages a tenant", happening.damage),
    Step("others go on", happening.go_on),
    Step("the audit finds it", happening.audit_finds_it),
    Step("history finds it", mending.history_finds_it),
    Step("diff shows it", mending.diff_shows_it),
    Step("a plan previews it", mending.plan_previews_it),
    Step("apply mends it", mending.apply_mends_it),
    Step("undo unmends it", mending.undo_unmends_it),
    Step("one person is put back", mending.one_is_put_back),
]


def test_a_damaged_tenant_is_found_shown_mended_and_unmended(new_server, pytestconfig):
    people, tenants, asked = map(pytestconfig.getoption, ("people", "tenants", "asked"))
    data = generate(Sizes(partners=3, tenants=tenants, people=people), seed=13)
    story = Story(new_server().start(), data, asked)
    for step in STEPS:
        story.take(step)


def spoil_one(answered: Answered) -> None:
    answered.body["data"][0]["created_at"] = "2026-01-01T00:00:00.000000Z"


WRONG: dict[str, Callable[[Answered], None]] = {
    "a field": lambda answered: answered.body["data"].update(status="SUSPENDED"),
    "a version": lambda answered: answered.headers.update(etag='"2"'),
    "not found": lambda answered: setattr(answered, "status", 404),
    "another moment": lambda answered: setattr(answered, "index", answered.index - 1),
    "one of a list": spoil_one,
    "another order": lambda answered: answered.body["data"].reverse(),
    "a total": lambda answered: answered.body["pagination"].update(total=1),
    "the moment of a page": lambda answered: answered.body["pagination"].update(as_of=1),
    "a way": lambda answered: answered.body["data"][0]["path"].insert(0, "grp_another"),
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("witness")).start()
    yield server, load(Client(server.url, *server.client), generate(Sizes(partners=1, tenants=3, people=60), seed=5))
    server.kill()


@pytest.mark.parametrize("wrong", [None, *WRONG])
def test_the_witness_notices_every_kind_of_wrong_answer(loaded, wrong):
    server, made = loaded
    person, group = made.ids["tenant 1 person 1"], made.ids["tenant 1 group 0"]
    effective = Question(f"/groups/{group}/effective-members")
    one, people = Question(f"/users/{person}"), Question("/users", (("tenant_id", made.ids["tenant 1"]),))
    question = {"one of a list": people, "another order": people, "a total": people, "the moment of a page": people,
                "a way": effective}.get(wrong, one)
    witness = Witness(server, Talk(Client(server.url, *server.client)))
    witness.ask([(question, len(witness.read()) - 1)])
    if wrong is None:
        assert witness.judge() == 1
        return
    WRONG[wrong](witness.answered[0])
    with pytest.raises(AssertionError):
        witness.judge()
