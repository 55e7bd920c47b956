"""The roots of a growing RFC 6962 tree, in the few lines it takes."""

import hashlib


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def roots(entries: list[bytes]) -> list[bytes]:
    """The root at size 0, 1, 2 …: one more than there are entries."""
    found, edge = [hashlib.sha256(b"").digest()], []
    for number, entry in enumerate(entries):
        edge.append(leaf(entry))
        # Each trailing one in the number of entries before completes a pair.
        while number & 1:
            right = edge.pop()
            edge.append(node(edge.pop(), right))
            number >>= 1
        root = edge[-1]
        for left in reversed(edge[:-1]):
            root = node(left, root)
        found.append(root)
    return found
