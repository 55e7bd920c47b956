"""Clients by the hundred: how they are made, and what is asked about the server meanwhile."""

import base64
import http.client
import itertools
import os
import pathlib
import pathlib
import re
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import threading
import time

from plan import Run, Skipped, require
from server import ROOT, Gone, Server

MEGABYTES_MAX = 300
# Health is asked this often, on a connection of its own, and has this long to answer.
EVERY_SECONDS, PATIENCE_SECONDS = 0.1, 2.0


class Held:
    """A group of processes that the kernel holds to the bound, pages of files among it: past it they are ended.

    `enter` is what a process does before it runs; None where this user may make no such group.
    """

    def __init__(self, run: Run):
        self.enter = None
        for root, bound in (("memory", "memory.limit_in_bytes"), ("", "memory.max")):
            self._group = pathlib.Path("/sys/fs/cgroup", root, f"muniment-{os.getpid()}")
            try:
                self._group.mkdir()
                run.finally_do(self._group.rmdir)
                (self._group / bound).write_text(str(MEGABYTES_MAX << 20))
            except OSError:
                continue
            self.enter = lambda: (self._group / "cgroup.procs").write_text(str(os.getpid()))
            return

    @property
    def told(self) -> str:
        return f"the kernel holds it to {MEGABYTES_MAX} MB, these among them" if self.enter else "not held by the kernel"


def sockets(server: Server) -> int:
    """How many descriptors the process has open."""
    return len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))


def allow_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise Skipped(f"{count} descriptors are needed here, {hard} are allowed")
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def certificate(run: Run) -> tuple[str, ...]:
    """The options of a server with TLS."""
    if not shutil.which("openssl"):
        raise Skipped("no openssl to make a certificate with")
    key, chain = run.folder / "key.pem", run.folder / "chain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", key, "-out", chain], check=True, capture_output=True)
    return "--tls-certificate", str(chain), "--tls-key", str(key)


def plain(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def secure(server: Server, protocol: str) -> ssl.SSLSocket:
    """A TLS connection that speaks `http/1.1` or `h2`."""
    context = ssl._create_unverified_context()
    context.set_alpn_protocols([protocol])
    return context.wrap_socket(plain(server), server_hostname="localhost")


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has ended it; what it said before that is thrown away."""
    connection.setblocking(False)
    try:
        while connection.recv(1 << 16):
            pass
        return True
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True


def all_closed(connections: list[socket.socket], seconds: float) -> None:
    """The check of every row that has connections cut."""
    deadline = time.monotonic() + seconds
    waiting = list(connections)
    while waiting and time.monotonic() < deadline:
        waiting = [connection for connection in waiting if not is_closed(connection)]
        time.sleep(0.1)
    require(not waiting, f"{len(waiting)} of {len(connections)} connections are still open after {seconds:.0f} s")


class Watch:
    """Asks for the server's health, and looks at its memory, all the while.

    It asks by turns on a connection that it keeps and on a new one, as whoever balances load does.
    """

    def __init__(self, server: Server, is_secure: bool = False):
        self.server, self.is_secure = server, is_secure
        self.seconds: list[float] = []
        self.missed: list[str] = []
        self.private = self.mapped = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopping.set()
        self._thread.join(30)

    def _work(self) -> None:
        kept = None
        for turn in itertools.count():
            if self._stopping.wait(EVERY_SECONDS):
                return
            now = self.server.megabytes()
            self.private, self.mapped = max(self.private, now.private), max(self.mapped, now.mapped)
            began = time.monotonic()
            try:
                connection = kept if kept and turn % 2 else connect(self.server, self.is_secure)
                connection.request("GET", "/health")
                reply = connection.getresponse()
                reply.read()
                if reply.status != 200:
                    self.missed.append(str(reply.status))
                self.seconds.append(time.monotonic() - began)
                kept = kept or connection
                if connection is not kept:
                    connection.close()
            except Gone as error:
                self.missed.append(type(error).__name__)
                kept = None

    def judge(self) -> str:
        """Health was answered each time, and the memory is bounded."""
        require(self.seconds and not self.missed, f"health: {len(self.seconds)} answers, missed: {self.missed[:3]}")
        require(self.private < MEGABYTES_MAX, f"{self.private:.0f} MB")
        slow = sorted(self.seconds)[len(self.seconds) * 99 // 100]
        return (f"/health {len(self.seconds)} times, p50 {1000 * statistics.median(self.seconds):.0f} ms, "
                f"p99 {1000 * slow:.0f} ms, none missed; at most {self.private:.0f} MB, "
                f"and {self.mapped:.0f} MB of the files as the system keeps them")


def connect(server: Server, is_secure: bool) -> http.client.HTTPConnection:
    if is_secure:
        return http.client.HTTPSConnection(
            "127.0.0.1", server.port, timeout=PATIENCE_SECONDS, context=ssl._create_unverified_context())
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)


def watch_stopped(run: Run, server: Server) -> None:
    """The control of whatever watches health: a server that holds still must be noticed."""

    def still() -> None:
        server.process.send_signal(19)
        try:
            with Watch(server, is_secure="--tls-key" in server.options) as watch:
                time.sleep(PATIENCE_SECONDS + 0.5)
        finally:
            server.process.send_signal(18)
        watch.judge()

    run.control("health of a server that holds still", still)


class Crowd:
    """wrk, with the script that `Tools/load` uses."""

    def __init__(self, server: Server, tenant: str):
        if not shutil.which("wrk"):
            raise Skipped("no wrk to make the load with")
        self.server = server
        client = server.connect()
        client.admin("GET", "/tenants")
        self.env = {
            "LOAD_KIND": "mixed", "LOAD_TENANT": tenant, "LOAD_COUNT": "1", "MUNIMENT_BEARER": client._bearer,
            "MUNIMENT_BASIC": base64.b64encode(":".join(server.client).encode()).decode()}
        client.forget()

    def press(self, clients: int, seconds: int) -> dict[str, float]:
        """So many clients, each asking as soon as it is answered: answers by status, and `rate` of the good ones."""
        done = subprocess.run(
            ["wrk", "--connections", str(clients), "--threads", "1", "--duration", f"{seconds}s", "--timeout", "10s",
             "--script", str(ROOT / "Tools/load.lua"), f"http://127.0.0.1:{self.server.port}"],
            capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"} | self.env)
        require(done.returncode == 0, f"wrk: {done.stderr[-200:]}")
        found = {number: int(count) for number, count in re.findall(r"^status\s+(\d+)\s+(\d+)$", done.stdout, re.M)}
        errors = re.search(r"Socket errors: .*read (\d+), write (\d+), timeout (\d+)", done.stdout)
        found["errors"] = sum(map(int, errors.groups())) if errors else 0
        found["hinted"] = int(re.search(r"^hinted\s+(\d+)$", done.stdout, re.M)[1])
        found["rate"] = found.get("200", 0) / seconds
        return found
