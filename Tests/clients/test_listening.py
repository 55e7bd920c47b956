"""Where the server listens, what it proves there, and what it says of itself while it does."""

import contextlib
import fcntl
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

import pytest
import requests

from server import BINARY, command, environment, free_port, one_line

F_SETPIPE_SZ = 1031


def certificate(folder: pathlib.Path, name: str) -> tuple[pathlib.Path, pathlib.Path]:
    """A certificate of `name` that signs itself, and its key."""
    chain, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", chain],
        check=True, capture_output=True, timeout=60)
    return chain, key


def served(port: int) -> str:
    """The certificate that a new connection is shown, as PEM."""
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=10)


def wait_for(what, seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.05)


@pytest.fixture
def secure(new_server, tmp_path):
    chain, key = certificate(tmp_path, "first")
    server = new_server("--tls-certificate", str(chain), "--tls-key", str(key), scheme="https")
    server.verify = str(chain)
    return server.start()


# --- Certificates -----------------------------------------------------------------------------------------------------


def test_hup_reads_the_certificate_again_and_open_connections_go_on(secure, tmp_path):
    context = ssl.create_default_context(cafile=secure.verify)
    with (socket.create_connection(("127.0.0.1", secure.port), timeout=10) as plain,
          context.wrap_socket(plain, server_hostname="localhost") as connection):
        def ask() -> bytes:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(65_536)
            return answer[:12]

        assert ask() == b"HTTP/1.1 200"
        chain, key = certificate(tmp_path, "second")
        second = chain.read_text()
        os.replace(chain, tmp_path / "first.pem")
        os.replace(key, tmp_path / "first.key")
        secure.process.send_signal(signal.SIGHUP)
        wait_for(lambda: served(secure.port) == second, 3)
        assert ask() == b"HTTP/1.1 200"
    assert "New connections get the certificate" in secure.log.read_text()


def test_a_replaced_certificate_is_noticed_without_a_word(secure, tmp_path):
    chain, key = certificate(tmp_path, "second")
    second = chain.read_text()
    os.replace(key, tmp_path / "first.key")
    os.replace(chain, tmp_path / "first.pem")
    wait_for(lambda: served(secure.port) == second)


def warnings(server) -> list[str]:
    return requests.get(f"{server.url}/health", verify=server.verify, timeout=30).json().get("warnings", [])


def test_a_bad_certificate_keeps_the_one_before_it_and_says_so(secure, tmp_path):
    before = served(secure.port)
    key = (tmp_path / "first.key").read_bytes()
    for bad in b"", b"nonsense", certificate(tmp_path, "second")[1].read_bytes(), None:
        (tmp_path / "first.key").unlink() if bad is None else (tmp_path / "first.key").write_bytes(bad)
        told = secure.log.read_text().count("cannot be used")
        secure.process.send_signal(signal.SIGHUP)
        wait_for(lambda told=told: secure.log.read_text().count("cannot be used") > told, 3)
        assert served(secure.port) == before
        assert any("certificate cannot be used" in warning for warning in warnings(secure))
    (tmp_path / "first.key").write_bytes(key)
    secure.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "is the one that is served" in secure.log.read_text(), 3)
    assert warnings(secure) == []
    assert "PRIVATE KEY" not in secure.log.read_text()
    assert secure.stop() == 0


def test_hup_never_ends_a_server(new_server):
    server = new_server().start()
    for _ in range(5):
        server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "no certificate to read again" in server.log.read_text(), 3)
    assert server.api.get("/tenants").status_code == 200
    assert server.stop() == 0


def test_hup_ends_no_server_that_is_still_starting(new_server):
    server = new_server()
    process = subprocess.Popen(
        [BINARY, "serve", "--data", server.data, "--listen", f"127.0.0.1:{server.port}"],
        stderr=subprocess.PIPE, text=True, env=environment())
    try:
        # Caught from its first lines on; what the kernel does before is not ours.
        wait_for(lambda: int(status(process.pid)["SigCgt"], 16) & 1 or process.poll() is not None, 10)
        while process.poll() is None and "listening on" not in (process.stderr.readline()):
            process.send_signal(signal.SIGHUP)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def status(process: int) -> dict[str, str]:
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def test_a_server_reached_by_https_demands_it(secure, new_server):
    for path in "/health", "/nowhere", "/api/v1/admin/tenants", "/":
        answer = requests.get(secure.url + path, verify=secure.verify, timeout=10)
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000", path
    plain = new_server().start()
    assert "Strict-Transport-Security" not in requests.get(f"{plain.url}/health", timeout=10).headers
    # A proxy ends https before it, and passes on what it says.
    proxied = new_server(init=("--base-url", "https://id.example.com"))
    proxied.options = ("--base-url", "https://id.example.com")
    proxied.start()
    assert "Strict-Transport-Security" in requests.get(f"{proxied.url}/health", timeout=10).headers


@pytest.mark.parametrize("suite, is_taken", [
    ("ECDHE-ECDSA-AES128-GCM-SHA256", True), ("ECDHE-ECDSA-AES256-GCM-SHA384", True),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", True), ("ECDHE-ECDSA-AES128-SHA", False), ("ECDHE-ECDSA-AES256-SHA", False),
    ("ECDHE-ECDSA-AES128-SHA256", False),
])
def test_tls_1_2_is_forward_secret_and_authenticated(secure, suite, is_taken):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suite}:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as plain:
        outcome = contextlib.nullcontext() if is_taken else pytest.raises(ssl.SSLError)
        with outcome, context.wrap_socket(plain, server_hostname="localhost") as wrapped:
            assert wrapped.cipher()[0] == suite


# --- Addresses --------------------------------------------------------------------------------------------------------


def test_a_star_is_every_address_of_both_families(new_server):
    server = new_server()
    server.options = ("--listen", f"*:{server.port}")
    server.start()
    families = ["127.0.0.1"] + (["::1"] if pathlib.Path("/proc/net/if_inet6").exists() else [])
    for address in families:
        with socket.create_connection((address, server.port), timeout=10) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200"), address
    assert "Listening beyond loopback without TLS" in server.log.read_text()


def test_a_port_in_use_is_told_and_nothing_is_written(stopped):
    before = stopped.entries()
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        for listen in f"127.0.0.1:{port}", f"*:{port}", f"0.0.0.0:{port}":
            one_line(command("serve", "--data", stopped.data, "--listen", listen, check=None), 1)
    assert stopped.entries() == before


# --- Logs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["trace", "debug", "info", "critical"])
def test_no_level_of_the_log_keeps_a_server_from_serving(new_server, level):
    """The reader of its log is slow, and its pipe holds a page and no more."""
    server = new_server()
    reading, writing = os.pipe()
    fcntl.fcntl(writing, F_SETPIPE_SZ, 4_096)
    process = subprocess.Popen(
        [BINARY, "serve", "--data", server.data, "--listen", f"127.0.0.1:{server.port}", "--log-level", level],
        stderr=writing, env=environment())
    os.close(writing)
    try:
        def is_well() -> bool:
            with contextlib.suppress(requests.ConnectionError):
                return requests.get(f"{server.url}/health", timeout=5).ok
            return False

        wait_for(is_well)
    finally:
        process.send_signal(signal.SIGTERM)
        with os.fdopen(reading) as log:
            lines = log.read().splitlines()
        assert process.wait(10) == 0
    assert any(line.startswith("listening on ") for line in lines)
    assert max(map(len, lines)) < 500, max(lines, key=len)[:200]
