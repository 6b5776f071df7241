"""A share with its interval: how every rate is published (DESIGN.md §3.9)."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

# The 97.5 % point of the normal distribution.
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Proportion:
    """``hits`` of ``total``, with the 95 % interval in which the true share plausibly lies.

    ``value`` is None where there was nothing to count: a share of nothing is not zero.
    """

    hits: int
    total: int
    value: float | None
    low: float
    high: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def wilson(hits: int, total: int) -> Proportion:
    """Wilson's score interval (E. B. Wilson, JASA 22, 1927), which also holds for 0 hits and for few cases.

    >>> wilson(0, 10).high < 0.28
    True
    """
    if total == 0:
        return Proportion(0, 0, None, 0.0, 1.0)
    share, z2 = hits / total, Z95**2
    scale = 1 + z2 / total
    centre = (share + z2 / (2 * total)) / scale
    half = Z95 * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / scale
    # Rounding could otherwise leave 0 of n with a low end just above 0.
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == total else min(1.0, centre + half)
    return Proportion(hits, total, share, low, high)
