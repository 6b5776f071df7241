"""One planted group on stage: its pack dealt, its passages pasted, its equipment handed out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from counterveil.lab import people
from counterveil.lab.actors import Actor, Truth
from counterveil.lab.casting import activity, deal
from counterveil.lab.conversation import Script, Talk, Turn, paste_passages, repeat, talks_of
from counterveil.lab.infrastructure import Kit, Quarters
from counterveil.lab.network import Network
from counterveil.lab.ordinary import Ordinary
from counterveil.lab.packs import Pack, load_pack
from counterveil.lab.scenario import Group, Scenario
from counterveil.lab.schedule import Clock, Hours

_DOMAIN = re.compile(r"\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.example\b")
_SAMPLE_CHARS = range(60, 500)
# A few messages and domains go round, so that unrelated people quote the same ones.
_QUOTED = 5


class Stage:
    """What every group and every background account draws from."""

    def __init__(self, scenario: Scenario, *, seed: int, days: int, population: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.days = days
        self.start = _epoch(scenario)
        self.network = Network(Random(f"{seed}/network"), population)
        self.ordinary = Ordinary()


def perform(stage: Stage, group: Group) -> Iterator[tuple[Random, Actor, list[Talk]]]:
    """Every account of a group with its script."""
    rng = Random(f"{stage.seed}/group/{group.id}")
    pack = load_pack(group.pack)
    weights = activity(rng, group)
    scripts = [Script(units) for units in deal(rng, group, pack.units, weights)]
    for script in scripts:
        script.talks = talks_of(rng, script.units)
    _overlap(rng, group, scripts)
    _quote(rng, group, scripts, pack)
    for script, weight in zip(scripts, weights, strict=True):
        _fill(rng, stage.ordinary, script, _Need(_main_language(script, pack), group.text.cover, int(weight)))
    paste_passages(rng, scripts, pack.blocks, rate=group.text.block, edit=group.text.edit)
    size = group.cluster or (group.accounts if group.related else 1)
    quarters = Quarters(rng, group, stage.network, size)
    for index, script in enumerate(scripts):
        if index % size == 0 and index:
            quarters = Quarters(rng, group, stage.network, size)
        actor = _actor(rng, stage, group, (index, size), (script, pack, quarters))
        yield rng, actor, script.talks


def _actor(
    rng: Random, stage: Stage, group: Group, place: tuple[int, int], parts: tuple[Script, Pack, Quarters]
) -> Actor:
    (index, size), (script, pack, quarters) = place, parts
    language = stage.scenario.language(_main_language(script, pack))
    kit = quarters.kit(index % size, language, stage.start)
    account_id = people.opaque("acct", stage.seed, group.id, index)
    plan = group.schedule
    offset = language.offset if plan.utc_offset is None else plan.utc_offset
    shift = plan.shifts[index % len(plan.shifts)]
    shifts = plan.shifts if _split_day(plan.shifts) else (shift,)
    truth = Truth(group.label, group.kind)
    if group.related:
        truth.group = f"{group.id}-{index // size + 1}" if group.cluster else group.id
    if group.label == "malicious":
        truth.operation = group.id
    declared = rng.choice(group.declared) if group.declared and rng.random() < group.declared_share else None
    return Actor(
        account_id=account_id,
        truth=truth,
        devices=kit.devices,
        addresses=kit.addresses,
        clock=Clock(rng, Hours(shifts, plan.weekdays, plan.active, offset), stage.start, stage.days),
        locale=language.locale,
        api=group.infra.api,
        registration=registration(account_id, kit, declared),
        end_users=tuple(people.token("eu", rng) for _ in range(group.end_users)),
    )


def registration(account_id: str, kit: Kit, declared: str | None) -> dict[str, object]:
    """The account as ``accounts.jsonl`` holds it; the caller writes ``created`` as a time."""
    return {
        "account_id": account_id,
        "created_at": kit.created,
        "email": kit.email,
        "phone": kit.phone,
        "payment_fingerprint": kit.payment,
        "signup_ip": kit.signup_ip,
        "signup_country": kit.signup_country,
        "plan": kit.plan,
        "org_id": kit.org_id,
        "declared_use": declared,
    }


def _split_day(shifts: tuple[tuple[float, float], ...]) -> bool:
    """A morning and an afternoon of one person, where shifts would overlap or follow at once."""
    return len(shifts) > 1 and all(end < begin for (_, end), (begin, _) in pairwise(shifts))


def _main_language(script: Script, pack: Pack) -> str:
    counts = Counter(line.lang for unit in script.units for line in unit) or Counter(line.lang for line in pack.lines)
    return min(counts, key=lambda lang: (-counts[lang], lang))


def _overlap(rng: Random, group: Group, scripts: Sequence[Script]) -> None:
    """Some prompts are used by a second account too, in its own wording."""
    for giver, script in enumerate(scripts):
        for unit in script.units:
            if len(scripts) > 1 and rng.random() < group.text.overlap:
                taker = (giver + 1 + int(rng.random() * (len(scripts) - 1))) % len(scripts)
                scripts[taker].talks.append(repeat(rng, unit))


def _quote(rng: Random, group: Group, scripts: Sequence[Script], pack: Pack) -> None:
    """Those who study or receive an operation's text carry its artefacts without belonging to it."""
    if not group.text.quote_packs:
        return
    lines = [line for name in group.text.quote_packs for line in load_pack(name).lines if line.stance == "doing"]
    domains = sorted({match for line in lines for match in _DOMAIN.findall(line.text)})
    messages = [line.reply for line in lines if line.reply and len(line.reply) in _SAMPLE_CHARS]
    domains = rng.sample(domains, min(_QUOTED, len(domains)))
    messages = rng.sample(messages, min(_QUOTED, len(messages)))
    forms = group.text.quote_forms
    for script in scripts:
        if rng.random() < group.text.quote:
            main = _main_language(script, pack)
            lang = main if main in forms else "en"
            text = forms[lang].format(domain=rng.choice(domains), message=rng.choice(messages))
            script.talks.append(Talk([Turn(text, None, lang)]))


@dataclass(frozen=True, slots=True)
class _Need:
    """What an account still has to say: up to ``events`` turns, ``cover`` of the added ones everyday use."""

    language: str
    cover: float
    events: int


def _fill(rng: Random, ordinary: Ordinary, script: Script, need: _Need) -> None:
    """Up to the account's activity: everyday use, and the group's own requests again on other days."""
    lang = ordinary.language(need.language)
    habit = ordinary.habit(rng, lang)
    work = [unit for unit in script.units if not unit[0].cover]
    turns = script.turns
    while turns < need.events or not script.talks:
        again = work and rng.random() >= need.cover
        talk = repeat(rng, rng.choice(work)) if again else ordinary.talk(rng, lang, habit)
        script.talks.append(talk)
        turns += len(talk.turns)


def _epoch(scenario: Scenario) -> int:
    return (scenario.start.toordinal() - 719_163) * 86_400
