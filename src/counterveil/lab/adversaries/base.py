"""What an adversary is: a pure change of a labelled log, as an operator who wants to stay unseen would make it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counterveil.lab.world import World


@dataclass(frozen=True, slots=True)
class Adversary:
    """One way to evade. ``apply(world, seed)`` changes the malicious accounts; the order of the log makes no difference.

    ``touches_benign`` says that innocent accounts change as well (some share the operators' addresses); else they are
    as before. ``title`` completes "the operators …".
    """

    name: str
    title: str
    apply: Callable[[World, int], World]
    touches_benign: bool = False
