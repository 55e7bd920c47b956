"""Copies put over what they were taken from: older ledgers (T11), forks (T27), views of another time or place (T29)."""

import json
import pathlib
import re
import shlex
import shutil
import signal
import time

import oracle
from load import Load
from plan import Failed, Run, require, row
from server import Refused, Server, command, keep_place, must, text


def refused(server: Server, *words: str) -> str:
    """The server must not start, and must say what it saw."""
    try:
        server.start()
    except Refused as refusal:
        require(refusal.status == 3, f"it ends with {refusal.status}: {refusal.said}")
        for word in words:
            require(word in refusal.said, f"it does not name '{word}': {refusal.said}")
        return refusal.said
    raise Failed("it is served")


def put_back(source: pathlib.Path, target: pathlib.Path, *names: str) -> None:
    """Copies folders over folders; files of the target that the copy does not have stay, as with `cp -r`."""
    for name in names:
        shutil.copytree(source / name, target / name, dirs_exist_ok=True)


def at_two_times(run: Run, seconds: float = 0.4) -> tuple[Server, pathlib.Path, pathlib.Path]:
    """A stopped server, and its data directory as it was before some work and after."""
    server = run.server().start()
    server.stop()
    older, newer = run.folder / "older", run.folder / "newer"
    shutil.copytree(server.data, older)
    Load(server.start(), run.dice).run(seconds)
    server.stop()
    shutil.copytree(server.data, newer)
    return server, older, newer


def overwrite(source: pathlib.Path, target: pathlib.Path) -> None:
    """The old content in the same file, as a restore in place leaves it."""
    with source.open("rb") as old, target.open("r+b") as file:
        file.truncate(0)
        shutil.copyfileobj(old, file)


def advised(said: str) -> list[str]:
    """The words of the command that a refusal says is to be typed."""
    found = re.search(r"with: muniment (fork .*)$", said)
    require(found, f"the refusal prints no way on: {said}")
    return shlex.split(found[1])


def hold(server: Server, held: pathlib.Path) -> pathlib.Path:
    """What an auditor keeps of today: the checkpoint, and the proof of one entry."""
    held.mkdir()
    (held / "checkpoint").write_bytes(must("checkpoint", "--data", server.data))
    (held / "proof").write_bytes(must("proof", "--data", server.data, 3))
    return held


def led_on(server: Server, said: str, held: pathlib.Path | None = None) -> str:
    """The guided way on: what the refusal says is typed, and the ledger is served, signed and verified under another name."""
    words = advised(said)
    done = command(*words, "--reason", "a fault test has set it back")
    require(done.returncode == 0, f"the printed command ends with {done.returncode}: {text(done.stderr)}")
    gone_on(server, int(words[-1].partition(":")[0]), held, done.stdout.decode().split()[0])
    return words[-1]


def gone_on(server: Server, lost: int, held: pathlib.Path | None = None, key: str = "") -> None:
    client = server.start().connect()
    require(client.token().status == 200, "no token after a fork")
    listed = client.admin("GET", "/audit?action=ledger.forked").json["data"]
    require(listed and listed[0]["data"]["from"]["size"] == lost, f"the audit does not tell of the fork: {listed[:1]}")
    require(server.stop() == 0, server.said)
    origin = oracle.verify(server.data)["checkpoint"]["origin"]
    require(origin.endswith(f"/{listed[0]['index']}"), f"signed as {origin} after a fork at {listed[0]['index']}")
    oracle.views_equal(server)
    # Whoever trusts the old key, or was given the new one; what was signed before the fork stands.
    more = ["--checkpoint", held / "checkpoint", "--proof", held / "proof"] if held else []
    oracle.independent(server, *more)
    if key:
        oracle.independent(server, *more, key=key)


# Where the process may end while it forks: at each, the fork has not happened, or is done again, or stands.
FORK_POINTS = ["before-keys", "after-keys", "before-commit", "after-commit", "mid-catch-up", "rebuilt", "mid-swap", "after-swap",
               "before-sign", "before-anchor", "after-anchor"] + [f"file-written:{n}" for n in range(1, 5)] \
    + [f"file-renamed:{n}" for n in range(1, 5)]


def cut_short(run: Run, server: Server, words: list[str], point: str) -> None:
    """Kills a fork at a named point, and types the same command again."""
    words = [*words, "--reason", "a fault test has set it back"]
    point = point if ":" in point else f"{point}:1"
    killed = command(*words, env={"MUNIMENT_CRASH_AT": point})
    require(killed.returncode == -signal.SIGKILL, f"{point} was not reached: {killed.returncode} {text(killed.stderr)}")
    again = command(*words)
    require(again.returncode == 0 or again.returncode == 1 and b"nothing to fork" in again.stderr,
            f"{point}: the same command ends with {again.returncode}: {text(again.stderr)}")
    gone_on(server, int(words[words.index("--acknowledge") + 1].partition(":")[0]))


@row("T11", "yesterday's copy over today's")
def rolled_back(run: Run) -> str:
    server, elsewhere = run.server(), run.folder / "elsewhere"
    shutil.copytree(server.data / "anchor", elsewhere)
    (server.data / "anchor-location").write_text(f"{elsewhere}\n")
    server.start()
    Load(server, run.dice).run(0.3)
    server.stop()
    held = hold(server, run.folder / "held")
    yesterday, anchored_then = run.folder / "yesterday", run.folder / "anchored-then"
    shutil.copytree(server.data, yesterday)
    shutil.copytree(elsewhere, anchored_then)
    Load(server.start(), run.dice).run(0.4)
    server.stop()
    today, size, before = run.folder / "today", len(oracle.lines(server.data)), len(oracle.lines(yesterday))
    shutil.copytree(server.data, today)
    said = []

    anchored = run.folder / "anchored"
    shutil.copytree(elsewhere, anchored)

    def again(data: pathlib.Path = today, anchor: pathlib.Path = anchored) -> None:
        server.kill()
        for source, target in (data, server.data), (anchor, elsewhere):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)

    # (a) The ledger's files alone; (b) the whole directory, with the anchor on another disk.
    for name in "ledger", "":
        again()
        put_back(yesterday, server.data, name)
        said.append(refused(server, str(before), str(size)))
        require(command("verify", "--data", server.data).returncode == 1, "verify finds nothing")
        # What was signed is not signed again over less: the anchor is as it was.
        require((elsewhere / "checkpoint").read_bytes().splitlines()[1] == str(size).encode(), "the anchor went back")
        led_on(server, said[-1], held)
        # Yesterday's copy once more over the fork: its next index is the same, the name is not.
        put_back(yesterday, server.data, name)
        led_on(server, refused(server, str(before)), held)
    points = run.dice.sample(FORK_POINTS, run.count(5, len(FORK_POINTS)))
    for point in points:
        again()
        put_back(yesterday, server.data, "ledger")
        cut_short(run, server, advised(refused(server, str(size))), point)
    # Yesterday's copy beside yesterday's anchor is served, and outgrows what today's knows; then that one comes back.
    again(yesterday, anchored_then)
    load = Load(server.start(), run.dice).start()
    require(load.reached(2 * (size - before) + 20, 60), f"it does not outgrow today: {load.troubles}")
    load.stop()
    server.stop()
    require(len(oracle.lines(server.data)) > size, "the copy is shorter than today's ledger")
    shutil.rmtree(elsewhere)
    shutil.copytree(anchored, elsewhere)
    said.append(refused(server, str(size), "an older copy was written on"))
    led_on(server, said[-1], held)
    # What is left is not whole: it is not signed again, whatever is acknowledged.
    again()
    put_back(yesterday, server.data, "ledger")
    spoil(server.data)
    words = advised(refused(server, str(size)))
    done = command(*words, "--reason", "a fault test has set it back")
    require(done.returncode == 3 and b"damaged" in done.stderr,
            f"a damaged ledger is forked: {done.returncode} {text(done.stderr)}")
    require((elsewhere / "checkpoint").read_bytes().splitlines()[1] == str(size).encode(), "a damaged ledger is signed")
    # The anchor lost: beside a ledger with entries that is a loss too.
    again()
    shutil.rmtree(elsewhere)
    elsewhere.mkdir()
    said.append(refused(server, "anchor"))
    led_on(server, said[-1], held)
    again()
    server.start()
    require(server.stop() == 0, "today's own is not served")

    def unseen() -> None:
        # The anchor set back with the rest: nothing on this machine knows better, and the README says so.
        again()
        put_back(yesterday, server.data, "ledger")
        (elsewhere / "head").unlink(missing_ok=True)
        note = run.template.server.data / "anchor/checkpoint"
        shutil.copy(note, elsewhere / "checkpoint")
        refused(server)

    run.control("the anchor set back as well", unseen)

    def unacknowledged() -> None:
        # What was not named is not given up: the same way on, over a command that names another loss.
        again()
        put_back(yesterday, server.data, "ledger")
        root = refused(server, str(size)).rpartition(":")[2]
        led_on(server, f"with: muniment fork --data {server.data} --acknowledge {size - 1}:{root}", held)

    run.control("another loss acknowledged", unacknowledged)
    return (f"ledger files, the whole directory, an outgrown anchor, a lost one: each refused, told by both sizes "
            f"(\"{said[0][:90]}…\"), and served again under another name by the command it printed; a damaged copy was not; "
            f"{len(points)} forks killed half-way and repeated; old proofs stand, both verifiers agree")


def spoil(data: pathlib.Path) -> None:
    """Changes a row that no start looks at: where the last entry of a tenant is."""
    created = next(json.loads(line) for line in oracle.lines(data) if b'"tenant.created"' in line)
    path, name = data / "ledger/data.mdb", created["stream"].encode()
    content, spoiled = bytearray(path.read_bytes()), 0
    # A key of LMDB stands right before its value, here an index of eight bytes; in an entry the name is quoted.
    for found in re.finditer(re.escape(name) + b"(?=\0\0)", bytes(content)):
        content[found.end() + 7] ^= 1
        spoiled += 1
    require(spoiled, "the row is not found in the ledger's file")
    path.write_bytes(content)


@row("T36", "a copy beside its original, with one anchor")
def copied(run: Run) -> str:
    server, elsewhere = run.server(), run.folder / "elsewhere"
    shutil.move(server.data / "anchor", elsewhere)
    (server.data / "anchor-location").write_text(f"{elsewhere}\n")
    server.start()
    server.stop()
    starts = run.count(5, 50)

    def copy_of(other: Server, name: str) -> Server:
        shutil.copytree(other.home, run.folder / name)
        copy = run.adopt(Server(run.folder / name, other.founded))
        copy.partner, copy.is_copy = other.partner, True
        return copy

    def worked(other: Server) -> None:
        load = Load(other.start(), run.dice).start()
        require(load.reached(20, 60), f"it does not work: {load.troubles}")
        load.stop()
        require(other.stop() == 0, other.said)

    # Before the original is started again, and beside it at work.
    copy = copy_of(server, "early")
    before = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    said = refused(copy, "is a copy", "(muniment moved --data ", "with: muniment fork ")
    require(before == {path.name: path.read_bytes() for path in elsewhere.iterdir()}, "the anchor was changed")
    load = Load(server.start(), run.dice)
    judge = oracle.Oracle(server, load)
    load.start()
    for _ in range(starts):
        refused(copy, "copy")
    load.stop()
    require(load.acknowledged, "nothing was done meanwhile")
    require(server.stop() == 0, server.said)
    judge.check()
    # The copy takes the place, and the original knows.
    copy = copy_of(server, "late")
    must("moved", "--data", copy.data)
    refused(server, "has taken its place")
    worked(copy)
    oracle.verify(copy.data)
    oracle.independent(copy)
    oracle.views_equal(copy)
    # Beside its original: under another name.
    beside = copy_of(copy, "beside")
    led_on(beside, refused(beside, "is a copy"))
    worked(copy)
    oracle.verify(copy.data)

    def unseen() -> None:
        third = copy_of(copy, "third")
        keep_place(third.data)
        refused(third, "is a copy")

    run.control("a copy that passes for its original, as a snapshot of a file system does", unseen)
    return (f"refused before its original started and {starts} times beside it at work (\"{said[10:100]}…\"), which lost nothing; moved, "
            "it was served and the original refused; forked, both were")


@row("T27", "indexes used again after an aborted commit or a fork")
def forks(run: Run) -> str:
    shared, pairs = run.server("trunk").start(), run.count(2, 20)
    Load(shared, run.dice).run(0.2)
    shared.stop()
    trunk = len(oracle.lines(shared.data))
    commitments: list[set[str]] = []
    for number in range(pairs):
        fork = run.adopt(Server(run.folder / f"fork-{number}", shared.founded))
        shutil.copytree(shared.home, fork.home)
        fork.partner = shared.partner
        commitments.append(made(fork, trunk))
    # The last one is set back and goes on by the guided way, beside the keys of what it gives up.
    put_back(shared.data, fork.data, "ledger")
    led_on(fork, refused(fork, str(trunk)))
    commitments.append(made(fork, trunk))
    require(all(len(found) >= 30 for found in commitments), f"too few segments: {[len(found) for found in commitments]}")
    for number, found in enumerate(commitments):
        apart(found, *commitments[:number])
    run.control("a fork beside itself", lambda: apart(commitments[0], commitments[0]))
    return (f"{pairs} copies of one ledger and a fork by the command, {sum(map(len, commitments))} segments at shared indexes, "
            "no key repeats")


def made(server: Server, trunk: int) -> set[str]:
    """The same requests in every history: the same places, the same plaintexts, the same data keys."""
    client = server.start().connect()
    for place in range(30):
        slug = f"fork-{place}"
        answer = client.admin("POST", "/tenants", {"name": slug, "slug": slug, "partner_id": server.partner})
        require(answer.status == 201, answer.status)
    server.stop()
    lines = [json.loads(line) for line in oracle.lines(server.data)[trunk:]]
    return {item["commitment"] for line in lines for item in line.get("sealed", [])}


def apart(found: set[str], *others: set[str]) -> None:
    """A segment's key follows from its commitment: two that are equal would share a key and its one nonce."""
    for other in others:
        require(not found & other, f"{len(found & other)} segment keys are used twice")


@row("T29", "views ahead of the ledger, copied, or of another boot")
def strange_views(run: Run) -> str:
    server, older, newer = at_two_times(run)

    # The ledger and its anchor go back in place; the views, still trusted, have folded more.
    overwrite(older / "ledger/data.mdb", server.data / "ledger/data.mdb")
    put_back(older, server.data, "anchor")
    (server.data / "anchor/head").unlink(missing_ok=True)
    said = refused(server, "views")
    # Views made anew would tell of nothing any more.
    require(command("rebuild", "--data", server.data).returncode == 3, "a rebuild forgets what the views have seen")
    led_on(server, said)

    def rebuilt(how: str) -> None:
        server.start()
        require(server.stop() == 0, server.said)
        opened = [json.loads(line)["data"] for line in oracle.lines(server.data) if b'"ledger.opened"' in line][-1]
        require(opened["views"] == how, f"the views were {opened['views']}, not {how}")
        oracle.views_equal(server)

    # The views go back, the ledger stays.
    put_back(newer, server.data, "ledger", "anchor", "keys")
    put_back(older, server.data, "views")
    rebuilt("caught_up" if same_file(server) else "rebuilt")
    # Views that are another file: a copy.
    fresh = server.data / "views/copy"
    shutil.copy(server.data / "views/state/data.mdb", fresh)
    fresh.replace(server.data / "views/state/data.mdb")
    rebuilt("rebuilt")
    # Another boot, and no clean stop before it.
    def other_boot(seconds: float) -> None:
        Load(server.start(), run.dice).run(0.3)
        time.sleep(seconds)
        server.kill()
        trust = server.data / "views/trust"
        mark = json.loads(trust.read_text()) | {"boot": "00000000-0000-0000-0000-000000000000"}
        trust.write_text(json.dumps(mark, separators=(",", ":"), sort_keys=True))

    shutil.rmtree(server.data / "views/kept", ignore_errors=True)
    other_boot(0)
    rebuilt("rebuilt")
    # With a second copy of the state, that is what a stop of the machine leaves.
    other_boot(KEPT_SECONDS)
    kept = server.data / "views/kept/data.mdb"
    require(kept.exists(), "no second copy of the state was made")
    whole = run.folder / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    shutil.copytree(server.data, whole)
    rebuilt("from_kept")

    def again() -> None:
        shutil.rmtree(server.data)
        shutil.copytree(whole, server.data)
        keep_place(server.data)

    # Killed while it takes the place of the state: one of the two is there.
    for point, how in ("before-kept-moves", "from_kept"), ("kept-moved", "kept"):
        again()
        try:
            server.start({"MUNIMENT_CRASH_AT": f"{point}:1"})
        except Refused as refusal:
            require(refusal.status == -signal.SIGKILL, f"{point}: {refusal}")
        else:
            raise Failed(f"{point} was not reached")
        rebuilt(how)
    # Killed while it is made, or has followed: the state is there.
    for point in "kept-copied", "kept-followed":
        shutil.rmtree(server.data / "views/kept", ignore_errors=True)
        load = Load(server.start({"MUNIMENT_CRASH_AT": f"{point}:1"}), run.dice).start()
        status = server.ended(60)
        load.stop()
        require(status == -signal.SIGKILL, f"{point} was not reached, or the server ended otherwise: {status}")
        server.start()
        require(server.stop() == 0, server.said)
        oracle.verify(server.data)
        oracle.views_equal(server)
    # What somebody wrote into it is not believed.
    again()
    # Of a tenant that no start asks for: behind its name stand a row's value, its seal, or the rest of a key.
    created = next(entry for entry in map(json.loads, oracle.lines(server.data)) if entry["type"] == "tenant.created")
    content = bytearray(kept.read_bytes())
    for found in re.finditer(re.escape(created["stream"].encode()), bytes(content)):
        content[found.end() + 6] ^= 1
    kept.write_bytes(content)
    rebuilt("rebuilt")
    run.control("views that nothing happened to", lambda: rebuilt("rebuilt"))
    return (f"views ahead: refused (\"{said[-70:]}\"); older, copied, of another boot: made anew or caught up, and equal; "
            "after a stop of the machine the second copy of the state is served, and not when it was damaged")


# The second copy follows after ten seconds.
KEPT_SECONDS = 13


def same_file(server: Server) -> bool:
    facts = (server.data / "views/state/data.mdb").stat()
    return json.loads((server.data / "views/trust").read_text())["file"] == f"{facts.st_dev}:{facts.st_ino}"
