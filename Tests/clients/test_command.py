"""The command as scripts use it: its words, what it prints, and how it ends."""

import base64
import contextlib
import hashlib
import json
import signal
import socket
import subprocess
import time

import pytest
import requests

from server import BINARY, ROOT, command, environment, free_port, one_line


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
    types = [json.loads(line)["type"] for line in command("entries", "--data", data).stdout.splitlines()]
    assert types[0] == "ledger.created"
    batch = ["user.created", "role.granted", "application.created", "secret.created"]
    assert [kind for kind in types if kind in batch] == batch, "one batch makes the first user and service"
    assert json.loads(command("verify", "--data", data, "--format", "json").stdout)["ok"]


def test_genesis_names_the_very_page_that_the_ledger_is_written_by(tmp_path):
    command("init", "--data", tmp_path / "data")
    genesis = json.loads(command("entries", "--data", tmp_path / "data", "--to", 0).stdout)
    page = ROOT / "Sources/EventLog/EventLog.docc/LedgerFormat.md"
    digest = base64.urlsafe_b64encode(hashlib.sha256(page.read_bytes()).digest()).rstrip(b"=").decode()
    assert genesis["data"]["format"] == digest


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
    assert (opened[-1]["stop"], opened[-1]["views"]) == ("clean", "kept")


def test_a_ledger_that_was_just_made_was_not_stopped_by_the_machine(new_server):
    opened = [entry["data"] for entry in new_server().start().entries() if entry["type"] == "ledger.opened"]
    assert [item["stop"] for item in opened] == ["clean"]


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
