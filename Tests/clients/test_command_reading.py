"""The commands that only read: on a live, a stopped, a killed, a copied or a damaged directory."""

import json
import shutil
import subprocess

import pytest

from server import BINARY, command, environment, free_port, one_line


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
