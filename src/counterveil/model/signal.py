"""What a detector reports, and how much such a report may ever count (DESIGN.md §3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import pyarrow as pa


class EvidenceClass(StrEnum):
    """A strong, B medium, C context only. C shifts other evidence and never creates a link, a lead or an action."""

    A = "A"
    B = "B"
    C = "C"


class Family(StrEnum):
    """Where evidence comes from; two B of different families may make a link, two B of one family may not."""

    CONTENT = "content"
    ARTEFACT = "artefact"
    INFRASTRUCTURE = "infrastructure"
    IDENTITY = "identity"
    TIMING = "timing"
    EXTERNAL = "external"


class Reads(StrEnum):
    """What a detector is given, one row at a time."""

    TEXT = "text"
    ACCOUNT = "account"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Row:
    """One input row of a detector: a text, or the fields of an account or event (``fields``)."""

    key: int
    text: str = ""
    fields: Mapping[str, str] | None = None

    def get(self, name: str) -> str:
        """The field's value, or an empty string where the log has none."""
        return (self.fields or {}).get(name, "")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that two subjects could share: a domain, a wallet, a device, a passage of text.

    ``value`` is what a person is shown; ``start``/``end`` are character offsets in the row's text (0, 0 where it is a
    field). Two rows share a thing when kind and value are equal.
    """

    row_key: int
    kind: str
    value: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A row and the values that the detector must report for it; empty for a benign look-alike."""

    row: Row
    expect: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class DetectorInfo:
    """What a detector is: its permanent name, version, meaning and the strongest evidence it may give.

    Changing ``version`` makes the next scan recompute this detector's observations.
    """

    name: str
    version: int
    kind: str
    family: Family
    best_class: EvidenceClass
    reads: Reads
    meaning: str
    source: str
    params: Mapping[str, float | int | str] | None = None


class Detector(Protocol):
    """One small file in ``counterveil.detectors``; pure, order-free, and proved by its own examples."""

    @property
    def info(self) -> DetectorInfo:
        """What it is."""
        ...

    @property
    def examples(self) -> tuple[Example, ...]:
        """At least one hit and one benign look-alike, run by the conformance suite."""
        ...

    def find(self, row: Row) -> list[Thing]:
        """The things in one row, each at most once per value, in order of appearance."""
        ...


THING_SCHEMA = pa.schema(
    [
        pa.field("content_key", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("thing_key", pa.int64(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
    ]
)
