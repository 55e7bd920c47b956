"""What a row of the list is: a function that tries to break a promise, and says what it did.

A row takes a `Run`, does its worst, and returns its counts in a few words. It raises `Failed` when a promise is broken and
`Skipped` where the machine lacks what it needs. Each row also shows that it can fail: it hands `Run.control` a fault that
is real while nothing stands against it, and the row's own check has to find it.
"""

import dataclasses
import pathlib
import random
import shutil
import time
import typing

ROWS: dict[str, "Row"] = {}


class Failed(Exception):
    """A promise was broken; the text says which and how."""


class Skipped(Exception):
    """The machine lacks what the row needs; the text says what."""


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    title: str
    body: typing.Callable[["Run"], str]


def row(name: str, title: str):
    """Puts a function into the list under its name there."""

    def add(body):
        assert name not in ROWS, f"{name} is there twice"
        ROWS[name] = Row(name, title, body)
        return body

    return add


def require(holds: object, text: object) -> None:
    if not holds:
        raise Failed(str(text))


@dataclasses.dataclass
class Result:
    row: str
    title: str
    verdict: str
    done: str
    control: str
    seconds: float
    seed: int


class Run:
    """One run of one row: its dice, its folder, how much is asked of it, and the servers it has made."""

    def __init__(self, name: str, folder: pathlib.Path, template, shim, seed: int, is_long: bool):
        self.name, self.folder, self.template, self.shim = name, folder, template, shim
        self.seed, self.is_long = seed, is_long
        self.dice = random.Random(f"{seed} {name}")
        self.controls: list[str] = []
        self._servers: list = []
        self._cleanups: list[typing.Callable[[], None]] = []

    def count(self, short: int, long: int) -> int:
        return long if self.is_long else short

    def server(self, name: str = "ledger", *words: str, **options):
        """A stopped server on a copy of the template's data directory, with these words of its command line."""
        server = self.template.copy(self.folder / name, *words, **options)
        self._servers.append(server)
        return server

    def adopt(self, server):
        """Sees to it that a server ends with the row."""
        self._servers.append(server)
        return server

    def finally_do(self, cleanup: typing.Callable[[], None]) -> None:
        self._cleanups.append(cleanup)

    def control(self, fault: str, check: typing.Callable[[], object]) -> None:
        """Shows that the row can fail: `check` is the row's own, over a fault that nothing was held against."""
        try:
            check()
        except Failed as failure:
            self.controls.append(f"{fault}: found ({' '.join(str(failure).split())[:90]})")
        else:
            raise Failed(f"the negative control was not found: {fault}")

    def close(self) -> None:
        for server in self._servers:
            server.kill()
        for cleanup in reversed(self._cleanups):
            cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


def perform(row: Row, folder: pathlib.Path, template, shim, seed: int, is_long: bool) -> Result:
    """Runs one row; whatever happens in it, the next one runs as well."""
    began = time.monotonic()
    folder.mkdir(parents=True)
    run = Run(row.name, folder, template, shim, seed, is_long)
    try:
        verdict, done = "held", row.body(run)
        if not run.controls:
            verdict, done = "failed", "the row shows no negative control"
    except Skipped as skipped:
        verdict, done = "skipped", str(skipped)
    except Failed as failure:
        verdict, done = "failed", f"{failure} (seed {seed})"
    except Exception as error:  # A bug of the row's own is a failure too: it showed nothing.
        verdict, done = "failed", f"{type(error).__name__}: {error} (seed {seed}; {place(error)})"
    finally:
        run.close()
    return Result(row.name, row.title, verdict, done, "; ".join(run.controls), time.monotonic() - began, seed)


def place(error: BaseException) -> str:
    """Where in our files an error came from."""
    places, trace = [], error.__traceback__
    while trace:
        file = pathlib.Path(trace.tb_frame.f_code.co_filename)
        if file.parent == pathlib.Path(__file__).parent:
            places.append(f"{file.name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join(places)
