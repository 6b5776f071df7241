"""When a subject is active, and what a detector of pairs says about two such rhythms (DESIGN.md §3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from counterveil.model.signal import EvidenceClass, Family

Seconds = npt.NDArray[np.int64]

# A pause longer than this ends a session: the half hour of web analytics, where most pauses are either minutes or hours.
SESSION_PAUSE_S = 1800


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """Moments at which a subject sent something: unix seconds, in order, each once.

    ``begins``/``ends`` are its sessions: first and last moment of each stretch without a pause of over half an hour.

    >>> Rhythm(np.array([0, 60, 7200], dtype=np.int64)).ends.tolist()
    [60, 7200]
    """

    times: Seconds
    begins: Seconds = field(init=False, repr=False)
    ends: Seconds = field(init=False, repr=False)

    def __post_init__(self) -> None:
        at = np.flatnonzero(np.diff(self.times) > SESSION_PAUSE_S)
        object.__setattr__(self, "begins", np.concatenate([self.times[:1], self.times[at + 1]]))
        object.__setattr__(self, "ends", np.concatenate([self.times[at], self.times[-1:]]))

    def __len__(self) -> int:
        return len(self.times)

    @property
    def first(self) -> int:
        """The first moment; 0 where there is none."""
        return int(self.times[0]) if len(self.times) else 0

    @property
    def last(self) -> int:
        """The last moment; 0 where there is none."""
        return int(self.times[-1]) if len(self.times) else 0


def rhythm(times: Iterable[float]) -> Rhythm:
    """The rhythm of moments in any order, with repetitions.

    >>> rhythm([7200.4, 0, 0]).times.tolist()
    [0, 7200]
    """
    return Rhythm(np.unique(np.array([int(t) for t in times], dtype=np.int64)))


@dataclass(frozen=True, slots=True)
class PairInfo:
    """What a detector of pairs is: its permanent name, version, meaning, and the strongest evidence it may give."""

    name: str
    version: int
    kind: str
    family: Family
    best_class: EvidenceClass
    meaning: str
    source: str
    params: Mapping[str, float | int | str] | None = None


@dataclass(frozen=True, slots=True)
class PairFinding:
    """How much more two rhythms look like one team than like two strangers, in bits (0: nothing); ``reason`` gives the numbers."""

    bits: float
    reason: str


@dataclass(frozen=True, slots=True)
class PairCase:
    """Two rhythms and the least or most bits that the detector must give them; ``why`` tells what a benign one is."""

    left: Rhythm
    right: Rhythm
    at_least: float = 0.0
    at_most: float = 4.0
    why: str = ""


class PairDetector(Protocol):
    """One small file in ``counterveil.detectors.pairs``; pure, the same for left and right, and proved by its own cases."""

    @property
    def info(self) -> PairInfo:
        """What it is."""
        ...

    @property
    def cases(self) -> tuple[PairCase, ...]:
        """At least one hit and the benign look-alikes, run by the conformance suite."""
        ...

    def find(self, left: Rhythm, right: Rhythm) -> PairFinding:
        """What the two rhythms say about each other."""
        ...
