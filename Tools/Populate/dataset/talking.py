"""Many requests to one server at once, as fast as it takes them, and each exactly once."""

import asyncio
import base64
import json
import time
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass

ADMIN = "/api/v1/admin"
CONNECTIONS = 32
#: How often one request is sent before it is given up.
TRIES_MAX = 60
#: A server that says that it is busy, and not for how long.
RETRY_SECONDS = 1.0
ANSWER_SECONDS_MAX = 60
#: A token is renewed half a minute before its end.
RENEWAL_SECONDS = 30


@dataclass(frozen=True)
class Client:
    """A service that asks, and where: its token needs the scopes of what it does."""

    url: str
    id: str
    secret: str


@dataclass(frozen=True)
class Request:
    """One call of the admin API; with a key, one that may be sent again."""

    method: str
    path: str
    body: dict | None = None
    key: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    #: From the first byte sent until the last byte received.
    seconds: float

    @property
    def json(self) -> dict:
        return json.loads(self.body) if self.body else {}

    @property
    def index(self) -> int:
        """The last entry of a write."""
        return int(self.headers["muniment-index"])


class Refused(Exception):
    """A request was not done, and why."""

    def __init__(self, request: Request, why: str):
        super().__init__(f"{request.method} {request.path}: {why}")


@dataclass
class Talk:
    """Connections to a server, with the token of one client."""

    client: Client
    connections: int = CONNECTIONS
    #: How often a request was sent again: the server was busy, or a connection gone.
    repeated: int = 0
    _token: str = ""
    _token_end: float = 0.0
    #: Held by who asks for a token, so that one is asked for at a time; of the event loop that runs.
    _renewal: asyncio.Lock | None = None

    def run(self, requests: Iterable[Request], expect: tuple[int, ...] = (200, 201, 204)) -> list[Answer]:
        """Sends all of them, several at once, and hands out their answers in the same order."""
        try:
            return asyncio.run(self.send(list(requests), expect))
        except ExceptionGroup as errors:
            # The first one ended the others.
            raise errors.exceptions[0] from None

    async def send(self, requests: list[Request], expect: tuple[int, ...] = (200, 201, 204)) -> list[Answer]:
        answers: list[Answer | None] = [None] * len(requests)
        places = iter(range(len(requests)))
        self._renewal = asyncio.Lock()

        async def work() -> None:
            async with Connection(self.client.url) as connection:
                for place in places:
                    answers[place] = await self._call(connection, requests[place], expect)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.connections, len(requests))):
                group.create_task(work())
        return answers

    def forget_token(self) -> None:
        """The next request asks for another one."""
        self._token = ""

    async def _call(self, connection: "Connection", request: Request, expect: tuple[int, ...]) -> Answer:
        why = "never answered"
        for _ in range(TRIES_MAX):
            headers = [("Authorization", f"Bearer {await self._bearer(connection)}"), *request.headers]
            if request.key:
                headers.append(("Idempotency-Key", request.key))
            body = b"" if request.body is None else json.dumps(request.body, ensure_ascii=False).encode()
            if body:
                headers.append(("Content-Type", "application/json"))
            try:
                answer = await connection.ask(request.method, ADMIN + request.path, headers, body)
            except (OSError, EOFError, asyncio.TimeoutError) as error:
                # Whether it was done nobody knows: only what carries a key, or only reads, is sent again.
                if not request.key and request.method not in ("GET", "HEAD"):
                    raise Refused(request, f"the connection is gone: {error!r}") from error
                why, wait = repr(error), RETRY_SECONDS
            else:
                if answer.status in expect:
                    return answer
                why = f"{answer.status} {answer.body.decode(errors='replace')[:300]}"
                if answer.status == 401:
                    self._token, wait = "", 0.0
                elif answer.status == 503:
                    wait = float(answer.headers.get("retry-after", RETRY_SECONDS))
                else:
                    raise Refused(request, why)
            self.repeated += 1
            await asyncio.sleep(wait)
        raise Refused(request, why)

    async def _bearer(self, connection: "Connection") -> str:
        async with self._renewal:
            if not self._token or time.monotonic() > self._token_end:
                answer = await connection.ask(
                    "POST", "/oauth/token",
                    [("Authorization", basic(self.client)), ("Content-Type", "application/x-www-form-urlencoded")],
                    b"grant_type=client_credentials")
                if answer.status != 200:
                    raise Refused(Request("POST", "/oauth/token"), f"{answer.status} {answer.body.decode()[:300]}")
                self._token = answer.json["access_token"]
                self._token_end = time.monotonic() + answer.json["expires_in"] - RENEWAL_SECONDS
        return self._token


def basic(client: Client) -> str:
    """How a client shows who it is (RFC 6749 §2.3.1)."""
    pair = ":".join(urllib.parse.quote_plus(text) for text in (client.id, client.secret))
    return "Basic " + base64.b64encode(pair.encode()).decode()


class Connection:
    """One connection of HTTP/1.1, kept open from request to request, and opened again when it has been closed."""

    def __init__(self, url: str):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.tls = parts.hostname, parts.port or 443, parts.scheme == "https"
        self.authority = parts.netloc
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()
        self.streams = None

    async def ask(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.authority}", *(f"{name}: {text}" for name, text in headers)]
        if body or method in ("POST", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                if not self.streams:
                    self.streams = await asyncio.open_connection(self.host, self.port, ssl=self.tls or None)
                reader, writer = self.streams
                began = time.perf_counter()
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                found = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in head[1:])}
                status = int(head[0].split()[1])
                text = await reader.readexactly(int(found.get("content-length", 0)))
                seconds = time.perf_counter() - began
        except BaseException:
            self.close()
            raise
        if found.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, found, text, seconds)
