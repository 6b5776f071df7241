"""The accounts: who lives together, where they are, what they write about; and the scene they act in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.quality.linking.plan import DAY, NONE, Names, Texts, either
from bench.quality.linking.spec import Spec
from bench.quality.linking.words import F64, I8, I32, I64, TOPICS, Flags, Language, Rng

INDEPENDENT, COHORT, OPERATION = 0, 1, 2
_VPN_EXITS = 200
_MAX_HOMES = 3
_CARD_SHARE, _SHARED_CARD = 0.4, 0.5
_WEIGHT_SIGMA, _COVER = 1.1, 0.5
# Accounts are older than the log by up to this many days, groups no younger than others: the date of birth is no sign.
_MAX_AGE_DAYS = 400


@dataclass(frozen=True, slots=True)
class People:
    """A row per account. Building groups changes zones, payments and the truth in place.

    ``homes`` are address codes of which the first ``n_homes`` count; ``created`` is in seconds from the start of the world.
    ``household``: NONE, or the number of the flat that shares a device and an address.
    """

    topics: I8
    zone: I8
    homes: I32
    n_homes: I8
    device: I32
    payment: I32
    household: I32
    created: I64
    weight: F64
    kind: I8
    group: I32
    level: I8

    def join(self, members: npt.NDArray[np.integer], kind: int, group: int, level: int = 0) -> None:
        """Make these accounts one group; they do half as much beside it as others do (cover traffic)."""
        self.kind[members], self.group[members], self.level[members] = kind, group, level
        self.weight[members] *= _COVER


@dataclass(slots=True)
class Scene:
    """What everybody draws from while a world is made."""

    spec: Spec
    rng: Rng
    language: Language
    people: People
    texts: Texts
    ips: Names
    devices: Names
    urls: Names
    payments: Names
    vpns: I64
    n_meanings: int = 0

    def means(self, n: int) -> I64:
        """``n`` meanings that no text had before."""
        self.n_meanings += n
        return np.arange(self.n_meanings - n, self.n_meanings)

    def vpn(self, n: int) -> I64:
        """``n`` VPN exits by chance."""
        return self.vpns[self.rng.integers(0, len(self.vpns), n)]

    def hidden_or_home(self, accounts: npt.NDArray[np.integer], share: float) -> I64:
        """A VPN exit for this share of events, the account's first address for the rest."""
        hidden = self.rng.random(len(accounts)) < share
        return either(hidden, self.vpn(len(accounts)), self.people.homes[accounts, 0])


def scene(spec: Spec, rng: Rng, language: Language) -> Scene:
    """A scene with its accounts, before any group is made."""
    ips, devices, payments = Names(), Names(), Names()
    vpns = ips.add("vpn", np.arange(_VPN_EXITS))
    people = _people(spec, rng, ips, devices, payments)
    return Scene(spec, rng, language, people, Texts(), ips, devices, Names(), payments, vpns)


def _people(spec: Spec, rng: Rng, ips: Names, devices: Names, payments: Names) -> People:
    n = spec.n_accounts
    everybody = np.arange(n)
    n_homes = rng.integers(1, _MAX_HOMES + 1, n)
    codes = ips.add("h", np.arange(int(n_homes.sum())))
    homes = codes[(np.cumsum(n_homes) - n_homes)[:, None] + np.minimum(np.arange(_MAX_HOMES), n_homes[:, None] - 1)]
    payment = np.full(n, NONE, np.int32)
    with_card = np.flatnonzero(rng.random(n) < _CARD_SHARE)
    payment[with_card] = payments.add("p", with_card)
    with_previous = np.zeros(n, np.bool_)
    with_previous[1 + rng.choice(n - 1, int(n * spec.household_share), replace=False)] = True
    head = _first_of_run(with_previous)
    homes[:, 0] = homes[head, 0]
    payment = payment[_first_of_run(with_previous & (rng.random(n) < _SHARED_CARD))]
    household = np.full(n, NONE, np.int32)
    together = with_previous | np.append(with_previous[1:], [False])
    household[together] = np.unique(head[together], return_inverse=True)[1]
    return People(
        topics=rng.integers(0, TOPICS, (n, 2), dtype=np.int8),
        zone=rng.integers(-11, 13, n, dtype=np.int8),
        homes=homes.astype(np.int32),
        n_homes=n_homes.astype(np.int8),
        device=devices.add("d", everybody)[head].astype(np.int32),
        payment=payment,
        household=household,
        created=-rng.integers(1, _MAX_AGE_DAYS * DAY, n),
        weight=rng.lognormal(0, _WEIGHT_SIGMA, n),
        kind=np.full(n, INDEPENDENT, np.int8),
        group=np.full(n, NONE, np.int32),
        level=np.zeros(n, np.int8),
    )


def _first_of_run(with_previous: Flags) -> I64:
    """For each account the first of those it is joined to: itself, or a neighbour before it.

    >>> _first_of_run(np.array([False, True, True, False, True])).tolist()
    [0, 0, 0, 3, 3]
    """
    return np.maximum.accumulate(np.where(with_previous, 0, np.arange(len(with_previous))))
