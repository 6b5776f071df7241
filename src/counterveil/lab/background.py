"""Everybody else: ordinary accounts, some in households, on campus networks, behind VPN exits or phone carriers."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from counterveil.lab import people
from counterveil.lab.actors import Actor, Choice, Truth
from counterveil.lab.conversation import Talk, talks_of
from counterveil.lab.edits import touch
from counterveil.lab.infrastructure import Kit
from counterveil.lab.ordinary import Habit
from counterveil.lab.packs import Pack, load_pack
from counterveil.lab.schedule import Clock, Hours
from counterveil.lab.troupe import Stage, registration

_DAY = 86_400
_OLDEST_DAYS = 900
_HOUSEHOLD_MAX = 4
_VIRAL_EDIT = 0.2
_FRONTS = 0.25
# Who uses a campus or an exit at all often signed up there too, so that a shared sign-up address is no proof either.
_SIGN_UP_THERE = 0.5


class Crowd:
    """Makes households one after another; a household is mostly one person."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._plan = stage.scenario.background
        languages = [(tag, data.weight) for tag, data in stage.scenario.languages.items() if data.weight]
        self._tags = [tag for tag, _ in languages]
        self._bounds = list(accumulate(weight for _, weight in languages))
        self._viral = load_pack(self._plan.viral_pack)

    def household(self, number: int) -> Iterator[tuple[Random, Actor, list[Talk]]]:
        """The accounts of household ``number`` with what they say; the same number always gives the same people."""
        rng = Random(f"{self._stage.seed}/household/{number}")
        plan = self._plan
        # A household brings several accounts, so fewer than the share of accounts begin one.
        shared = rng.random() < plan.household / 3
        size = rng.randint(2, _HOUSEHOLD_MAX) if shared else 1
        home = self._stage.network.home(rng)
        main = self._language(rng)
        device = people.token("dev", rng)
        card = people.token("pay", rng)
        for index in range(size):
            common = (device, card) if shared else (None, card)
            yield self._person(rng, people.opaque("acct", self._stage.seed, number, index), main, home, common)

    def _language(self, rng: Random) -> str:
        at = bisect(self._bounds, rng.random() * self._bounds[-1])
        return self._tags[min(at, len(self._tags) - 1)]

    def _person(
        self, rng: Random, account_id: str, main: str, home: tuple[str, ...], common: tuple[str | None, str]
    ) -> tuple[Random, Actor, list[Talk]]:
        plan, stage = self._plan, self._stage
        truth = Truth("background", "household" if common[0] else "ordinary")
        language = stage.scenario.language(main)
        api = 1.0 if rng.random() < plan.api else 0.0
        addresses, campus, signup = self._addresses(rng, home)
        if truth.kind == "ordinary" and (campus or api):
            truth.kind = "campus" if campus else "api"
        paid = bool(api) or rng.random() < plan.paid
        kit = Kit(
            devices=_devices(rng, common[0]),
            addresses=addresses,
            email=people.email(rng, _mail_habit(rng), domain=people.organisation_domain(rng), stem=""),
            phone=people.phone(rng) if rng.random() < 0.3 else None,
            payment=(common[1] if common[0] or rng.random() < 0.9 else people.token("pay", rng)) if paid else None,
            plan=("api" if api else rng.choice(("plus", "plus", "plus", "prepaid"))) if paid else "free",
            org_id=people.token("org", rng) if api and rng.random() < 0.5 else None,
            signup_ip=signup[0],
            signup_country=signup[1] or rng.choice(language.countries),
            created=stage.start - int(rng.uniform(1, _OLDEST_DAYS) * _DAY),
        )
        talks = self._talks(rng, truth, main)
        end_users: tuple[str, ...] = ()
        if api and rng.random() < _FRONTS:
            end_users = tuple(people.token("eu", rng) for _ in range(min(len(talks), rng.randint(3, 30))))
        declared = rng.choice(plan.declared) if rng.random() < plan.declared_share else None
        actor = Actor(
            account_id=account_id,
            truth=truth,
            devices=kit.devices,
            addresses=kit.addresses,
            clock=Clock(rng, _hours(rng, language.offset), stage.start, stage.days),
            locale=language.locale,
            api=api,
            registration=registration(account_id, kit, declared),
            end_users=end_users,
        )
        return rng, actor, talks

    def _talks(self, rng: Random, truth: Truth, main: str) -> list[Talk]:
        plan, ordinary = self._plan, self._stage.ordinary
        tongues = [ordinary.language(main)]
        while rng.random() < plan.second_language and len(tongues) < 3:
            other = "en" if rng.random() < 0.6 else self._language(rng)
            if other not in tongues:
                tongues.append(ordinary.language(other))
        habits: list[tuple[str, Habit]] = [(tag, ordinary.habit(rng, tag)) for tag in tongues]
        target = max(1, int(plan.events * rng.lognormvariate(-(plan.sigma**2) / 2, plan.sigma)))
        talks: list[Talk] = []
        turns = 0
        if rng.random() < plan.viral:
            truth.kind = "viral"
            talks.append(_viral(rng, self._viral, tongues[0]))
            turns = len(talks[0].turns)
        while turns < target:
            tag, habit = habits[0] if rng.random() < 0.75 else habits[int(rng.random() * len(habits))]
            talks.append(ordinary.talk(rng, tag, habit))
            turns += len(talks[-1].turns)
        return talks

    def _addresses(self, rng: Random, home: tuple[str, ...]) -> tuple[Choice, bool, tuple[str, str]]:
        plan, network = self._plan, self._stage.network
        places, weights = [home], [1.0]
        signup = (home[0], "")
        campus = rng.random() < plan.campus
        if campus:
            places.append((rng.choice(network.campuses),))
            weights.append(1.0)
            signup = (places[-1][0], "") if rng.random() < _SIGN_UP_THERE else signup
        if rng.random() < plan.vpn:
            exits = network.vpn(rng, 2)
            places.append(tuple(address for address, _ in exits))
            signup = exits[0] if rng.random() < _SIGN_UP_THERE else signup
            weights.append(rng.uniform(0.2, 2.0))
        if rng.random() < plan.carrier:
            places.append((rng.choice(network.carriers),))
            weights.append(rng.uniform(0.1, 0.8))
        return Choice(places, weights), campus, signup


def _devices(rng: Random, shared: str | None) -> Choice:
    own = tuple(people.token("dev", rng) for _ in range(1 if rng.random() < 0.6 else 2))
    return Choice([own, (shared,)], [0.6, 0.4]) if shared else Choice([own], [1.0])


def _mail_habit(rng: Random) -> str:
    draw = rng.random()
    return "personal" if draw < 0.85 else "org" if draw < 0.95 else "random"


def _hours(rng: Random, offset: float) -> Hours:
    wake = rng.uniform(5.5, 13.0)
    return Hours(
        ((wake, wake + rng.uniform(6.0, 16.0)),), 7 if rng.random() < 0.7 else 5, rng.uniform(0.15, 0.8), offset
    )


def _viral(rng: Random, pack: Pack, lang: str) -> Talk:
    """A prompt that went round the internet, pasted as it stood or nearly so, and what people answer to it."""
    own = [block for block in pack.blocks if block.lang == lang]
    block = rng.choice(own or list(pack.blocks))
    units = [unit for unit in pack.units if unit[0].lang == block.lang] or list(pack.units)
    talk = talks_of(rng, [rng.choice(units)])[0]
    talk.paste(block, touch(rng, block.text, _VIRAL_EDIT))
    return talk
