"""What every peer takes and gives, and how a weighted network becomes groups. Needs numpy and the standard library only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALLEST = 3
_TRIES = 40

Pair = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Log:
    """Events in columns of one length. A column that the log lacks is empty; "" in a column is no value.

    ``payment`` and ``signup_ip`` belong to accounts, which may have several.
    """

    event: Sequence[str]
    account: Sequence[str]
    ts: NDArray[np.int64]
    text: Sequence[str]
    ip: Sequence[str] = ()
    device: Sequence[str] = ()
    url: Sequence[str] = ()
    payment: Mapping[str, Sequence[str]] = field(default_factory=dict)
    signup_ip: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises: ValueError: columns of different lengths."""
        sizes = {len(self.event), len(self.account), len(self.ts), len(self.text)}
        sizes |= {len(column) for column in (self.ip, self.device, self.url) if len(column)}
        if len(sizes) != 1:
            raise ValueError(f"columns of different lengths: {sorted(sizes)}")


@dataclass(frozen=True, slots=True)
class Grouped:
    """What a method found: groups at its own threshold, and each pair of accounts once with its weight.

    ``strength`` is for methods that rate accounts themselves; without it the pairs do (:func:`strengths`). CPU seconds and
    peak memory are those of the whole child process and its own children, imports and loading included.
    """

    groups: dict[str, int]
    pairs: list[Pair]
    cpu_s: float
    peak_mib: float
    note: str = ""
    strength: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peer:
    """A method with its settings, as a row of a table. ``run(log, python=…, limit_s=…, **params)`` calls it."""

    name: str
    run: Callable[..., Grouped]
    params: Mapping[str, Any] = field(default_factory=dict)


class Missing(Exception):  # noqa: N818 - the peer is missing, not in error
    """The tool is not installed where it was looked for."""

    def __init__(self, tool: str, install: str) -> None:
        super().__init__(f"{tool} is not installed: {install}")
        self.tool, self.install = tool, install


class OutOfTime(Exception):  # noqa: N818
    """The tool did not end within its limit and was stopped."""

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"stopped after {limit_s:,.0f} s")


class Failed(Exception):  # noqa: N818
    """The tool ended with an error; the message holds the end of what it said."""


class Union:
    """Accounts joined pair by pair."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def join(self, a: str, b: str) -> None:
        """Put two accounts and all that hangs on them together."""
        self._parent[self._root(a)] = self._root(b)

    def groups(self, smallest: int = SMALLEST) -> dict[str, int]:
        """Each account of a group of at least ``smallest`` with its group's number."""
        members = defaultdict(list)
        for account in self._parent:
            members[self._root(account)].append(account)
        kept = [group for group in members.values() if len(group) >= smallest]
        return {account: number for number, group in enumerate(kept) for account in group}

    def _root(self, account: str) -> str:
        parent = self._parent
        parent.setdefault(account, account)
        while parent[account] != account:
            parent[account] = account = parent[parent[account]]
        return account


def components(pairs: Iterable[Pair], at_least: float = -np.inf, *, smallest: int = SMALLEST) -> dict[str, int]:
    """Connected components of the pairs of a weight.

    >>> sorted(components([("a", "b", 2.0), ("b", "c", 1.0), ("d", "e", 2.0)], 1.0).items())
    [('a', 0), ('b', 0), ('c', 0)]
    """
    union = Union()
    for a, b, weight in pairs:
        if weight >= at_least:
            union.join(a, b)
    return union.groups(smallest)


def best_threshold(
    pairs: Sequence[Pair], score: Callable[[dict[str, int]], Any], *, smallest: int = SMALLEST
) -> tuple[float, dict[str, int]]:
    """The oracle: the threshold whose components score highest, with the answers in view, which no user of a tool has.

    Tries some forty: the weights of the 3rd, 4th … strongest pair in geometric steps. ``score`` gives anything that can be
    compared. Without pairs, an infinite threshold and no groups.
    """
    ordered = sorted(pairs, key=lambda pair: -pair[2])
    steps = np.geomspace(1, max(len(ordered), 1), _TRIES).astype(int)
    tried = sorted({ordered[n - 1][2] for n in steps} if ordered else set(), reverse=True)
    best: tuple[Any, float, dict[str, int]] | None = None
    union, done = Union(), 0
    for threshold in tried:
        while done < len(ordered) and ordered[done][2] >= threshold:
            union.join(*ordered[done][:2])
            done += 1
        groups = union.groups(smallest)
        value = score(groups)
        if best is None or value > best[0]:
            best = value, threshold, groups
    return (best[1], best[2]) if best else (float("inf"), {})


def strengths(found: Grouped) -> dict[str, float]:
    """Each account's second-best pair: one partner may be chance. Accounts with fewer partners are left out.

    A method with groups and no pairs gives all grouped accounts the same.

    >>> strengths(Grouped({}, [("a", "b", 3.0), ("a", "c", 2.0)], 0, 0))
    {'a': 2.0}
    """
    if found.strength or not found.pairs:
        return dict(found.strength) or dict.fromkeys(found.groups, 1.0)
    best: dict[str, tuple[float, float]] = {}
    for a, b, weight in found.pairs:
        for account in (a, b):
            first, second = best.get(account, (-np.inf, -np.inf))
            if weight > second:
                best[account] = max(first, weight), min(first, weight)
    return {account: second for account, (_, second) in best.items() if second > -np.inf}
