"""Likeness of what two subjects sent: not the same thing, but alike. Found by ``link/near.py`` and ``link/meaning.py``."""

from __future__ import annotations

from counterveil.detectors.likeness.near_text import NearText
from counterveil.detectors.likeness.same_meaning import SameMeaning

LIKENESS = (NearText(), SameMeaning())

__all__ = ["LIKENESS"]
