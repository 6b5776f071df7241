"""Whether what a link cites is what made it: its ledger added up again, and taken away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterveil.lab.measures import Proportion, wilson
from counterveil.model.signal import Family
from counterveil.policy.evidence import EvidencePolicy

# Sums are of milli-bits, each rounded once on the way.
_ROUNDING_BITS = 0.01


@dataclass(frozen=True, slots=True)
class Faithful:
    """Of some links: those that fall below the threshold without what they cite; those whose cited things make all of their bits;
    those that cite as much as a ledger may list, so that something may be left out.
    """

    broken: Proportion
    whole: Proportion
    n_full: int


def faithful(links: Sequence[Mapping[str, Any]], threshold_bits: float, policy: EvidencePolicy) -> Faithful:
    """Check ledgers (links as dictionaries).

    Nothing is scanned again: what is not listed keeps its damped weight, though it would rise where what is above it goes.
    """
    left = [link["bits"] - added(link["shared"], policy) for link in links]
    n = len(links)
    return Faithful(
        broken=wilson(sum(bits < threshold_bits for bits in left), n),
        whole=wilson(sum(abs(bits) <= _ROUNDING_BITS for bits in left), n),
        n_full=sum(len(link["shared"]) >= policy.decision.listed_things for link in links),
    )


def added(shared: Sequence[Mapping[str, Any]], policy: EvidencePolicy) -> float:
    """Bits that cited things make together, by the rule of ``link/statements.py``: kinds of a family damped, families capped."""
    by_kind: dict[Family, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for thing in shared:
        family = Family(thing["family"])
        # An artefact inside a shared passage counts with the passages.
        alike = thing["kind"] in policy.likeness
        kind = "passage" if family is Family.CONTENT and not alike else thing["kind"]
        by_kind[family][kind] += round(1000 * thing["bits"])
    total = 0.0
    for family, kinds in by_kind.items():
        ranked = sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))
        damped = sum(round(mb * policy.decision.damping**nth) for nth, (_, mb) in enumerate(ranked))
        total += min(damped / 1000, policy.family_caps[family])
    return total
