"""The README's commands, run as they stand there, by the shell that a newcomer would paste them into."""

import json
import os
import time

import pytest

from pages import README
from server import ROOT
from spoken import confide

# The shortest life there is, so that its end comes within the run.
LIFE = '"token_lifetime": 3600', '"token_lifetime": 60'


@pytest.fixture(scope="session")
def steps(newcomer):
    """The quickstart from the second terminal on; what comes after it needs its variables, so it is one session."""
    start, path = README.blocks("Run it")
    assert [line.split()[0] for line in start.splitlines()] == ["./Tools/up", "./Tools/test"]
    assert (ROOT / "Tools/up").read_text().splitlines()[-1].startswith("exec .build/release/muniment serve --dev")
    register, *others = README.blocks("From zero to a working token")
    assert LIFE[0] in register
    evidence = README.blocks("What nobody else can show you")
    assert len(others) == 3 and len(evidence) == 2
    repeated = others[0].replace("token.json", "again.json")
    printed = newcomer.types(path, register.replace(*LIFE), *others, *evidence, repeated)
    confide("an application's secret", json.loads(printed[1])["data"]["client_secret"])
    for answer in printed[2], printed[-1]:
        confide("an access token", json.loads(answer)["access_token"])
    return printed


def test_five_steps_as_they_stand_in_the_readme(steps):
    _, registered, token, claims, tenants, *_, again = steps
    client = json.loads(registered)["data"]["client_id"]
    assert json.loads(token)["expires_in"] == 60
    claims = json.loads(claims)
    assert claims["sub"] == claims["client_id"] == client and claims["platform_token"] is True
    assert set(json.loads(tenants)) == {"data", "pagination"}
    assert json.loads(again)["access_token"] != json.loads(token)["access_token"], "step 2 can be repeated"


def test_the_token_s_entry_is_found_and_proven_as_the_readme_says(steps):
    proof, ledger = steps[5:7]
    assert proof.startswith("proven: ") and ledger.startswith("verified: "), (proof, ledger)


def test_the_past_is_read_as_the_readme_says(newcomer, steps):
    _, path = README.blocks("Run it")
    (past,) = README.blocks("The past, read like the present")
    _, printed = newcomer.types(path, "ADMIN=$(muniment token)\n" + past)
    made, end = json.JSONDecoder().raw_decode(printed)
    then, end = json.JSONDecoder().raw_decode(printed, end)
    assert made["data"]["slug"] == "acme" and printed[end:].strip() == ""
    assert then["data"] == [] and then["pagination"]["total"] == 0


def test_it_is_put_back_as_the_readme_says(newcomer, steps):
    _, path = README.blocks("Run it")
    (story,) = README.blocks("Put it back")
    _, printed = newcomer.types(path, "ADMIN=$(muniment token)\n" + story)
    broken, end = json.JSONDecoder().raw_decode(printed)
    assert broken["data"]["name"] == "Oops" and broken["data"]["max_tenants"] == 1
    seen, end = json.JSONDecoder().raw_decode(printed, end)
    (change,) = seen["data"]
    assert {"name": "name", "before": "Globex", "after": "Oops"} in change["fields"]
    lines = printed[end:].splitlines()
    back, again = '    name: "Oops" -> "Globex"', '    name: "Globex" -> "Oops"'
    assert [line for line in lines if line in (back, again)] == [back, back, again, again]
    assert sum(line.startswith("done: entry ") for line in lines) == 2


def test_the_front_door_is_short_and_leads_on():
    lines = README.text.splitlines()
    assert len(lines) < 200 and [line for line in lines if len(line) > 120] == []
    for place in README.links():
        assert (ROOT / place).exists(), place


def test_what_was_printed_stays_with_the_owner_alone(newcomer, steps):
    assert os.stat(newcomer.home / "muniment-data/init.json").st_mode & 0o777 == 0o600


def test_expiry_as_the_readme_says(newcomer, steps):
    """Comes last in a run, so that the wait is over by then."""
    token = json.loads(steps[2])
    claims = json.loads(steps[3])
    while time.time() <= claims["exp"] + 1:
        time.sleep(0.2)
    assert newcomer.call(token["access_token"]) == 401
    register, request, _, use = README.blocks("From zero to a working token")
    known = "\n".join(line for line in register.splitlines() if line.startswith("CLIENT_"))
    _, repeated, tenants = newcomer.types(known, request, use)
    confide("an access token", json.loads(repeated)["access_token"])
    assert set(json.loads(tenants)) == {"data", "pagination"}
