"""A process that takes places among the readers of an environment and keeps them until it is ended.

    python3 readers.py FOLDER LEFT      takes all places but LEFT, writes how many it took, and waits

LMDB's own library does it: to the server this is any other program that looks at the ledger.
"""

import ctypes
import ctypes.util
import sys

MDB_RDONLY, MDB_NOTLS, MDB_READERS_FULL = 0x20000, 0x200000, -30790


def main() -> int:
    folder, left = sys.argv[1], int(sys.argv[2])
    lmdb = ctypes.CDLL(ctypes.util.find_library("lmdb") or "liblmdb.so.0")
    environment = ctypes.c_void_p()
    if lmdb.mdb_env_create(ctypes.byref(environment)) or lmdb.mdb_env_open(
            environment, folder.encode(), MDB_RDONLY | MDB_NOTLS, 0o600):
        return 1
    taken: list[ctypes.c_void_p] = []
    while True:
        transaction = ctypes.c_void_p()
        status = lmdb.mdb_txn_begin(environment, None, MDB_RDONLY, ctypes.byref(transaction))
        if status == MDB_READERS_FULL:
            break
        if status:
            return 1
        taken.append(transaction)
    for transaction in taken[len(taken) - left:] if left else []:
        lmdb.mdb_txn_abort(transaction)
    print(len(taken) - left, flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
