"""A server under load: started on a folder, asked over HTTP, and stopped whatever happens."""

import base64
import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

from machine import BUILT, ROOT, Failed, run

START_SECONDS_MAX = 60
CONNECTIONS = 64


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


class Server:
    """`muniment serve` on a data directory. Used in a `with`, so that it never outlives the figure."""

    def __init__(self, data: Path, algorithm: str = "RS256"):
        self.data = data
        self.port = free_port()
        self.words = [str(BUILT / "muniment"), "serve", "--data", str(data), "--listen", f"127.0.0.1:{self.port}",
                      "--token-algorithm", algorithm, "--log-level", "warning"]
        self.seconds_to_answer = 0.0
        self.connections = CONNECTIONS

    def __enter__(self) -> "Server":
        self.log = open(self.data.parent / f"{self.data.name}.log", "ab")
        start = time.monotonic()
        self.process = subprocess.Popen(self.words, stdout=self.log, stderr=self.log)
        while time.monotonic() - start < START_SECONDS_MAX and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/health")[0] == 200:
                    self.seconds_to_answer = time.monotonic() - start
                    return self
            time.sleep(0.002)
        self.stop()
        raise Failed(f"the server did not answer /health: {Path(self.log.name).read_text()[-300:]}")

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def request(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, path: str) -> tuple[int, bytes]:
        return self.request("GET", path)

    def token(self, client: dict) -> str:
        status, body = self.request(
            "POST", "/oauth/token", "grant_type=client_credentials", Authorization=basic(client),
            Content_Type="application/x-www-form-urlencoded")
        if status != 200:
            raise Failed(f"a token was refused: {status} {body[:200]!r}")
        return json.loads(body)["access_token"]

    def megabytes(self, what: str) -> float:
        """Memory as the system counts it: `RssAnon` is the process's own, `VmRSS` has the pages of the ledger in it."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(what + r":\s+(\d+) kB", text)[1]) / 1024

    def load(self, path: str, seconds: float, script: str | None = None, *arguments: object) -> "Load":
        return wrk(self.port, path, seconds, self.connections, script, *arguments)

    def hello(self, seconds: float) -> "Load":
        return self.load("/health", seconds)

    def tokens(self, client: dict, seconds: float) -> "Load":
        return self.load("/oauth/token", seconds, "post.lua", basic(client), "grant_type=client_credentials")

    def introspections(self, client: dict, token: str, seconds: float) -> "Load":
        return self.load("/oauth/introspect", seconds, "post.lua", basic(client), f"token={token}")

    @contextlib.contextmanager
    def watched(self):
        """Notes the most private memory that the server has meanwhile."""
        most, over = [self.megabytes("RssAnon")], threading.Event()

        def look() -> None:
            while not over.wait(0.2):
                most[0] = max(most[0], self.megabytes("RssAnon"))

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            yield most
        finally:
            over.set()
            watcher.join()


class Load:
    """What wrk said of one run."""

    def __init__(self, text: str):
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        errors = re.search(r"Socket errors: (.*)", text)
        if wrong or (errors and not errors[1].endswith("connect 0, read 0, write 0, timeout 0")):
            raise Failed(f"wrk saw {wrong[0] if wrong else errors[0]}")
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
        self.requests = int(re.search(r"(\d+) requests in", text)[1])
        if not self.requests:
            raise Failed("wrk got no answer")
        self.p50 = self._milliseconds(re.search(r"50%\s+([\d.]+\w+)", text)[1])
        self.p99 = self._milliseconds(re.search(r"99%\s+([\d.]+\w+)", text)[1])

    @staticmethod
    def _milliseconds(text: str) -> float:
        number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def wrk(port: int, path: str, seconds: float, connections: int, script: str | None, *arguments: object) -> Load:
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency"]
    if script:
        words += ["-s", ROOT / "Tools/Bench/wrk" / script]
    words += [f"http://127.0.0.1:{port}{path}"]
    if arguments:
        words += ["--", *arguments]
    return Load(run(*words, seconds=seconds + 30))


def basic(client: dict) -> str:
    quoted = ":".join(urllib.parse.quote_plus(client[name]) for name in ("client_id", "client_secret"))
    return "Basic " + base64.b64encode(quoted.encode()).decode()
