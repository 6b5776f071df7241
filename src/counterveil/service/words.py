"""What things are called on screen, and text made safe to print: for both edges."""

from __future__ import annotations

from counterveil.assess.origin import CONTEXT
from counterveil.observe.mask import inert
from counterveil.policy.evidence import evidence
from counterveil.policy.taxonomy import taxonomy


def behaviour_name(behaviour: str) -> str:
    """A taxonomy id with its name."""
    known = taxonomy()
    return f"{behaviour} {known[behaviour].name}" if behaviour in known else behaviour


def kind_label(kind: str) -> str:
    """A kind of shared thing in words."""
    kinds = evidence().kinds
    return kinds[kind].label if kind in kinds else kind


__all__ = ["CONTEXT", "behaviour_name", "inert", "kind_label"]
