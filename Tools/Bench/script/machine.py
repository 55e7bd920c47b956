"""The machine under the benchmark: what is built, what is installed, and how fast its parts are."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILT = ROOT / ".build" / "release"
PROBE = ROOT / ".build" / "bench-probe"
CORES = os.cpu_count() or 1


class Failed(Exception):
    """A figure could not be measured, and why."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(*words: object, seconds: float = 120) -> str:
    """Runs a program for a bounded time and gives its standard output."""
    done = subprocess.run(
        [str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds)
    if done.returncode != 0:
        raise Failed(f"{Path(str(words[0])).name} {words[1] if len(words) > 1 else ''}: "
                     f"{(done.stdout.strip() or done.stderr.strip())[-300:]}")
    return done.stdout


def measured(*words: object, seconds: float = 120) -> list[dict]:
    """The lines of JSON that a program prints."""
    return [json.loads(line) for line in run(*words, seconds=seconds).splitlines() if line.startswith("{")]


def bench(part: str, data: Path, time_limit: float = 600, **options: object) -> list[dict]:
    words = [word for name, value in options.items() for word in ("--" + name.replace("_", "-"), value)]
    return measured(BUILT / "bench", part, "--data", data, *words, seconds=time_limit)


def probe(*words: object, seconds: float = 600) -> dict:
    return measured(PROBE, *words, seconds=seconds)[0]


def prepare(build: bool) -> None:
    """Builds the server and both probes, and installs wrk from Debian where it is missing."""
    if not shutil.which("wrk"):
        say("Installing from Debian: wrk")
        for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "wrk"]):
            subprocess.run(["apt-get", *words], check=True, stdout=sys.stderr)
    if build:
        subprocess.run([ROOT / "Tools/setup"], check=True, stdout=sys.stderr)
        environment = os.environ | {"BENCH": "1"}
        for product in ("muniment", "bench"):
            subprocess.run(["swift", "build", "-c", "release", "--product", product], cwd=ROOT, env=environment,
                           check=True, stdout=sys.stderr)
    # Swift brings a C compiler of its own.
    compiler = shutil.which("cc") or "clang"
    subprocess.run(
        [compiler, "-O2", "-Wall", "-Wno-deprecated-declarations", "-o", PROBE, ROOT / "Tools/Bench/probe.c", "-llmdb",
         "-lcrypto"], check=True)


def signatures(algorithm: str) -> float:
    """How many signatures a second all cores make together, by the clock on the wall: neighbours slow this down too."""
    name = {"RS256": "rsa2048", "ES256": "ecdsap256"}[algorithm]
    text = run("openssl", "speed", "-elapsed", "-multi", CORES, "-seconds", "1", "-mr", name)
    found = re.search(r"^\+F[24]:\d+:\d+:([\d.]+):", text, re.MULTILINE)
    if not found:
        raise Failed("openssl speed printed no figure")
    return float(found[1])


def synced_commits(folder: Path) -> float:
    """Synced commits of 64 entries a second, by the probe: how the disk is at the moment."""
    shutil.rmtree(folder, ignore_errors=True)
    found = probe("append", folder, 64, 2_000, 1, 700)
    shutil.rmtree(folder, ignore_errors=True)
    return found["commits"] / found["seconds"]
