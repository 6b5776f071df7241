"""Evidence that two subjects belong together, in bits, with every shared thing named (DESIGN.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterveil.model.signal import EvidenceClass, Family


class Judgement(StrEnum):
    """What an investigator says of a pair: it overrides what the machine makes of it."""

    SAME = "same"
    NOT_SAME = "not-same"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class SharedThing:
    """One thing that both subjects have.

    ``n_subjects`` counts all subjects that have it, these two included; ``n_population`` all subjects of the log.
    ``bits_alone`` is its weight on its own; ``bits`` what it added here after capping and damping.
    """

    kind: str
    value: str
    family: Family
    evidence_class: EvidenceClass
    n_subjects: int
    n_population: int
    bits_alone: float
    bits: float


@dataclass(frozen=True, slots=True)
class Link:
    """A pair of subjects, ``left`` < ``right``, with its total in bits (log2 Bayes factor) and the ledger behind it.

    ``sure``: it stands by itself at the wanted false discovery rate, or its ends have several partners in common; others only
    count inside a group that sure links hold.
    """

    left: str
    right: str
    bits: float
    shared: tuple[SharedThing, ...]
    sure: bool = True
