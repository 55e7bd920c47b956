"""Tokens that are asked for meanwhile, on a few connections, one after another on each."""

import asyncio
import contextlib
import math
import threading
from collections.abc import Iterator

from dataset.talking import Client, Connection, basic

CONNECTIONS = 8


class Stream:
    """How long each answer took while it flowed."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.failure: BaseException | None = None

    @property
    def p99(self) -> float:
        """Milliseconds; the slowest where there are fewer than a hundred."""
        times = sorted(self.seconds)
        return 1e3 * times[max(0, math.ceil(len(times) * 0.99) - 1)]


@contextlib.contextmanager
def tokens(client: Client) -> Iterator[Stream]:
    """Asks for tokens as long as the block lasts, and at least once on each connection."""
    stream, over = Stream(), threading.Event()

    async def ask() -> None:
        connection = Connection(client.url)
        try:
            while True:
                answer = await connection.ask(
                    "POST", "/oauth/token",
                    [("Authorization", basic(client)), ("Content-Type", "application/x-www-form-urlencoded")],
                    b"grant_type=client_credentials")
                if answer.status != 200:
                    raise RuntimeError(f"a token was refused: {answer.status} {answer.body[:200]!r}")
                stream.seconds.append(answer.seconds)
                if over.is_set():
                    return
        finally:
            connection.close()

    async def flow() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(ask())

    def work() -> None:
        try:
            asyncio.run(flow())
        except BaseException as failure:
            stream.failure = failure

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stream
    finally:
        over.set()
        thread.join()
    if stream.failure:
        raise stream.failure
