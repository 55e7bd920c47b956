"""The command as scripts use it: its words, what it prints, and how it ends."""

import base64
import contextlib
import hashlib
import json
import shutil
import signal
import socket
import subprocess
import time

import pytest
import requests

from server import BINARY, ROOT, Server, command, environment, free_port
from spoken import confide


@pytest.fixture
def stopped(new_server) -> Server:
    """A ledger with a little history, closed in order."""
    server = new_server().start()
    api = server.api
    tenant = api.tenant()
    api.patch(f"/tenants/{tenant['id']}", {"name": "Renamed"})
    assert server.stop() == 0
    return server


def one_line(done: subprocess.CompletedProcess, status: int) -> None:
    assert done.returncode == status, f"{done.returncode}: {done.stderr}"
    assert done.stdout == "" and len(done.stderr.strip().splitlines()) == 1, done.stderr


# --- Beginning and end ------------------------------------------------------------------------------------------------


def test_init_prints_what_a_script_needs_once(tmp_path):
    data = tmp_path / "data"
    printed = command("init", "--data", data, "--base-url", "https://id.example.com", "--format", "json").stdout
    founded = json.loads(printed)
    assert set(founded) == {"ledger", "super_admin", "service"}
    assert set(founded["ledger"]) == {"id", "origin", "verifier_key"}
    assert founded["ledger"]["origin"] == f"id.example.com/ledger/{founded['ledger']['id']}"
    assert founded["ledger"]["verifier_key"].startswith(founded["ledger"]["origin"] + "+")
    assert founded["super_admin"]["email"] == "admin@id.example.com" and founded["super_admin"]["password"]
    assert founded["service"]["scopes"] == ["admin:read", "admin:write"]
    assert (data / "keys/kek").stat().st_mode & 0o777 == 0o600
    again = command("init", "--data", data, check=None)
    assert again.returncode in (1, 2, 3) and again.stdout == "" and len(again.stderr.strip().splitlines()) == 1
    entries = [json.loads(line) for line in command("entries", "--data", data).stdout.splitlines()]
    types = [entry["type"] for entry in entries]
    assert types[0] == "ledger.created"
    page = ROOT / "Sources/EventLog/EventLog.docc/LedgerFormat.md"
    digest = base64.urlsafe_b64encode(hashlib.sha256(page.read_bytes()).digest()).rstrip(b"=").decode()
    assert entries[0]["data"]["format"] == digest, "genesis names the page that it is written by"
    batch = ["user.created", "role.granted", "application.created", "secret.created"]
    assert [kind for kind in types if kind in batch] == batch, "one batch makes the first user and service"
    assert json.loads(command("verify", "--data", data, "--format", "json").stdout)["ok"]


@pytest.mark.parametrize("words", [
    ["nonsense"], ["serve", "--nonsense"], ["serve"], ["init"], ["verify"], ["proof", "--data", "x"],
    ["entries", "--data", "x", "--from", "first"], ["init", "--data", "x", "--format", "xml"],
    ["init", "--data", "x", "--base-url", "ftp://x"], ["serve", "--data", "x", "--listen", "nowhere"],
    ["init", "--data", "x", "--admin-email", "nobody"], ["serve", "--data", "x", "--tls-key", "k"],
    ["serve", "--data", "x", "--trusted-proxy", "everybody"], ["serve", "--data", "x", "--token-algorithm", "HS256"],
    ["keys", "rotate", "doors", "--data", "x"], ["replay", "--data", "x"], ["token"],
])
def test_wrong_usage_is_2_and_one_line(words, tmp_path):
    done = subprocess.run(
        [BINARY, *words], capture_output=True, text=True, env=environment(), cwd=tmp_path, timeout=60)
    one_line(done, 2)


@pytest.mark.parametrize("words", [
    ["serve"], ["verify"], ["entries"], ["checkpoint"], ["rebuild"], ["proof", "0"], ["keys", "rotate"], ["recover"],
])
def test_a_directory_without_a_ledger_is_3(words, tmp_path):
    one_line(command(*words, "--data", tmp_path, check=None), 3)
    one_line(command(*words, "--data", tmp_path / "nowhere", check=None), 3)


def test_a_directory_in_use_is_3_and_left_alone(new_server):
    server = new_server().start()
    for words in ["serve", "--listen", f"127.0.0.1:{free_port()}"], ["rebuild"], ["recover"]:
        one_line(command(*words, "--data", server.data, check=None), 3)
    assert server.api.get("/tenants").status_code == 200


def test_sigterm_ends_it_within_five_seconds_and_it_starts_again_at_once(new_server):
    server = new_server().start()
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    slow = socket.create_connection(("127.0.0.1", server.port))
    slow.sendall(b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx")
    kept = requests.Session()
    assert kept.get(f"{server.url}/health", timeout=10).status_code == 200
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5.5
    for connection in [*idle, slow]:
        connection.close()
    server.start()
    assert server.start_seconds < 5
    assert server.api.get("/tenants").status_code == 200
    opened = [entry["data"] for entry in server.entries() if entry["type"] == "ledger.opened"]
    assert [item["stop"] for item in opened] in (["clean", "clean"], ["clean"])


def test_what_is_under_way_at_sigterm_is_answered(new_server):
    server = new_server().start()
    api, answers = server.api, []
    body = json.dumps({"name": "Last", "slug": "last"}).encode()
    head = (f"POST /api/v1/admin/partners HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {api.bearer}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head + body[:5])
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(body[5:])
        answers.append(connection.recv(65_536))
    assert answers[0].startswith(b"HTTP/1.1 201"), answers[0][:100]
    assert server.stop() == 0


# --- serve --dev ------------------------------------------------------------------------------------------------------


def test_serve_dev_makes_a_ledger_and_prints_lines_for_a_shell(tmp_path):
    port = free_port()

    def run() -> tuple[subprocess.Popen, list[str]]:
        process = subprocess.Popen(
            [BINARY, "serve", "--dev", "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=environment(), cwd=tmp_path)
        lines = [process.stdout.readline().strip() for _ in range(3)]
        for _ in range(500):
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"http://127.0.0.1:{port}/health", timeout=5).ok:
                    break
            time.sleep(0.02)
        return process, lines

    process, lines = run()
    try:
        assert all(line.startswith("export MUNIMENT_") for line in lines), lines
        script = "\n".join(lines) + f"\n{BINARY} token"
        token = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment(), timeout=60)
        assert token.returncode == 0 and token.stdout.count(".") == 2, token.stderr
        assert token.stdout.count("\n") == 1
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    kept = tmp_path / "muniment-data/init.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["service"]["client_secret"] in lines[-1] + "".join(lines)
    process, again = run()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert again == lines, "the second start uses what the first made"


# --- Configuration ----------------------------------------------------------------------------------------------------


def test_an_option_goes_before_the_environment_and_that_before_the_file(tmp_path):
    file = tmp_path / "muniment.json"
    file.write_text(json.dumps({"data": "/from/file", "listen": "127.0.0.1:1", "base-url": "https://file.example"}))
    printed = command(
        "serve", "--print-config", "--config", file, "--data", "/from/option", MUNIMENT_LISTEN="127.0.0.1:2",
        MUNIMENT_DATA="/from/environment", MUNIMENT_KEY="c2VjcmV0LWtleS10aGF0LW11c3Qtbm90LXNob3ctdXA").stdout
    rows = {line.split()[0]: line for line in printed.splitlines()}
    assert "/from/option" in rows["data"] and "127.0.0.1:2" in rows["listen"]
    assert "https://file.example" in rows["base-url"] and str(file) in rows["base-url"]
    assert "MUNIMENT_LISTEN" in rows["listen"]
    assert "c2VjcmV0" not in printed


def test_an_unknown_key_in_the_file_is_wrong_usage(tmp_path):
    file = tmp_path / "muniment.json"
    file.write_text(json.dumps({"lissten": "127.0.0.1:1"}))
    one_line(command("serve", "--print-config", "--config", file, check=None), 2)


def test_the_base_url_of_a_run_moves_the_issuer_but_not_the_origin(stopped):
    stopped.options = ("--base-url", "https://elsewhere.example")
    stopped.start()
    found = requests.get(f"{stopped.url}/.well-known/openid-configuration", timeout=10).json()
    assert found["issuer"] == "https://elsewhere.example"
    stopped.stop()
    note = command("checkpoint", "--data", stopped.data).stdout
    assert note.splitlines()[0] == stopped.founded["ledger"]["origin"]


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_entries_are_the_stored_bytes_one_a_line_and_ranges_include_their_ends(stopped):
    lines = command("entries", "--data", stopped.data).stdout.splitlines()
    assert [json.loads(line)["index"] for line in lines] == list(range(len(lines)))
    for line in lines:
        again = json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert again == line, "canonical JSON"
    some = command("entries", "--data", stopped.data, "--from", 2, "--to", 4).stdout.splitlines()
    assert some == lines[2:5]
    assert command("entries", "--data", stopped.data, "--from", len(lines)).stdout == ""


def test_entries_follow_a_live_ledger(new_server):
    server = new_server().start()
    size = len(server.entries())
    process = subprocess.Popen(
        [BINARY, "entries", "--data", server.data, "--from", str(size), "--follow"], stdout=subprocess.PIPE, text=True,
        env=environment())
    try:
        server.api.partner(name="Followed")
        seen = []
        while "partner.created" not in seen:
            seen.append(json.loads(process.stdout.readline())["type"])
            assert len(seen) < 20
    finally:
        process.kill()
        process.wait()


def test_openings_open_what_was_sealed_for_who_has_the_keys(stopped):
    lines = [json.loads(line) for line in command("entries", "--data", stopped.data, "--openings").stdout.splitlines()]
    openings = [line for line in lines if "ordinal" in line]
    assert openings and all("plaintext" in line for line in openings)


def test_a_proof_is_1_when_no_checkpoint_covers_the_entry(stopped):
    size = len(stopped.entries())
    assert command("proof", "--data", stopped.data, size - 1).stdout.startswith("c2sp.org/tlog-proof@v1\n")
    one_line(command("proof", "--data", stopped.data, size, check=None), 1)


def test_verify_reads_live_killed_copied_and_keyless_directories(new_server, tmp_path):
    server = new_server().start()
    server.api.tenant()

    def report(data, status: int = 0) -> dict:
        return json.loads(command("verify", "--data", data, "--format", "json", check=status).stdout)

    assert report(server.data)["ok"], "live"
    server.kill()
    assert report(server.data)["ok"], "killed"
    copy = tmp_path / "copy"
    shutil.copytree(server.data, copy)
    assert report(copy)["ok"], "copied"
    (copy / "keys/kek").unlink()
    assert report(copy)["ok"], "without the key, what is sealed stays sealed"
    one_line(command("serve", "--data", copy, check=None), 3)


@pytest.mark.parametrize("word", [b"Renamed", b"tenant.updated"])
def test_a_byte_changed_on_disk_is_found(stopped, word):
    """In a copy of the ledger, as somebody with a disk editor would."""
    file = stopped.data / "ledger/data.mdb"
    content = bytearray(file.read_bytes())
    at = content.find(word)
    assert at > 0
    while at >= 0:
        content[at] ^= 0x01
        at = content.find(word)
    file.write_bytes(content)
    done = command("verify", "--data", stopped.data, "--format", "json", check=None)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["ok"] is False and found["problems"] and set(found["problems"][0]) == {"index", "what"}


def test_l7_an_older_ledger_under_a_newer_anchor_is_refused(stopped, tmp_path):
    older = tmp_path / "older"
    shutil.copytree(stopped.data / "ledger", older)
    stopped.start()
    stopped.api.tenant()
    stopped.stop()
    shutil.rmtree(stopped.data / "ledger")
    shutil.copytree(older, stopped.data / "ledger")
    one_line(command("serve", "--data", stopped.data, "--listen", f"127.0.0.1:{free_port()}", check=None), 3)
    assert command("verify", "--data", stopped.data, "--format", "json", check=None).returncode in (1, 3)


def test_a_key_that_others_can_read_is_3(stopped):
    (stopped.data / "keys/kek").chmod(0o644)
    one_line(command("serve", "--data", stopped.data, check=None), 3)


def test_the_key_may_stand_elsewhere(stopped, tmp_path):
    kek = tmp_path / "kek"
    shutil.move(stopped.data / "keys/kek", kek)
    one_line(command("serve", "--data", stopped.data, check=None), 3)
    stopped.options = ("--key-file", str(kek))
    stopped.start()
    assert stopped.api.get("/tenants").status_code == 200
    stopped.stop()
    kek.write_text("A" * 42 + "E\n")
    one_line(command("serve", "--data", stopped.data, "--key-file", kek, check=None), 3)


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_rebuilt_views_serve_the_same(stopped):
    stopped.start()
    before = stopped.api.get("/tenants").json()
    stopped.stop()
    command("rebuild", "--data", stopped.data)
    stopped.start()
    assert stopped.api.get("/tenants").json()["data"] == before["data"]


def test_a_replay_of_everything_equals_the_live_views(stopped, tmp_path):
    last = len(stopped.entries()) - 1
    command("replay", "--data", stopped.data, "--to", last, "--into", tmp_path / "now", "--compare")
    command("replay", "--data", stopped.data, "--to", 3, "--into", tmp_path / "then")
    command("replay", "--data", stopped.data, "--to", stopped.entries()[last]["recorded_at"], "--into", tmp_path / "time")
    assert (tmp_path / "then").is_dir()


@pytest.mark.parametrize("what", ["signing", "checkpoint", "wrapping"])
def test_each_kind_of_key_rotates_in_a_stopped_directory(stopped, what):
    before = len(stopped.entries())
    command("keys", "rotate", what, "--data", stopped.data)
    assert what == "wrapping" or len(stopped.entries()) > before
    stopped.start()
    assert stopped.api.get("/tenants").status_code == 200
    stopped.stop()
    assert json.loads(command("verify", "--data", stopped.data, "--format", "json").stdout)["ok"]


def test_recover_prints_a_password_for_an_administrator_and_leaves_an_entry(stopped):
    password = command("recover", "--data", stopped.data).stdout.strip()
    assert len(password) >= 12 and "\n" not in password
    last = [entry for entry in stopped.entries() if entry["type"] == "user.password_reset"]
    assert len(last) == 1 and last[0]["stream"] == stopped.founded["super_admin"]["id"]
    email = stopped.founded["super_admin"]["email"]
    assert command("recover", "--data", stopped.data, "--email", email).stdout.strip() != password
    one_line(command("recover", "--data", stopped.data, "--email", "stranger@nowhere.example", check=None), 2)


def test_keys_come_back_from_their_backup(new_server, tmp_path):
    server = new_server().start()
    tenant = server.api.tenant(contact_email="kept@tenant.example")
    backup = tmp_path / "keys.backup"
    command("keys", "backup", "--data", server.data, backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert server.client[1].encode() not in backup.read_bytes()
    server.stop()
    for file in server.data.glob("keys/[!k]*"):
        if file.is_file():
            file.unlink()
    one_line(command("serve", "--data", server.data, check=None), 3)
    command("keys", "restore", "--data", server.data, backup)
    server.start()
    read = server.api.get(f"/tenants/{tenant['id']}").json()["data"]
    assert read["contact_email"] == "kept@tenant.example"
    server.stop()
    assert json.loads(command("verify", "--data", server.data, "--format", "json").stdout)["ok"]


def test_clock_accept_is_there_for_an_operator(stopped):
    command("clock", "accept", "--data", stopped.data)
    stopped.start()


def test_token_takes_its_secret_from_the_environment_or_a_file(new_server, tmp_path):
    server = new_server().start()
    client, secret = server.client
    words = ["token", "--base-url", server.url, "--client-id", client]
    printed = command(*words, MUNIMENT_CLIENT_SECRET=secret).stdout
    file = tmp_path / "secret"
    file.write_text(secret + "\n")
    for token in printed, command(*words, "--secret-file", file).stdout:
        confide("an access token", token.strip())
        assert server.api.get("/tenants", token=token.strip()).status_code == 200
    one_line(command(*words, check=None, MUNIMENT_CLIENT_SECRET="wrong-secret"), 1)
    one_line(command("token", "--base-url", f"http://127.0.0.1:{free_port()}", "--client-id", client, check=None,
                     MUNIMENT_CLIENT_SECRET=secret), 1)


def test_an_anchor_may_live_on_another_disk(tmp_path):
    anchor = tmp_path / "anchor"
    home = tmp_path / "home"
    home.mkdir()
    server = Server(home, init=("--anchor", str(anchor))).start()
    try:
        assert server.api.get("/tenants").status_code == 200
    finally:
        assert server.stop() == 0
    assert (anchor / "checkpoint").exists() and not (server.data / "anchor/checkpoint").exists()
    assert command("checkpoint", "--data", server.data).stdout == (anchor / "checkpoint").read_text()
