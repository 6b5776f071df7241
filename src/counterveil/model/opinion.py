"""What a judge model says of one operation or lone subject, as far as it could be checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rating(StrEnum):
    """How plainly a behaviour is in the evidence."""

    NONE = "none"
    WEAK = "weak"
    CLEAR = "clear"


class Sureness(StrEnum):
    """The judge's own word for its confidence; three words only, no figures that look exact."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Quote:
    """A place in the masked text of one turn, found there byte for byte; ``digest`` is of the words, which are not kept."""

    side: str
    event_id: str
    content_key: int
    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """A checked answer. ``n_dropped`` quotes were not in the evidence; ``subjects`` are those that the evidence was of.

    ``summary`` and ``innocent_explanation`` are the model's words about masked text: as confidential as that text.
    """

    target: str
    subjects: tuple[str, ...]
    ratings: Mapping[str, Rating]
    stance: str
    summary: str
    innocent_explanation: str
    quotes: tuple[Quote, ...]
    n_dropped: int
    sureness: Sureness
    injection_suspected: bool

    @property
    def best(self) -> tuple[str, Rating]:
        """The behaviour that is rated highest, the first of equal ones by id; ("", none) where nothing is."""
        order = [Rating.NONE, Rating.WEAK, Rating.CLEAR]
        rated = sorted(
            ((i, r) for i, r in self.ratings.items() if r is not Rating.NONE), key=lambda x: (-order.index(x[1]), x[0])
        )
        return rated[0] if rated else ("", Rating.NONE)

    @property
    def n_quotes_for(self) -> int:
        """Quotes towards abuse that were found in the evidence."""
        return sum(quote.side == "for" for quote in self.quotes)
