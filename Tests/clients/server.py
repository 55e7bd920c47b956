"""The built server as its operator runs it: a fresh directory, a free port, the command's own words."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import requests

from api import Api
from spoken import confide

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("MUNIMENT_BINARY", ROOT / ".build/release/muniment")).resolve()
START_SECONDS_MAX = 30
COMMAND_SECONDS_MAX = 120


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment(**more: str) -> dict[str, str]:
    """The caller's environment without settings of a server that it may run."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MUNIMENT_")} | more


def command(*words: object, check: int | None = 0, **more: str) -> subprocess.CompletedProcess:
    """Runs the command to its end; its exit status is asserted unless `check` is `None`."""
    done = subprocess.run(
        [BINARY, *map(str, words)], capture_output=True, text=True, env=environment(**more),
        timeout=COMMAND_SECONDS_MAX)
    if check is not None:
        assert done.returncode == check, f"muniment {' '.join(map(str, words))} exits {done.returncode}: {done.stderr}"
    return done


def one_line(done: subprocess.CompletedProcess, status: int) -> None:
    """A command that did not do what it was asked for says so in one line, and prints nothing for scripts."""
    assert done.returncode == status, f"{done.returncode}: {done.stderr}"
    assert done.stdout == "" and len(done.stderr.strip().splitlines()) == 1, done.stderr


class Server:
    """One data directory, and the process that serves it when it runs."""

    def __init__(self, home: pathlib.Path, *options: str, init: tuple[str, ...] = (), scheme: str = "http"):
        self.data = home / "data"
        self.log = home / "server.log"
        self.port = free_port()
        self.url = f"{scheme}://localhost:{self.port}" if scheme == "https" else f"http://127.0.0.1:{self.port}"
        self.options = options
        self.process: subprocess.Popen | None = None
        self.start_seconds = 0.0
        self.verify: bool | str = True
        email = f"root@{home.name.replace('_', '-').lower()}.example"
        confide("the first user's e-mail", email)
        printed = command(
            "init", "--data", self.data, "--base-url", self.url, "--admin-email", email,
            "--format", "json", *init).stdout
        self.founded = json.loads(printed)
        confide("the first user's password", self.founded["super_admin"]["password"])
        confide("the service's secret", self.founded["service"]["client_secret"])

    @property
    def client(self) -> tuple[str, str]:
        """Identifier and secret of the service that `init` made."""
        return self.founded["service"]["client_id"], self.founded["service"]["client_secret"]

    @property
    def api(self) -> Api:
        """The admin API, as that service sees it."""
        return Api(self.url, *self.client, verify=self.verify)

    def start(self, **more: str) -> "Server":
        """Starts it, with more in its environment, and waits until it is well."""
        assert self.process is None, "it runs already"
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *self.options],
                stdout=log, stderr=log, env=environment(**more))
        while True:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{self.url}/health", verify=self.verify, timeout=5).status_code == 200:
                    break
            status = self.process.poll()
            assert status is None, f"serve exits {status}: {self.log.read_text()[-2000:]}"
            assert time.monotonic() < began + START_SECONDS_MAX, f"no start: {self.log.read_text()[-2000:]}"
            time.sleep(0.01)
        self.start_seconds = time.monotonic() - began
        return self

    def stop(self) -> int:
        """Asks it to stop, as systemd does; answers the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, with_signal: int) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(with_signal)
        try:
            return process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def grant(self, roles: list[tuple[str, str]]) -> None:
        """Gives people roles while nobody serves, for no endpoint does yet."""
        lines = "".join(f"{person} {role}\n" for person, role in roles)
        done = subprocess.run(
            [BINARY.parent / "grants", "--data", self.data], input=lines, capture_output=True, text=True,
            env=environment(), timeout=COMMAND_SECONDS_MAX)
        assert done.returncode == 0, f"grants exits {done.returncode}: {done.stdout} {done.stderr}"

    def entries(self, *options: str) -> list[dict]:
        """The ledger's lines from the directory itself."""
        return [json.loads(line) for line in command("entries", "--data", self.data, *options).stdout.splitlines()]
