"""glewlwyd, Debian's identity server in C, asked for the same tokens: on SQLite, with one client and an ES256 key."""

import json
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from ledgers import Ledgers
from machine import Failed, run
from report import Figure, Missing, ratio
from server import Server, basic, free_port, wrk

#: What the aim was set with: 88 to 94 tokens a second then.
CONNECTIONS = 8
START_SECONDS_MAX = 20
CLIENT = {"client_id": "bench", "client_secret": "bench-secret"}
SCOPE = "bench"
#: What the package's own tables are filled with.
ADMINISTRATOR = {"username": "admin", "password": "password"}

CONFIGURATION = """
port={port}
bind_address="127.0.0.1"
external_url="http://localhost:{port}"
login_url="login.html"
api_prefix="api"
static_files_path="{folder}"
log_mode="console"
log_level="ERROR"
cookie_domain="localhost"
cookie_secure=0
session_expiration=3600
session_key="SESSION"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{modules}/user"
user_middleware_module_path="{modules}/user_middleware"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
use_secure_connection=false
secure_connection_key_file="{folder}/none"
secure_connection_pem_file="{folder}/none"
secure_connection_ca_file="{folder}/none"
hash_algorithm="SHA512"
database = {{ type = "sqlite3" path = "{folder}/database" }};
"""


def missing(root: Path) -> str | None:
    """Why there is nothing to compare with."""
    if (root / "usr/bin/glewlwyd").exists():
        return None
    return f"there is no glewlwyd below {root}; Debian has it: apt-get install glewlwyd dbconfig-no-thanks"


class Glewlwyd:
    """A server of its own on loopback. Used in a `with`, so that it never outlives the figure."""

    def __init__(self, root: Path, folder: Path):
        self.root, self.folder, self.port = root, folder, free_port()
        self.cookie = ""

    def __enter__(self) -> "Glewlwyd":
        tables = self.root / "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
        with sqlite3.connect(self.folder / "database") as database:
            database.executescript(tables.read_text())
        database.close()
        (self.folder / "configuration").write_text(
            CONFIGURATION.format(port=self.port, folder=self.folder, modules=self.root / "usr/lib/glewlwyd"))
        libraries = ":".join(str(path) for path in (self.root / "usr/lib").glob("*-linux-gnu*"))
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [self.root / "usr/bin/glewlwyd", f"--config-file={self.folder}/configuration"],
            env={"LD_LIBRARY_PATH": libraries}, stdout=self.log, stderr=self.log)
        try:
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def tokens(self, seconds: float) -> float:
        return wrk(self.port, "/api/oidc/token", seconds, CONNECTIONS, "post.lua", basic(CLIENT),
                   f"grant_type=client_credentials&scope={SCOPE}").rate

    def _set_up(self) -> None:
        self._wait()
        self._call("auth", ADMINISTRATOR)
        self._call("scope", {"name": SCOPE, "password_required": False, "scheme": {}})
        private = run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        (self.folder / "key").write_text(private)
        self._call("mod/plugin", {"module": "oidc", "name": "oidc", "display_name": "oidc", "parameters": {
            "iss": f"http://localhost:{self.port}/api/oidc", "jwt-type": "ecdsa", "jwt-key-size": "256", "key": private,
            "cert": run("openssl", "pkey", "-in", self.folder / "key", "-pubout"), "code-duration": 600,
            "refresh-token-duration": 3600, "access-token-duration": 3600, "allow-non-oidc": True,
            "auth-type-client-enabled": True, "auth-type-code-enabled": False, "auth-type-token-enabled": False,
            "auth-type-id-token-enabled": False, "auth-type-none-enabled": False, "auth-type-password-enabled": False,
            "auth-type-refresh-enabled": False, "secret-type": "pairwise", "address-claim": {"type": "no"},
            "jwks-show": True, "scope": [], "claims": [], "additional-parameters": [], "allowed-scope": ["openid"],
        }})
        self._call("client", {
            "client_id": CLIENT["client_id"], "client_secret": CLIENT["client_secret"],
            "password": CLIENT["client_secret"], "name": "bench", "confidential": True, "enabled": True,
            "authorization_type": ["client_credentials"], "scope": [SCOPE],
            "token_endpoint_auth_method": ["client_secret_basic"],
        })

    def _wait(self) -> None:
        start = time.monotonic()
        while time.monotonic() - start < START_SECONDS_MAX and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/config", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise Failed(f"glewlwyd did not start: {(self.folder / 'log').read_text()[-300:]}")

    def _call(self, path: str, body: dict) -> None:
        headers = {"Content-Type": "application/json"} | ({"Cookie": self.cookie} if self.cookie else {})
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}/", json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.cookie = (answer.headers["Set-Cookie"] or self.cookie).split(";")[0]
        except urllib.error.HTTPError as error:
            raise Failed(f"glewlwyd answers {path} with {error.code}: {error.read()[:300]!r}") from None


def p2(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure | Missing]:
    """The same request to both, by turns; nothing where glewlwyd is not installed."""
    if missing(ledgers.peer):
        return []
    try:
        return _compared(ledgers, runs, seconds)
    except Failed as error:
        return [Missing("P2", f"against glewlwyd: {error}")]


def _compared(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    path, client = ledgers.tokens(100, "p2-peer")
    pairs = []
    folder = ledgers.fresh("glewlwyd")
    with Server(path, "ES256") as server, Glewlwyd(ledgers.peer, folder) as peer:
        server.tokens(client, 1)
        for _ in range(runs):
            pairs.append((server.tokens(client, seconds).rate, peer.tokens(max(seconds, 5))))
    shutil.rmtree(folder, ignore_errors=True)
    return [ratio("P2", f"ES256 token, of glewlwyd's on SQLite over {CONNECTIONS} connections", pairs, "tokens/s",
                  "tokens/s", at_least=150)]
