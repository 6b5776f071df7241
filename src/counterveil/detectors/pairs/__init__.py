"""Every detector of pairs that ships: each measures one pattern in the times of two subjects. All are context only."""

from __future__ import annotations

from counterveil.detectors.pairs.hand_over import HandOver
from counterveil.detectors.pairs.round_robin import RoundRobin
from counterveil.detectors.pairs.succession import Succession
from counterveil.model.rhythm import PairDetector

PAIRS: tuple[PairDetector, ...] = (HandOver(), RoundRobin(), Succession())

__all__ = ["PAIRS"]
