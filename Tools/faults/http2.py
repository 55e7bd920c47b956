"""The few frames of HTTP/2 (RFC 9113) that an attacker needs."""

import struct

HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 1, 3, 4, 6, 9
END_STREAM, END_HEADERS = 1, 4
CANCEL = 8


def frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body


def settings() -> bytes:
    return frame(SETTINGS, 0, 0, b"")


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings()


def ping() -> bytes:
    return frame(PING, 0, 0, b"\0" * 8)


def reset(stream: int) -> bytes:
    return frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))


def length(number: int) -> bytes:
    """RFC 7541 §5.1, with a prefix of seven bits."""
    if number < 127:
        return bytes([number])
    rest, number = b"", number - 127
    while number >= 128:
        rest, number = rest + bytes([number % 128 + 128]), number // 128
    return b"\x7f" + rest + bytes([number])


def field(name: bytes, value: bytes) -> bytes:
    """RFC 7541 §6.2.2: a literal that no table remembers."""
    return b"\0" + length(len(name)) + name + length(len(value)) + value


def headers(stream: int, method: bytes = b"GET", ends: bool = True, is_last: bool = True, more: bytes = b"") -> bytes:
    block = (field(b":method", method) + field(b":scheme", b"https") + field(b":path", b"/oauth/token" if method == b"POST"
             else b"/keys") + field(b":authority", b"localhost") + more)
    flags = (END_STREAM if ends else 0) | (END_HEADERS if is_last and len(block) <= 16_384 else 0)
    whole = frame(HEADERS, flags, stream, block[:16_384])
    for start in range(16_384, len(block), 16_384):
        part = block[start:start + 16_384]
        whole += frame(CONTINUATION, END_HEADERS if start + 16_384 >= len(block) else 0, stream, part)
    return whole


def continuation(stream: int) -> bytes:
    return frame(CONTINUATION, 0, stream, field(b"x", b"y"))
