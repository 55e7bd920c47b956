"""The README's commands, run as they stand there, by the shell that a newcomer would paste them into."""

import json
import os
import re
import subprocess
import time

import pytest
import requests

from server import BINARY, ROOT, START_SECONDS_MAX, environment, free_port
from spoken import confide

README = (ROOT / "README.md").read_text()
MARK = "=== the next block ==="


def blocks(heading: str) -> list[str]:
    """The commands of one section, in their order."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


class Newcomer:
    """A shell beside a server that `up` started, in a copy of the repository that has what the commands name."""

    def __init__(self, home):
        self.home = home
        (home / ".build").mkdir()
        (home / ".build/release").symlink_to(BINARY.parent)
        (home / "Tools").symlink_to(ROOT / "Tools")
        with (home / "printed").open("wb") as printed, (home / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--dev", "--listen", f"127.0.0.1:{free_port()}"], cwd=home, stdout=printed,
                stderr=log, env=environment())
        end = time.monotonic() + START_SECONDS_MAX
        while "listening on" not in (home / "server.log").read_text():
            assert time.monotonic() < end and self.process.poll() is None, (home / "server.log").read_text()
            time.sleep(0.01)
        self.exports = (home / "printed").read_text()

    def types(self, *commands: str) -> list[str]:
        """What each block prints, all of them in one session; the first that fails ends it."""
        script = "\n".join(["set -euo pipefail", self.exports, *(f"{block}\necho '{MARK}'" for block in commands)])
        done = subprocess.run(
            ["bash"], input=script, capture_output=True, text=True, cwd=self.home, env=environment(), timeout=120)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout.split(MARK + "\n")[:-1]

    def call(self, token: str) -> int:
        url = re.search(r"MUNIMENT_BASE_URL=(\S+)", self.exports)[1]
        return requests.get(
            f"{url}/api/v1/admin/tenants", headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory):
    newcomer = Newcomer(tmp_path_factory.mktemp("readme"))
    yield newcomer
    newcomer.process.terminate()
    assert newcomer.process.wait(30) == 0


# The shortest life there is, so that its end comes within the run.
LIFE = '"token_lifetime": 3600', '"token_lifetime": 60'


@pytest.fixture(scope="session")
def steps(newcomer):
    """The quickstart from the second terminal on; what comes after it needs its variables, so it is one session."""
    start, path = blocks("Run it")
    assert [line.split()[0] for line in start.splitlines()] == ["./Tools/up", "./Tools/test"]
    assert (ROOT / "Tools/up").read_text().splitlines()[-1].startswith("exec .build/release/muniment serve --dev")
    register, *others = blocks("From zero to a working token")
    assert LIFE[0] in register
    evidence = blocks("What nobody else can show you")
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


def test_the_past_and_a_table_are_read_as_the_readme_says(newcomer, steps):
    _, path = blocks("Run it")
    (past,) = blocks("The past, read like the present")
    _, printed = newcomer.types(path, "ADMIN=$(muniment token)\n" + past)
    made, end = json.JSONDecoder().raw_decode(printed)
    then, end = json.JSONDecoder().raw_decode(printed, end)
    assert made["data"]["slug"] == "acme"
    assert then["data"] == [] and then["pagination"]["total"] == 0
    head, row = printed[end:].lstrip("\ufeff").splitlines()
    assert head.startswith("id,name,slug") and row.startswith(f"{made['data']['id']},Acme,acme")


def test_what_changed_and_who_could_is_told_as_the_readme_says(newcomer, steps):
    _, path = blocks("Run it")
    (past,) = blocks("The past, read like the present")
    (changes,) = blocks("What changed, and who could")
    # The partner of the section before has its slug for ever.
    past = past.replace("acme", "roadrunner").replace("Acme", "Roadrunner")
    *_, printed = newcomer.types(path, "ADMIN=$(muniment token)\n" + past, changes.replace("acme", "roadrunner"))
    decoder, answers = json.JSONDecoder(), []
    while printed.strip():
        answer, end = decoder.raw_decode(printed)
        answers.append(answer)
        printed = printed[end:].lstrip()
    history, diff, access = answers
    assert [change["action"] for change in history["data"]] == ["partner.created"]
    assert {"name": "slug", "before": None, "after": "roadrunner"} in history["data"][0]["fields"]
    made = [line["resource_id"] for line in diff["data"] if line["kind"] == "partner"]
    assert len(made) == diff["totals"]["created"] == 1
    assert {line["kind"] for line in access["data"]} == {"application", "user"}


def test_what_a_request_would_do_is_told_as_the_readme_says(newcomer, steps):
    _, path = blocks("Run it")
    (preview,) = blocks("What a request would do")
    _, printed = newcomer.types(path, "ADMIN=$(muniment token)\n" + preview)
    plan = json.loads(printed)["data"]
    (change,) = plan["changes"]
    assert (change["kind"], change["verb"], change["resource_id"]) == ("partner", "created", "new#1")
    assert {"name": "slug", "before": None, "after": "planned"} in change["fields"] and len(plan["digest"]) == 43


def test_it_is_put_back_as_the_readme_says(newcomer, steps):
    _, path = blocks("Run it")
    (story,) = blocks("Put it back")
    _, printed = newcomer.types(path, "ADMIN=$(muniment token)\n" + story)
    broken, end = json.JSONDecoder().raw_decode(printed)
    assert broken["data"]["name"] == "Oops" and broken["data"]["max_tenants"] == 1
    lines = printed[end:].splitlines()
    back, again = '    name: "Oops" -> "Globex"', '    name: "Globex" -> "Oops"'
    assert [line for line in lines if line in (back, again)] == [back, back, again, again]
    assert sum(line.startswith("done: entry ") for line in lines) == 2


def test_what_was_printed_stays_with_the_owner_alone(newcomer, steps):
    assert os.stat(newcomer.home / "muniment-data/init.json").st_mode & 0o777 == 0o600


def test_expiry_as_the_readme_says(newcomer, steps):
    """Comes last in a run, so that the wait is over by then."""
    token = json.loads(steps[2])
    claims = json.loads(steps[3])
    while time.time() <= claims["exp"] + 1:
        time.sleep(0.2)
    assert newcomer.call(token["access_token"]) == 401
    register, request, _, use = blocks("From zero to a working token")
    known = "\n".join(line for line in register.splitlines() if line.startswith("CLIENT_"))
    _, repeated, tenants = newcomer.types(known, request, use)
    confide("an access token", json.loads(repeated)["access_token"])
    assert set(json.loads(tenants)) == {"data", "pagination"}
