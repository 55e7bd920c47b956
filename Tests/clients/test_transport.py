"""TLS, HTTP/2, proxies, and requests that no well-behaved client sends."""

import asyncio
import json
import socket
import ssl
import subprocess
import time

import httpx
import pytest
import requests

from server import Server
from spoken import confide


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for localhost, made by openssl."""
    folder = tmp_path_factory.mktemp("tls")
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
         "-out", chain],
        check=True, capture_output=True, timeout=60)
    return chain, key


@pytest.fixture
def secure(new_server, certificate):
    chain, key = certificate
    server = new_server("--tls-certificate", str(chain), "--tls-key", str(key), scheme="https")
    server.verify = str(chain)
    return server.start()


def test_http2_by_alpn_and_http1_beside_it(secure):
    context = ssl.create_default_context(cafile=secure.verify)
    for http2, version in (True, "HTTP/2"), (False, "HTTP/1.1"):
        with httpx.Client(http2=http2, verify=context, base_url=secure.url) as client:
            answer = client.post(
                "/oauth/token", data={"grant_type": "client_credentials"}, auth=secure.client)
            assert (answer.status_code, answer.http_version) == (200, version)
            token = confide("an access token", answer.json()["access_token"])
            listed = client.get("/api/v1/admin/tenants", headers={"Authorization": f"Bearer {token}"})
            assert listed.status_code == 200
            made = client.post(
                "/api/v1/admin/partners", headers={"Authorization": f"Bearer {token}"},
                json={"name": version, "slug": version.lower().replace("/", "-").replace(".", "-")})
            assert made.status_code == 201, made.text
            assert made.headers["muniment-index"].isdigit()
    metadata = httpx.get(f"{secure.url}/.well-known/openid-configuration", verify=context).json()
    assert metadata["issuer"] == secure.url


def test_many_requests_share_one_http2_connection(secure):
    async def run() -> list[int]:
        limits = httpx.Limits(max_connections=1)
        context = ssl.create_default_context(cafile=secure.verify)
        async with httpx.AsyncClient(http2=True, verify=context, limits=limits, timeout=60) as client:
            answers = await asyncio.gather(*(
                client.post(f"{secure.url}/oauth/token", data={"grant_type": "client_credentials"}, auth=secure.client)
                for _ in range(80)))
        assert {answer.http_version for answer in answers} == {"HTTP/2"}
        tokens = {confide("an access token", answer.json()["access_token"]) for answer in answers}
        assert len(tokens) == len(answers)
        return [answer.status_code for answer in answers]

    assert asyncio.run(run()) == [200] * 80


def test_old_versions_of_tls_are_refused(secure):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as plain:
        with pytest.raises(OSError):
            context.wrap_socket(plain, server_hostname="localhost")


def test_plain_http_to_the_tls_port_is_no_answer_of_ours(secure):
    with pytest.raises(requests.RequestException):
        requests.get(f"http://127.0.0.1:{secure.port}/health", timeout=10)
    assert requests.get(f"{secure.url}/health", verify=secure.verify, timeout=10).status_code == 200


def test_a_413_reaches_a_client_that_is_still_sending(server, api):
    """A server that closes with bytes unread resets the connection, and the answer is lost."""
    total = 6 * 1024 * 1024
    head = (
        f"POST /api/v1/admin/partners HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {api.bearer}\r\nContent-Length: {total}\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head)
        sent, chunk = 0, b"x" * 65_536
        while sent < total:
            try:
                sent += connection.send(chunk[: total - sent])
            except (BrokenPipeError, ConnectionResetError):
                pytest.fail(f"reset after {sent} bytes")
            time.sleep(0.001)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    status, _, rest = answer.partition(b"\r\n")
    assert status.startswith(b"HTTP/1.1 413"), answer[:200]
    assert isinstance(json.loads(rest.partition(b"\r\n\r\n")[2])["detail"], str)


def test_a_413_comes_for_a_body_of_unknown_length_too(api):
    def endless():
        for _ in range(40):
            yield b"x" * 65_536

    answer = api.call("POST", "/partners", data=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def told(api, index: str) -> str | None:
    return api.get(f"/audit/{index}").json()["data"].get("ip_address")


def made_with(api, header: str | None) -> str:
    options = {"headers": {"X-Forwarded-For": header}} if header else {}
    partner = api.partner()
    return api.patch(f"/partners/{partner['id']}", {"name": "From"}, **options).headers["Muniment-Index"]


def test_s22_x_forwarded_for_is_believed_of_nobody_by_default(api):
    assert told(api, made_with(api, "203.0.113.7")) == "127.0.0.1"


@pytest.mark.parametrize("header, address", [
    (None, "127.0.0.1"), ("203.0.113.7", "203.0.113.7"), ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
    ("203.0.113.7, 10.1.2.3", "203.0.113.7"), ("2001:DB8::1", "2001:db8::1"), ("203.0.113.7:4711", "203.0.113.7"),
    ("nonsense", "127.0.0.1"),
])
def test_s22_a_configured_proxy_is_believed_as_far_as_it_vouches(proxied, header, address):
    assert told(proxied, made_with(proxied, header)) == address


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    server = Server(
        tmp_path_factory.mktemp("proxied"), "--trusted-proxy", "127.0.0.1/32", "--trusted-proxy", "10.0.0.0/8").start()
    yield server.api
    server.stop()


def test_a_proxy_that_is_not_configured_is_not_believed(new_server):
    api = new_server("--trusted-proxy", "10.0.0.0/8").start().api
    assert told(api, made_with(api, "203.0.113.7")) == "127.0.0.1"


def test_a_header_without_end_is_431(server):
    answer = requests.get(f"{server.url}/health", headers={"X-Long": "x" * 100_000}, timeout=30)
    assert answer.status_code == 431


@pytest.mark.parametrize("request_line", [
    b"GET /health HTTP/1.1\r\n\r\n", b"GET http://evil.example/health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"nonsense\r\n\r\n", b"GET /health HTTP/9.9\r\nHost: a\r\n\r\n",
    b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
])
def test_what_is_hardly_http_leaves_the_server_standing(server, request_line):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request_line)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    assert not answer or answer.startswith(b"HTTP/1."), answer[:80]
    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert requests.get(f"{server.url}/health", timeout=10).status_code == 200
