"""A stopped directory that somebody edits who can write its files (T33, T34)."""

import base64
import collections
import contextlib
import dataclasses
import json
import pathlib
import shutil
import sys
import time
import typing
import urllib.parse

import oracle
from copies import put_back, refused
from load import Load
from plan import Failed, Run, Skipped, require, row
from server import FORM, Client, Gone, Refused, Server, command, text
from soak import Bulk

# What the ledger and the views say of themselves once an edit was found beside serving.
LEDGER_SAYS, VIEWS_SAY = "the ledger was altered", "the views are damaged"
# What is said where a head, or the uses of a data key, were compared at their first use.
AT_FIRST_USE = ("the stored head of the ", "its stored head", "the stored uses of the data key ")
FOUND_SECONDS_MAX = 60
# The tables of views are summed up right after the entries were verified.
SUMMED_SECONDS_MAX = 2
MAP_BYTES = 1 << 34
TABLES_MAX = 64
SEAL_BYTES = 8
DIGEST_BYTES = 32
# What a server writes of itself when it starts and stops.
OWN = ("ledger.opened", "ledger.closed", "chains.attested", "views.attested")
# Of the same length, so that one can be written over the other within an entry.
WIDE, NARROW = "admin:read", "notes:read"
AUTHORITY = ("current", "facets", "slugs", "lookups", "activities", "lengths")
# Tables that only find entries, or tell of uses: they stand apart.
AUDIT = ("last_used", "addresses", "audit_erasable", "terms", "entries", "actors")
# Tables of views that the row also asks for through the server, when nothing was found beside it.
READ = ("counts", "versions", "terms")
DERIVED = ("hashes", "chains", "streams", "data_keys")


def database():
    """The library that edits the files; a Python that is not Debian's own finds it where Debian keeps it."""
    with contextlib.suppress(ImportError):
        import lmdb
        return lmdb
    debian = "/usr/lib/python3/dist-packages"
    sys.path.append(debian)
    try:
        import lmdb
        return lmdb
    except ImportError:
        raise Skipped("no python3-lmdb to edit the files with: apt-get install python3-lmdb") from None
    finally:
        sys.path.remove(debian)


@contextlib.contextmanager
def opened(folder: pathlib.Path):
    """A write transaction on the files of a stopped server, and what finds a table in it."""
    # No server runs: without its lock file nothing else of the directory changes.
    environment = database().open(str(folder), map_size=MAP_BYTES, max_dbs=TABLES_MAX, lock=False, create=False)
    try:
        with environment.begin(write=True) as transaction:
            yield transaction, lambda table: environment.open_db(table.encode(), transaction, create=False)
    finally:
        environment.close()


def rows(folder: pathlib.Path, table: str) -> dict[bytes, bytes]:
    with opened(folder) as (transaction, place):
        return dict(transaction.cursor(place(table)))


def write(folder: pathlib.Path, table: str, key: bytes, value: bytes | None) -> bytes | None:
    """Puts a row, or removes it where there is no value; answers what stood there."""
    with opened(folder) as (transaction, place):
        found = place(table)
        former = transaction.get(key, db=found)
        if value is None:
            transaction.delete(key, db=found)
        else:
            transaction.put(key, value, db=found)
        return former


def flipped(value: bytes, at: int) -> bytes:
    """The value with one bit of the byte at this place changed."""
    changed = bytearray(value)
    changed[at] ^= 1
    return bytes(changed)


def number(value: int) -> bytes:
    return value.to_bytes(8, "big")


@dataclasses.dataclass(frozen=True)
class Edit:
    """A row that is written over, or removed where there is no value for it."""

    how: str
    folder: str
    table: str
    key: bytes
    value: bytes | None
    # Another row of the table that makes up for the edit: its key, and what stands there then.
    other: tuple[bytes, bytes] | None = None

    @property
    def name(self) -> str:
        return f"{self.table} {self.how}"

    def make(self, data: pathlib.Path) -> bytes | None:
        former = write(data / self.folder, self.table, self.key, self.value)
        require(former != self.value, f"{self.name}: the edit changes nothing")
        if self.other:
            write(data / self.folder, self.table, *self.other)
        return former


class History:
    """A stopped server whose rows are edited in copies, its directory of an earlier stop, what was revoked since."""

    def __init__(self, run: Run, count: int):
        self.run, self.copied = run, 0
        self.copies: list[Server] = []
        self.server = server = run.server("history", "--token-algorithm", "EdDSA")
        client = server.start().connect()
        self.tenant = self._made(client.admin("POST", "/tenants", {
            "name": "Edited", "slug": "edited", "partner_id": server.partner,
            "contact_email": "a@edited.example"}))["id"]
        self.application = self._made(client.admin("POST", "/applications", {
            "name": "Edited", "application_type": "SERVICE", "scope": "GLOBAL", "allowed_scopes": [WIDE],
            "token_lifetime": 86_400}))
        self.token = self.ask(client, "/oauth/token", grant_type="client_credentials").json["access_token"]
        require(self.works(client), "a token that was just issued does not work")
        client.admin("PATCH", f"/tenants/{self.tenant}", {"name": "Edited once"})
        require(server.stop() == 0, server.said)
        self.early = run.folder / "early"
        shutil.copytree(server.data, self.early)

        client = server.start().connect()
        changed = [
            client.admin("PATCH", f"/tenants/{self.tenant}",
                         {"status": "SUSPENDED", "contact_email": "b@edited.example"}),
            client.admin("PATCH", f"/applications/{self.application['id']}", {"allowed_scopes": [NARROW]}),
            client.admin("POST", f"/applications/{self.application['id']}/rotate-secret", {"overlap_seconds": 0}),
        ]
        require(all(answer.status == 200 for answer in changed), [(answer.status, answer.body) for answer in changed])
        self.old_secret = self.application["client_secret"]
        self.application["client_secret"] = changed[2].json["data"]["client_secret"]
        require(self.ask(client, "/oauth/revoke", token=self.token).status == 200, "the token is not revoked")
        self._grow(client, count)
        require(server.stop() == 0, server.said)
        # One more start and stop: nothing is left to be made anew by then.
        server.start()
        require(server.stop() == 0, server.said)
        self.entries = [json.loads(line) for line in oracle.lines(server.data)]
        self.size = len(self.entries)
        require(self.size >= count, f"{self.size} entries instead of {count}")

    @staticmethod
    def _made(answer) -> dict:
        require(answer.status == 201, f"{answer.status} {text(answer.body)}")
        return answer.json["data"]

    def _grow(self, client: Client, count: int) -> None:
        """A mixed load, and where many entries are wanted, tokens as fast as they are served."""
        load = Load(self.server, self.run.dice).start()
        load.reached(min(count, 1_000) // 2, 60)
        load.stop()
        require(not load.odd and not load.troubles, load.odd or load.troubles)
        bulk = Bulk(self.server) if shutil.which("wrk") and client.token().index < count else None
        more = bulk or Load(self.server, self.run.dice, threads=8)
        deadline = time.monotonic() + 120
        # Whoever asks with it needs no other token first.
        self.bearer = client.token().json["access_token"]
        if client.token().index < count:
            more.start()
            while client.token().index < count and time.monotonic() < deadline:
                time.sleep(0.02)
            more.stop()

    def copy(self, source: pathlib.Path | None = None) -> Server:
        """A copy of the stopped directory; its views are believed as the original's are."""
        self.copied += 1
        home = self.run.folder / f"copy-{self.copied}"
        server = self.run.adopt(Server(home, self.server.founded, *self.server.options))
        self.copies.append(server)
        server.partner = self.server.partner
        server.home.mkdir()
        shutil.copytree(source or self.server.data, server.data)
        # The mark names the file that it speaks of, and whoever can write the rest can write it as well.
        believe(server.data)
        return server

    def drop_copies(self) -> None:
        """There are many of them, and each is as large as the ledger."""
        for server in self.copies:
            server.kill()
            shutil.rmtree(server.home)
        self.copies.clear()

    # What is asked of a running server.

    def client(self, server: Server) -> Client:
        """A client whose first request is the one that is meant."""
        client = server.connect()
        client._bearer = self.bearer
        return client

    def ask(self, client: Client, path: str, secret: str = "", **form: str):
        name = f"{self.application['id']}:{secret or self.application['client_secret']}"
        basic = base64.b64encode(name.encode()).decode()
        return client.ask("POST", path, urllib.parse.urlencode(form).encode(),
                          {"Authorization": f"Basic {basic}", "Content-Type": FORM})

    def works(self, client: Client) -> bool:
        """Whether the token that was revoked since opens anything."""
        answer = client.ask("GET", "/api/v1/admin/tenants", None, {"Authorization": f"Bearer {self.token}"})
        require(answer.status in (200, 401, 403, 500, 503), f"a token is answered with {answer.status}")
        return answer.status == 200

    def grants_nothing(self, server: Server) -> None:
        """No right is used that was narrowed, replaced or revoked, whatever state the server is in."""

        def ask(path: str, secret: str = "", **form: str):
            # Whoever was refused waits a while on the same connection.
            client = server.connect()
            try:
                return self.ask(client, path, secret, **form)
            finally:
                client.forget()

        wide = ask("/oauth/token", grant_type="client_credentials", scope=WIDE)
        require(wide.status != 200, "the scope that was taken away is granted again")
        own = ask("/oauth/token", grant_type="client_credentials")
        require(own.status != 200 or own.json["scope"] == NARROW, f"a token with {own.body!r}")
        old = ask("/oauth/token", self.old_secret, grant_type="client_credentials")
        require(old.status != 200, "the secret that was replaced is taken again")
        client = server.connect()
        require(not self.works(client), "the revoked token opens a door")
        client.forget()
        told = ask("/oauth/introspect", token=self.token)
        require(told.status != 200 or told.json == {"active": False}, f"the revoked token is {told.body!r}")

    def rename(self, client: Client):
        return client.admin("PATCH", f"/tenants/{self.tenant}", {"name": "Renamed"})

    def readdress(self, client: Client):
        return client.admin("PATCH", f"/tenants/{self.tenant}", {"contact_email": "c@edited.example"})

    def paths(self) -> list[str]:
        """What is read from counts, versions and terms, as far as they were edited."""
        created = next(entry for entry in self.entries if entry.get("stream") == self.tenant)
        place, count = created.get("batch", [1, 1])
        # An entry inside a command would mean the moment before it.
        moment, actor = created["index"] + count - place, self.server.client[0]
        return [f"/tenants?partner_id={self.server.partner}", f"/tenants/{self.tenant}?as_of={moment}",
                f"/audit?actor_id={actor}&order=asc"]

    def read(self, client: Client):
        return client.admin("GET", f"/tenants/{self.tenant}")


def believe(data: pathlib.Path) -> None:
    trust, parts = data / "views/trust", {"file": "state", "audit": "audit"}
    facts = {name: (data / "views" / part / "data.mdb").stat() for name, part in parts.items()}
    mark = json.loads(trust.read_text()) | {name: f"{fact.st_dev}:{fact.st_ino}" for name, fact in facts.items()}
    trust.write_text(json.dumps(mark, separators=(",", ":"), sort_keys=True))


# The checks: each one says in the same way whether it has raised an alarm.


def verify_sees(server: Server, *words: str) -> str:
    done = command("verify", "--data", server.data, *words)
    require(done.returncode in (0, 1, 3), f"verify ends with {done.returncode}: {text(done.stderr)}")
    return "" if done.returncode == 0 else text(done.stdout + done.stderr)


def replay_sees(server: Server) -> str:
    into = server.home / "again"
    shutil.rmtree(into, ignore_errors=True)
    done = command("replay", "--data", server.data, "--into", into, "--compare")
    require(done.returncode in (0, 1, 3), f"replay ends with {done.returncode}: {text(done.stderr)}")
    return "" if done.returncode == 0 else text(done.stdout + done.stderr)


def health(server: Server) -> str:
    """Why writes are refused; empty where they are not."""
    client = server.connect()
    answer = client.ask("GET", "/health")
    client.forget()
    return "" if answer.status == 200 else answer.json["reason"]


def found_beside(server: Server, says: str) -> str:
    """Waits until health says why writes are refused, and no longer than the verification beside serving takes."""
    deadline = time.monotonic() + FOUND_SECONDS_MAX
    while not (reason := health(server)) and time.monotonic() < deadline:
        client = server.connect()
        verified = client.ask("GET", "/health/integrity").json["verified"]
        client.forget()
        if verified and verified["ok"] and verified["at"]:
            deadline = min(deadline, time.monotonic() + SUMMED_SECONDS_MAX)
        time.sleep(0.02)
    require(reason, "it is served, and nobody beside it has found anything")
    require(says in reason, f"health says '{reason}'")
    return reason


def whole(server: Server) -> None:
    """The verification beside serving has come to its end and found nothing."""
    client, deadline = server.connect(), time.monotonic() + FOUND_SECONDS_MAX
    while True:
        verified = client.ask("GET", "/health/integrity").json["verified"]
        if verified and verified["ok"] is not None and verified["at"] is not None:
            break
        require(time.monotonic() < deadline, f"no verification in {FOUND_SECONDS_MAX} s")
        time.sleep(0.02)
    client.forget()
    require(verified["ok"], f"an alarm: {health(server)}")
    time.sleep(0.2)
    require(health(server) == "", f"an alarm: {health(server)}")


def last_opened(server: Server) -> dict:
    return [json.loads(line)["data"] for line in oracle.lines(server.data) if b'"ledger.opened"' in line][-1]


def writes(server: Server) -> int:
    client = server.connect()
    answer = client.admin("POST", "/partners", {"name": "Written", "slug": f"written-{time.monotonic_ns()}"})
    client.forget()
    return answer.status


def stopped(server: Server) -> None:
    require(server.stop() == 0, f"it does not stop in order: {server.said}")


class Cells:
    """Makes one edit after the other, asks everybody, and keeps what was seen where."""

    def __init__(self, run: Run, history: History):
        self.run, self.history = run, history
        self.seen: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
        self.edits = 0
        self.missed: dict[str, list[str]] = collections.defaultdict(list)

    def miss(self, name: str, what: object) -> None:
        self.missed[" ".join(str(what).split())].append(name)

    @contextlib.contextmanager
    def cell(self, name: str):
        """One edit; what is not seen of it is kept for the end, so that one run tells of all."""
        self.edits += 1
        try:
            yield
        except (Failed, Refused, *Gone) as failure:
            self.miss(name, failure)
        finally:
            self.history.drop_copies()

    def commands(self, edit: Edit, server: Server, replay: bool, quick: bool = False) -> None:
        """What the commands see that only read."""
        for word, promised, look in (("Q", quick, lambda: verify_sees(server, "--quick")),
                                     ("V", True, lambda: verify_sees(server)),
                                     ("R", replay, lambda: replay_sees(server))):
            if look():
                self.seen[edit.table][word] += 1
            elif promised:
                self.miss(edit.name, f"not {word}")

    # The ledger.

    def ledger(self, edit: Edit, use: typing.Callable | None = None, replay: bool = False,
               is_read: bool = False) -> None:
        """An edit that a start does not look at: it is found beside serving or at its first use, and kept in mind."""
        history = self.history
        with self.cell(edit.name):
            server = history.copy()
            former = edit.make(server.data)
            self.commands(edit, server, replay)
            is_served = self.served(edit, server, LEDGER_SAYS)
            if not is_served:
                server.start()
            if use and is_served:
                answer = use(history.client(server))
                if is_read:
                    # 503 where it was found beside serving by then.
                    require(answer.status == 500 or answer.status == 503 and LEDGER_SAYS in health(server),
                            f"what was written over is read: {answer.status} {text(answer.body)}")
                    self.seen[edit.table]["read" if answer.status == 500 else "B"] += 1
                else:
                    require(answer.status == 503, f"at its first use it is written on: {answer.status}")
                    self.seen[edit.table]["use" if any(word in health(server) for word in AT_FIRST_USE) else "B"] += 1
            found_beside(server, LEDGER_SAYS)
            if is_served and (is_read or not use):
                self.seen[edit.table]["B"] += 1
            self.refuses(server, LEDGER_SAYS)
            stopped(server)
            if not is_read:
                self.nothing_behind(server)
            self.remembered(server)
            self.mended(edit, server, former)

    def served(self, edit: Edit, server: Server, says: str) -> bool:
        """Starts; a verification that is quicker than the start's own entry ends it."""
        try:
            server.start()
        except Refused as refusal:
            require(refusal.status == 3 and says in refusal.said, f"it ends with {refusal}")
            self.seen[edit.table]["start ended"] += 1
            return False
        return True

    def refuses(self, server: Server, says: str) -> None:
        require(says in health(server), f"health says '{health(server)}'")
        status = writes(server)
        require(status == 503, f"a write is answered with {status}")
        self.history.grants_nothing(server)

    def nothing_behind(self, server: Server) -> None:
        """Nothing was appended but what a server writes of itself, which is before anybody has found anything."""
        more = [json.loads(line) for line in oracle.lines(server.data, self.history.size)]
        odd = [entry["type"] for entry in more if entry["chain"] != "platform"
               or entry["class"] == "state" and entry["type"] not in OWN]
        require(not odd, f"written behind it: {odd}")

    def remembered(self, server: Server) -> None:
        """The next start takes no write before anything was read again."""
        require((server.data / "altered").exists(), "nothing is kept in mind")
        size = len(oracle.lines(server.data))
        server.start()
        self.refuses(server, LEDGER_SAYS)
        stopped(server)
        require(len(oracle.lines(server.data)) == size, "a start that remembers has written")
        self.seen["restarts"]["remembered"] += 1

    def mended(self, edit: Edit, server: Server, former: bytes | None) -> None:
        """What follows from entries is made anew; anything else is put back, and a verification clears it."""
        if edit.table in DERIVED:
            done = command("rebuild", "--ledger", "--data", server.data)
            said = text(done.stdout + done.stderr)
            require(done.returncode == 0 and "made anew, in entry" in said and f"1 of {edit.table}" in said,
                    f"rebuild --ledger ends with {done.returncode}: {said}")
            self.seen["mended"]["made anew"] += 1
        else:
            write(server.data / edit.folder, edit.table, edit.key, former)
            done = command("verify", "--data", server.data)
            said = text(done.stdout + done.stderr)
            require(done.returncode == 0 and "cleared, in entry" in said, f"verify ends with {done.returncode}: {said}")
            self.seen["mended"]["cleared"] += 1
        require(not (server.data / "altered").exists(), "it is still kept in mind")
        require(not verify_sees(server), f"mended, and not whole: {verify_sees(server)}")
        server.start()
        require(writes(server) == 201, f"mended, and not written to: {health(server)}")
        self.history.grants_nothing(server)
        stopped(server)

    def not_started(self, edit: Edit, *words: str, without: str = "") -> None:
        """An edit that is seen before anything is served."""
        with self.cell(f"{edit.name}, at the start" + (f" without {without}" if without else "")):
            server = self.history.copy()
            edit.make(server.data)
            if without:
                path = server.data / without
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            refused(server, *words)
            self.seen[edit.table]["S"] += 1
            require(verify_sees(server), "verify sees nothing")

    # The views.

    def authority(self, edit: Edit) -> None:
        """An edit of a table from which rights follow: the start makes the views anew, and says so."""
        with self.cell(edit.name):
            server = self.history.copy()
            edit.make(server.data)
            self.commands(edit, server, replay=True)
            server.start()
            self.history.grants_nothing(server)
            told = health(server)
            stopped(server)
            opened = last_opened(server)
            require(opened["views"] == "rebuilt" and opened.get("altered") == [edit.table],
                    f"not S: the views were {opened['views']}, altered {opened.get('altered')}, health '{told}'")
            self.seen[edit.table]["S"] += 1
            oracle.views_equal(server)
            require(not verify_sees(server), f"made anew, and not whole: {verify_sees(server)}")

    def view(self, edit: Edit) -> None:
        """An edit of another table of views: found beside serving, and made anew by the next start."""
        with self.cell(edit.name):
            server = self.history.copy()
            edit.make(server.data)
            self.commands(edit, server, replay=True)
            if self.served(edit, server, VIEWS_SAY):
                how = self.found_or_read(server)
                self.seen[edit.table][how] += 1
                if how != "ended":
                    self.refuses(server, VIEWS_SAY)
                    stopped(server)
            server.start()
            require(writes(server) == 201, f"after a restart: {health(server)}")
            self.history.grants_nothing(server)
            stopped(server)
            require(last_opened(server)["views"] == "rebuilt", f"a restart leaves them: {last_opened(server)}")
            require(not verify_sees(server), f"made anew, and not whole: {verify_sees(server)}")

    def found_or_read(self, server: Server) -> str:
        """Found beside serving, or else when what stands there is asked for."""
        try:
            found_beside(server, VIEWS_SAY)
            return "B"
        except Failed as failure:
            client = self.history.client(server)
            try:
                answers = [client.admin("GET", path).status for path in self.history.paths()]
            except Gone:
                # The writer met it first, and ended the server.
                status = server.ended(10)
                require(status == 1 and VIEWS_SAY in server.said, f"it ends with {status}: {server.said}")
                return "ended"
            client.forget()
            require(VIEWS_SAY in health(server), f"not B, and what is read is answered with {answers}: {failure}")
            return "read"

    def cut(self, how: str, edit: typing.Callable[[pathlib.Path], None]) -> None:
        """The end of the ledger removed: seen by whoever knows how far it was."""
        with self.cell(f"tail {how}"):
            server = self.history.copy()
            edit(server.data)
            self.commands(Edit(how, "ledger", "tail", b"", None), server, replay=False, quick=True)
            refused(server, str(self.history.size))
            self.seen["tail"]["S"] += 1

    def quiet(self) -> None:
        """A copy that nobody edited: every check that found an edit is silent here."""
        history = self.history
        server = history.copy()
        for seen in verify_sees(server, "--quick"), verify_sees(server), replay_sees(server):
            require(not seen, f"an alarm without an edit: {seen}")
        server.start()
        client = history.client(server)
        for use in history.rename, history.readdress, history.read:
            answer = use(client)
            require(answer.status == 200, f"without an edit: {answer.status} {text(answer.body)}")
        client.forget()
        whole(server)
        require(writes(server) == 201, "without an edit a write is refused")
        history.grants_nothing(server)
        stopped(server)
        opened = last_opened(server)
        require(opened["views"] == "kept" and "altered" not in opened, f"without an edit the start says {opened}")
        require(not (server.data / "altered").exists(), "an alarm without an edit is kept in mind")
        done = command("rebuild", "--ledger", "--data", server.data)
        require(done.returncode == 0 and b"no row was wrong" in done.stdout, f"{text(done.stdout)} {text(done.stderr)}")
        require(not verify_sees(server), "an alarm after a repair of nothing")

    @property
    def told(self) -> str:
        return "; ".join(f"{table} {', '.join(f'{word} {count}' for word, count in marks.items())}"
                         for table, marks in self.seen.items())


def ledger_cells(cells: Cells) -> None:
    history = cells.history
    data = history.server.data

    def entry(kind: str, stream: str, last: bool = False) -> dict:
        found = [entry for entry in history.entries if entry["type"] == kind and entry.get("stream") == stream]
        return found[-1 if last else 0]

    def over(entry: dict, old: bytes, new: bytes, how: str) -> Edit:
        table = f"entries.{entry['class']}"
        value = rows(data / "ledger", table)[number(entry["index"])]
        require(value.count(old) == 1 and len(old) == len(new), f"{old!r} stands {value.count(old)} times in the entry")
        return Edit(how, "ledger", table, number(entry["index"]), value.replace(old, new))

    created = entry("tenant.created", history.tenant)
    narrowed = entry("application.updated", history.application["id"])
    issued = [entry for entry in history.entries if entry["type"] == "token.issued"][2]
    name = over(created, b'"name":"Edited"', b'"name":"EditeD"', "a name written over")
    scope = over(narrowed, f'"{NARROW}"'.encode(), f'"{WIDE}"'.encode(), "a scope written over")
    moment = issued["recorded_at"].encode()
    moved = moment[:-2] + (b"1" if moment.endswith(b"0Z") else b"0") + moment[-1:]
    time_of = over(issued, moment, moved, "a time written over")
    for edit, index in (name, created["index"]), (scope, narrowed["index"]), (time_of, issued["index"]):
        cells.not_started(edit, f"entry {index}", without="views")
        cells.not_started(edit, f"entry {index}", without="views/trust")
        cells.ledger(edit, replay=True)

    hashes = rows(data / "ledger", "hashes")
    # Inner hashes stand behind the leaf that completes them; a start looks at those at the right edge of the tree.
    inner = next(key for key, value in hashes.items() if len(value) >= 3 * DIGEST_BYTES)
    leaf = number(created["index"])
    cells.ledger(Edit("a leaf changed", "ledger", "hashes", leaf, flipped(hashes[leaf], 5)))
    cells.ledger(Edit("an inner hash changed", "ledger", "hashes", inner, flipped(hashes[inner], DIGEST_BYTES + 5)))
    edge = number((1 << history.size.bit_length() - 1) - 1)
    cells.not_started(Edit("a hash at the edge changed", "ledger", "hashes", edge, flipped(hashes[edge], -1)))

    # A start writes on the chain of the platform itself: it serves, and nothing is written.
    platform = b"platform\0state"
    head, early = (rows(folder / "ledger", "chains")[platform] for folder in (data, history.early))
    for how, value in ("changed", flipped(head, -1)), ("put back", early), ("removed", None):
        cells.ledger(Edit(f"of the platform {how}", "ledger", "chains", platform, value), history.rename)

    key = history.tenant.encode()
    for table, row_key in ("chains", key + b"\0state"), ("streams", key):
        value, early = rows(data / "ledger", table)[row_key], rows(history.early / "ledger", table)[row_key]
        cells.ledger(Edit("changed", "ledger", table, row_key, flipped(value, len(value) - 1)), history.rename)
        cells.ledger(Edit("put back", "ledger", table, row_key, early), history.rename)
        cells.ledger(Edit("removed", "ledger", table, row_key, None), history.rename)

    sealed = next(item for item in created["sealed"] if item["fields"] == ["contact_email"])
    data_key = sealed["key"].encode()
    cells.ledger(Edit("changed", "ledger", "data_keys", data_key, number(2)), history.readdress)
    # A key whose row is gone looks like one that was made for a command which never came about.
    cells.ledger(Edit("removed", "ledger", "data_keys", data_key, None))

    segment = [number(entry["index"]) + place.to_bytes(2, "big")
               for entry in history.entries if entry.get("stream") == history.tenant
               for place, item in enumerate(entry.get("sealed", [])) if "contact_email" in item["fields"]][-1]
    value = rows(data / "ledger", "segments")[segment]
    cells.ledger(Edit("changed", "ledger", "segments", segment, flipped(value, len(value) // 2)), history.read,
                 is_read=True)

    def row_by_row(target: pathlib.Path) -> None:
        for table in ("entries.state", "entries.activity", "hashes", "segments", "chains", "streams", "data_keys"):
            earlier = rows(history.early / "ledger", table)
            with opened(target / "ledger") as (transaction, place):
                transaction.drop(place(table), delete=False)
                for row_key, value in earlier.items():
                    transaction.put(row_key, value, db=place(table))

    def anchor_too(target: pathlib.Path) -> None:
        put_back(history.early, target, "ledger", "anchor")
        for name in "head", "checkpoint":
            if not (history.early / "anchor" / name).exists():
                (target / "anchor" / name).unlink(missing_ok=True)

    cells.cut("by an older copy of the files", lambda target: put_back(history.early, target, "ledger"))
    cells.cut("row by row", row_by_row)
    cells.cut("with the anchor", anchor_too)


def view_cells(cells: Cells) -> None:
    history = cells.history
    data, early = history.server.data, history.early
    # Rows that are asked for by whoever looks for rights, and by what is read.
    token = json.loads(base64.urlsafe_b64decode(history.token.split(".")[1] + "=="))["jti"].encode()
    own = {"current": history.application["id"].encode(), "slugs": b"tenant\0edited",
           "terms": b"a" + history.server.client[0].encode() + bytes(5), "activities": token}

    for table in AUTHORITY:
        now, then = (rows(place / part_of(table), table) for place in (data, early))
        key = own.get(table) or cells.run.dice.choice(sorted(now))
        for edit in alterations(table, now, key):
            cells.authority(edit)
        # One of each kind of resource.
        for back in {key[:4]: key for key in then if then[key] != now.get(key)}.values():
            what = f"{'put' if back in now else 'brought'} back: {back[:4].decode(errors='replace')}"
            cells.authority(Edit(what, part_of(table), table, back, then[back]))
            if back in now:
                cells.authority(made_up_for(Edit(what, part_of(table), table, back, then[back]), now))
        if table == "current":
            require(then[key] != now[key], "the application's row is as it was")

    others = []
    for part in "state", "audit":
        with opened(data / "views" / part) as (transaction, _):
            others += sorted(key.decode() for key, _ in transaction.cursor() if key.decode() not in (*AUTHORITY, "meta"))
    for table in others:
        now, then = (rows(place / part_of(table), table) for place in (data, early))
        if not now:
            continue
        changed = [key for key in then if key in now and then[key] != now[key]]
        firsts = [key for key in now if key.startswith(history.tenant.encode())]
        key = own.get(table) or next(iter(changed + firsts[::-1]), None) or cells.run.dice.choice(sorted(now))
        edits = alterations(table, now, key)
        # Of the tables that are alike one way each is enough for a short run.
        for edit in edits if table in READ or cells.run.is_long else cells.run.dice.sample(edits, 1):
            cells.view(edit)
        if changed:
            cells.view(Edit("put back", part_of(table), table, changed[0], then[changed[0]]))


def part_of(table: str) -> str:
    return "views/audit" if table in AUDIT else "views/state"


def alterations(table: str, now: dict[bytes, bytes], key: bytes) -> list[Edit]:
    """The ways to alter any row of views."""
    value, removed = now[key], Edit("removed", part_of(table), table, key, None)
    made = [Edit("with another seal", part_of(table), table, key, flipped(value, -1)), removed, made_up_for(removed, now)]
    if len(value) > SEAL_BYTES:
        made.append(Edit("changed below its seal", part_of(table), table, key, flipped(value, len(value) - SEAL_BYTES - 1)))
    return made


def made_up_for(edit: Edit, now: dict[bytes, bytes]) -> Edit:
    """The same edit, and the seals add up as before: another row, which nobody asks for, makes up the difference."""
    def seal(value: bytes) -> int:
        return int.from_bytes(value[-SEAL_BYTES:], "big")

    if edit.value is None:
        # As many rows as before: one that nothing is called like, with the seal that is missing.
        free = (edit.key[:-1] + bytes([edit.key[-1] ^ change]) for change in range(1, 256))
        other = next(key for key in free if key not in now), now[edit.key][-SEAL_BYTES:]
    else:
        # One of the tenants that the load has made.
        key = max((key for key in now if key != edit.key), key=lambda key: (key.startswith(b"t"), key))
        total = seal(now[key]) + seal(now[edit.key]) - seal(edit.value)
        other = key, now[key][:-SEAL_BYTES] + number(total % (1 << 64))
    return dataclasses.replace(edit, how=f"{edit.how}, its seal made up for", other=other)


def edited(run: Run, count: int) -> str:
    database()
    began = time.monotonic()
    history = History(run, count)
    grown = time.monotonic() - began
    cells = Cells(run, history)
    cells.quiet()
    ledger_cells(cells)
    view_cells(cells)

    def unlooked() -> None:
        # The edit is real; who only looks at what no checkpoint covers does not find it.
        server = history.copy()
        created = next(entry for entry in history.entries if entry.get("stream") == history.tenant)
        key = number(created["index"])
        value = rows(server.data / "ledger", "entries.state")[key].replace(b'"Edited"', b'"EditeD"')
        Edit("a name written over", "ledger", "entries.state", key, value).make(server.data)
        require(verify_sees(server, "--quick"), "verify --quick sees nothing of an entry below the checkpoint")

    def granted() -> None:
        # The directory of the earlier stop: there the scope, the secret and the token are good still.
        history.grants_nothing(history.copy(history.early).start())

    run.control("an entry written over, looked at by verify --quick alone", unlooked)
    run.control("rights that were not taken back yet", granted)
    missed = [f"{what}: {', '.join(names)}" for what, names in cells.missed.items()]
    require(not missed,
            f"of {cells.edits} edits some are not seen as promised: {' | '.join(missed)}; seen: {cells.told}")
    return (f"{history.size} entries (grown in {grown:.0f} s), {cells.edits} edits, none unseen, none a right; seen "
            "at the start (S), beside serving (B), at first use, when read, by verify --quick (Q), verify (V), "
            f"replay (R), by table: {cells.told}")


@row("T33", "a stopped directory edited by who can write its files")
def edited_directory(run: Run) -> str:
    return edited(run, 400)


@row("T34", "a stopped directory of 15,000 entries edited by who can write its files")
def edited_large_directory(run: Run) -> str:
    return edited(run, 15_000)
