"""What workflow detectors have in common: one behaviour, and the steps in which its work is done."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from counterveil.detectors.behaviour.base import signal, strongest, upper_mean
from counterveil.model.activity import Activity
from counterveil.model.signal import BehaviourInfo, Case, Signal

# A calibrated reading of one behaviour among 22 is small even where it is plain: at this it counts as half plain.
# Chosen by us on authors left out (bench/quality/behaviour).
_HALF_READING = 0.12
_UPPER = 0.25


class Workflow:
    """How plainly a behaviour is read, and how many of the steps that its work takes are seen in those turns.

    One step alone (translating, writing batches) is everybody's; the same behaviour through several of its own steps is a
    trade. ``forms`` and ``tags`` are columns of the head, ``pasted`` who wrote what is pasted, ``slots`` kinds of claim.
    """

    info: ClassVar[BehaviourInfo]
    cases: ClassVar[tuple[Case, ...]]
    forms: ClassVar[tuple[str, ...]] = ()
    tags: ClassVar[tuple[str, ...]] = ()
    pasted: ClassVar[tuple[int, ...]] = ()
    slots: ClassVar[tuple[str, ...]] = ()

    def measure(self, activity: Activity) -> Signal:
        """Geometric mean of plainness and share of steps. Cost: turns times steps."""
        about = np.max([activity.score(b) for b in self.info.behaviours], axis=0, initial=0.0)
        plain: npt.NDArray[np.float64] = about / (about + _HALF_READING)
        steps = self._steps(activity, plain)
        share = float(np.mean(list(steps.values()))) if steps else 0.0
        seen = [name for name, strength in steps.items() if strength > 0.4]
        reason = f"{len(seen)} of {len(steps)} steps seen" + (f" ({', '.join(seen)})" if seen else "")
        top = strongest(about)
        return signal(self.info, activity, float(np.sqrt(upper_mean(plain, _UPPER) * share)), reason, top)

    def _steps(self, activity: Activity, plain: npt.NDArray[np.float64]) -> dict[str, float]:
        """The strongest turn of each step, in [0,1], as far as the turn reads as the behaviour."""
        steps = {form: float((plain * activity.score(f"form_{form}")).max(initial=0.0)) for form in self.forms}
        steps |= {tag: float(np.sqrt(plain * activity.score(f"tag_{tag}")).max(initial=0.0)) for tag in self.tags}
        if self.pasted:
            steps["pasted words"] = float((plain * np.isin(activity.pasted_by, self.pasted)).max(initial=0.0))
        if self.slots:
            hits = [plain[claim.turn] for claim in activity.claims if claim.slot in self.slots]
            steps["claims"] = float(max(hits, default=0.0))
        return steps
