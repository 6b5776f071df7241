"""Texts in nearly the same words: copies, templates filled in again, paraphrases that keep words."""

from __future__ import annotations

from typing import ClassVar

from counterveil.model.rhythm import PairInfo
from counterveil.model.signal import EvidenceClass, Family


class NearText:
    """Two subjects keep sending texts that share their rare words, often within minutes of each other.

    A class with one assignment and a firm with one template do so too: they are linked as well, and linking is not guilt.
    Bits come from how often strangers of this log do the same (``link/alike.py``).
    """

    info: ClassVar[PairInfo] = PairInfo(
        name="near_text",
        version=1,
        kind="near_text",
        family=Family.CONTENT,
        best_class=EvidenceClass.A,
        meaning="Both subjects sent texts that share most of their rare words.",
        source="references/coordination.md §5.1–5.3; min-hash: Broder 1997; A only for three distinct texts and more",
    )

    def told(self, n_texts: int, similarity: float, gap: str) -> str:
        """What an investigator reads; the texts themselves are shown where they are asked for."""
        return f"{n_texts} text{'s' if n_texts > 1 else ''} in nearly the same words (similarity up to {similarity:.2f}, closest {gap} apart)"
