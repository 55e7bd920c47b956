"""Small disks that fill up: a file system of a few megabytes where the machine allows it, else the shim's ENOSPC."""

import errno
import json
import os
import pathlib
import shutil
import subprocess

from plan import Run, Skipped
from server import Server

ENOSPC = 28


def may_mount() -> bool:
    return os.environ.get("FAULTS_MAY_MOUNT") == "1"


def mount(run: Run, target: pathlib.Path, *options: str) -> None:
    """Mounts for the length of a row; the namespace is this run's own, so nothing outlives it."""
    if not may_mount():
        raise Skipped("no right to mount here (run as root)")
    done = subprocess.run(["mount", *options, target], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skipped(f"mount {' '.join(options)}: {done.stderr.strip()}")
    run.finally_do(lambda: subprocess.run(["umount", "--lazy", target], capture_output=True))


class SmallDisk:
    """One folder of a data directory on a disk of its own, which can be filled and freed while the server runs."""

    def __init__(self, run: Run, server: Server, folder: str, megabytes: int):
        self.folder = server.data / folder
        self.env: dict[str, str] = {}
        self.is_real = may_mount()
        self.switch = server.home / f"{folder}.full"
        if not self.is_real:
            self.env = run.shim.env(
                server, FAULT=f"pwrite@{folder}/:1:{ENOSPC}:sticky", FAULT2=f"write@{folder}/:1:{ENOSPC}:sticky",
                FAULT_ARM=self.switch)
            return
        content = server.home / f"{folder}.content"
        self.folder.rename(content)
        self.folder.mkdir(mode=0o700)
        mount(run, self.folder, "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs")
        shutil.copytree(content, self.folder, dirs_exist_ok=True)
        if folder == "views":
            self._trust()
        self.switch = self.folder / "filler"

    def _trust(self) -> None:
        """Views that were copied are made anew by a swap of folders, which a mount does not allow: here they are vouched for."""
        facts = {name: (self.folder / part / "data.mdb").stat() for name, part in (("file", "state"), ("audit", "audit"))}
        mark = json.loads((self.folder / "trust").read_text()) | {"clean": True}
        mark |= {name: f"{fact.st_dev}:{fact.st_ino}" for name, fact in facts.items()}
        (self.folder / "trust").write_text(json.dumps(mark, separators=(",", ":"), sort_keys=True))

    def fill(self) -> None:
        """Takes all the room there is, to the last block."""
        with self.switch.open("wb", buffering=0) as file:
            size = 1 << 20
            while self.is_real and size >= 512:
                try:
                    file.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 2

    def free(self) -> None:
        self.switch.unlink()
