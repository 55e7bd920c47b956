"""Keys that are missing, of another time, or change while they are used (T21, T31)."""

import json
import pathlib
import shutil
import subprocess
import sys

import oracle
from copies import at_two_times, refused
from load import Load
from plan import Failed, Run, require, row
from server import ROOT, Refused, Server, command, must, text


def bundles(data: pathlib.Path) -> list[pathlib.Path]:
    return sorted((data / "keys").glob("bundle-*"))


def names(data: pathlib.Path) -> list[str]:
    return [key["id"] for path in bundles(data) for key in json.loads(path.read_bytes())["keys"]]


def without(data: pathlib.Path, name: str) -> None:
    """Takes one key out of the store, as if its bundle had been written without it."""
    for path in bundles(data):
        bundle = json.loads(path.read_bytes())
        kept = [key for key in bundle["keys"] if key["id"] != name]
        if len(kept) < len(bundle["keys"]):
            path.write_bytes(json.dumps(bundle | {"keys": kept}, separators=(",", ":"), sort_keys=True).encode() + b"\n")
            return
    raise AssertionError(f"there is no key {name}")


@row("T21", "keys missing, rotated under load, ahead and behind")
def signing_keys(run: Run) -> str:
    told, present = [], names(run.template.server.data)
    kinds: dict[str, str] = {}
    for name in present:
        kinds.setdefault(name.split(":")[0] if name.startswith("data") else name, name)
    outcome = {"refused": 0, "replaced": 0}
    for number, name in enumerate(kinds.values()):
        server = run.server(f"without-{number}")
        without(server.data, name)
        outcome[missing(server, name)] += 1
    told.append(f"each of {len(kinds)} kinds of key missing: {outcome['refused']} × refused or told by verify, "
                f"{outcome['replaced']} × replaced with an entry")
    told.append(rotated(run))
    run.control("no key missing", lambda: missing(run.server("whole"), ""))
    return "; ".join(told)


def missing(server: Server, name: str) -> str:
    """A key is missing: the server refuses and names it, or verify does, or it goes on with another one and says so."""
    try:
        server.start()
    except Refused as refusal:
        require(refusal.status == 3 and "key" in refusal.said, f"{name}: {refusal}")
        return "refused"
    client = server.connect()
    answer = client.token()
    require(answer.status in (200, 503), f"{name}: {answer.status}")
    require(server.stop() == 0, f"{name}: {server.said}")
    verified = command("verify", "--data", server.data)
    if verified.returncode != 0:
        require(name.split(":", 1)[1].encode() in verified.stdout, f"verify does not name {name}: {text(verified.stdout)}")
        return "refused"
    made = [json.loads(line)["type"] for line in oracle.lines(server.data)]
    require(made[-6:].count("signing_key.created") or answer.status == 503,
            f"the server goes on without {name} and nobody says so")
    return "replaced"


def rotated(run: Run) -> str:
    """Keys change under load: every token verifies by what was published, and old proofs by the old key."""
    server = run.server("rotated")
    load = Load(server, run.dice)
    watch = oracle.Oracle(server, load)
    load.server.start()
    load.start()
    load.reached(10, 30)
    proof = must("proof", "--data", server.data, "3")
    entry = must("entries", "--data", server.data, "--from", 3, "--to", 3)
    client = server.connect()
    for _ in range(run.count(3, 50)):
        answer = client.admin("POST", "/signing-keys/rotate", {})
        require(answer.status in (200, 201), f"no rotation: {answer.status} {text(answer.body)}")
        before = len(load.acknowledged)
        require(load.reached(before + 10, 30), "tokens stop at a rotation")
    load.stop()
    require(not load.troubles, load.troubles)
    require(server.stop() == 0, server.said)
    must("keys", "rotate", "checkpoint", "--data", server.data)
    (server.home / "proof").write_bytes(proof)
    (server.home / "entry").write_bytes(entry)
    done = subprocess.run(
        [sys.executable, ROOT / "Tools/verify_ledger.py", "--proof", server.home / "proof", "--entry",
         server.home / "entry", "--key", server.key], capture_output=True)
    require(done.returncode == 0, f"an old proof does not verify: {text(done.stdout)}")
    watch.check()
    oracle.independent(server)
    return "signing keys rotated under load, the checkpoint key after it: old proofs verify"


@row("T31", "old keys with a new ledger, new keys with an old one")
def keys_of_another_time(run: Run) -> str:
    server, old, new = at_two_times(run, 0.5)

    shutil.rmtree(server.data / "keys")
    shutil.copytree(old / "keys", server.data / "keys")
    gone = sorted(set(names(new)) - set(names(old)))
    require(gone, "no key was made")
    verified = command("verify", "--data", server.data)
    require(verified.returncode == 1, "verify does not miss the keys")
    require(any(name.split(":", 1)[1].encode() in verified.stdout for name in gone), f"none is named: {text(verified.stdout)}")
    said = refused(server, "key")

    # The other way round: more keys than the ledger needs are no harm.
    fresh = run.adopt(Server(run.folder / "fresh", server.founded))
    shutil.copytree(old, fresh.data)
    shutil.rmtree(fresh.data / "keys")
    shutil.copytree(new / "keys", fresh.data / "keys")
    require(fresh.start().connect().token().status == 200, "an old ledger with its newer keys is not served")
    require(fresh.stop() == 0, fresh.said)
    oracle.verify(fresh.data)
    kept = len(set(names(fresh.data)) & set(gone))

    def whole() -> None:
        shutil.rmtree(server.data / "keys")
        shutil.copytree(new / "keys", server.data / "keys")
        refused(server, "key")

    run.control("keys of the right time", whole)
    return (f"{len(gone)} keys too few: verify and serve name them (\"{said[-80:]}\"); {len(gone)} too many: served, "
            f"{kept} of them still there")
