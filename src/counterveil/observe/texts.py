"""Observing a batch of texts: a pure function from Arrow to Arrow, run in parallel and anywhere.

A text is observed once, whoever wrote it and however often it was re-sent: the tables are keyed by content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from counterveil.ids import digest_hex, key64
from counterveil.model.signal import THING_SCHEMA, Detector, Reads, Row, Thing
from counterveil.observe.canonical import canonical
from counterveil.observe.language import language
from counterveil.observe.refusals import is_refusal
from counterveil.observe.words import WORDS_VERSION, word_table

# Raise when canonical text, language or the columns below change: the next scan then recomputes every observation.
OBSERVE_VERSION = 3


OBSERVATION_SCHEMA = pa.schema(
    [
        pa.field("content_key", pa.int64(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("n_chars", pa.int32(), nullable=False),
        # Hidden, look-alike and smuggled characters that were undone.
        pa.field("n_disguises", pa.int32(), nullable=False),
        # As a model's answer, the text declines.
        pa.field("is_refusal", pa.bool_(), nullable=False),
    ]
)


def version_of(detectors: Sequence[Detector]) -> str:
    """One name for everything that determines the observations; a change means recomputation."""
    parts = [f"{d.info.name}@{d.info.version}" for d in detectors if d.info.reads is Reads.TEXT]
    return digest_hex(b"", str(OBSERVE_VERSION), str(WORDS_VERSION), *sorted(parts))[:12]


def clipped(text: str, max_chars: int) -> str:
    """The text, or half of the limit from its start and half from its end: a brief stands first or last."""
    if len(text) <= max_chars:
        return text
    half = max_chars // 2
    return f"{text[:half]}\n{text[-half:]}"


@dataclass(frozen=True, slots=True)
class Observed:
    """``observations`` (``OBSERVATION_SCHEMA``) and ``words`` (``WORDS_SCHEMA``) have a row a text; ``things``
    (``THING_SCHEMA``) a row a find, with offsets in the *canonical* text.
    """

    observations: pa.Table
    things: pa.Table
    words: pa.Table


def observe(texts: pa.Table, detectors: Sequence[Detector], *, max_chars: int) -> Observed:
    """What is in some texts (``content_key``, ``text``), in their order. Cost: linear in the characters."""
    keys: list[int] = texts["content_key"].to_pylist()
    plain = [canonical(clipped(text, max_chars)) for text in texts["text"].to_pylist()]
    observations = {
        "content_key": keys,
        "lang": [language(p.text) for p in plain],
        "n_chars": [len(p.text) for p in plain],
        "n_disguises": [p.n_changes for p in plain],
        "is_refusal": [is_refusal(p.text) for p in plain],
    }
    reading = [d for d in detectors if d.info.reads is Reads.TEXT]
    found = [thing for key, p in zip(keys, plain, strict=True) for d in reading for thing in d.find(Row(key, p.text))]
    words = word_table(keys, [p.text for p in plain])
    return Observed(pa.table(observations, schema=OBSERVATION_SCHEMA), thing_table(found), words)


def thing_table(found: Sequence[Thing]) -> pa.Table:
    """Things as Arrow, keyed by kind and value."""
    columns = {
        "content_key": [t.row_key for t in found],
        "kind": [t.kind for t in found],
        "thing_key": [key64(t.kind, t.value) for t in found],
        "value": [t.value for t in found],
        "start": [t.start for t in found],
        "end": [t.end for t in found],
    }
    return pa.table(columns, schema=THING_SCHEMA)
