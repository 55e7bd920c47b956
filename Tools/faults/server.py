"""The built server as its operator runs it: a data directory, a free port, the command's own words."""

import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import urllib.parse
from typing import NamedTuple

from plan import Failed

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("MUNIMENT_BINARY", ROOT / ".build/release/muniment")).resolve()
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 40
COMMAND_SECONDS_MAX = 600
ADMIN = "/api/v1/admin"
FORM = "application/x-www-form-urlencoded"

# What a request to a server that is dying may end in.
Gone = (OSError, http.client.HTTPException)


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without settings of a server that it may run."""
    # A trap's backtrace takes seconds; whoever wants one sets the variable.
    inherited = {"SWIFT_BACKTRACE": "enable=no"} | os.environ
    return {name: value for name, value in inherited.items() if not name.startswith("MUNIMENT_")} | (more or {})


def command(*words: object, env: dict[str, str] | None = None, seconds: float = COMMAND_SECONDS_MAX):
    """Runs the command to its end; what it says is bytes. A status below 0 is the signal that ended it."""
    return subprocess.run([BINARY, *map(str, words)], capture_output=True, env=environment(env), timeout=seconds)


def must(*words: object, env: dict[str, str] | None = None) -> bytes:
    done = command(*words, env=env)
    if done.returncode != 0:
        raise Failed(f"muniment {words[0]} exits {done.returncode}: {text(done.stderr)}")
    return done.stdout


def text(output: bytes) -> str:
    return output.decode(errors="replace").strip()[-800:]


def keep_place(data: pathlib.Path) -> None:
    """Lets a copied directory pass for what it was taken from, as a snapshot of a whole file system does: rows copy much."""
    identity, ledger = data / "identity", data / "ledger/data.mdb"
    if not identity.exists() or not ledger.exists():
        return
    kept = json.loads(identity.read_bytes())
    if kept["file"] != (file := str(ledger.stat().st_ino)):
        identity.write_text(json.dumps(kept | {"file": file}, separators=(",", ":"), sort_keys=True))


class Refused(Exception):
    """The server did not start; it said why, or was ended by a signal."""

    def __init__(self, status: int, said: str):
        super().__init__(f"exit {status}: {said}")
        self.status, self.said = status, said


class Answer:
    """What an HTTP request was answered with."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def index(self) -> int:
        """The index that a reader must have seen to see what was done."""
        return int(self.headers["Muniment-Index"])


class Client:
    """One connection of one client; after a failure the next request makes another."""

    def __init__(self, server: "Server", seconds: float = 30):
        self.server, self.seconds = server, seconds
        self._connection: http.client.HTTPConnection | None = None
        self._bearer = ""

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.seconds)
        try:
            self._connection.request(method, path, body, headers or {})
            reply = self._connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def token(self, **form: str) -> Answer:
        fields = urllib.parse.urlencode({"grant_type": "client_credentials"} | form).encode()
        basic = base64.b64encode(":".join(self.server.client).encode()).decode()
        return self.ask("POST", "/oauth/token", fields, {"Authorization": f"Basic {basic}", "Content-Type": FORM})

    def admin(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        if not self._bearer:
            answer = self.token()
            if answer.status != 200:
                return answer
            self._bearer = answer.json["access_token"]
        data = None if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self._bearer}", "User-Agent": "faults/1"}
        if data is not None:
            given["Content-Type"] = "application/json"
        return self.ask(method, ADMIN + path, data, given | headers)


class Memory(NamedTuple):
    """Megabytes: of the process alone, and of mapped files, which the system keeps as long as it has room."""

    private: float
    mapped: float


class Server:
    """One data directory, and the process that serves it when it runs."""

    def __init__(self, home: pathlib.Path, founded: dict, *options: str, env: dict[str, str] | None = None):
        self.home, self.data, self.log = home, home / "data", home / "server.log"
        self.founded, self.options, self.env = founded, options, env or {}
        self.process: subprocess.Popen | None = None
        self.port = 0
        # Whether it is to be told from what it was copied from.
        self.is_copy = False

    @property
    def client(self) -> tuple[str, str]:
        return self.founded["service"]["client_id"], self.founded["service"]["client_secret"]

    @property
    def key(self) -> str:
        return self.founded["ledger"]["verifier_key"]

    def megabytes(self) -> Memory:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return Memory(*(int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("RssAnon", "RssFile")))

    def start(self, env: dict[str, str] | None = None, before: tuple[str, ...] = (), preexec=None) -> "Server":
        """Starts, and waits until it listens. Raises `Refused` when it ends instead."""
        assert self.process is None, "it runs already"
        if not self.is_copy:
            keep_place(self.data)
        words = [*before, str(BINARY), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0",
                 "--log-level", "notice", *self.options]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                words, stdout=log, stderr=log, env=environment(self.env | (env or {})), preexec_fn=preexec)
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            status = self.process.poll()
            listening = re.search(rb"listening on https?://127\.0\.0\.1:(\d+)\n", self.log.read_bytes())
            if listening:
                self.port = int(listening[1])
                return self
            if status is not None:
                self.process = None
                raise Refused(status, self.said)
            if time.monotonic() > deadline:
                self.kill()
                raise Failed(f"no start in {START_SECONDS_MAX} s: {self.said}")
            time.sleep(0.003)

    @property
    def said(self) -> str:
        """The end of what it wrote to standard error."""
        return text(self.log.read_bytes())

    def connect(self, seconds: float = 30) -> Client:
        return Client(self, seconds)

    @property
    def crash(self) -> str:
        """What a trap said, and where it was."""
        log = self.log.read_text(errors="replace")
        found = re.findall(r"Fatal error: .*|Crash: .*|Program crashed: .*| in .* at /.*", log)
        return " | ".join(found[:8]) or text(log.encode())

    def stop(self) -> int:
        """Asks it to stop, as systemd does; answers the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def ended(self, seconds: float) -> int | None:
        """The exit status, once it has ended by itself; `None` when it goes on."""
        if self.process is None:
            return None
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self.process = None
        return status

    def _end(self, by: int) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGCONT)
        process.send_signal(by)
        try:
            return process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed(f"it did not stop within {STOP_SECONDS_MAX} s: {self.said}") from None


class Template:
    """A ledger with a little history, made once: every row begins with a copy of it."""

    def __init__(self, folder: pathlib.Path):
        home = folder / "template"
        home.mkdir(parents=True)
        printed = must("init", "--data", home / "data", "--admin-email", "root@faults.example", "--format", "json")
        self.server = Server(home, json.loads(printed)).start()
        client = self.server.connect()
        self.partner = self._made(client.admin("POST", "/partners", {"name": "Faults", "slug": "faults"}))["id"]
        for number in range(8):
            slug = f"template-{number}"
            tenant = self._made(
                client.admin("POST", "/tenants", {"name": slug, "slug": slug, "partner_id": self.partner}))
            client.admin("PATCH", f"/tenants/{tenant['id']}", {"name": f"Template {number}"})
            client.token()
        client.forget()
        if self.server.stop() != 0:
            raise Failed(f"the template does not stop: {self.server.said}")

    @staticmethod
    def _made(answer: Answer) -> dict:
        if answer.status != 201:
            raise Failed(f"the template cannot be made: {answer.status} {text(answer.body)}")
        return answer.json["data"]

    def copy(self, home: pathlib.Path, *options: str, env: dict[str, str] | None = None) -> Server:
        shutil.copytree(self.server.home, home)
        copy = Server(home, self.server.founded, *options, env=env)
        copy.partner = self.partner
        keep_place(copy.data)
        return copy
