"""What each page of an LMDB 0.9 file is for, found by walking its trees as the library would."""

import dataclasses
import struct

PAGE = 4096
MAGIC = 0xBEEFC0DE
HEADER = 16
BRANCH, LEAF, OVERFLOW = 1, 2, 4
BIG, SUBTREE = 1, 2
NOTHING = 2**64 - 1


@dataclasses.dataclass(frozen=True)
class Meta:
    """One of the two first pages: where the trees begin."""

    page: int
    transaction: int
    last_page: int
    free_root: int
    main_root: int


def meta(content: bytes, page: int) -> Meta | None:
    start = page * PAGE + HEADER
    magic, = struct.unpack_from("<I", content, start)
    if magic != MAGIC:
        return None
    root = struct.unpack_from("<Q", content, start + 24 + 40)[0], struct.unpack_from("<Q", content, start + 72 + 40)[0]
    last, transaction = struct.unpack_from("<QQ", content, start + 120)
    return Meta(page, transaction, last, *root)


def newest(content: bytes) -> Meta:
    return max((found for page in (0, 1) if (found := meta(content, page))), key=lambda found: found.transaction)


def kinds(content: bytes) -> dict[int, str]:
    """What each page is: a meta page, a part of a table's tree, of the list of free pages, or free."""
    present = newest(content)
    found = {0: "meta", 1: "meta"}
    found[present.page], found[1 - present.page] = "newest meta", "older meta"
    _walk(content, present.free_root, "free list", found)
    _walk(content, present.main_root, "table of tables", found)
    for page in range(2, len(content) // PAGE):
        found.setdefault(page, "free")
    return found


def _walk(content: bytes, root: int, name: str, found: dict[int, str]) -> None:
    if root == NOTHING:
        return
    start = root * PAGE
    flags, lower = struct.unpack_from("<HH", content, start + 10)
    kind = "branch" if flags & BRANCH else "leaf"
    found[root] = f"{name} {kind}" if name in ("free list", "table of tables") else f"{name}: {kind}"
    for number in range((lower - HEADER) // 2):
        place = start + struct.unpack_from("<H", content, start + HEADER + 2 * number)[0]
        low, high, node, key_length = struct.unpack_from("<HHHH", content, place)
        if flags & BRANCH:
            _walk(content, low | high << 16 | node << 32, name, found)
            continue
        data = place + 8 + key_length
        if node & BIG:
            page, = struct.unpack_from("<Q", content, data)
            count, = struct.unpack_from("<I", content, page * PAGE + 12)
            for place in range(page, page + count):
                found[place] = f"{name}: overflow"
        elif node & SUBTREE:
            table = content[place + 8:data].decode()
            _walk(content, struct.unpack_from("<Q", content, data + 40)[0], table, found)


def used(content: bytes, page: int) -> list[range]:
    """The bytes of a page that mean something: of a tree's page its header, pointers and nodes; of a meta page its fields."""
    start = page * PAGE
    if page < 2:
        return [range(start, start + HEADER + 136)]
    flags, lower, upper = struct.unpack_from("<HHH", content, start + 10)
    if flags & (BRANCH | LEAF) and HEADER <= lower <= upper <= PAGE:
        return [range(start, start + lower), range(start + upper, start + PAGE)]
    return [range(start, start + PAGE)]
