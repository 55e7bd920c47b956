"""A restored ledger, as others read it: LMDB's Python, Go's checksum database, the verifier of plain Python, the runbook."""

import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from pages import OPERATIONS, RUNBOOK
from server import BINARY, ROOT, command, environment
from spoken import confide

GO_LIBRARY = pathlib.Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")
DEBIAN_PYTHON = "/usr/lib/python3/dist-packages"
INDEX = 3


@pytest.fixture(scope="module")
def restored(tmp_path_factory):
    """A directory out of a whole backup and an increment, without keys, and what an auditor kept of its original."""
    home = tmp_path_factory.mktemp("backup")
    data = home / "data"
    founded = json.loads(command("init", "--data", data, "--format", "json", "--token-algorithm", "ES256").stdout)
    confide("the first user's password", founded["super_admin"]["password"])
    confide("the service's secret", founded["service"]["client_secret"])
    command("keys", "rotate", "--data", data)
    (home / "older").write_text(command("checkpoint", "--data", data).stdout)
    following = command("backup", "--data", data, "--to", home / "whole").stdout.strip()
    for _ in range(5):
        command("keys", "rotate", "--data", data)
    command("backup", "--data", data, "--since", following, "--to", home / "increment")
    command("restore", "--from", home / "whole", home / "increment", "--into", home / "restored")
    (home / "key").write_text(founded["ledger"]["verifier_key"])
    for name, words in {"entries": (), "checkpoint": (), "proof": (INDEX,)}.items():
        (home / name).write_text(command(name, "--data", home / "restored", *words).stdout)
    return home


def test_go_verifies_the_restored_ledger_with_its_own_tree(restored):
    if not shutil.which("go") or not GO_LIBRARY.exists():
        pytest.skip("no Go to verify with: apt-get install golang-go golang-golang-x-mod-dev")
    words = [restored / name for name in ("entries", "checkpoint", "older", "proof")]
    run = [(restored / "key").read_text(), *map(str, words)]
    go = environment(GO111MODULE="off", GOPATH="/usr/share/gocode", GOCACHE=str(restored / "go"), GOFLAGS="")
    program = restored / "sumdb"
    built = subprocess.run(
        ["go", "build", "-o", program, "main.go"], cwd=ROOT / "Tests/clients/sumdb", env=go, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program, *run], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.endswith(f"entry {INDEX} included\n"), done.stderr
    # It can say no: one byte of an entry.
    entries = (restored / "entries").read_text()
    (restored / "spoiled").write_text(entries.replace('"result":"ok"', '"result":"OK"', 1))
    run[1] = str(restored / "spoiled")
    assert "root that was signed" in subprocess.run([program, *run], capture_output=True, text=True).stderr


def test_the_python_library_of_lmdb_reads_the_restored_ledger_row_by_row(restored):
    script = """
import json, sys
sys.path.append(sys.argv[2])
import lmdb
with lmdb.open(sys.argv[1], readonly=True, lock=False, max_dbs=64) as ledger, ledger.begin() as reader:
    rows = {}
    for name in (b"entries.state", b"entries.activity", b"hashes", b"segments", b"chains", b"streams"):
        with reader.cursor(ledger.open_db(name, create=False, txn=reader)) as cursor:
            rows[name.decode()] = [(key.hex(), value.hex()) for key, value in cursor]
print(json.dumps(rows))
"""
    known = subprocess.run(
        [sys.executable, "-c", "import sys; sys.path.append(sys.argv[1]); import lmdb", DEBIAN_PYTHON], capture_output=True)
    if known.returncode != 0:
        pytest.skip("no library of LMDB for Python: apt-get install python3-lmdb")
    read = [
        json.loads(subprocess.run(
            [sys.executable, "-c", script, home / "ledger", DEBIAN_PYTHON], capture_output=True, text=True, check=True).stdout)
        for home in (restored / "data", restored / "restored")]
    assert read[0] == read[1], "every row of every table is as in the original"
    state, activity = (dict(read[1][f"entries.{name}"]) for name in ("state", "activity"))
    stored = [bytes.fromhex((state | activity)[index.to_bytes(8).hex()]) for index in range(len(state) + len(activity))]
    assert b"\n".join(stored) + b"\n" == (restored / "entries").read_bytes()


def test_the_other_verifier_accepts_the_restored_ledger_and_a_page_is_enough_to_read_a_backup(restored):
    done = subprocess.run(
        [sys.executable, ROOT / "Tools/verify_ledger.py", "--entries", restored / "entries", "--checkpoint",
         restored / "checkpoint", "--key", (restored / "key").read_text()], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = []
    for name in ("whole", "increment"):
        printed = subprocess.run(["zstd", "-dc", restored / name], capture_output=True, check=True).stdout
        lines += [line for line in printed.splitlines() if line.startswith(b'{"actor"')]
    assert b"\n".join(lines) + b"\n" == (restored / "entries").read_bytes()


def blocks(backup: bytes):
    """A backup's contents, block by block, by the words of the format page alone."""
    digest, place, kind = bytes(32), 0, 0
    while kind != 3:
        head = backup[place:place + 56]
        assert head[:8] == bytes.fromhex("502a4d1830000000") and head[8:13] == b"MNBK\1" and head[14:16] == bytes(2)
        kind, frame, content = head[13], int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
        assert frame <= 3 << 20 and content <= 2 << 20
        packed = backup[place + 56:place + 56 + frame]
        digest = hashlib.sha256(digest + head[:24] + packed).digest()
        assert digest == head[24:]
        place += 56 + frame
        if kind != 3:
            printed = subprocess.run(["zstd", "-dc"], input=packed, capture_output=True, check=True).stdout
            assert len(printed) == content
            yield kind, printed
    assert place == len(backup)


def test_a_backup_is_read_by_the_format_page_alone(restored):
    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\1" + left + right).digest()

    edge: list[tuple[int, bytes]] = []
    for name in ("whole", "increment"):
        (first, header), *others = blocks((restored / name).read_bytes())
        header, index = json.loads(header), None
        assert first == 1 and set(header) == {"checkpoint", "first", "ledger", "made_at", "owner", "software"}
        for kind, content in others:
            start, *lines = content.splitlines()
            start = json.loads(start)
            nodes = [base64.urlsafe_b64decode(text + "=") for text in start["edge"]]
            assert kind == 2 and nodes == [hash for _, hash in edge] and len(nodes) == start["first"].bit_count()
            index = start["first"]
            for line in lines:
                if not line.startswith(b'{"actor"'):
                    segment = json.loads(line)
                    assert set(segment) == {"index", "ordinal", "segment"} and segment["index"] == index - 1
                    continue
                assert json.loads(line)["index"] == index
                index += 1
                level, top = 0, hashlib.sha256(b"\0" + line).digest()
                while edge and edge[-1][0] == level:
                    level, top = level + 1, node(edge.pop()[1], top)
                edge.append((level, top))
        _, size, root, *_ = header["checkpoint"].splitlines()
        top = edge[-1][1]
        for _, left in reversed(edge[:-1]):
            top = node(left, top)
        assert index == int(size) and base64.b64encode(top).decode() == root


def test_the_runbook_is_typed_from_its_first_line_to_its_last(tmp_path):
    blocks = RUNBOOK.blocks()
    assert len(blocks) >= 10 and RUNBOOK.text.count("```") == 2 * len(blocks)
    (tmp_path / "Tools").symlink_to(ROOT / "Tools")
    with (tmp_path / "printed").open("wb") as printed, (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [BINARY, "serve", "--dev", "--listen", "127.0.0.1:0"], cwd=tmp_path, stdout=printed, stderr=log,
            env=environment())
    try:
        while "listening on" not in (tmp_path / "server.log").read_text():
            assert server.poll() is None, (tmp_path / "server.log").read_text()
        secret = json.loads((tmp_path / "muniment-data/init.json").read_text())
        confide("the service's secret", secret["service"]["client_secret"])
        confide("the first user's password", secret["super_admin"]["password"])
        path = f"{BINARY.parent}{os.pathsep}{os.environ['PATH']}"
        script = "\n".join(["set -eu", *(f"{block}\necho '=== {number}'" for number, block in enumerate(blocks))])
        done = subprocess.run(
            ["bash"], input=script, capture_output=True, text=True, cwd=tmp_path, env=environment(PATH=path), timeout=120)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        assert done.stdout.count("verified: ") == 1 and '"ledger.backed_up"' in done.stdout, done.stdout
        assert re.search(r"/ledger/[\w-]+/\d+\+", done.stdout), "the fork prints the new verifier key"
        assert "listening on" in done.stdout.split(f"=== {len(blocks) - 2}")[0].split("===")[-1], "it was served"
        assert not (tmp_path / "trial").exists() and not (tmp_path / "earlier").exists()
    finally:
        server.terminate()
        assert server.wait(30) == 0


def test_what_is_backed_up_as_the_operator_s_page_says_is_restored(tmp_path):
    (block,) = OPERATIONS.blocks("Back it up")
    founded = json.loads(command("init", "--data", tmp_path / "muniment-data", "--format", "json").stdout)
    confide("the first user's password", founded["super_admin"]["password"])
    confide("the service's secret", founded["service"]["client_secret"])
    path = f"{BINARY.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash"], input=f"set -euo pipefail\n{block}", capture_output=True, text=True, cwd=tmp_path,
                          env=environment(PATH=path), timeout=60)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "restored " in done.stdout and "\nok: " in done.stdout
