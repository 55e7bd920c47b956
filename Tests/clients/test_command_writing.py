"""The commands that change a ledger, and the one that asks a server for a token."""

import json
import time

import pytest

from server import Server, command, free_port, one_line
from spoken import confide


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
    moment = stopped.entries()[last]["recorded_at"]
    command("replay", "--data", stopped.data, "--to", moment, "--into", tmp_path / "time")
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
    began = time.monotonic()
    one_line(command("token", "--base-url", f"http://127.0.0.1:{free_port()}", "--client-id", client, check=None,
                     MUNIMENT_CLIENT_SECRET=secret), 1)
    assert time.monotonic() - began < 10, "a refused connection is an answer; nobody waits half a minute for it"


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
