"""The preloaded shim: compiled once a run, told in the environment what to do, read back as a log of what happened."""

import dataclasses
import pathlib
import shutil
import struct
import subprocess

from plan import Skipped
from server import Server

HERE = pathlib.Path(__file__).resolve().parent


class Shim:
    """`faultio.c`, built on first use."""

    def __init__(self, folder: pathlib.Path):
        self._path = folder / "faultio.so"
        self._problem = ""

    @property
    def path(self) -> pathlib.Path:
        if not self._path.exists() and not self._problem:
            compiler = shutil.which("cc") or shutil.which("clang")
            if not compiler:
                self._problem = "no C compiler for the shim"
            else:
                done = subprocess.run(
                    [compiler, "-O2", "-shared", "-fPIC", "-o", self._path, HERE / "faultio.c", "-ldl", "-lpthread"],
                    capture_output=True, text=True)
                self._problem = "" if done.returncode == 0 else f"the shim does not compile: {done.stderr[-300:]}"
        if self._problem:
            raise Skipped(self._problem)
        return self._path

    def env(self, server: Server, **more: object) -> dict[str, str]:
        """The environment that puts the shim before a server's files; names are those of `faultio.c`."""
        root = server.data.resolve()
        return {"LD_PRELOAD": str(self.path), "FAULTIO_ROOT": str(root)} | {
            name: str(value) for name, value in more.items()}


@dataclasses.dataclass(frozen=True)
class Op:
    """One change of a file or a name, as the shim saw it; `end` is where the log stood after it."""

    kind: str
    durable: bool
    path: str
    inode: int
    offset: int
    data: bytes
    end: int


HEAD = struct.Struct("<cbHIQq")


def recorded(log: pathlib.Path) -> list[Op]:
    """What the log tells; a last record that a kill cut short is not counted."""
    data, place, ops = log.read_bytes(), 0, []
    while place + HEAD.size <= len(data):
        kind, durable, path_length, length, inode, offset = HEAD.unpack_from(data, place)
        end = place + HEAD.size + path_length + length
        if end > len(data):
            break
        path = data[place + HEAD.size:place + HEAD.size + path_length].decode()
        ops.append(Op(kind.decode(), bool(durable), path, inode, offset, data[end - length:end], end))
        place = end
    return ops
