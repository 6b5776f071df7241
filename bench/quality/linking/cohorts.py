"""Benign look-alikes that are truly coordinated: school classes with one assignment, firms with a house template."""

from __future__ import annotations

import numpy as np

from bench.quality.linking.people import COHORT, Scene
from bench.quality.linking.plan import DAY, Plan, either, joined, local_times, plan
from bench.quality.linking.words import I32, I64, TOPICS

_TASKS = 3
_ON_NAT, _PASTED = 0.7, 0.5
_REPLACED, _DROPPED = 0.25, 0.10
_LESSON_SECONDS = 7200
_HOUSE_SLOTS = 6


def cohort(scene: Scene, group: int, members: I64, *, firm: bool, one_card: bool) -> Plan:
    """Make the accounts a cohort: what they do together, without what each does beside it."""
    scene.people.join(members, COHORT, group)
    nat = scene.ips.add("nat", [group])
    if one_card:
        scene.people.payment[members] = scene.payments.add("firm", [group])
    work = _firm if firm else _class
    return joined([work(scene, members, nat, *_text(scene)) for _ in range(_TASKS)])


def _text(scene: Scene) -> tuple[I32, I64]:
    length = scene.rng.integers(16, 30, 1)
    return scene.language.free(scene.rng, scene.rng.integers(0, TOPICS, 1), length), length


def _class(scene: Scene, members: I64, nat: I64, task: I32, length: I64) -> Plan:
    """One lesson: half of the posts paste the task, half put it in other words; most come from the school's address."""
    rng = scene.rng
    who = np.repeat(members, rng.integers(1, 4, len(members)))
    n = len(who)
    other = scene.texts.add(
        *scene.language.paraphrase(rng, np.tile(task, (n, 1)), replaced=_REPLACED, dropped=_DROPPED)
    )
    begin = int(rng.integers(0, scene.spec.days)) * DAY + int(rng.integers(8, 16)) * 3600
    return plan(
        who,
        begin + rng.integers(0, _LESSON_SECONDS, n),
        ip=either(rng.random(n) < _ON_NAT, np.broadcast_to(nat, (n,)), scene.people.homes[who, 0]),
        device=scene.people.device[who],
        text=either(rng.random(n) < _PASTED, np.broadcast_to(scene.texts.add(task, length), (n,)), other),
        meaning=scene.means(1),
    )


def _firm(scene: Scene, members: I64, nat: I64, template: I32, length: I64) -> Plan:
    """A house template with its slots filled anew, all month, from the firm's address."""
    rng = scene.rng
    who = np.repeat(members, rng.integers(2, 8, len(members)))
    return plan(
        who,
        local_times(rng, scene.people.zone[who], scene.spec.days),
        ip=np.broadcast_to(nat, (len(who),)),
        device=scene.people.device[who],
        text=scene.texts.add(template, length),
        slots=_HOUSE_SLOTS,
        meaning=scene.means(1),
    )
