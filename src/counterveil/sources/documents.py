"""Files that are one JSON document instead of a record a line: arrays, answers of list endpoints, pretty-printed objects."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ijson

from counterveil.sources.base import Frame, Reject
from counterveil.sources.streams import BROKEN, Peekable
from counterveil.sources.values import json_text

# Answers of list endpoints (OpenAI, Langfuse), on one line or on several.
_LISTING = re.compile(rb'\{\s*("object"\s*:\s*"list"\s*,\s*)?"data"\s*:\s*\[')
# An object that is opened on its first line and not closed there, and goes on as an object would.
_OPENED = re.compile(
    rb'\{[ \t\r]*\n\s*["}]|\{[ \t]*("[A-Za-z_]{1,40}")[ \t]*:[ \t]*([\[{][ \t\r]*)?\n\s*(?!\{[ \t]*\1)'
)
_UNFINISHED = (b",", b"[", b"{", b":")


def document_kind(head: bytes) -> str | None:
    """How a file that is one JSON document holds its records (as an ijson prefix); None if it is JSON Lines.

    One damaged first line must not turn a log into a broken document, so what follows it counts as well.

    >>> document_kind(b'[{"a": 1}]'), document_kind(b'{"a": 1}'), document_kind(b'{' + bytes([10]) + b' "a": 1}')
    ('item', None, '')
    >>> document_kind(b'["a": 1}' + bytes([10]) + b'{"a": 2}') is None
    True
    """
    text = head.lstrip()
    if text.startswith(b"["):
        return "item" if _is_array(text) else None
    if _LISTING.match(text):
        return "data.item"
    return "" if _OPENED.match(text) else None


def _is_array(text: bytes) -> bool:
    """Whether the array is the file: it goes on after its first line, or it is all there is."""
    first, _, rest = text.partition(b"\n")
    return first.rstrip().endswith(_UNFINISHED) or not rest.lstrip().startswith((b"{", b"["))


def document(stream: Peekable, prefix: str, label: str, frame_bytes: int) -> Iterator[Frame]:
    """Items of JSON arrays or of ``{"data": […]}``, or whole objects, streamed."""
    data: list[bytes] = []
    size, number, first = 0, 0, 1
    try:
        for item in ijson.items(stream, prefix, use_float=True, multiple_values=True):
            number += 1
            line = json_text(item).encode()
            data.append(line)
            size += len(line)
            if size >= frame_bytes:
                yield Frame(b"\n".join(data), first, "item")
                data, size, first = [], 0, number + 1
    except (ijson.JSONError, RecursionError, ValueError, *BROKEN) as error:
        reason = f"not valid JSON after item {number}: {error}"
        bad = Reject(label, number + 1, "item", reason[:300], "Correct the document; items before are in.", "item")
        yield Frame(b"\n".join(data), first, "item", bad=(bad,))
        return
    if data:
        yield Frame(b"\n".join(data), first, "item")
    if not number:
        bad = Reject(
            label, 1, "item", "no records in this document", "Give an array of records, or one a line.", "item"
        )
        yield Frame(b"", 1, "item", bad=(bad,))
