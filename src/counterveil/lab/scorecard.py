"""An evaluation as a whole: a pack, its runs, and what was measured in each. Plain data, for JSON and for the page."""

from __future__ import annotations

from dataclasses import dataclass

from counterveil.lab.cost import Cost
from counterveil.lab.metrics import Evaluation
from counterveil.lab.mistakes import FalsePositive, Queue


@dataclass(frozen=True, slots=True)
class Measured:
    """Counterveil beside two naive baselines on the same log.

    ``queue`` and ``false_positives`` are Counterveil's. ``unlabelled`` accounts were scanned and are in no figure.
    """

    counterveil: Evaluation
    keywords: Evaluation
    duplicates: Evaluation
    queue: Queue
    false_positives: tuple[FalsePositive, ...]
    unlabelled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One log that was scanned. ``asked`` is the ratio wanted, ``ratio`` what came out: background accounts per malicious one.

    ``adversary`` is None for the pack as it is; ``ablated`` names what was taken from everybody ("context").
    """

    name: str
    asked: float | None
    ratio: float
    background: int
    adversary: str | None
    ablated: str | None
    measured: Measured
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All runs of one evaluation; ``notes`` are sentences that a reader of the figures must know."""

    pack: str
    malicious: int
    operations: int
    innocent: int
    events: int | None
    rejects: int
    unlabelled: tuple[str, ...]
    unseen: tuple[str, ...]
    bystanders: int
    background: str
    background_available: int | None
    seed: int | None
    version: str
    python: str
    notes: tuple[str, ...]
    runs: tuple[Run, ...]
