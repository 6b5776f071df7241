"""From files to frames: bounded pieces of input, with the number of their first record.

Bytes are streamed; at no time is more than one frame (and one longest allowed line) held. Compression and text encoding
are told by the first bytes of the file, never by its name.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from counterveil.errors import InputError
from counterveil.sources.base import Frame, Reject
from counterveil.sources.documents import document, document_kind
from counterveil.sources.streams import Peekable, blocks, broken, decompressed

_PARQUET = b"PAR1"
_READ_BYTES = 1024 * 1024
_SNIFF_BYTES = 64 * 1024
_SNIFF_ARRAY_BYTES = 16 * 1024 * 1024
_ROWS = 2048
STDIN = Path("-")


def label_of(path: Path) -> str:
    """How a file is named in messages."""
    # File names are bytes; one that is no UTF-8 must not break the tables that hold the label.
    return "stdin" if path == STDIN else os.fsencode(path).decode("utf-8", "replace")


def frames(path: Path, *, frame_bytes: int, max_line_bytes: int) -> Iterator[Frame]:
    """All frames of a file (``-`` is standard input).

    Raises:
        InputError: the file cannot be opened. A file that breaks off later yields a Frame with a reject instead.
    """
    label = label_of(path)
    try:
        raw: IO[bytes] = sys.stdin.buffer if path == STDIN else path.open("rb")
    except OSError as error:
        raise InputError(
            f"{label}: cannot be read: {error.strerror}", remedy="Check the path and its permissions."
        ) from error
    # Standard input belongs to the process and stays open.
    with contextlib.nullcontext() if path == STDIN else raw:
        buffered = Peekable(raw)
        magic = buffered.peek(4)
        if magic.startswith(_PARQUET):
            whole = pa.BufferReader(buffered.read()) if path == STDIN else path
            yield from parquet_rows(whole, label)
            return
        stream = decompressed(buffered, magic)
        head = stream.peek(_SNIFF_BYTES)
        if head.lstrip().startswith(b"[") and b"\n" not in head:
            # An array on one long line may be the whole file, or the first of many lines: look on to where it ends.
            head = stream.peek(_SNIFF_ARRAY_BYTES)
        kind = document_kind(head)
        if kind is None:
            yield from lines(stream, label, frame_bytes, max_line_bytes)
        else:
            yield from document(stream, kind, label, frame_bytes)


def lines(stream: Peekable, label: str, frame_bytes: int, max_line_bytes: int) -> Iterator[Frame]:
    """Frames of whole lines. The last line may lack its line feed; over-long lines and a broken stream are rejects."""
    done, partial = bytearray(), bytearray()
    number, skipping = 1, False
    # No read is longer than the longest line, so only the first line of a block can be over-long.
    for read in blocks(stream, min(_READ_BYTES, max_line_bytes, frame_bytes)):
        if isinstance(read, Exception):
            # The last line is cut off where the stream breaks, and would be rejected as if it were written that way.
            yield Frame(bytes(done), number, bad=(broken(label, read),))
            return
        block, end = read, read.find(b"\n")
        if skipping or len(partial) + (len(block) if end < 0 else end) > max_line_bytes:
            if not skipping:
                over_long = number + done.count(b"\n")
                yield Frame(bytes(done), number, bad=(_over_long(label, over_long, max_line_bytes),))
                number = over_long
                done.clear()
                partial.clear()
            skipping = end < 0
            number += not skipping
            block = b"" if skipping else block[end + 1 :]
        cut = block.rfind(b"\n") + 1
        if cut:
            done += partial + block[:cut]
            partial.clear()
        partial += block[cut:]
        if len(done) >= frame_bytes:
            yield Frame(bytes(done), number)
            number += done.count(b"\n")
            done.clear()
    if done or partial:
        yield Frame(bytes(done + partial), number)


def _over_long(label: str, number: int, max_line_bytes: int) -> Reject:
    return Reject(
        label, number, "line", f"longer than {max_line_bytes} bytes", "Raise max_line_bytes or split the record."
    )


def parquet_rows(path: Path | pa.BufferReader, label: str) -> Iterator[Frame]:
    """Rows of a Parquet file as JSON lines, so that one path of checks serves every input."""
    try:
        file = pq.ParquetFile(path)
        number = 1
        for batch in file.iter_batches(batch_size=_ROWS):
            rows: list[dict[str, Any]] = batch.to_pylist()
            lines = [orjson.dumps(_plain_row(row), default=str, option=orjson.OPT_NAIVE_UTC) for row in rows]
            yield Frame(b"\n".join(lines), number, "row")
            number += len(lines)
    except (OSError, pa.ArrowException, orjson.JSONEncodeError) as error:
        yield Frame(b"", 0, bad=(broken(label, error),))


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: (value.decode("utf-8", "replace") if isinstance(value, bytes) else value) for key, value in row.items()
    }
