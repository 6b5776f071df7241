"""What an operation may be for, and where it may come from: competing readings of the same evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterveil.model.signal import EvidenceClass, Family


class Rating(StrEnum):
    """How one piece of evidence stands to one hypothesis (Heuer 1999, ch. 8)."""

    CONSISTENT = "C"
    INCONSISTENT = "I"
    NEUTRAL = "N"


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence. ``weight`` in [0,1]: how plain it is, times what its class may count; context is never an item."""

    key: str
    label: str
    family: Family
    evidence_class: EvidenceClass
    weight: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """An item on the board, with a rating for each hypothesis in the board's order.

    ``diagnosticity`` in [0,1]: how far it tells the hypotheses apart; 0 where it stands to all alike. ``points``: weight ×
    diagnosticity, to the thousandth: what it costs a hypothesis that it is inconsistent with.
    """

    item: Item
    ratings: tuple[Rating, ...]
    diagnosticity: float
    points: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One explanation of purpose. ``inconsistency`` and ``consistency`` are sums of the points of its I and C items."""

    hypothesis_id: str
    name: str
    innocent: bool
    inconsistency: float
    consistency: float
    would_change: str


@dataclass(frozen=True, slots=True)
class Board:
    """Hypotheses, the least contradicted first, over the evidence, the most diagnostic first."""

    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: tuple[Weighed, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A statement from outside about where something comes from, with who made it and how far to trust it.

    ``kind`` and ``value`` name what it is about: a shared thing as the detectors write it, or ``account``. ``reliability`` A–F
    and ``credibility`` 1–6 are the Admiralty code's (source, and what it says).
    """

    anchor_id: str
    kind: str
    value: str
    origin: str
    source: str
    reliability: str
    credibility: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an operation is thought to work from; ``place`` empty: not assessed.

    ``likelihood`` (a word of ICD 203, about the place) and ``confidence`` (low, moderate, high, about the evidence) are never
    put in one sentence. ``anchors``: ids of the outside statements that it rests on.
    """

    place: str = ""
    likelihood: str = ""
    confidence: str = ""
    sentences: tuple[str, ...] = ("No origin is assessed: there is nothing but context.",)
    anchors: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
