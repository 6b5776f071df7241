"""Who is read by the expensive model: a trigger, an order, and a budget that says what it left unread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from counterveil.policy.assessment import JudgeWeights


@dataclass(frozen=True, slots=True)
class Candidate:
    """An operation or a lone subject that could be read.

    ``signals``: log-odds that each signal towards abuse adds, of all its subjects. ``steering`` in [0,1]: how plainly it tries
    to steer a judge. ``in_queue``: a lead is about it already. ``value``: expected value of reading it, severity × ``worth`` ×
    reach.
    """

    target: str
    kind: str
    subjects: tuple[str, ...]
    behaviours: tuple[str, ...]
    signals: tuple[float, ...]
    steering: float
    value: float
    in_queue: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A candidate that was not read, and why."""

    target: str
    kind: str
    value: float
    why: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may use. ``usd`` counts only where a price is set (per million tokens)."""

    items: int
    tokens: int
    usd: float
    hours: float
    usd_per_mtok_in: float = 0.0
    usd_per_mtok_out: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """US dollars of some tokens at the prices that are set."""
        return (tokens_in * self.usd_per_mtok_in + tokens_out * self.usd_per_mtok_out) / 1_000_000


@dataclass(slots=True)
class Spent:
    """What a run has used so far."""

    items: int = 0
    tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    def add(self, *, tokens: int, usd: float, seconds: float) -> None:
        """One more item."""
        self.items += 1
        self.tokens += tokens
        self.usd += usd
        self.seconds += seconds

    def lacks(self, budget: Budget, *, tokens: int, usd: float) -> str:
        """Which part of the budget one more item of this size would break; empty: none."""
        if self.items + 1 > budget.items:
            return "items"
        if self.tokens + tokens > budget.tokens:
            return "tokens"
        if usd and self.usd + usd > budget.usd:
            return "money"
        return "hours" if self.seconds >= budget.hours * 3600 else ""


def triggered(candidate: Candidate, weights: JudgeWeights) -> bool:
    """Top-k sum of the signals, and a minimum count of them: one loud signal of one subject is not enough.

    Source: references/platforms.md §1.2 (stateful monitoring: cluster accumulates weak signals, top-k sum + minimum count).
    Trying to steer the judge must never pay, so it triggers by itself; who is in the queue is read to annotate the lead.
    """
    top = sorted(candidate.signals, reverse=True)[: weights.top_k]
    lone = candidate.kind == "subject"
    enough = sum(top) >= (weights.lone_sum if lone else weights.group_sum)
    count = sum(value >= weights.min_signal for value in candidate.signals)
    many = count >= (weights.lone_count if lone else weights.group_count)
    return (enough and many) or candidate.in_queue or candidate.steering >= weights.steering


def worth(confidence: float) -> float:
    """What an opinion can still tell at a belief: most at even odds; where belief is high already it only adds quotes.

    >>> worth(0.5), worth(1.0), worth(0.0)
    (1.0, 0.5, 0.0)
    """
    return max(4 * confidence * (1 - confidence), 0.5 * confidence)


def order(candidates: Iterable[Candidate], weights: JudgeWeights) -> list[Candidate]:
    """Those that cross the trigger, the most valuable first; who tries to steer the judge is moved up, never down."""
    crossed = [c for c in candidates if triggered(c, weights)]
    return sorted(crossed, key=lambda c: (-c.value * (1 + c.steering), c.target))


def unread(candidates: Sequence[Candidate], why: str) -> list[Unread]:
    """Candidates with the reason why nobody read them."""
    return [Unread(c.target, c.kind, c.value, why) for c in candidates]
