"""What behaviour detectors have in common: a signal from a score, and a few measures of an activity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from counterveil.model.activity import Activity
from counterveil.model.signal import BehaviourInfo, Case, Signal, Span

# A reading above this counts as "this turn is it" where turns are counted. Calibrated scores: even odds.
EVEN = 0.5
_SHOWN = 3


def signal(info: BehaviourInfo, activity: Activity, score: float, reason: str, turns: Iterable[int] = ()) -> Signal:
    """The signal of a detector; ``turns`` are the places that show it best."""
    bounded = round(float(min(1.0, max(0.0, score))), 4)
    spans = tuple(Span(activity.event_ids[i]) for i in list(turns)[:_SHOWN]) if bounded > 0 else ()
    return Signal(
        activity.subject_id, info.name, info.version, bounded, info.best_class, info.family, info.bearing, reason, spans
    )


def strongest(values: npt.NDArray[np.float64]) -> list[int]:
    """Places of values, the highest first; equal ones in order of time.

    >>> strongest(np.array([0.1, 0.9, 0.9]))
    [1, 2, 0]
    """
    found: list[int] = np.argsort(-values, kind="stable").tolist()
    return found


def upper_mean(values: npt.NDArray[np.float64], share: float) -> float:
    """Mean of the highest share of values, at least one: operators' traffic is half harmless, a plain mean hides the rest.

    >>> upper_mean(np.array([0.0, 0.0, 1.0, 0.5]), 0.5)
    0.75
    """
    if len(values) == 0:
        return 0.0
    n = max(1, int(np.ceil(share * len(values))))
    return float(np.sort(values)[::-1][:n].mean())


def saturated(count: float, half: float) -> float:
    """0 at nothing, one half at ``half``, towards 1 beyond.

    >>> saturated(0, 3), saturated(3, 3)
    (0.0, 0.5)
    """
    return count / (count + half) if count > 0 else 0.0


def mean_logit(values: npt.NDArray[np.float64]) -> float:
    """The probability whose log-odds are the mean of the values' log-odds: 0.5 for nothing.

    >>> round(mean_logit(np.array([0.9, 0.1])), 3)
    0.5
    """
    if len(values) == 0:
        return 0.5
    bounded = np.clip(values, 1e-4, 1 - 1e-4)
    return float(1.0 / (1.0 + np.exp(-np.log(bounded / (1 - bounded)).mean())))


class Stance:
    """Upper half of the readings of a stance, of the plainest where it has several columns. Cost: linear in the turns."""

    info: ClassVar[BehaviourInfo]
    cases: ClassVar[tuple[Case, ...]]
    columns: ClassVar[tuple[str, ...]]

    def measure(self, activity: Activity) -> Signal:
        """How plainly the stance is taken in the turns that take it most."""
        values = np.max([activity.score(column) for column in self.columns], axis=0)
        reason = f"{(values > EVEN).sum()} of {len(values)} turns"
        return signal(self.info, activity, upper_mean(values, 0.5), reason, strongest(values))


class Tag:
    """Upper quarter of the readings of a tag: what it names need not be asked often. Cost: linear in the turns."""

    info: ClassVar[BehaviourInfo]
    cases: ClassVar[tuple[Case, ...]]
    column: ClassVar[str]

    def measure(self, activity: Activity) -> Signal:
        """How plainly the tag is read where it is read most."""
        values = activity.score(self.column)
        reason = f"strongest of {len(values)} turns: {values.max(initial=0.0):.2f}"
        return signal(self.info, activity, upper_mean(values, 0.25), reason, strongest(values))
