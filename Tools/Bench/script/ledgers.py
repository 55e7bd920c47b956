"""Ledgers that figures are measured on, each grown once in a run of the benchmark."""

import shutil
from pathlib import Path

from machine import bench, say

GROWTH_SECONDS_MAX = 1_800


class Ledgers:
    """Where ledgers are made: fresh folders under one that is removed afterwards."""

    def __init__(self, folder: Path, big: int, peer: Path = Path("/")):
        self.folder = folder
        #: The size at which what depends on size is measured.
        self.big = big
        #: Below which root Debian's glewlwyd lies, to compare with.
        self.peer = peer
        self._grown: dict[str, tuple[Path, dict]] = {}

    def fresh(self, name: str) -> Path:
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700, parents=True)
        return path

    def tokens(self, entries: int, name: str = "tokens") -> tuple[Path, dict]:
        """A ledger of issued tokens, and the client they were issued to."""
        return self._once(f"{name}-{entries}", "grow", entries=entries)

    def population(self, entries: int, partners: int) -> tuple[Path, dict]:
        """A ledger of partners and tenants with their changes."""
        return self._once(f"population-{entries}-{partners}", "populate", entries=entries, partners=partners)

    def people(self, people: int) -> tuple[Path, dict]:
        """A ledger of people with a data key each."""
        return self._once(f"people-{people}", "people", people=people)

    def _once(self, name: str, part: str, **options: int) -> tuple[Path, dict]:
        if name not in self._grown:
            say(f"  growing {name}")
            path = self.fresh(name)
            about = bench(part, path, time_limit=GROWTH_SECONDS_MAX + 60, seconds=GROWTH_SECONDS_MAX, **options)[-1]
            if part == "grow":
                # Before any server adds what is not a token.
                about["footprint"] = bench("footprint", path)[0]
            self._grown[name] = (path, about)
        return self._grown[name]
