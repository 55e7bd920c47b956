"""The disk as a power cut may leave it: built from recorded writes, at any moment of a run.

The rules are those of POSIX, read meanly. What was written and not synced may be there, missing, or torn; a sync makes a
file's earlier writes durable, and no other's; a write through an O_DSYNC descriptor is durable itself, and nothing before
it is. A name that was made, moved or removed is durable when its folder is synced; of the others any first part may be.
"""

import dataclasses
import itertools
import pathlib
import random
import shutil

from shim import Op

SECTOR = 512
# What another machine never sees: locks belong to a running one.
FLEETING = ("lock", "ledger/lock.mdb", *(f"views/{part}/lock.mdb" for part in ("state", "audit", "kept", "kept.new")))


class Disk:
    """What is durable, what is not yet, and the names of both."""

    def __init__(self, folder: pathlib.Path):
        self.durable: dict[int, bytearray] = {}
        self.pending: dict[int, list[Op]] = {}
        self.names: dict[str, int] = {}
        self.pending_names: list[Op] = []
        # A file system gives a removed file's number to the next new one, which has nothing of what the old one held.
        self._lives: dict[int, int] = {}
        self._fresh = itertools.count(-1, -1)
        self.folders = [path.relative_to(folder) for path in folder.rglob("*") if path.is_dir()]
        for path in folder.rglob("*"):
            if path.is_file():
                self.names[str(path.relative_to(folder))] = path.stat().st_ino
                self.durable[path.stat().st_ino] = bytearray(path.read_bytes())

    def apply(self, op: Op, is_lost: bool = False) -> None:
        """The next recorded change; `is_lost` for a disk that lies: it says that the change is durable, and it never is."""
        if op.kind == "c":
            self._lives[op.inode] = next(self._fresh)
        op = self._living(op)
        if op.kind in "cru":
            self.pending_names.append(op)
        elif op.kind == "s" and not is_lost:
            if op.inode in self.durable or op.inode in self.pending:
                for write in self.pending.pop(op.inode, []):
                    self._put(self._content(op.inode), write)
            else:
                self._settle_names(op.path)
        elif op.kind in "wt":
            if op.durable and not is_lost:
                self._put(self._content(op.inode), op)
            else:
                self.pending.setdefault(op.inode, []).append(op)

    def _living(self, op: Op) -> Op:
        return dataclasses.replace(op, inode=self._lives.get(op.inode, op.inode))

    def _content(self, inode: int) -> bytearray:
        return self.durable.setdefault(inode, bytearray())

    def _settle_names(self, folder: str) -> None:
        rest = []
        for op in self.pending_names:
            if op.path.rpartition("/")[0] == folder:
                self._rename(self.names, op)
            else:
                rest.append(op)
        self.pending_names = rest

    @staticmethod
    def _rename(names: dict[str, int], op: Op) -> None:
        if op.kind == "c":
            names[op.path] = op.inode
        elif op.kind == "u":
            names.pop(op.path, None)
        elif op.path in names:
            names[op.data.decode()] = names.pop(op.path)
        else:
            # A folder takes along what is in it.
            for name in [name for name in names if name.startswith(f"{op.path}/")]:
                names[op.data.decode() + name[len(op.path):]] = names.pop(name)

    @staticmethod
    def _put(content: bytearray, op: Op) -> None:
        if op.kind == "t":
            del content[op.offset:]
            content.extend(bytes(op.offset - len(content)))
            return
        if len(content) < op.offset:
            content.extend(bytes(op.offset - len(content)))
        content[op.offset:op.offset + len(op.data)] = op.data

    def image(self, target: pathlib.Path, dice: random.Random, way: str, torn: Op | None = None) -> None:
        """Writes down what could be found after the power came back.

        `way`: of what is pending `none`, `all`, or `some`, whole and torn. `torn` is a write that was under way.
        """
        shutil.rmtree(target, ignore_errors=True)
        torn = self._living(torn) if torn else None
        names = dict(self.names)
        # A file system keeps the order of its names: of those that are not synced, a first part is there.
        count = {"none": 0, "all": len(self.pending_names)}.get(way, dice.randint(0, len(self.pending_names)))
        for op in self.pending_names[:count]:
            self._rename(names, op)
        for folder in self.folders:
            (target / folder).mkdir(parents=True, exist_ok=True)
        for name, inode in names.items():
            if name in FLEETING:
                continue
            content = bytearray(self.durable.get(inode, b""))
            for op in self.pending.get(inode, []):
                chance = dice.random()
                if way == "all" or (way == "some" and chance < 0.5):
                    self._put(content, op)
                elif way == "some" and chance < 0.7:
                    self._tear(content, op, dice)
            if torn is not None and torn.inode == inode:
                self._tear(content, torn, dice)
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)

    def _tear(self, content: bytearray, op: Op, dice: random.Random) -> None:
        """A part of a write: some of its sectors, or the first bytes of what is smaller than one."""
        if op.kind == "t":
            return
        if len(op.data) <= SECTOR:
            cut = dice.randint(1, max(1, len(op.data) - 1))
            part = Op("w", False, op.path, op.inode, op.offset, op.data[:cut], 0)
            self._put(content, part)
            return
        for start in range(0, len(op.data), SECTOR):
            if dice.random() < 0.5:
                self._put(content, Op("w", False, op.path, op.inode, op.offset + start,
                                      op.data[start:start + SECTOR], 0))
