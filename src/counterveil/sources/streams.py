"""Bytes of a file, decompressed and as UTF-8, whatever its name says; and what is reported where they break off."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO, Any, cast

import pyarrow as pa

from counterveil.sources.base import Reject

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# Truncated or damaged files and compression: what came before is kept, the break is reported.
BROKEN = (OSError, EOFError, pa.ArrowException)


def broken(label: str, error: Exception) -> Reject:
    """The reject of a file that ends too early."""
    return Reject(
        label,
        0,
        "file",
        f"input breaks off: {error}",
        "Repair or copy the file again; records before the break are in.",
    )


class Peekable:
    """A byte stream whose first bytes can be looked at before it is read.

    A stream that breaks off while it is looked at gives what it had, and fails when the reader gets to the break.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._head = b""
        self._error: Exception | None = None

    def peek(self, n_bytes: int) -> bytes:
        """The next bytes, left where they are; fewer at the end of the stream."""
        try:
            while self._error is None and len(self._head) < n_bytes:
                more = self._raw.read(n_bytes - len(self._head))
                if not more:
                    break
                self._head += more
        except BROKEN as error:
            self._error = error
        return self._head[:n_bytes]

    def read(self, n_bytes: int = -1) -> bytes:
        """The next bytes; at most ``n_bytes``, or all that are left."""
        if not self._head:
            if self._error is not None:
                raise self._error
            return self._raw.read(n_bytes)
        if n_bytes < 0:
            taken, self._head = self._head, b""
            return taken + self.read()
        taken, self._head = self._head[:n_bytes], self._head[n_bytes:]
        return taken

    def readable(self) -> bool:
        """Asked by Arrow before it wraps the stream."""
        return True

    def close(self) -> None:
        """Asked by Arrow when it is done; the file below is closed by whoever opened it."""

    @property
    def closed(self) -> bool:
        """Asked by Arrow before each read."""
        return self._raw.closed


def decompressed(stream: Peekable, magic: bytes) -> Peekable:
    """The stream as UTF-8 text: gzip and zstd unpacked, UTF-16 recoded, a byte order mark taken off."""
    kind = "gzip" if magic.startswith(_GZIP) else "zstd" if magic.startswith(_ZSTD) else None
    if kind is not None:
        opened = pa.CompressedInputStream(pa.PythonFile(cast("IO[bytes]", stream), mode="r"), kind)
        stream = Peekable(cast("IO[bytes]", opened))
    head = stream.peek(4)
    if head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
        return stream
    for bom, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(bom):
            stream.read(len(bom))
            return Peekable(cast("IO[bytes]", codecs.EncodedFile(cast("Any", stream), "utf-8", name, "replace")))
    return stream


def blocks(stream: Peekable, n_bytes: int) -> Iterator[bytes | Exception]:
    """Blocks of a stream; where it breaks off, the error as the last of them."""
    try:
        while block := stream.read(n_bytes):
            yield block
    except BROKEN as error:
        yield error
