"""Sifting one user text: segments with their languages, what is claimed in it, and a first guess that needs no encoder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from counterveil.ids import digest_hex
from counterveil.observe.canonical import canonical
from counterveil.observe.claims import CLAIM_SCHEMA, claims, claims_version
from counterveil.observe.heads import SEGMENT_SCHEMA
from counterveil.observe.language import UNKNOWN, language
from counterveil.observe.readable import readable
from counterveil.observe.segments import CONTEXT, Segment, Segmenter, pasted_by
from counterveil.observe.texts import clipped
from counterveil.observe.trained import SEGMENTS

# Raise when the columns or their meaning change.
SIFT_VERSION = 1
# Shorter segments borrow the language of the whole text: the classifier guesses on a few words.
_MIN_LANG_CHARS = 24

SIFTED_SCHEMA = pa.schema(
    [
        pa.field("content_key", pa.int64(), nullable=False),
        # Probability in [0,1] that the text's writer is an operator, from words and shape alone.
        pa.field("first_pass", pa.float32(), nullable=False),
        pa.field("own_lang", pa.string(), nullable=False),
        pa.field("pasted_lang", pa.string(), nullable=False),
        # The kind of most of what is pasted, an index of KINDS; -1: nothing is.
        pa.field("pasted_by", pa.int8(), nullable=False),
        # Words hidden from filters by spacing or digits (``readable``).
        pa.field("n_tricks", pa.int32(), nullable=False),
    ]
)


@lru_cache(maxsize=2)
def sift_version(folder: Path) -> str:
    """One name for everything that determines the tables of this module."""
    return digest_hex((folder / SEGMENTS).read_bytes(), str(SIFT_VERSION), claims_version())[:12]


def halves(text: str, segments: Sequence[Segment], max_chars: int) -> tuple[str, str]:
    """The person's own words and what is pasted, each by its start and end: what the encoder reads."""
    own = "\n".join(text[s.start : s.end] for s in segments if s.kind <= CONTEXT)
    pasted = "\n".join(text[s.start : s.end] for s in segments if s.kind > CONTEXT)
    return readable(clipped(own, max_chars))[0], readable(clipped(pasted, max_chars))[0]


def sift(texts: pa.Table, cutter: Segmenter, *, max_chars: int) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Of texts (``content_key``, ``text``): a table of ``SIFTED_SCHEMA``, one of ``SEGMENT_SCHEMA``, one of ``CLAIM_SCHEMA``."""
    sifted = []
    rows = []
    claimed = []
    for key, raw in zip(texts["content_key"].to_pylist(), texts["text"].to_pylist(), strict=True):
        text = canonical(clipped(raw, max_chars)).text
        segments, guess = cutter.cut_and_guess(text)
        whole = language(text)
        langs = [
            language(text[s.start : s.end]) if len(segments) > 1 and s.end - s.start >= _MIN_LANG_CHARS else whole
            for s in segments
        ]
        langs = [whole if lang == UNKNOWN else lang for lang in langs]
        by = pasted_by(segments)
        own = next((lang for s, lang in zip(segments, langs, strict=True) if s.kind <= CONTEXT), "")
        pasted = next((lang for s, lang in zip(segments, langs, strict=True) if s.kind == by), "")
        sifted.append((key, guess, own or pasted or whole, pasted, by, readable(text)[1]))
        rows += [
            (key, i, s.kind, s.start, s.end, lang) for i, (s, lang) in enumerate(zip(segments, langs, strict=True))
        ]
        claimed += [(key, c.slot, c.value, c.start, c.end) for c in claims(text, (own or whole, pasted))]
    return _table(sifted, SIFTED_SCHEMA), _table(rows, SEGMENT_SCHEMA), _table(claimed, CLAIM_SCHEMA)


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
