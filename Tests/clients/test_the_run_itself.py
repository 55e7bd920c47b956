"""What this run left behind: each act has its entry, strangers can verify all of it, and it gives nothing away."""

import base64
import json
import os
import subprocess
import sys
import time

import jwt
import pytest
import requests

from server import ROOT, command
from spoken import confide, everything


def decoded(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def settled(server, index: int) -> None:
    """Waits until a checkpoint covers an entry: a second at most."""
    for _ in range(50):
        if command("proof", "--data", server.data, index, check=None).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError(f"no checkpoint covers entry {index} after five seconds")


def lines_of(server) -> list[dict]:
    return server.entries()


# --- Each act has its entry -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def acts(server, api):
    """One of each, by an application that nothing else used."""
    application = api.application(name="The actor", allowed_scopes=["openid"])
    mine = api.as_application(application)
    before = len(lines_of(server))

    def ask(auth=mine.client, **form) -> requests.Response:
        return requests.post(f"{server.url}/oauth/token", data={"grant_type": "client_credentials"} | form, auth=auth,
                             headers={"User-Agent": "the-actor/1"}, timeout=30)

    issued = ask()
    token = confide("an access token", issued.json()["access_token"])
    wrong = ask(auth=(application["id"], confide("a wrong secret", "a-wrong-secret-that-was-tried-once-0123456789")))
    beyond = ask(scope="openid admin:write")
    refused = api.get("/tenants", token=token)
    stranger = ask(auth=("app_stranger", confide("a stranger's secret", "a-stranger-s-secret-0123456789-0123456789")))
    statuses = [answer.status_code for answer in (issued, wrong, beyond, refused, stranger)]
    assert statuses == [200, 401, 400, 403, 401]
    return application, token, issued, lines_of(server)[before:]


def found(entries: list[dict], kind: str, application: dict) -> dict:
    mine = [entry for entry in entries if entry["type"] == kind
            and application["id"] in (entry["actor"].get("id"), entry.get("stream"), entry["data"].get("target"))]
    assert len(mine) == 1, f"{kind}: {mine or [entry['type'] for entry in entries]}"
    return mine[0]


def test_an_issued_token_has_its_entry(acts):
    application, token, issued, entries = acts
    entry = found(entries, "token.issued", application)
    assert entry["result"] == "ok" and entry["class"] == "activity"
    assert entry["actor"] | {"kind": "application", "id": application["id"], "name": "The actor"} == entry["actor"]
    assert entry["actor"]["credential"].startswith("sks_")
    assert entry["data"]["token"] == decoded(token)["jti"]
    assert entry["index"] == int(issued.headers["Muniment-Index"])
    assert entry["request"]["ip"] == "127.0.0.1" and entry["request"]["user_agent"] == "the-actor/1"


def test_a_wrong_secret_has_its_entry(acts):
    entry = found(acts[3], "authentication.failed", acts[0])
    assert (entry["result"], entry["code"]) == ("denied", "invalid_client")
    assert entry["actor"]["kind"] == "anonymous", "nothing was proven"


def test_a_scope_beyond_the_ceiling_has_its_entry(acts):
    entry = found(acts[3], "token.refused", acts[0])
    assert (entry["result"], entry["code"]) == ("denied", "invalid_scope")


def test_l12_a_refused_call_has_its_entry(acts):
    entry = found(acts[3], "access.denied", acts[0])
    assert entry["result"] == "denied" and entry["code"]
    assert entry["request"]["endpoint"] == "tenants.list"


def test_a_stranger_is_counted_in_a_sum(server, acts):
    """Nobody can fill the disk: refusals without a known party are gathered for ten seconds."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        sums = [entry for entry in lines_of(server) if entry["type"] == "refusals.summarized"
                and entry["index"] > acts[3][0]["index"] and entry["data"]["code"] == "invalid_client"]
        if sums:
            return
        time.sleep(0.5)
    raise AssertionError("no sum within fifteen seconds")


def test_every_token_of_the_run_has_its_entry(server):
    issued = {entry["data"]["token"] for entry in lines_of(server) if entry["type"] == "token.issued"}
    spoken = [decoded(text) for text, what in everything().items() if what == "an access token"]
    of_this_run = [claims["jti"] for claims in spoken if claims["iss"].partition("/tenants/")[0] == server.url]
    assert len(of_this_run) > 20
    assert not [jti for jti in of_this_run if jti not in issued]


def test_l12_the_reads_of_the_run_are_there(server, api):
    kinds = {entry["type"] for entry in lines_of(server)}
    assert {"tenant.read", "tenant.listed", "partner.read", "application.listed", "entry.listed", "entry.read"} <= kinds


# --- Strangers can verify all of it -----------------------------------------------------------------------------------


def verifier(*words: object) -> dict:
    done = subprocess.run(
        [sys.executable, ROOT / "Tools/verify_ledger.py", *map(str, words), "--format", "json"],
        capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def taken(server, acts, tmp_path_factory):
    """What a stranger is handed: a checkpoint, and then the entries, with what may be opened of them."""
    folder = tmp_path_factory.mktemp("taken")
    settled(server, int(acts[2].headers["Muniment-Index"]))
    (folder / "checkpoint").write_text(command("checkpoint", "--data", server.data).stdout)
    for name, options in ("entries", ()), ("openings", ("--openings",)):
        (folder / name).write_text(command("entries", "--data", server.data, *options).stdout)
    return folder


def test_the_server_s_own_verifier_finds_nothing_wrong(server):
    for options in (), ("--quick",):
        report = json.loads(command("verify", "--data", server.data, "--format", "json", *options).stdout)
        assert set(report) == {"ok", "signed", "entries", "root", "checkpoint", "erased", "problems"}
        assert report["ok"] is True and report["signed"] is True and report["problems"] == [] and report["entries"] > 100


@pytest.mark.parametrize("name", ["entries", "openings"])
def test_the_verifier_that_shares_no_code_agrees(server, taken, name):
    verifier("--entries", taken / name, "--checkpoint", taken / "checkpoint", "--key",
             server.founded["ledger"]["verifier_key"])


def test_the_token_s_own_entry_is_proven_to_a_stranger(server, acts, taken):
    """The moment nobody else can show: this very token's issue, under the ledger's signed root."""
    index = acts[2].headers["Muniment-Index"]
    (taken / "proof").write_text(command("proof", "--data", server.data, index).stdout)
    entry = command("entries", "--data", server.data, "--from", index, "--to", index).stdout
    assert decoded(acts[1])["jti"] in entry
    (taken / "entry").write_text(entry)
    verifier("--proof", taken / "proof", "--entry", taken / "entry", "--key", server.founded["ledger"]["verifier_key"])


# --- It gives nothing away --------------------------------------------------------------------------------------------


def occurrences(patterns: list[bytes], place, tmp_path) -> set[bytes]:
    """Which of the texts stand anywhere under a folder, in clear; grep looks for all of them at once."""
    (tmp_path / "patterns").write_bytes(b"\n".join(patterns) + b"\n")
    done = subprocess.run(
        ["grep", "--recursive", "--text", "--fixed-strings", "--only-matching", "--no-filename", "--file",
         tmp_path / "patterns", place], capture_output=True, env=os.environ | {"LC_ALL": "C"}, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    return set(done.stdout.splitlines())


def forms(text: str) -> list[bytes]:
    """A text as it might be written; of a token, each part alone would be too much, but for the common header."""
    plain = text.encode()
    if text.count(".") == 2 and text.startswith("eyJ"):
        return [part.encode() for part in text.split(".")[1:]]
    encoded = base64.b64encode(plain).rstrip(b"=")[:-1]
    return [plain, plain.hex().encode(), encoded, base64.urlsafe_b64encode(plain).rstrip(b"=")[:-1],
            json.dumps(text).encode()[1:-1]]


def test_l13_nothing_said_in_confidence_is_written_in_clear(server, tmp_path):
    wanted = {form: what for text, what in everything().items() for form in forms(text)}
    for place in server.data, server.log:
        found = occurrences(list(wanted), place, tmp_path)
        assert not found, f"{place.name}: {sorted(wanted.get(item, '?') for item in found)} in clear"
    entries = command("entries", "--data", server.data).stdout.encode()
    assert not [what for form, what in wanted.items() if form in entries]
    assert b"$argon2" not in entries
    assert not occurrences([b"$argon2id$"], server.data, tmp_path)


def test_l13_the_scanner_would_find_what_is_there(server, tmp_path):
    known = [server.client[0].encode(), b"Muniment service"]
    assert occurrences(known, server.data, tmp_path) == set(known)


def test_the_files_are_their_owner_s_alone(server):
    for path in server.data.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or not (server.data.stat().st_mode & 0o055), path


# --- And the quickstart's last step -----------------------------------------------------------------------------------


def test_a_token_ends_when_it_said(server, short_lived):
    """RFC 6750: an expired token is 401, so that a client fetches the next and tries once more."""
    api, token = short_lived
    ends = decoded(token)["exp"]
    while time.time() < ends - 1:
        assert api.get("/tenants", token=token).status_code == 200
        time.sleep(max(0.0, min(5.0, ends - 1 - time.time())))
    time.sleep(max(0.0, ends + 0.5 - time.time()))
    answer = api.get("/tenants", token=token)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    told = requests.post(f"{server.url}/oauth/introspect", data={"token": token}, auth=api.client, timeout=30)
    assert told.json() == {"active": False}
    assert api.get("/tenants", token=api.token()).status_code == 200
