"""What no program of ours would write: entries that cannot be folded (T22), bytes that are nothing (T23)."""

import json
import random
import shutil
import socket
import subprocess
import sys

import oracle
import pages
from copies import refused
from plan import Failed, Run, require, row
from server import ROOT, Gone, Refused, Server, command, must, text


def rewrite(server: Server, old: bytes, new: bytes, which: int = 0) -> int:
    """Changes bytes of one entry where it lies, in a page that is in use; answers the entry's index."""
    assert len(old) == len(new)
    path = server.data / "ledger/data.mdb"
    content = bytearray(path.read_bytes())
    for page, kind in sorted(pages.kinds(bytes(content)).items()):
        if not kind.startswith("entries.state") or not kind.endswith("leaf"):
            continue
        place = content.find(old, page * pages.PAGE, (page + 1) * pages.PAGE)
        if place < 0:
            continue
        start = content.rfind(b'"index":', 0, place)
        content[place:place + len(old)] = new
        path.write_bytes(content)
        return int(content[start + 8:content.index(b",", start)])
    raise AssertionError(f"no entry has {old!r}")


POISONS = {
    "an unknown type": (b'"type":"tenant.updated"', b'"type":"tenant.upended"'),
    "a version that does not follow": (b'"version":2}', b'"version":9}'),
    "no JSON": (b'"type":"tenant.updated"', b'"type":"tenant.updated}'),
}


@row("T22", "an entry that cannot be folded")
def poison(run: Run) -> str:
    told = []
    for number, (what, (old, new)) in enumerate(POISONS.items()):
        server = run.server(f"poison-{number}")
        index = rewrite(server, old, new)
        # The views are of another file, so the start folds everything again and meets it.
        said = refused(server, str(index))
        # Whether it makes sense is not asked of what nobody wrote.
        require(f"damaged at entry {index}" in said, f"{what}: {said}")
        require(command("verify", "--data", server.data).returncode == 1, f"{what}: verify finds nothing")
        rebuilt = command("rebuild", "--data", server.data)
        require(rebuilt.returncode == 3 and str(index).encode() in rebuilt.stderr, f"rebuild: {text(rebuilt.stderr)}")
        told.append(what)
    run.control("no poison", lambda: refused(run.server("healthy")))
    return (f"{', '.join(told)}: start and rebuild refuse, naming the index. At run time: EngineTests, "
            "\"L15 a command that breaks is an entry, and the next one is served\"")


# --- T23 --------------------------------------------------------------------------------------------------------------

REQUESTS = [
    b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 58\r\n\r\n"
    b"grant_type=client_credentials&client_id=app_x&client_secret=y",
    b"GET /api/v1/admin/tenants?page=2&per_page=5&search=a%20b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\n\r\n",
    b"POST /api/v1/admin/tenants HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 31\r\n"
    b"Authorization: Basic YTpi\r\n\r\n{\"name\":\"a\",\"settings\":{\"b\":1}}",
    b"GET /keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
]


def mutated(content: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, lost, doubled or swapped for what parsers stumble over."""
    content = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(content) + 1)
        match dice.randrange(5):
            case 0 if place < len(content):
                content[place] ^= 1 << dice.randrange(8)
            case 1:
                del content[place:place + dice.randint(1, 20)]
            case 2:
                content[place:place] = content[place:place + dice.randint(1, 200)]
            case 3:
                content[place:place] = dice.choice(
                    [b"\0", b"\r\n", b"\xff\xfe", b"[" * 100, b"%", b"\"\\ud800", b"9" * 40, b"\xe2\x82", b"-0", b"{\"a\":"])
            case _:
                content[place:place] = dice.randbytes(dice.randint(1, 40))
        content = content or bytearray(b" ")
    return bytes(content)


@row("T23", "malformed bytes to HTTP, anchors, key stores, notes and proofs")
def malformed(run: Run) -> str:
    server = run.server().start()
    watch = oracle.Oracle(server)
    spoken = run.count(600, 100_000)
    for _ in range(spoken):
        speak(server, mutated(run.dice.choice(REQUESTS), run.dice))
        require(server.process.poll() is None, f"it ended: {server.crash}")
    require(server.connect().token().status == 200, "no token after it all")
    proof, note = must("proof", "--data", server.data, "3"), must("checkpoint", "--data", server.data)
    entry = must("entries", "--data", server.data, "--from", 3, "--to", 3)
    require(server.stop() == 0, server.said)
    watch.check()
    files = sum(file_rejected(run, number) for number in range(run.count(30, 3_000)))
    texts = sum(text_rejected(run, server, name, content, entry) for name, content in
                (("proof", proof), ("checkpoint", note)) for _ in range(run.count(10, 1_000)))
    run.control("bytes that are as they should be", lambda: accepted(run, server, "proof", proof, entry))
    return (f"{spoken} broken requests, the server stands; {files} broken files of anchor and key store refused or harmless; "
            f"{texts} broken notes and proofs rejected; no crash")


def speak(server: Server, request: bytes) -> None:
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4096)
            require(not answer or answer.startswith(b"HTTP/1.1 "), f"{request!r} is answered {answer[:60]!r}")
            require(not answer.startswith(b"HTTP/1.1 500"), f"{request!r} is answered {answer[:60]!r}")
    except OSError:
        pass  # It hung up, as it may.


def file_rejected(run: Run, number: int) -> int:
    """A broken small file: the server starts, or says in one line why not; it never falls over."""
    server = run.server(f"file-{number}")
    name = run.dice.choice(["anchor/checkpoint", "anchor/head", "keys/epoch-1", "keys/kek", "keys/bundle-00000001",
                            "views/trust", "format"])
    path = server.data / name
    path.write_bytes(mutated(path.read_bytes(), run.dice))
    try:
        server.start()
    except Refused as refusal:
        require(refusal.status == 3, f"{name}: {refusal} {server.crash}")
    server.kill()
    done = command("verify", "--data", server.data)
    require(done.returncode in (0, 1, 3), f"{name}: verify ends with {done.returncode}: {text(done.stderr)}")
    shutil.rmtree(server.home)
    return 1


def text_rejected(run: Run, server: Server, name: str, content: bytes, entry: bytes) -> int:
    broken = mutated(content, run.dice)
    if broken == content:
        return 0
    try:
        accepted(run, server, name, broken, entry)
    except Failed:
        return 0
    return 1


def accepted(run: Run, server: Server, name: str, content: bytes, entry: bytes) -> None:
    """The independent verifier must not take this for good; it says so and does not fall over."""
    (server.home / name).write_bytes(content)
    (server.home / "entry").write_bytes(entry)
    words = ["--proof", server.home / name, "--entry", server.home / "entry"] if name == "proof" else \
        ["--entries", server.home / "entries", "--checkpoint", server.home / name]
    (server.home / "entries").write_bytes(must("entries", "--data", server.data) if name != "proof" else b"")
    done = subprocess.run([sys.executable, ROOT / "Tools/verify_ledger.py", *words, "--key", server.key], capture_output=True)
    require(b"Traceback" not in done.stderr, f"the verifier fell over: {text(done.stderr)}")
    require(done.returncode == 1, f"{name} is taken for good")
