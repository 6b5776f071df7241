"""Which words a text consists of, as hashed sets: what near-duplicates are found by, without keeping the text."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa

# Raise when tokens or their hashes change: the next scan then recomputes them.
WORDS_VERSION = 1
# Longer texts are cut: half from the start, half from the end, as elsewhere. Chosen by us.
_MAX_WORDS = 600
_WIDE = "\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
_TOKEN = re.compile(rf"https?://\S{{1,500}}|[\w.+-]{{1,64}}@[\w.-]{{1,255}}|[{_WIDE}]+|[^\W_{_WIDE}]+")

WORDS_SCHEMA = pa.schema(
    [
        pa.field("content_key", pa.int64(), nullable=False),
        pa.field("words", pa.list_(pa.int32()), nullable=False),
    ]
)


def tokens(text: str) -> list[str]:
    """The words of a canonical text in lower case, in order; pairs of signs where no spaces are written.

    Numbers are left out: they are what changes when a template is filled in again.
    """
    found: list[str] = []
    for token in _TOKEN.findall(text.lower()):
        if "\u0e00" <= token[0] <= "\u9fff" and not token[0].isdigit():
            found += [a + b for a, b in pairwise(token)] or [token]
        elif not token.isdigit():
            found.append(token)
    return found


def words_of(text: str) -> list[int]:
    """The distinct words of a canonical text as signed 32-bit hashes, sorted.

    >>> words_of("Pay 20 now") == words_of("now pay 35")
    True
    """
    found = tokens(text)
    if len(found) > _MAX_WORDS:
        found = found[: _MAX_WORDS // 2] + found[-_MAX_WORDS // 2 :]
    return sorted({zlib.crc32(word.encode("utf-8", "replace")) - (1 << 31) for word in found})


def word_table(keys: Sequence[int], texts: Sequence[str]) -> pa.Table:
    """Canonical texts as a table of ``WORDS_SCHEMA``. Cost: linear in the characters."""
    return pa.table({"content_key": keys, "words": [words_of(text) for text in texts]}, schema=WORDS_SCHEMA)
