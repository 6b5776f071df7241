"""The account score: every signal's log-odds, for and against, in a ledger that sums exactly to the belief shown."""

from __future__ import annotations

from collections.abc import Sequence

from counterveil.assess.ledger import entry
from counterveil.model.operation import Entry
from counterveil.model.signal import Bearing, Signal
from counterveil.policy.account import AccountPolicy

# What an account whose signals are all as usual starts from; its reason names no signal.
BASE = "usual account"


def shown(detector: str) -> str:
    """A detector's name as the ledger and the screens write it."""
    return detector.replace("_", " ")


def ledger(signals: Sequence[Signal], policy: AccountPolicy, n_read: int) -> tuple[Entry, ...]:
    """One entry a signal that the weights know, after one for what is usual; empty when nothing was read.

    Log-odds where half of the accounts are operators': the prior of a log comes on top (``subjects``, ``groups``). With few
    texts signals are noise: below ``full_at_texts`` all count in proportion.
    """
    if n_read == 0:
        return ()
    share = min(1.0, n_read / policy.full_at_texts)
    found = [entry(BASE, share * policy.intercept, f"an innocent account with usual signals; {n_read} texts read")]
    for signal in signals:
        known = policy.signal.get(signal.detector)
        if known is not None and known.weight != 0.0:
            value = share * known.weight * (signal.score - known.usual)
            reason = f"{signal.score:.2f}, usual {known.usual:.2f}: {signal.reason}"
            found.append(entry(shown(signal.detector), value, reason))
    return tuple(found)


def for_and_against(found: Sequence[Entry], signals: Sequence[Signal]) -> tuple[float, float]:
    """The ledger's sum in two: what bears towards abuse (with the start), and what bears towards an innocent stance."""
    against = {shown(s.detector) for s in signals if s.bearing is Bearing.AGAINST}
    stance = sum(e.log_odds for e in found if e.name in against)
    return round(sum(e.log_odds for e in found) - stance, 3), round(stance, 3)
