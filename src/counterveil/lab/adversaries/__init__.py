"""Ways to evade, as data for an evaluation: each changes the malicious accounts of a labelled log."""

from __future__ import annotations

from collections.abc import Sequence

from counterveil.errors import UsageError
from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.adversaries.em_dash import EM_DASH
from counterveil.lab.adversaries.fields import NO_CONTEXT, NO_INFRASTRUCTURE
from counterveil.lab.adversaries.lookalike import LOOKALIKE
from counterveil.lab.adversaries.low_and_slow import LOW_AND_SLOW
from counterveil.lab.adversaries.padding import PADDING
from counterveil.lab.adversaries.paraphrase import PARAPHRASE
from counterveil.lab.adversaries.shared_vpn import SHARED_VPN
from counterveil.lab.adversaries.split import SPLIT

ALL = "all"
ADVERSARIES: tuple[Adversary, ...] = (
    PARAPHRASE,
    SPLIT,
    LOW_AND_SLOW,
    SHARED_VPN,
    PADDING,
    EM_DASH,
    LOOKALIKE,
    NO_INFRASTRUCTURE,
    NO_CONTEXT,
)


def chosen(names: Sequence[str]) -> tuple[Adversary, ...]:
    """The adversaries of some names, ``all`` being every one; each once, in the order of the list.

    Raises:
        UsageError: a name that there is not, with those that there are.
    """
    known = {adversary.name: adversary for adversary in ADVERSARIES}
    for name in names:
        if name != ALL and name not in known:
            raise UsageError(f"no adversary {name!r}", remedy=f"There are: {', '.join(known)}; or {ALL}.")
    return tuple(a for a in ADVERSARIES if ALL in names or a.name in names)
