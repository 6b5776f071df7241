"""Texts that mean the same: rewritten, or in another language."""

from __future__ import annotations

from typing import ClassVar

from counterveil.model.rhythm import PairInfo
from counterveil.model.signal import EvidenceClass, Family


class SameMeaning:
    """What one subject pasted or wrote is, in other words or another language, what the other did.

    Which languages they are plays no part: likeness is of sentence vectors (``link/meaning.py``). Bits come from how often
    strangers of this log do the same, so that a topic of the day weighs little.
    """

    info: ClassVar[PairInfo] = PairInfo(
        name="same_meaning",
        version=1,
        kind="same_meaning",
        family=Family.CONTENT,
        best_class=EvidenceClass.A,
        meaning="Both subjects sent texts whose sentence vectors nearly agree.",
        source="references/coordination.md §5.1 (embedding buckets); edges of similarity chosen by us, see bench/quality/linking",
    )

    def told(self, n_texts: int, similarity: float, gap: str) -> str:
        """What an investigator reads; the texts themselves are shown where they are asked for."""
        return f"{n_texts} text{'s' if n_texts > 1 else ''} that mean the same (similarity up to {similarity:.2f}, closest {gap} apart)"
