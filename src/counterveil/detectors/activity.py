"""Every detector that measures a subject's activity: patterns of behaviour, then one workflow a taxonomy row."""

from __future__ import annotations

from counterveil.detectors.behaviour import BEHAVIOUR
from counterveil.detectors.workflows import WORKFLOWS
from counterveil.model.signal import BehaviourDetector

ACTIVITY: tuple[BehaviourDetector, ...] = (*BEHAVIOUR, *WORKFLOWS)

__all__ = ["ACTIVITY"]
