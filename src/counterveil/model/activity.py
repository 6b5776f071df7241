"""What one subject did, in order, as far as it was read: the input of behaviour detectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

# Who wrote what is pasted in a turn (indices of ``observe.segments.KINDS``; -1: nothing is pasted).
NOTHING, TARGET, SOURCE, OWN = -1, 2, 3, 4
HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a person says about the work itself: a role, client, quota, team … Kept apart from fact: nobody checked it.

    ``turn`` is the place in the activity; ``start``/``end`` are offsets in the canonical text of that turn.
    """

    slot: str
    value: str
    turn: int
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """Turns of a subject in order of time; every array has one entry a turn.

    ``scores`` are readings in [0,1] by column of the head (behaviours, ``doing``, stances, forms, tags). ``n_turns`` counts
    all user turns, read or not. ``own_langs``/``pasted_langs`` are context (DESIGN.md §3.2): detectors may compare them with
    each other, never with a list of countries.
    """

    subject_id: str
    event_ids: tuple[str, ...]
    times: npt.NDArray[np.float64]
    conversations: npt.NDArray[np.int64]
    pasted_by: npt.NDArray[np.int8]
    refused: npt.NDArray[np.bool_]
    n_disguises: npt.NDArray[np.int64]
    own_langs: tuple[str, ...]
    pasted_langs: tuple[str, ...]
    scores: Mapping[str, npt.NDArray[np.float64]]
    claims: tuple[Claim, ...] = ()
    n_turns: int = 0

    def __len__(self) -> int:
        return len(self.event_ids)

    def score(self, column: str) -> npt.NDArray[np.float64]:
        """Readings of one column; zeros where the head has no such column."""
        found = self.scores.get(column)
        return np.zeros(len(self)) if found is None else found

    def top(self, column: str, n: int = 3) -> tuple[int, ...]:
        """Places of the turns that say most, the strongest first; ties in order of time."""
        return tuple(int(i) for i in np.argsort(-self.score(column), kind="stable")[:n])


@dataclass(frozen=True, slots=True)
class Sketch:
    """One turn of an example: only what matters is given."""

    scores: Mapping[str, float] = field(default_factory=dict)
    conversation: int = 1
    hour: float | None = None
    pasted_by: int = NOTHING
    own: str = "en"
    pasted: str = ""
    refused: bool = False
    n_disguises: int = 0
    claims: Sequence[tuple[str, str]] = ()


def sketched(*turns: Sketch, subject_id: str = "example") -> Activity:
    """An activity from sketches, one an hour where no hour is given.

    >>> sketched(Sketch({"doing": 0.9}), Sketch()).score("doing").tolist()
    [0.9, 0.0]
    """
    columns = sorted({name for turn in turns for name in turn.scores})
    return Activity(
        subject_id=subject_id,
        event_ids=tuple(f"e{i}" for i in range(len(turns))),
        times=np.array([HOUR * (i if t.hour is None else t.hour) for i, t in enumerate(turns)], dtype=np.float64),
        conversations=np.array([t.conversation for t in turns], dtype=np.int64),
        pasted_by=np.array([t.pasted_by for t in turns], dtype=np.int8),
        refused=np.array([t.refused for t in turns], dtype=np.bool_),
        n_disguises=np.array([t.n_disguises for t in turns], dtype=np.int64),
        own_langs=tuple(t.own for t in turns),
        pasted_langs=tuple(t.pasted for t in turns),
        scores={name: np.array([t.scores.get(name, 0.0) for t in turns], dtype=np.float64) for name in columns},
        claims=tuple(Claim(slot, value, i) for i, t in enumerate(turns) for slot, value in t.claims),
        n_turns=len(turns),
    )
