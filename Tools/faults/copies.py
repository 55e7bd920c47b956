"""Copies put over what they were taken from: older ledgers (T11), forks (T27), views of another time or place (T29)."""

import json
import pathlib
import shutil

import oracle
from load import Load
from plan import Failed, Run, require, row
from server import Refused, Server, command


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


@row("T11", "yesterday's copy over today's")
def rolled_back(run: Run) -> str:
    server, elsewhere = run.server(), run.folder / "elsewhere"
    shutil.copytree(server.data / "anchor", elsewhere)
    (server.data / "anchor-location").write_text(f"{elsewhere}\n")
    server.start()
    Load(server, run.dice).run(0.3)
    server.stop()
    yesterday = run.folder / "yesterday"
    shutil.copytree(server.data, yesterday)
    Load(server.start(), run.dice).run(0.4)
    server.stop()
    today, size, before = run.folder / "today", len(oracle.lines(server.data)), len(oracle.lines(yesterday))
    shutil.copytree(server.data, today)
    said = []

    def again() -> None:
        shutil.rmtree(server.data)
        shutil.copytree(today, server.data)

    # (a) The ledger's files alone; (b) the whole directory, with the anchor on another disk; (c) with a live server's kill.
    for name in "ledger", "":
        again()
        put_back(yesterday, server.data, name)
        said.append(refused(server, str(before), str(size)))
        require(command("verify", "--data", server.data).returncode == 1, "verify finds nothing")
        # What was signed is not signed again over less: the anchor is as it was.
        require((elsewhere / "checkpoint").read_bytes().splitlines()[1] == str(size).encode(), "the anchor went back")
    # The anchor lost: beside a ledger with entries that is a loss too.
    again()
    shutil.move(elsewhere, run.folder / "anchor-lost")
    elsewhere.mkdir()
    said.append(refused(server, "anchor"))
    shutil.rmtree(elsewhere)
    shutil.move(run.folder / "anchor-lost", elsewhere)
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
    return f"ledger files, the whole directory, a lost anchor: each refused, told by both sizes (\"{said[0][-90:]}\")"


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
        # The same requests in every fork: the same places, the same plaintexts, the same data keys.
        client = fork.start().connect()
        for place in range(30):
            slug = f"fork-{place}"
            answer = client.admin("POST", "/tenants", {"name": slug, "slug": slug, "partner_id": fork.partner})
            require(answer.status == 201, answer.status)
        fork.stop()
        lines = [json.loads(line) for line in oracle.lines(fork.data)[trunk:]]
        commitments.append({item["commitment"] for line in lines for item in line.get("sealed", [])})
    require(all(len(found) >= 30 for found in commitments), f"too few segments: {[len(found) for found in commitments]}")
    for number, found in enumerate(commitments):
        apart(found, *commitments[:number])
    run.control("a fork beside itself", lambda: apart(commitments[0], commitments[0]))
    return f"{pairs} forks of one ledger, {sum(map(len, commitments))} segments at shared indexes, no key repeats"


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

    def rebuilt(how: str) -> None:
        server.start()
        require(server.stop() == 0, server.said)
        opened = [json.loads(line)["data"] for line in oracle.lines(server.data) if b'"ledger.opened"' in line][-1]
        require(opened["views"] == how, f"the views were {opened['views']}, not {how}")
        oracle.views_equal(server)

    # The views go back, the ledger stays.
    put_back(newer, server.data, "ledger", "anchor")
    put_back(older, server.data, "views")
    rebuilt("caught_up" if same_file(server) else "rebuilt")
    # Views that are another file: a copy.
    fresh = server.data / "views/copy"
    shutil.copy(server.data / "views/data.mdb", fresh)
    fresh.replace(server.data / "views/data.mdb")
    rebuilt("rebuilt")
    # Another boot, and no clean stop before it.
    server.start()
    server.kill()
    trust = server.data / "views/trust"
    mark = json.loads(trust.read_text())
    trust.write_text(json.dumps(mark | {"boot": "00000000-0000-0000-0000-000000000000"}, separators=(",", ":"), sort_keys=True))
    rebuilt("rebuilt")
    run.control("views that nothing happened to", lambda: rebuilt("rebuilt"))
    return f"views ahead: refused (\"{said[-70:]}\"); older, copied, of another boot: made anew or caught up, and equal"


def same_file(server: Server) -> bool:
    facts = (server.data / "views/data.mdb").stat()
    return json.loads((server.data / "views/trust").read_text())["file"] == f"{facts.st_dev}:{facts.st_ino}"
