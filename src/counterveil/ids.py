"""Identifiers derived from content, so that doing the same thing twice gives the same name.

All keys are BLAKE2b digests (RFC 7693). 64-bit keys name things that are only ever *grouped* (a collision would merge
two features: at 10^8 values the chance of any is 3e-4); 128-bit keys name events, because a collision there would drop
a record.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b

# DuckDB, Arrow and numpy agree on signed 64-bit integers; Python's digest is unsigned.
_SIGN = 1 << 63
_WRAP = 1 << 64


def _signed(value: int) -> int:
    return value - _WRAP if value >= _SIGN else value


def key64(*parts: str) -> int:
    """A signed 64-bit key of some strings, separated so that ("a", "bc") and ("ab", "c") differ.

    >>> key64("a", "bc") == key64("ab", "c")
    False
    """
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return _signed(int.from_bytes(blake2b(text, digest_size=8).digest(), "big"))


def content_key(text: str, secret: bytes) -> int:
    """The key of a text within one workspace, under the workspace's secret.

    Texts are stored and read once by this key. Without the secret, someone who sends texts could search for two that
    share a key (2^32 tries) and hide one behind the other; with it they cannot (keyed BLAKE2b, RFC 7693 §2.9).
    """
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=secret[:64])
    return _signed(int.from_bytes(digest.digest(), "big"))


def key128(text: str) -> tuple[int, int]:
    """Two signed 64-bit halves of a 128-bit key."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return _signed(int.from_bytes(digest[:8], "big")), _signed(int.from_bytes(digest[8:], "big"))


def digest_hex(data: bytes, *labels: str) -> str:
    """A 128-bit digest in hexadecimal, used to name batches of input."""
    hasher = blake2b(data, digest_size=16)
    for label in labels:
        hasher.update(b"\x1f" + label.encode("utf-8"))
    return hasher.hexdigest()


def short_id(prefix: str, parts: Iterable[str]) -> str:
    """A stable, speakable id such as ``OP-4f9a2c71d0`` from an unordered set of parts.

    >>> short_id("OP", ["b", "a"]) == short_id("OP", ["a", "b"])
    True
    """
    joined = "\x1f".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return f"{prefix}-{blake2b(joined, digest_size=5).hexdigest()}"


def utc_now() -> datetime:
    """The present, as aware UTC."""
    return datetime.now(UTC)
