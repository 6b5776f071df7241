"""What a detector reports, and how much such a report may ever count (DESIGN.md §3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

from counterveil.model.activity import Activity


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


class Bearing(StrEnum):
    """Which way a signal points: towards abuse, or towards an innocent reading of the same activity."""

    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a subject's turns: the event, and offsets in the canonical text (0, 0: the whole turn)."""

    event_id: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """One observation by one detector version about one subject.

    ``score`` in [0,1] is how plainly the pattern is there, not how bad it is. ``reason`` gives the numbers behind it.
    """

    subject_id: str
    detector: str
    version: int
    score: float
    evidence_class: EvidenceClass
    family: Family
    bearing: Bearing
    reason: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class BehaviourInfo:
    """What a behaviour detector is: its permanent name, version, meaning, and the strongest evidence it may give.

    ``behaviours``: taxonomy ids that it is about; empty where it may be any.
    """

    name: str
    version: int
    family: Family
    best_class: EvidenceClass
    bearing: Bearing
    meaning: str
    source: str
    behaviours: tuple[str, ...] = ()
    params: Mapping[str, float | int | str] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An activity and the least or most that the detector must score it; ``why`` tells what a benign one is."""

    activity: Activity
    at_least: float = 0.0
    at_most: float = 1.0
    why: str = ""


SIGNAL_SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("detector", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("evidence_class", pa.string(), nullable=False),
        pa.field("family", pa.string(), nullable=False),
        pa.field("bearing", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field(
            "spans",
            pa.list_(pa.struct([("event_id", pa.string()), ("start", pa.int32()), ("end", pa.int32())])),
            nullable=False,
        ),
    ]
)


class BehaviourDetector(Protocol):
    """One small file in ``counterveil.detectors.behaviour``; pure, and proved by its own cases."""

    @property
    def info(self) -> BehaviourInfo:
        """What it is."""
        ...

    @property
    def cases(self) -> tuple[Case, ...]:
        """At least one hit and one benign look-alike, run by the conformance suite."""
        ...

    def measure(self, activity: Activity) -> Signal:
        """How plainly the pattern is in the activity; score 0 where nothing of it is."""
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
