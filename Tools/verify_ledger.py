#!/usr/bin/env python3
"""Verifies a Muniment ledger without trusting the server that wrote it.

A whole ledger, as `muniment entries` prints it (with or without `--openings`), against the last signed checkpoint:

    verify_ledger.py --entries FILE|- --checkpoint FILE ... [--key VKEY ...] [--witness VKEY ...] [--proof FILE ...]

One entry, against its proof:

    verify_ledger.py --proof FILE --entry FILE|- --key VKEY ... [--witness VKEY ...]

Take the checkpoint first and the entries afterwards: entries newer than the checkpoint are checked and reported as not
yet signed, while a ledger shorter than its checkpoint has lost its tail. Exit status: 0 verified, 1 a check failed
(one line each), 2 usage.

This program needs Python 3.9 and its standard library, nothing else. It is written from the page "The ledger format"
(Sources/EventLog/EventLog.docc/LedgerFormat.md), follows the order of that page, and shares no code with the server.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import functools
import hashlib
import ipaddress
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from typing import Any, BinaryIO, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Set, Tuple

INTEGER_MAX = 2**53 - 1
LINE_BYTES_MAX = 65_535
DEPTH_MAX = 16
BATCH_MAX = 10_000
SEGMENTS_MAX = 16
PLAINTEXT_BYTES_MAX = 32_768
SALT_BYTES = 32
NOTE_BYTES_MAX = 1_000_000
PROBLEMS_KEPT_MAX = 1_000


class Malformed(ValueError):
    """Bytes that are not what the format page asks for; the text says why."""


class Report:
    """What is wrong, and what the reader of a verified ledger should still know."""

    def __init__(self) -> None:
        self.problems: List[Tuple[Optional[int], str]] = []
        self.problem_count = 0
        self.notes: List[str] = []

    def problem(self, index: Optional[int], what: str) -> None:
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT_MAX:
            self.problems.append((index, what))

    def note(self, text: str) -> None:
        self.notes.append(text)


# --- Bytes: canonical JSON, base64, time ---------------------------------------------------------------------------


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > INTEGER_MAX:
        raise Malformed(f"the integer {text[:24]} is beyond 2^53-1")
    return value


def _refused_number(text: str) -> None:
    raise Malformed(f"the number {text[:24]} is not a plain integer")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_refused_number, parse_constant=_refused_number)
# Without ensure_ascii Python escapes exactly what RFC 8785 §3.2.2.2 escapes, and in the same way.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_ENCODER_UNSORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _sorted_by_utf16(value: Any) -> Any:
    """RFC 8785 §3.2.3 sorts by UTF-16 code units, Python by code points; they differ beyond U+FFFF."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return {name: _sorted_by_utf16(value[name]) for name in names}
    if isinstance(value, list):
        return [_sorted_by_utf16(item) for item in value]
    return value


def _depth(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(_depth, children), default=0)


def parse_canonical(line: bytes) -> Any:
    """The value of canonical JSON bytes; anything else, down to a blank or a repeated member, is refused.

    Re-encoding and comparing is the whole check: duplicates, escapes, order, blanks and `-0` all change the bytes.
    """
    if len(line) > LINE_BYTES_MAX:
        raise Malformed(f"the line is longer than {LINE_BYTES_MAX} bytes")
    try:
        value = _DECODER.decode(line.decode("utf-8"))
        if line.count(b"{") + line.count(b"[") > DEPTH_MAX and _depth(value) > DEPTH_MAX:
            raise Malformed(f"the line nests deeper than {DEPTH_MAX}")
        text = _ENCODER.encode(value) if line.isascii() else _ENCODER_UNSORTED.encode(_sorted_by_utf16(value))
        encoded = text.encode("utf-8")
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("the line is not JSON in UTF-8") from error
    if encoded != line:
        raise Malformed("the line is not canonical JSON")
    return value


def from_base64url(text: str) -> bytes:
    """Base64url without padding, refused when another text would give the same bytes."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Malformed("bad base64url") from error
    if to_base64url(data) != text:
        raise Malformed("bad base64url")
    return data


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64(text: str) -> bytes:
    """Standard base64 with padding, as notes and proofs use it."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed("bad base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise Malformed("bad base64")
    return data


def _matcher(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: type(value) is str and compiled.fullmatch(value) is not None


@functools.lru_cache(maxsize=4_096)
def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_has_time_form = _matcher(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")


def is_time(value: Any) -> bool:
    return _has_time_form(value) and _is_date(value[:10])


def is_address(value: Any) -> bool:
    """An IP address exactly as RFC 5952 writes it; an IPv4-mapped one with its dotted tail (§5)."""
    try:
        address = ipaddress.ip_address(value) if type(value) is str and "%" not in value else None
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address is not None and value == (f"::ffff:{mapped}" if mapped else str(address))


# --- The entry: every member and its rule --------------------------------------------------------------------------

is_chain = _matcher(r"platform|(?:prt|tnt)_[A-Za-z0-9_-]{1,64}")
is_identifier = _matcher(r"[a-z][a-z0-9]{0,15}_[A-Za-z0-9_-]{1,64}")
is_type = _matcher(r"[a-z][a-z_]{0,31}\.[a-z][a-z_]{0,31}")
is_event_id = _matcher(r"evt_[A-Za-z0-9_-]{21}[AQgw]")
is_hash = _matcher(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
is_data_key = _matcher(r"[A-Za-z0-9_./-]{1,255}")
is_code = _matcher(r"[a-z][a-z0-9_]{0,63}")
is_endpoint = _matcher(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")

ACTOR_KINDS = ("user", "application", "client", "api_key", "agent", "system", "anonymous")
PROVEN_NON_PERSONS = ("application", "client", "api_key", "agent")


def is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def is_text(bytes_max: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is str and 0 < len(value.encode("utf-8")) <= bytes_max


def is_one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: type(value) is str and value in words


def is_object(value: Any) -> bool:
    return type(value) is dict


def _is_batch(value: Any) -> bool:
    return (type(value) is list and len(value) == 2 and all(map(is_count, value))
            and 1 <= value[0] <= value[1] and 2 <= value[1] <= BATCH_MAX)


class Member(NamedTuple):
    """One member the page defines: its name, whether it must be there, its rule, and the rule in words."""

    name: str
    required: bool
    holds: Callable[[Any], bool]
    rule: str


def broken_members(value: Any, members: Iterable[Member]) -> Iterator[Tuple[str, str]]:
    """The broken rules of one object, as (member, sentence). Members the page does not define are ignored."""
    for member in members:
        if member.name not in value:
            if member.required:
                yield member.name, f"{member.name} is missing"
        elif not member.holds(value[member.name]):
            yield member.name, f"{member.name} is not {member.rule}"


def _is_object_of(members: Tuple[Member, ...]) -> Callable[[Any], bool]:
    return lambda value: is_object(value) and next(broken_members(value, members), None) is None


def _is_list_of(holds: Callable[[Any], bool], least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is list and least <= len(value) <= most and all(map(holds, value))


def _is_names(value: Any) -> bool:
    """Distinct, in the order in which canonical JSON writes them."""
    if not _is_list_of(is_text(255), 1, 1_000)(value):
        return False
    keys = [name.encode("utf-16-be") for name in value]
    return all(left < right for left, right in zip(keys, keys[1:]))


ASSURANCE = (
    Member("level", True, is_one_of("identified", "single", "multi"), "identified, single or multi"),
    Member("methods", True, _is_list_of(is_text(64), 0, 16), "a list of RFC 8176 names"),
    Member("at", True, is_time, "a time"),
)
PRINCIPAL = (
    Member("kind", True, is_one_of(*ACTOR_KINDS), "a kind of actor"),
    Member("id", True, is_identifier, "an identifier"),
)
ACTOR = (
    Member("kind", True, is_one_of(*ACTOR_KINDS), "a kind of actor"),
    Member("id", False, is_identifier, "an identifier"),
    Member("name", False, is_text(1_024), "a name"),
    Member("role", False, is_text(255), "a role"),
    Member("home", False, is_chain, "a chain"),
    Member("credential", False, is_identifier, "an identifier"),
    Member("session", False, _matcher(r"ses_[A-Za-z0-9_-]{1,64}"), "a session id"),
    Member("assurance", False, _is_object_of(ASSURANCE), "{level, methods, at}"),
    Member("on_behalf_of", False, _is_list_of(_is_object_of(PRINCIPAL), 1, 4), "a list of at most 4 {kind, id}"),
)
KEYED_HASH = (
    Member("key", True, is_identifier, "the id of a MAC key"),
    Member("mac", True, is_hash, "32 bytes in base64url"),
)
IDEMPOTENCY = (
    Member("key", True, _is_object_of(KEYED_HASH), "{key, mac}"),
    Member("fingerprint", True, _is_object_of(KEYED_HASH), "{key, mac}"),
)
REQUEST = (
    Member("id", True, is_text(128), "a request id"),
    Member("endpoint", True, is_endpoint, "an endpoint name"),
    Member("trace", False, is_text(55), "a trace of at most 55 bytes"),
    Member("ip", False, is_address, "an address in RFC 5952 form"),
    Member("user_agent", False, is_text(256), "at most 256 bytes"),
    Member("idempotency", False, _is_object_of(IDEMPOTENCY), "{key: {key, mac}, fingerprint: {key, mac}}"),
)
SEGMENT = (
    Member("subject", True, lambda v: is_identifier(v) or v in ("unknown", "platform"), "a resource id"),
    Member("key", True, is_data_key, "the id of a data key"),
    Member("fields", True, _is_names, "a sorted list of distinct names"),
    Member("commitment", True, is_hash, "32 bytes in base64url"),
)
ENTRY = (
    Member("v", True, lambda v: type(v) is int and v == 1, "1, the only version this program knows"),
    Member("index", True, is_count, "a position"),
    Member("id", True, is_event_id, "evt_ and 16 bytes in base64url"),
    Member("recorded_at", True, is_time, "a time YYYY-MM-DDTHH:MM:SS.ffffffZ"),
    Member("type", True, is_type, "a type"),
    Member("schema", False, lambda v: type(v) is int and v >= 2, "an integer from 2 (1 is written by absence)"),
    Member("class", True, is_one_of("state", "activity"), "state or activity"),
    Member("result", True, is_one_of("ok", "denied", "failed"), "ok, denied or failed"),
    Member("code", False, is_code, "a refusal code"),
    Member("batch", False, _is_batch, "[k, n] with 1 <= k <= n and 2 <= n <= 10000"),
    Member("cause", False, is_count, "an index"),
    Member("actor", True, is_object, "an object"),
    Member("chain", True, is_chain, "platform, a partner's or a tenant's id"),
    Member("sequence", True, is_count, "a position"),
    Member("previous", False, is_hash, "32 bytes in base64url"),
    Member("stream", False, is_identifier, "a resource id"),
    Member("version", False, lambda v: type(v) is int and v >= 1, "an integer from 1"),
    Member("request", False, is_object, "an object"),
    Member("data", True, is_object, "an object"),
    Member("compensates", False, is_count, "an index"),
    Member("sealed", False, _is_list_of(is_object, 1, SEGMENTS_MAX), "a list of 1 to 16 segments"),
)

FORK_ORIGIN = (
    Member("origin", True, is_text(512), "an origin"),
    Member("size", True, is_count, "a size"),
    Member("root", True, is_hash, "32 bytes in base64url"),
)
# The data of those entries of the ledger's own life that verification rests on.
OWN_DATA: Dict[str, Tuple[Member, ...]] = {
    "ledger.created": (
        Member("ledger", True, _matcher(r"[A-Za-z0-9_-]{21}[AQgw]"), "16 bytes in base64url"),
        Member("origin", True, _matcher(r"[^\s+]+"), "an origin without blanks and plus signs"),
        Member("verifier_key", True, is_text(1_024), "a verifier key"),
        Member("hash", True, is_one_of("sha256"), "sha256"),
        Member("secret_key", True, is_identifier, "the id of a MAC key"),
        Member("key_check", True, is_hash, "32 bytes in base64url"),
        Member("format", True, is_hash, "32 bytes in base64url"),
        Member("software", True, is_text(255), "a text"),
        Member("continues", False, _is_object_of(FORK_ORIGIN), "{origin, size, root}"),
    ),
    "ledger.forked": (Member("from", True, _is_object_of(FORK_ORIGIN), "{origin, size, root}"),),
    "checkpoint_key.created": (Member("verifier_key", True, is_text(1_024), "a verifier key"),),
    "checkpoint_key.retired": (Member("verifier_key", True, is_text(1_024), "a verifier key"),),
    "data_key.destroyed": (
        Member("key", True, is_data_key, "the id of a data key"),
        Member("why", True, is_text(255), "a reason"),
    ),
    "retention.applied": (
        Member("chain", True, is_chain, "a chain"),
        Member("before_sequence", True, lambda v: type(v) is int and v >= 1, "an integer from 1"),
        Member("last_leaf", True, is_hash, "32 bytes in base64url"),
        Member("first_index", True, is_count, "an index"),
        Member("last_index", True, is_count, "an index"),
        Member("count", True, lambda v: type(v) is int and v >= 1, "an integer from 1"),
        Member("counters", True, is_object, "an object"),
        Member("archive_sha256", False, is_hash, "32 bytes in base64url"),
    ),
    "chains.attested": (
        Member("at", True, is_count, "a size"),
        Member("count", True, is_count, "a number of heads"),
        Member("root", True, is_hash, "32 bytes in base64url"),
    ),
}
OWN_STATE_TYPES = {
    "ledger.created", "ledger.opened", "ledger.closed", "ledger.degraded", "ledger.resumed", "ledger.forked",
    "ledger.moved", "ledger.backed_up", "ledger.verified", "configuration.changed", "clock.stepped", "clock.accepted",
    "checkpoint_key.created", "checkpoint_key.retired", "data_key.destroyed", "retention.applied", "chains.attested",
    "views.attested", "ends.swept",
}
OWN_ACTIVITY_RESULTS = {"refusals.summarized": "ok", "reads.summarized": "ok", "command.failed": "failed"}


def broken_rules(entry: Dict[str, Any]) -> Iterator[Tuple[str, str]]:
    """Every rule that one entry breaks by itself, as (member, sentence)."""
    broken = dict(broken_members(entry, ENTRY))
    yield from broken.items()
    if "actor" not in broken:
        actor = [f"actor: {sentence}" for _, sentence in broken_members(entry["actor"], ACTOR)]
        for sentence in actor or _broken_actor(entry["actor"], _sealed_actors(entry)):
            yield "actor", sentence
    if "request" in entry and "request" not in broken:
        for _, sentence in broken_members(entry["request"], REQUEST):
            yield "request", f"request: {sentence}"
    if "sealed" in entry and "sealed" not in broken:
        for ordinal, segment in enumerate(entry["sealed"]):
            for _, sentence in broken_members(segment, SEGMENT):
                yield "sealed", f"segment {ordinal}: {sentence}"
    # The rules below relate members to each other, and count on their form.
    if not broken:
        yield from _broken_relations(entry)
        yield from _broken_own_life(entry)


def _broken_relations(entry: Dict[str, Any]) -> Iterator[Tuple[str, str]]:
    is_state = entry["class"] == "state"
    if is_state and entry["result"] != "ok":
        yield "result", "a state entry is always ok"
    if (entry["result"] == "ok") == ("code" in entry):
        yield "code", "code stands exactly where the result is not ok"
    if ("version" in entry) != (is_state and "stream" in entry):
        yield "version", "version stands exactly in state entries that have a stream"
    if ("previous" in entry) != (entry["sequence"] > 0):
        yield "previous", "previous stands in every entry of a chain but its first"
    for member in ("cause", "compensates"):
        if entry.get(member, -1) >= entry["index"]:
            yield member, f"{member} is not an earlier index"
    clear = [name for name in ("ip", "user_agent") if name in entry.get("request", {})]
    if clear and (is_state or entry["actor"].get("kind") not in PROVEN_NON_PERSONS):
        yield "request", f"request: {clear[0]} in clear outside an activity entry of a proven non-person"


def _sealed_actors(entry: Dict[str, Any]) -> int:
    """How many segments have the member `actor`, which says who acted where the entry itself does not."""
    segments = entry.get("sealed")
    fields = [item.get("fields") for item in segments if is_object(item)] if type(segments) is list else []
    return sum(type(names) is list and "actor" in names for names in fields)


def _broken_actor(actor: Dict[str, Any], sealed: int) -> Iterator[str]:
    kind = actor["kind"]
    is_known = kind not in ("system", "anonymous")
    is_sealed = is_known and "id" not in actor
    if is_known and "home" not in actor:
        yield "actor: home is required of a known actor"
    if sealed != (1 if is_sealed else 0):
        yield "actor: one segment says who acted exactly where a known actor has no id"
    if not is_known and "id" in actor:
        yield f"actor: a {kind} actor has neither id nor credential"
    if "credential" in actor and "id" not in actor:
        yield "actor: a credential stands only with id"
    if kind in ("user", "anonymous") and "name" in actor:
        yield "actor: a person's name never stands in clear"
    if kind == "user" and not is_sealed and "assurance" not in actor:
        yield "actor: assurance is required of a person"
    if is_sealed and "assurance" in actor:
        yield "actor: assurance of a sealed actor is sealed with it"


def _broken_own_life(entry: Dict[str, Any]) -> Iterator[Tuple[str, str]]:
    kind = entry["type"]
    for _, sentence in broken_members(entry["data"], OWN_DATA.get(kind, ())):
        yield "data", f"data: {sentence}"
    if kind in OWN_STATE_TYPES:
        if entry["chain"] != "platform" or entry["class"] != "state":
            yield "type", f"{kind} is a state entry of platform"
        if ("stream" in entry) != kind.startswith("checkpoint_key."):
            yield "stream", f"{kind} has {'its' if kind.startswith('checkpoint_key.') else 'no'} stream"
    if kind in OWN_ACTIVITY_RESULTS:
        if entry["class"] != "activity" or entry["result"] != OWN_ACTIVITY_RESULTS[kind]:
            yield "type", f"{kind} is an activity entry with the result {OWN_ACTIVITY_RESULTS[kind]}"
    if (kind == "ledger.created") != (entry["index"] == 0):
        yield "type", "ledger.created stands at index 0 and nowhere else"


# --- Sealed segments -----------------------------------------------------------------------------------------------


def opening_fault(segment: Dict[str, Any], plaintext: bytes) -> Optional[str]:
    """Why an opened segment is wrong, or None when it is what the entry committed to."""
    commitment = hashlib.sha256(b"\x02" + plaintext).digest()
    if to_base64url(commitment) != segment.get("commitment"):
        return "its commitment is another"
    if not SALT_BYTES < len(plaintext) <= PLAINTEXT_BYTES_MAX:
        return "its length is out of bounds"
    try:
        value = parse_canonical(plaintext[SALT_BYTES:])
    except Malformed:
        return "it is not canonical JSON"
    if not is_object(value) or list(value) != segment.get("fields"):
        return "its members are not the fields named"
    return None


# --- The tree ------------------------------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The right edge of an RFC 6962 tree: one hash for every one-bit of its size, so 10^6 leaves need 20 hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: List[bytes] = []

    def append(self, leaf: bytes) -> None:
        size = self.size
        while size & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            size >>= 1
        self._edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._edge:
            return hashlib.sha256(b"").digest()
        root = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            root = node_hash(left, root)
        return root


def root_of_path(leaf: bytes, index: int, size: int, path: List[bytes]) -> bytes:
    """The root that an inclusion path leads to (RFC 9162 §2.1.3.2); a path of any other length is refused."""
    if index >= size:
        raise Malformed(f"index {index} lies outside a tree of size {size}")
    position, last, root, used = index, size - 1, leaf, 0
    while last > 0:
        if position & 1 or position < last:
            if used == len(path):
                raise Malformed("the path is too short")
            root = node_hash(path[used], root) if position & 1 else node_hash(root, path[used])
            used += 1
        position >>= 1
        last >>= 1
    if used != len(path):
        raise Malformed("the path is too long")
    return root


# --- Ed25519, RFC 8032 ---------------------------------------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

# A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z (RFC 8032 §5.1.4).
Point = Tuple[int, int, int, int]
_NEUTRAL: Point = (0, 1, 1, 0)


def _plus(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    result = _NEUTRAL
    while scalar:
        if scalar & 1:
            result = _plus(result, point)
        point = _plus(point, point)
        scalar >>= 1
    return result


def _same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % _P == 0 and (p[1] * q[2] - q[1] * p[2]) % _P == 0


def _decode_point(data: bytes) -> Optional[Point]:
    """RFC 8032 §5.1.3; None for a y of p or more, for no square root, and for the sign of a zero x."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE = _decode_point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature holds (RFC 8032 §5.1.7, without the cofactor)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _decode_point(public), _decode_point(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    # A key of small order would accept a signature under any message.
    if _BASE is None or key is None or commitment is None or response >= _L or _same(_times(8, key), _NEUTRAL):
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    return _same(_times(response, _BASE), _plus(commitment, _times(challenge, key)))


# --- Notes: verifier keys, checkpoints, proofs ---------------------------------------------------------------------

LOG_SIGNATURE, COSIGNATURE = 0x01, 0x04
_is_key_name = _matcher(r"[^\s+]+")
_is_decimal = _matcher(r"0|[1-9][0-9]{0,18}")


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public).digest()[:4]


class VerifierKey(NamedTuple):
    """A C2SP verifier key: `<name>+<8 hex digits of the key id>+<base64(kind ‖ public key)>`."""

    name: str
    kind: int
    public: bytes

    @staticmethod
    def parse(text: str) -> VerifierKey:
        name, _, rest = text.partition("+")
        identifier, _, material = rest.partition("+")
        data = from_base64(material)
        if not _is_key_name(name) or len(data) != 33 or data[0] not in (LOG_SIGNATURE, COSIGNATURE):
            raise Malformed("it is no Ed25519 verifier key")
        key = VerifierKey(name, data[0], data[1:])
        if key_id(*key).hex() != identifier:
            raise Malformed("its key id is not that of its name and key")
        return key


class Checkpoint(NamedTuple):
    """A signed statement: this origin has this many entries, and this root."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: List[Tuple[str, bytes, bytes]]

    @staticmethod
    def parse(note: bytes) -> Checkpoint:
        head, gap, tail = note.rpartition(b"\n\n")
        try:
            lines, signatures = head.decode("utf-8").split("\n"), tail.decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise Malformed("the note is not UTF-8") from error
        if not gap or any(byte < 0x20 and byte != 0x0A for byte in note) or len(note) > NOTE_BYTES_MAX:
            raise Malformed("it is no signed note")
        if len(lines) < 3 or not all(lines) or not _is_key_name(lines[0]) or not _is_decimal(lines[1]):
            raise Malformed("its text is not origin, size and root")
        root = from_base64(lines[2])
        if len(root) != 32:
            raise Malformed("its root is not 32 bytes")
        if len(signatures) < 2 or signatures.pop() != "":
            raise Malformed("it does not end with signature lines")
        parsed = [Checkpoint._signature(line) for line in signatures]
        return Checkpoint(lines[0], int(lines[1]), root, head + b"\n", parsed)

    @staticmethod
    def _signature(line: str) -> Tuple[str, bytes, bytes]:
        parts = line.split(" ")
        data = from_base64(parts[2]) if len(parts) == 3 and parts[0] == "\u2014" and _is_key_name(parts[1]) else b""
        if len(data) < 5:
            raise Malformed("a signature line is malformed")
        return parts[1], data[:4], data[4:]

    def valid_keys(self, publics: Iterable[bytes]) -> Set[bytes]:
        """Those of the given log keys that signed. A line of a given key that does not hold spoils the whole note."""
        valid = set()
        for public in publics:
            lines = [line for line in self.signatures if line[:2] == (self.origin, key_id(self.origin, 1, public))]
            if not all(is_signed(public, self.text, signature) for _, _, signature in lines):
                raise Malformed("its signature is wrong")
            if lines:
                valid.add(public)
        return valid

    def cosigned_at(self, witness: VerifierKey) -> Optional[int]:
        """The time of a witness's cosignature/v1, or None when it has no line here."""
        for name, identifier, signature in self.signatures:
            if name == witness.name and identifier == key_id(*witness):
                time = int.from_bytes(signature[:8], "big")
                message = b"cosignature/v1\ntime %d\n" % time + self.text
                if len(signature) != 72 or time >= 2**63 or not is_signed(witness.public, message, signature[8:]):
                    raise Malformed(f"the cosignature of {witness.name} is wrong")
                return time
        return None


class Proof(NamedTuple):
    """A c2sp.org/tlog-proof@v1: an index, the path from its leaf to the root, and the checkpoint of that root."""

    index: int
    path: List[bytes]
    checkpoint: Checkpoint

    @staticmethod
    def parse(data: bytes) -> Proof:
        head, gap, note = data.partition(b"\n\n")
        try:
            lines = head.decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise Malformed("the proof is not UTF-8") from error
        if not gap or lines.pop(0) != "c2sp.org/tlog-proof@v1":
            raise Malformed("it is no tlog-proof@v1")
        if lines and lines[0].startswith("extra "):
            from_base64(lines.pop(0)[len("extra "):])
        word, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
        if word != "index" or not _is_decimal(index):
            raise Malformed("it names no index")
        path = [from_base64(line) for line in lines]
        if any(len(item) != 32 for item in path):
            raise Malformed("a hash of its path is not 32 bytes")
        return Proof(int(index), path, Checkpoint.parse(note))

    def fault(self, leaf: bytes) -> Optional[str]:
        """Why this proof does not prove the leaf, or None. Signatures are judged apart."""
        try:
            root = root_of_path(leaf, self.index, self.checkpoint.size, self.path)
        except Malformed as error:
            return str(error)
        return None if root == self.checkpoint.root else "the path does not lead to the signed root"


# --- The ledger: batches, chains, streams, removals, openings ------------------------------------------------------


class Retention:
    """What one `retention.applied` allows to be gone: a run of one chain's activity entries."""

    def __init__(self, index: int, data: Dict[str, Any], start: int) -> None:
        self.index = index
        self.chain: str = data["chain"]
        self.start = start
        self.end: int = data["before_sequence"]
        self.last_leaf = from_base64url(data["last_leaf"])
        self.first_index: int = data["first_index"]
        self.last_index: int = data["last_index"]
        self.count: int = data["count"]
        self.removed = 0


class LaterActs:
    """The acts that explain earlier lines, found in a first pass: retentions, and destroyed data keys."""

    _MARKS = (b'"type":"retention.applied"', b'"type":"data_key.destroyed"')

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.retentions: Dict[int, Retention] = {}
        self.boundaries: Dict[Tuple[str, int], Retention] = {}
        self.destroyed: Dict[str, int] = {}
        ends: Dict[str, int] = {}
        for line in lines:
            if not any(mark in line for mark in self._MARKS):
                continue
            try:
                entry = parse_canonical(line)
            except Malformed:
                continue
            # A broken one explains nothing; the second pass says what is broken about it.
            if not is_object(entry) or next(broken_rules(entry), None) is not None:
                continue
            index, data = entry["index"], entry["data"]
            if entry["type"] == "data_key.destroyed":
                self.destroyed.setdefault(data["key"], index)
            elif entry["type"] == "retention.applied":
                retention = Retention(index, data, ends.get(data["chain"], 0))
                ends[retention.chain] = retention.end
                self.retentions[index] = retention
                self.boundaries[retention.chain, retention.start] = retention
                self.boundaries[retention.chain, retention.end - 1] = retention


class Ledger:
    """Reads the lines of a ledger in their order and reports whatever breaks a rule of the page."""

    def __init__(self, later: LaterActs, sizes: Set[int], indexes: Set[int], report: Report) -> None:
        self.report = report
        self.later = later
        self.tree = CompactRange()
        # Asked for beforehand: the roots at the sizes of checkpoints and proofs, the leaves that proofs speak of.
        self.roots: Dict[int, bytes] = {0: self.tree.root()} if 0 in sizes else {}
        self.leaves: Dict[int, bytes] = {}
        self.sizes_inside_batches: Set[int] = set()
        self._sizes, self._indexes = sizes, indexes

        self.verdicts: Counter = Counter(matching=0, erased=0, sealed=0, wrong=0)
        self.removed = 0
        self.origins: List[Tuple[int, str]] = []
        self.keys: Dict[bytes, List[Optional[int]]] = {}

        self._expected = 0
        # About 100 bytes an entry, the one thing here that grows with the ledger's length.
        self._ids: Set[bytes] = set()
        self._clock = ""
        self._batch: Optional[Tuple[int, int, str, Any]] = None
        self._removed_run = 0
        self._heads: Dict[Tuple[str, str], Tuple[int, bytes]] = {}
        self._kept_activity: Set[str] = set()
        self._versions: Dict[str, int] = {}
        self._segments: List[Dict[str, Any]] = []
        self._segments_index = -1
        self._next_ordinal = 0
        self._opened_after_erasure = 0
        self.last_erasure = -1

    # Lines

    def read(self, line: bytes) -> None:
        try:
            value = parse_canonical(line)
            if not is_object(value):
                raise Malformed("the line is not an object")
        except Malformed as error:
            self.report.problem(self._expected, str(error))
            self._append(self._expected, leaf_hash(line))
            return
        if "v" in value:
            self._read_entry(value, leaf_hash(line))
        elif "leaf" in value:
            self._read_removed(value)
        elif "ordinal" in value:
            self._read_opening(value)
        else:
            self.report.problem(self._expected, "the line is neither an entry, a removed line nor an opening")

    def finish(self) -> None:
        if self._batch is not None and self.tree.size < self._batch[0] + self._batch[1]:
            self.report.problem(self.tree.size - 1, "the ledger ends inside a batch")
        for retention in self.later.retentions.values():
            if retention.removed not in (0, retention.count):
                self.report.problem(
                    retention.index, f"{retention.removed} of the {retention.count} entries it removes are removed")
        if self._opened_after_erasure:
            self.report.note(
                f"{self._opened_after_erasure} segments are opened here although the ledger destroyed their keys later")

    def _append(self, index: int, leaf: bytes) -> None:
        """Puts one leaf into the tree; a lost or repeated line is one problem, not one for each line after it."""
        if index != self._expected:
            self.report.problem(index, f"the line has index {index} where {self._expected} is due")
        self._expected = max(self._expected, index + 1)
        self.tree.append(leaf)
        size = self.tree.size
        if size in self._sizes:
            self.roots[size] = self.tree.root()
            if self._batch is not None and size < self._batch[0] + self._batch[1]:
                self.sizes_inside_batches.add(size)
        if size - 1 in self._indexes:
            self.leaves[size - 1] = leaf

    def _read_entry(self, entry: Dict[str, Any], leaf: bytes) -> None:
        broken: Set[str] = set()
        index = entry.get("index")
        index = index if is_count(index) else self._expected
        for member, sentence in broken_rules(entry):
            broken.add(member)
            self.report.problem(index, sentence)
        if not broken and entry["type"] == "chains.attested":
            # Before its own leaf moves the head of platform/state.
            self._check_heads(index, entry["data"])
        # Relations to other lines are judged wherever the members they need are sound.
        if not broken & {"recorded_at", "batch", "request"}:
            self._check_command(index, entry)
        if "id" not in broken:
            self._check_id(index, entry["id"])
        if not broken & {"type", "class", "chain", "sequence", "previous"}:
            previous = from_base64url(entry["previous"]) if "previous" in entry else None
            self._check_chain_begins(index, entry)
            self._advance(index, (entry["chain"], entry["class"]), entry["sequence"], previous, leaf)
            if entry["class"] == "activity":
                self._kept_activity.add(entry["chain"])
        if "version" in entry and "stream" in entry and not broken & {"stream", "version"}:
            self._check_version(index, entry["stream"], entry["version"])
        self._begin_segments(index, [] if "sealed" in broken else entry.get("sealed", []))
        if not broken:
            self._check_own_life(index, entry)
        self._append(index, leaf)

    def _check_id(self, index: int, text: str) -> None:
        identifier = from_base64url(text[len("evt_"):])
        if identifier in self._ids:
            self.report.problem(index, f"the id {text} was used before")
        self._ids.add(identifier)

    # Commands: batches and the clock

    def _check_command(self, index: int, entry: Dict[str, Any]) -> None:
        time, batch = entry["recorded_at"], entry.get("batch")
        request = entry.get("request", {}).get("id")
        if self._batch is not None and index < self._batch[0] + self._batch[1]:
            first, count, batch_time, batch_request = self._batch
            if batch != [index - first + 1, count]:
                self.report.problem(index, f"entry {index - first + 1} of the batch of {count} from {first} is due")
            if time != batch_time or request != batch_request:
                self.report.problem(index, "recorded_at or request.id differs from its batch")
        else:
            if time <= self._clock:
                self.report.problem(index, f"recorded_at {time} does not come after {self._clock}")
            self._batch = None
            if batch is not None:
                first = index - batch[0] + 1
                # What is missing before k can only be entries of the same command that were removed.
                if batch[0] - 1 > self._removed_run:
                    self.report.problem(index, f"the batch begins with its entry {batch[0]}")
                self._batch = (first, batch[1], time, request)
        self._removed_run = 0
        self._clock = max(self._clock, time)

    # Chains and streams

    def _check_chain_begins(self, index: int, entry: Dict[str, Any]) -> None:
        chain = entry["chain"]
        if (chain, "state") in self._heads:
            return
        kind = {"pl": "ledger.created", "pr": "partner.created", "tn": "tenant.created"}[chain[:2]]
        is_created = entry["class"] == "state" and entry["type"] == kind
        if not is_created or (chain != "platform" and entry.get("stream") != chain):
            self.report.problem(index, f"the chain {chain} does not begin with its {kind}")

    def _advance(
        self, index: int, place: Tuple[str, str], sequence: int, previous: Optional[bytes], leaf: bytes
    ) -> None:
        last_sequence, last_leaf = self._heads.get(place, (-1, None))
        if sequence != last_sequence + 1:
            self.report.problem(
                index, f"sequence {sequence} of {place[0]}/{place[1]} where {last_sequence + 1} is due")
        elif previous != last_leaf:
            self.report.problem(index, f"previous is not the last leaf of {place[0]}/{place[1]}")
        self._heads[place] = (sequence, leaf)
        retention = self.later.boundaries.get((place[0], sequence)) if place[1] == "activity" else None
        if retention is not None:
            self._check_boundary(index, sequence, leaf, retention)

    def _check_boundary(self, index: int, sequence: int, leaf: bytes, retention: Retention) -> None:
        if sequence == retention.start and index != retention.first_index:
            self.report.problem(retention.index, f"first_index is not {index}")
        if sequence == retention.end - 1 and (index != retention.last_index or leaf != retention.last_leaf):
            self.report.problem(retention.index, f"last_index or last_leaf is not that of entry {index}")

    def _check_version(self, index: int, stream: str, version: int) -> None:
        due = self._versions.get(stream, 0) + 1
        if version != due:
            self.report.problem(index, f"version {version} of {stream} where {due} is due")
        self._versions[stream] = version

    # Removed lines

    def _read_removed(self, line: Dict[str, Any]) -> None:
        index, cover = line.get("index"), line.get("removed_by")
        if not is_count(index) or not is_count(cover) or not is_hash(line["leaf"]) or len(line) != 3:
            self.report.problem(self._expected, "the removed line is malformed")
            self._append(self._expected, b"")
            return
        leaf = from_base64url(line["leaf"])
        self.removed += 1
        self._begin_segments(index, [])
        if self._batch is None or index >= self._batch[0] + self._batch[1]:
            self._batch = None
            self._removed_run += 1
        retention = self.later.retentions.get(cover)
        if retention is None or not retention.first_index <= index <= retention.last_index < cover:
            self.report.problem(index, f"removed, but entry {cover} does not cover it")
        elif retention.chain in self._kept_activity:
            self.report.problem(index, f"removed, but an earlier activity entry of {retention.chain} is kept")
        else:
            sequence = retention.start + retention.removed
            retention.removed += 1
            place = (retention.chain, "activity")
            self._advance(index, place, sequence, self._heads.get(place, (-1, None))[1], leaf)
        self._append(index, leaf)

    # Segments and their openings

    def _begin_segments(self, index: int, segments: List[Dict[str, Any]]) -> None:
        self._segments, self._segments_index, self._next_ordinal = segments, index, 0
        self.verdicts["sealed"] += len(segments)
        for ordinal, segment in enumerate(segments):
            if self.later.destroyed.get(segment["key"], index) < index:
                self.report.problem(
                    index, f"segment {ordinal}: entry {self.later.destroyed[segment['key']]} destroyed its key before")

    def _read_opening(self, line: Dict[str, Any]) -> None:
        index, ordinal = line.get("index"), line["ordinal"]
        if (index != self._segments_index or not is_count(ordinal)
                or not self._next_ordinal <= ordinal < len(self._segments)
                or len(line) != 3 or ("plaintext" in line) == ("erased_by" in line)):
            self.report.problem(index if is_count(index) else None, "the opening fits no segment before it")
            return
        self._next_ordinal = ordinal + 1
        segment = self._segments[ordinal]
        destroyed = self.later.destroyed.get(segment["key"])
        self.verdicts["sealed"] -= 1
        if "erased_by" in line:
            by = line["erased_by"]
            fault = None if is_count(by) and by == destroyed else f"entry {by} did not destroy its key"
            verdict = "erased"
            self.last_erasure = max(self.last_erasure, destroyed if destroyed is not None else -1)
        else:
            try:
                fault = opening_fault(segment, from_base64url(line["plaintext"]))
            except (Malformed, TypeError):
                fault = "it is not base64url"
            verdict = "matching"
            self._opened_after_erasure += fault is None and destroyed is not None
        self.verdicts["wrong" if fault else verdict] += 1
        if fault:
            self.report.problem(index, f"segment {ordinal} is wrong: {fault}")

    # The ledger's own life

    def _check_own_life(self, index: int, entry: Dict[str, Any]) -> None:
        kind, data = entry["type"], entry["data"]
        if kind == "retention.applied":
            self._check_retention(index, data)
        elif kind == "ledger.forked":
            if data["from"]["origin"] != self.origin_at(index):
                self.report.problem(index, "forked from another origin than the ledger's")
            if self.origins:
                self.origins.append((index, f"{self.origins[0][1]}/{index}"))
        elif kind == "ledger.created":
            self.origins.append((index, data["origin"]))
            if not data["origin"].endswith(f"/ledger/{data['ledger']}") or data["origin"].startswith("/"):
                self.report.problem(index, "the origin is not <host>/ledger/<ledger id>")
            self._check_key(index, data["verifier_key"], is_created=True)
        elif kind in ("checkpoint_key.created", "checkpoint_key.retired"):
            self._check_key(index, data["verifier_key"], is_created=kind.endswith(".created"))

    def _check_heads(self, index: int, data: Dict[str, Any]) -> None:
        """Recomputes the root over every chain's head as it stands before this entry."""
        tree = CompactRange()
        for line in sorted(f"{chain}\n{group}\n{sequence}\n{to_base64url(leaf)}\n".encode("ascii")
                           for (chain, group), (sequence, leaf) in self._heads.items()):
            tree.append(leaf_hash(line))
        if data["at"] != index or data["count"] != tree.size:
            self.report.problem(index, f"it should attest {tree.size} heads at {index}")
        elif data["root"] != to_base64url(tree.root()):
            self.report.problem(index, "its root is not that of the chains' heads")

    def _check_retention(self, index: int, data: Dict[str, Any]) -> None:
        retention = self.later.retentions.get(index)
        if retention is None:
            return
        if retention.end - retention.start != retention.count:
            self.report.problem(index, f"count is not that of the sequences {retention.start} to {retention.end - 1}")
        if self._heads.get((retention.chain, "activity"), (-1,))[0] < retention.end - 1 or data["last_index"] >= index:
            self.report.problem(index, "it removes entries that do not come before it")

    def _check_key(self, index: int, text: str, is_created: bool) -> None:
        try:
            key = VerifierKey.parse(text)
        except Malformed as error:
            self.report.problem(index, f"verifier_key: {error}")
            return
        origin = self.origin_at(index + 1)
        if key.kind != LOG_SIGNATURE or key.name != origin:
            self.report.problem(index, f"verifier_key does not sign for {origin}")
        elif is_created and key.public in self.keys:
            self.report.problem(index, "verifier_key was created before")
        elif is_created:
            self.keys[key.public] = [index, None]
        elif key.public not in self.keys or self.keys[key.public][1] is not None:
            self.report.problem(index, "verifier_key is no key in use")
        else:
            self.keys[key.public][1] = index

    def origin_at(self, size: int) -> Optional[str]:
        """The origin under which a checkpoint of this size is signed: a fork at index m renames what is longer."""
        return next((origin for index, origin in reversed(self.origins) if index < size), None)

    def keys_at(self, size: int) -> Set[bytes]:
        """The keys that may sign a checkpoint of this size: created in it and not retired in it."""
        return {public for public, (created, retired) in self.keys.items()
                if created is not None and created < size and (retired is None or retired >= size)}


# --- Trust: signatures, checkpoints and proofs against the ledger --------------------------------------------------


class Judge:
    """Holds a ledger that was read whole against what was signed about it."""

    def __init__(self, ledger: Ledger, given: List[VerifierKey], witnesses: List[VerifierKey], report: Report) -> None:
        self.ledger = ledger
        self.witnesses = witnesses
        self.report = report
        self.trusted: Set[bytes] = {key.public for key in given}
        self.cosigned: List[Dict[str, Any]] = []
        origins = [origin for _, origin in ledger.origins]
        for key in given:
            if key.kind != LOG_SIGNATURE or key.name not in origins:
                report.problem(None, f"the key {key.name} is not this ledger's, whose origin is {', '.join(origins)}")
        if not given:
            self.trusted = ledger.keys_at(1)
            report.note("WARNING: no --key was given. The key was taken from the ledger itself, so this shows only "
                        "that ledger and checkpoint agree with each other, not who made them.")
        for index, origin in ledger.origins[1:]:
            report.note(f"the ledger forked at entry {index} and is {origin} from there on")

    def checkpoints(self, checkpoints: List[Checkpoint]) -> None:
        """From small to large: a checkpoint that holds vouches for the keys which the entries under it introduce."""
        for checkpoint in sorted(checkpoints, key=lambda item: item.size):
            before = self.report.problem_count
            self._size_and_root(checkpoint)
            self._signatures(checkpoint, "checkpoint")
            if self.report.problem_count == before:
                self.trusted |= self.ledger.keys_at(checkpoint.size)
        last = max(checkpoints, key=lambda item: item.size)
        self.cosigned = cosignatures(last, self.witnesses, self.report)
        size = self.ledger.tree.size
        if size > last.size:
            self.report.note(f"the checkpoint covers {last.size} of {size} entries; the last {size - last.size} are "
                             "checked for themselves but not yet signed")
        for retention in self.ledger.later.retentions.values():
            if retention.removed and retention.index >= last.size:
                self.report.problem(retention.index, "it removes entries, but the checkpoint does not cover it")
        if self.ledger.last_erasure >= last.size:
            self.report.note("some segments count as erased by an entry that the checkpoint does not cover")

    def proof(self, proof: Proof) -> None:
        checkpoint, what = proof.checkpoint, f"proof of entry {proof.index}"
        leaf = self.ledger.leaves.get(proof.index)
        fault = "the ledger has no such entry" if leaf is None else proof.fault(leaf)
        if fault:
            self.report.problem(None, f"{what}: {fault}")
        if self.ledger.roots.get(checkpoint.size, checkpoint.root) != checkpoint.root:
            self.report.problem(None, f"{what}: its checkpoint's root is not the ledger's at size {checkpoint.size}")
        if checkpoint.size > self.ledger.tree.size:
            self.report.note(f"{what}: its checkpoint is newer than the entries given")
        self._signatures(checkpoint, what)

    def _size_and_root(self, checkpoint: Checkpoint) -> None:
        size = self.ledger.tree.size
        if checkpoint.size > size:
            self.report.problem(None, f"the ledger ends after {size} entries, its checkpoint covers {checkpoint.size}: "
                                      "the tail is missing")
        elif self.ledger.roots[checkpoint.size] != checkpoint.root:
            self.report.problem(None, f"the checkpoint's root is not the ledger's at size {checkpoint.size}")
        if checkpoint.size in self.ledger.sizes_inside_batches:
            self.report.problem(None, f"the checkpoint's size {checkpoint.size} falls inside a batch")

    def _signatures(self, checkpoint: Checkpoint, what: str) -> None:
        origin = self.ledger.origin_at(checkpoint.size)
        if checkpoint.origin != origin:
            self.report.problem(None, f"{what}: the origin {checkpoint.origin} is not the ledger's, {origin}")
        in_use = self.ledger.keys_at(checkpoint.size)
        try:
            valid = checkpoint.valid_keys(self.trusted | in_use)
        except Malformed as error:
            self.report.problem(None, f"{what}: {error}")
            return
        if not valid:
            self.report.problem(None, f"{what}: no known key signed it")
        elif not valid & self.trusted:
            self.report.problem(None, f"{what}: only a key signed it that the ledger introduced later; give that "
                                      "--key, or also a --checkpoint signed by both keys")
        elif not valid & self.trusted & in_use:
            self.report.problem(None, f"{what}: the key that signed it was not in use at size {checkpoint.size}")


def cosignatures(checkpoint: Checkpoint, witnesses: List[VerifierKey], report: Report) -> List[Dict[str, Any]]:
    """Who cosigned and when; a witness that was asked for and is absent or wrong is a problem."""
    found = []
    for witness in witnesses:
        try:
            time = checkpoint.cosigned_at(witness)
        except Malformed as error:
            report.problem(None, str(error))
            continue
        if time is None:
            report.problem(None, f"the witness {witness.name} did not cosign the checkpoint")
        else:
            found.append({"name": witness.name, "time": time})
    return found


# --- The command ---------------------------------------------------------------------------------------------------


def lines_of(file: BinaryIO, report: Optional[Report] = None) -> Iterator[bytes]:
    """The lines without their line feeds; a line ends at 0x0A only, and none is read beyond its bound."""
    while True:
        line = file.readline(LINE_BYTES_MAX + 2)
        if not line:
            return
        rest = line
        while len(rest) == LINE_BYTES_MAX + 2 and not rest.endswith(b"\n"):
            rest = file.readline(LINE_BYTES_MAX + 2)
        if report is not None and not rest.endswith(b"\n"):
            report.problem(None, "the last line does not end in a line feed: it is cut")
        yield line[:-1] if line.endswith(b"\n") else line


def open_input(path: str) -> BinaryIO:
    return sys.stdin.buffer if path == "-" else open(path, "rb")


def read_whole(path: str, bytes_max: int = NOTE_BYTES_MAX) -> bytes:
    with open_input(path) as file:
        return file.read(bytes_max + 1)


def parsed(path: str, parse: Callable[[bytes], Any], report: Report) -> List[Any]:
    """One parsed file as a list, empty when it is malformed."""
    try:
        return [parse(read_whole(path))]
    except Malformed as error:
        report.problem(None, f"{path}: {error}")
        return []


def verify_ledger(arguments: argparse.Namespace, report: Report) -> Dict[str, Any]:
    """The whole ledger: read once for the later acts, once from the first line to the last, then judged."""
    checkpoints = [item for path in arguments.checkpoint for item in parsed(path, Checkpoint.parse, report)]
    proofs = [item for path in arguments.proof for item in parsed(path, Proof.parse, report)]
    sizes = {item.size for item in checkpoints} | {proof.checkpoint.size for proof in proofs}
    with open_input(arguments.entries) as source, tempfile.TemporaryFile() as spool:
        file: BinaryIO = source
        if not source.seekable():
            shutil.copyfileobj(source, spool)
            file = spool  # type: ignore[assignment]
            file.seek(0)
        later = LaterActs(lines_of(file))
        file.seek(0)
        ledger = Ledger(later, sizes, {proof.index for proof in proofs}, report)
        for line in lines_of(file, report):
            ledger.read(line)
        ledger.finish()
    result: Dict[str, Any] = {
        "entries": ledger.tree.size, "root": base64.b64encode(ledger.tree.root()).decode("ascii"),
        "checkpoint": None, "removed": ledger.removed, "erased": ledger.verdicts["erased"],
        "segments": dict(ledger.verdicts), "proofs": [], "witnesses": [],
    }
    if not ledger.tree.size:
        report.problem(None, "there are no entries")
    elif checkpoints:
        judge = Judge(ledger, arguments.key, arguments.witness, report)
        judge.checkpoints(checkpoints)
        for proof in proofs:
            judge.proof(proof)
        last = max(checkpoints, key=lambda item: item.size)
        result["checkpoint"] = described(last)
        result["proofs"] = [proof.index for proof in proofs]
        result["witnesses"] = judge.cosigned
    return result


def verify_entry(arguments: argparse.Namespace, report: Report) -> Dict[str, Any]:
    """One entry: its own rules, its place under the root, and who signed that root."""
    line = read_whole(arguments.entry, LINE_BYTES_MAX + 1)
    line = line[:-1] if line.endswith(b"\n") else line
    entry: Any = None
    try:
        entry = parse_canonical(line)
        if not is_object(entry):
            raise Malformed("the line is not an object")
        for _, sentence in broken_rules(entry):
            report.problem(entry.get("index"), sentence)
    except Malformed as error:
        report.problem(None, str(error))
    result: Dict[str, Any] = {"entries": 1, "checkpoint": None, "proofs": [], "witnesses": []}
    for proof in parsed(arguments.proof[0], Proof.parse, report):
        fault = proof.fault(leaf_hash(line))
        if fault:
            report.problem(proof.index, fault)
        if is_object(entry) and entry.get("index") != proof.index:
            report.problem(proof.index, "the proof is for another index than the entry's")
        keys = {key.public for key in arguments.key
                if key.kind == LOG_SIGNATURE and key.name == proof.checkpoint.origin}
        try:
            if not proof.checkpoint.valid_keys(keys):
                report.problem(None, f"no given key signed the checkpoint of {proof.checkpoint.origin}")
        except Malformed as error:
            report.problem(None, f"checkpoint: {error}")
        result["checkpoint"] = described(proof.checkpoint)
        result["proofs"] = [proof.index]
        result["witnesses"] = cosignatures(proof.checkpoint, arguments.witness, report)
    return result


def described(checkpoint: Checkpoint) -> Dict[str, Any]:
    root = base64.b64encode(checkpoint.root).decode("ascii")
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": root}


def show_text(result: Dict[str, Any], report: Report) -> None:
    for index, what in report.problems:
        print(what if index is None else f"entry {index}: {what}")
    if report.problem_count > len(report.problems):
        print(f"... and {report.problem_count - len(report.problems)} more")
    for note in report.notes:
        print(f"note: {note}")
    for witness in result["witnesses"]:
        when = datetime.datetime.fromtimestamp(min(witness["time"], 253402300799), datetime.timezone.utc)
        print(f"note: cosigned by {witness['name']} at {when.strftime('%Y-%m-%dT%H:%M:%SZ')}")
    if report.problem_count:
        print(f"NOT VERIFIED: {report.problem_count} problem{'s' if report.problem_count > 1 else ''}")
        return
    checkpoint = result["checkpoint"]
    if "segments" not in result:
        print(f"proven: entry {result['proofs'][0]} stands in {checkpoint['origin']}, "
              f"under its root at size {checkpoint['size']}")
        return
    segments = ", ".join(f"{count} {verdict}" for verdict, count in result["segments"].items())
    proven = f"; proven: entry {', '.join(map(str, result['proofs']))}" if result["proofs"] else ""
    print(f"verified: {result['entries']} entries of {checkpoint['origin']}, {result['removed']} of them removed; "
          f"segments: {segments}; checkpoint at {checkpoint['size']}{proven}")


def show_json(result: Dict[str, Any], report: Report) -> None:
    result["notes"] = report.notes
    result["problems"] = [{"index": index, "what": what} for index, what in report.problems]
    print(json.dumps({"ok": not report.problem_count, **result}, ensure_ascii=False))


def main(words: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="verify_ledger.py", formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("--entries", metavar="FILE", help="the ledger's lines, - for standard input")
    parser.add_argument("--checkpoint", metavar="FILE", action="append", default=[], help="a signed note; repeatable")
    parser.add_argument("--proof", metavar="FILE", action="append", default=[], help="a tlog-proof; repeatable")
    parser.add_argument("--entry", metavar="FILE", help="the one line to prove, - for standard input")
    parser.add_argument("--key", metavar="VKEY", action="append", default=[], help="the ledger's verifier key")
    parser.add_argument("--witness", metavar="VKEY", action="append", default=[], help="a witness who must cosign")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args(words)
    for option in ("key", "witness"):
        try:
            setattr(arguments, option, [VerifierKey.parse(text) for text in getattr(arguments, option)])
        except Malformed as error:
            parser.error(f"--{option}: {error}")
    if any(witness.kind != COSIGNATURE for witness in arguments.witness):
        parser.error("--witness: it is not the key of a witness (type 0x04)")
    if arguments.entries is not None and (arguments.entry is not None or not arguments.checkpoint):
        parser.error("--entries needs --checkpoint, and excludes --entry")
    if arguments.entries is None and (
            arguments.entry is None or len(arguments.proof) != 1 or not arguments.key or arguments.checkpoint):
        parser.error("give --entries and --checkpoint for a ledger, or --entry, one --proof and --key for one entry")
    report = Report()
    try:
        result = (verify_ledger if arguments.entries is not None else verify_entry)(arguments, report)
    except OSError as error:
        parser.error(str(error))
    (show_json if arguments.format == "json" else show_text)(result, report)
    return 1 if report.problem_count else 0


if __name__ == "__main__":
    sys.exit(main())
