"""What a group's accounts share below their text: devices, cards, addresses, mailboxes, the hour they signed up."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from counterveil.lab import people
from counterveil.lab.actors import Choice
from counterveil.lab.network import Network
from counterveil.lab.scenario import Group, Language

_HOUR = 3_600
_DAY = 86_400
_MAIL_HOSTS = ("postmail.example", "inboxly.example", "quickpost.example", "lettera.example")


@dataclass(frozen=True, slots=True)
class Kit:
    """The equipment of one account, and what its registration shows of it."""

    devices: Choice
    addresses: Choice
    email: str
    phone: str | None
    payment: str | None
    plan: str
    org_id: str | None
    signup_ip: str
    signup_country: str
    created: int


class Quarters:
    """Everything that one group, or one household of it, has in common."""

    def __init__(self, rng: Random, group: Group, network: Network, size: int) -> None:
        self._rng = rng
        self._group = group
        self._network = network
        infra = group.infra
        self._office = network.office(rng)
        self._campus = rng.choice(network.campuses)
        self._exits = network.vpn(rng, 3)
        self._home = network.home(rng) if infra.shared_home else None
        self._pool = tuple(people.token("dev", rng) for _ in range(infra.device_pool))
        # Link i joins member i to member i + 1; in pairs only every other link exists.
        self._links = tuple(people.token("dev", rng) for _ in range(size))
        self._cards = tuple(people.token("pay", rng) for _ in range(size))
        self._org = people.token("org", rng) if infra.org else None
        self._domain = people.organisation_domain(rng)
        self._host = rng.choice(_MAIL_HOSTS)
        self._stem = people.name(rng)
        self._opened = rng.uniform(0.7, 1.3) * infra.signup_age_days * _DAY
        self._size = size

    def kit(self, index: int, language: Language, start: int) -> Kit:
        """The equipment of member ``index``."""
        rng, infra = self._rng, self._group.infra
        home = self._home or self._network.home(rng)
        exits = self._network.vpn(rng, 3) if infra.own_exits else self._exits
        payment, plan = self._payment(index)
        signup_ip, country = self._signup(home, exits, language)
        domain = self._host if infra.email == "pattern" else self._domain
        # The burst counts back from the day the group opened its accounts, never past the first event.
        created = start - self._opened + rng.random() * min(infra.signup_spread_hours * _HOUR, self._opened * 0.95)
        return Kit(
            devices=self._devices(index),
            addresses=self._addresses(home, exits),
            email=people.email(rng, infra.email, domain=domain, stem=self._stem),
            phone=people.phone(rng) if rng.random() < infra.phone else None,
            payment=payment,
            plan=plan,
            org_id=self._org,
            signup_ip=signup_ip,
            signup_country=country,
            created=int(created),
        )

    def _devices(self, index: int) -> Choice:
        rng, infra = self._rng, self._group.infra
        if infra.device == "pool":
            return Choice([(device,) for device in rng.sample(self._pool, min(2, len(self._pool)))], [3.0, 1.0])
        own = tuple(people.token("dev", rng) for _ in range(1 if rng.random() < 0.7 else 2))
        shared: tuple[str, ...] = ()
        if infra.device == "pairs":
            mate = index ^ 1
            shared = (self._links[index & ~1],) if mate < self._size else ()
        elif infra.device == "chain":
            shared = tuple(self._links[i] for i in (index - 1, index) if 0 <= i < self._size - 1)
        if not shared:
            return Choice([own], [1.0])
        return Choice([own, shared], [1 - infra.device_share, infra.device_share])

    def _addresses(self, home: tuple[str, ...], exits: list[tuple[str, str]]) -> Choice:
        rng, network = self._rng, self._network
        places = {
            "home": home,
            "office": (self._office,),
            "vpn": tuple(address for address, _ in exits),
            "campus": (self._campus,),
            "carrier": tuple(rng.sample(network.carriers, 2)),
        }
        weights = self._group.infra.client_ip
        return Choice([places[place] for place in weights], list(weights.values()))

    def _payment(self, index: int) -> tuple[str | None, str]:
        rng, infra = self._rng, self._group.infra
        if rng.random() >= infra.paid:
            return None, "free"
        if infra.payment == "groups":
            return self._cards[index // infra.payment_group], "team" if infra.org else "plus"
        if infra.payment == "gift":
            return people.token("pay", rng), "prepaid"
        return people.token("pay", rng), "api" if infra.api > 0.5 else "plus"

    def _signup(self, home: tuple[str, ...], exits: list[tuple[str, str]], language: Language) -> tuple[str, str]:
        rng = self._rng
        where = self._group.infra.signup_ip
        country = rng.choice(language.countries)
        if where == "vpn":
            return rng.choice(exits)
        if where == "same":
            return exits[0]
        if where == "office":
            return self._office, country
        if where == "campus":
            return self._campus, country
        return home[0], country
