"""The commands of the page for users of the API, typed from its first line to its last, and what each must show."""

import base64
import json
import re

import pytest

from pages import USING_THE_API
from server import ROOT
from spoken import confide


@pytest.fixture(scope="module")
def printed(newcomer) -> dict[str, list[str]]:
    """What the blocks of each section print, all of them in one session."""
    sections = {heading: USING_THE_API.blocks(heading) for heading in USING_THE_API.headings()}
    commands = [block for blocks in sections.values() for block in blocks]
    assert commands == USING_THE_API.blocks() and len(commands) == 12
    outputs = iter(newcomer.types(*commands))
    printed = {heading: [next(outputs) for _ in blocks] for heading, blocks in sections.items()}
    rotated = json.loads((newcomer.home / "rotated.json").read_text())
    confide("an application's secret", rotated["data"]["client_secret"])
    agent = json.loads((newcomer.home / "agent.json").read_text())
    confide("an agent's secret", agent["data"]["client_secret"])
    confide("an access token", answers(printed["Tokens"][2])[0]["access_token"])
    return printed


def answers(text: str) -> list[dict]:
    """The JSON documents that a block printed, and nothing else."""
    decoder, found = json.JSONDecoder(), []
    while text := text.lstrip():
        answer, end = decoder.raw_decode(text)
        found.append(answer)
        text = text[end:]
    return found


def test_a_token_is_looked_into_and_taken_back(printed):
    before, after = answers(printed["Tokens"][0])
    assert before["active"] is True and before["token_type"] == "Bearer"
    assert after == {"active": False}


def test_a_rotated_secret_stands_beside_the_old_one(printed):
    (secrets,) = answers(printed["Tokens"][1])
    assert sorted(secret["expires_at"] is None for secret in secrets["data"]) == [False, True]
    assert {secret["status"] for secret in secrets["data"]} == {"ACTIVE"}


def test_an_agent_gets_a_token_with_its_tools(printed):
    (token,) = answers(printed["Tokens"][2])
    payload = token["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["allowed_tools"] == ["search"] and claims["agent_type"] == "research"
    assert claims["sub"].startswith("agt_") and claims["scope"] == "users:read"


def test_a_list_is_narrowed_and_is_a_table_too(printed):
    (output,) = printed["Lists"]
    found, end = json.JSONDecoder().raw_decode(output)
    assert [one["name"] for one in found["data"]] == ["Reports"] and found["pagination"]["per_page"] == 1
    head, *rows = output[end:].lstrip("\ufeff").splitlines()
    assert head.startswith("id,client_id,name,") and any(",Reports," in row for row in rows)


def test_a_repeated_request_is_one_and_a_stale_version_is_told(printed):
    (output,) = printed["Changes"]
    first, again, *rest = output.splitlines()
    assert first == again and first.startswith("prt_")
    changed, refused = answers("\n".join(rest))
    assert changed["data"]["max_tenants"] == 5 and isinstance(refused["detail"], str)


def test_what_a_request_would_do_is_told_and_held_to(printed):
    shown, done, moved = answers(*printed["What a request would do"])
    plan = shown["data"]
    (change,) = plan["changes"]
    assert (change["kind"], change["verb"], change["resource_id"]) == ("partner", "created", "new#1")
    assert {"name": "slug", "before": None, "after": "planned"} in change["fields"] and len(plan["digest"]) == 43
    assert done["data"]["max_tenants"] == 7
    assert "detail" in moved and moved["data"]["changes"] == []


def test_the_past_does_not_know_what_came_later(printed):
    (then,) = answers(*printed["The past"])
    assert then["data"] == [] and then["pagination"]["total"] == 0


def test_what_changed_and_who_could_is_told(printed):
    history, diff, access = answers(*printed["What changed, and who could"])
    assert [change["action"] for change in history["data"]] == ["partner.created"]
    assert {"name": "slug", "before": None, "after": "umbrella"} in history["data"][0]["fields"]
    made = [line["resource_id"] for line in diff["data"] if line["kind"] == "partner"]
    assert len(made) == diff["totals"]["created"] == 1
    assert {line["kind"] for line in access["data"]} == {"application", "user"}


def test_it_is_put_back_by_the_command_and_over_http(printed):
    command, http = printed["Undo and restore"]
    broken, end = json.JSONDecoder().raw_decode(command)
    assert broken["data"]["name"] == "Oops" and broken["data"]["max_tenants"] == 1
    lines = command[end:].splitlines()
    back, again = '    name: "Oops" -> "Umbrella"', '    name: "Umbrella" -> "Oops"'
    assert [line for line in lines if line in (back, again)] == [back, back, again, again]
    assert sum(line.startswith("done: entry ") for line in lines) == 2
    (applied,) = answers(http)
    (change,) = applied["data"]["changes"]
    assert {"name": "name", "before": "Oops", "after": "Umbrella"} in change["fields"]


def test_an_entry_is_proven(printed):
    (proof,) = printed["The audit"]
    assert proof.startswith("c2sp.org/tlog-proof@v1\nindex ")


def test_what_the_page_quotes_is_what_the_program_says():
    """Each quoted answer stands in the code; `…` is for what changes."""
    code = "\n".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))
    quoted = [text for row in USING_THE_API.cells() for text in re.findall(r'"([^"]+)"', " | ".join(row))]
    assert len(quoted) > 15
    for text in quoted:
        for part in filter(None, (part.strip() for part in text.split("…"))):
            assert part in code, f"{text!r}: {part!r} is nowhere in the code"


def test_its_links_lead_somewhere():
    for place in USING_THE_API.links():
        assert (ROOT / place).exists(), place
