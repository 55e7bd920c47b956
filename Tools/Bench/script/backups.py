"""BACKUP: how many bytes of a ledger a second a backup takes and a restore makes, of the disk's own copying of them."""

import os
import shutil
import time
from pathlib import Path

from ledgers import Ledgers
from machine import BUILT, run
from report import Figure, ratio

CHUNK = 1 << 20
SECONDS_MAX = 1_800


def copied(source: Path, target: Path) -> float:
    """Seconds for reading a file and writing it elsewhere, synced, as a backup and a restore do."""
    began = time.monotonic()
    with source.open("rb") as old, target.open("wb") as new:
        shutil.copyfileobj(old, new, CHUNK)
        os.fsync(new.fileno())
    seconds = time.monotonic() - began
    target.unlink()
    return seconds


def timed(*words: object) -> float:
    began = time.monotonic()
    run(BUILT / "muniment", *words, seconds=SECONDS_MAX)
    return time.monotonic() - began


def backup(ledgers: Ledgers, runs: int, seconds: float) -> list[Figure]:
    path, _ = ledgers.tokens(ledgers.big)
    source, file, target = path / "ledger/data.mdb", ledgers.folder / "whole.backup", ledgers.folder / "restored"
    size, sides, small = source.stat().st_size, {"backup": [], "restore": []}, []
    for _ in range(runs):
        file.unlink(missing_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        plain = copied(source, ledgers.folder / "copied")
        sides["backup"].append((size / timed("backup", "--data", path, "--to", file) / 1e6, size / plain / 1e6))
        plain = copied(source, ledgers.folder / "copied")
        sides["restore"].append((size / timed("restore", "--from", file, "--into", target) / 1e6, size / plain / 1e6))
        small.append(size / file.stat().st_size)
    shutil.rmtree(target)
    file.unlink()
    figures = [
        ratio("BACKUP", f"{kind} of {ledgers.big:,} entries, of copying the file", pairs, "MB/s of ledger", "MB/s")
        for kind, pairs in sides.items()
    ]
    return figures + [Figure("BACKUP", "the ledger's file, of its backup", small)]
