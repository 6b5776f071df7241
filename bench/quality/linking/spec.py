"""What a world is to contain. Levels say how an operation hides.

| level | its posts |
|---|---|
| 1 | exact copies within 5 minutes |
| 2 | paraphrases (20 % of the words replaced, 8 % dropped, neighbours swapped) within 10 minutes |
| 3 | 45 % replaced, 5 % dropped, within 30 minutes; a few names of targets survive in 60 % of the copies |
| 4 | own words, own times; chains of shared devices and cards, rare domains and e-mail addresses in 15 % of the posts |
| 5 | the same message in wholly other words (as if translated), within 30 minutes: only ``World.meaning`` tells |
| 6 | slow drip: as level 2, but few messages, the copies of each spread over 10 days |
| 7 | farm: own words and times, three devices an account out of a pool in which three accounts share each, cards by threes, rare domains |

All operations have cover traffic beside these posts. Levels 1–4 are those of the study's trial generator
(references/coordination.md §3.1), levels 5–7 those that its §6 asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVELS = (1, 2, 3, 4, 5, 6, 7)
STUDY_LEVELS = (1, 2, 3, 4)
MIN_COHORTS = 20
SMALLEST, LARGEST = 4, 1000
_PER_LEVEL = 5
_SMALL = (10, 50)
_BIG = (300, 1000)


@dataclass(frozen=True, slots=True)
class Spec:
    """One world; the same spec gives the same world, bit for bit.

    ``operations`` are (level, number of accounts). ``n_cohorts`` benign look-alikes, half school classes and half firms;
    by default as many as operations, at least 20. ``cohort_sizes`` are the fewest and most accounts of one.
    ``household_share``: pairs of flatmates per account. ``common_wishes``: the share of the free texts that ask for one of
    300 popular things in words of their own, so that a shared meaning alone is no sign of an operation.
    ``n_events`` is met exactly unless the planted posts alone are more.
    """

    n_events: int
    n_accounts: int
    seed: int
    days: int = 30
    operations: tuple[tuple[int, int], ...] = ()
    n_cohorts: int | None = None
    cohort_sizes: tuple[int, int] = (20, 40)
    household_share: float = 1 / 60
    common_wishes: float = 0.1

    def __post_init__(self) -> None:
        if self.n_accounts < 2 or self.n_events < 0 or self.days < 1:
            raise ValueError("A world needs two accounts, a day, and no negative number of events.")
        for level, size in self.operations:
            if level not in LEVELS or size < 2:
                raise ValueError(
                    f"No operation of level {level} with {size} accounts: levels are 1–7, sizes 2 and more."
                )

    @property
    def cohorts(self) -> int:
        """The number of benign cohorts."""
        return max(MIN_COHORTS, len(self.operations)) if self.n_cohorts is None else self.n_cohorts

    @classmethod
    def study(cls, n_events: int, n_accounts: int, seed: int) -> Spec:
        """The study's log: 20 operations of 10–50 accounts, five each of levels 1–4, beside 20 cohorts."""
        return cls(n_events, n_accounts, seed, operations=_small(seed, STUDY_LEVELS))

    @classmethod
    def hard(cls, n_events: int, n_accounts: int, seed: int) -> Spec:
        """35 operations of 10–50 accounts, five each of levels 1–7, beside 35 cohorts."""
        return cls(n_events, n_accounts, seed, operations=_small(seed, LEVELS))

    @classmethod
    def large(cls, n_events: int, n_accounts: int, seed: int) -> Spec:
        """The study's log and three operations of 300–1000 accounts, of levels 1, 2 and 4."""
        rng = _rng(seed, 1)
        big = tuple((level, int(rng.integers(_BIG[0], _BIG[1] + 1))) for level in (1, 2, 4))
        return cls(n_events, n_accounts, seed, operations=(*_small(seed, STUDY_LEVELS), *big))

    @classmethod
    def empty(cls, n_events: int, n_accounts: int, seed: int) -> Spec:
        """No operation: whatever is found beyond cohorts and households is wrong."""
        return cls(n_events, n_accounts, seed)

    @classmethod
    def prevalent(
        cls, n_events: int, n_accounts: int, seed: int, *, share: float, levels: tuple[int, ...] = STUDY_LEVELS
    ) -> Spec:
        """Operations hold ``share`` of the accounts; sizes are log-uniform between 4 and 1000, levels in turn.

        The study asks for 0.05 %–10 % (references/coordination.md §6). There is at least one operation, of 4 accounts.
        """
        rng, left = _rng(seed, 2), max(SMALLEST, round(share * n_accounts))
        operations: list[tuple[int, int]] = []
        while left >= SMALLEST:
            size = int(np.exp(rng.uniform(np.log(SMALLEST), np.log(min(LARGEST, left) + 1))))
            size = min(size, left)
            # A rest too small for an operation of its own goes to the last one.
            size = left if left - size < SMALLEST and left <= LARGEST else size
            operations.append((levels[len(operations) % len(levels)], size))
            left -= size
        return cls(n_events, n_accounts, seed, operations=tuple(operations))


def _small(seed: int, levels: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    rng = _rng(seed, 0)
    return tuple((level, int(rng.integers(_SMALL[0], _SMALL[1] + 1))) for level in levels for _ in range(_PER_LEVEL))


def _rng(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, 7000 + part])
