"""Worlds: activity logs of an AI service with planted operations, benign look-alikes and the truth beside them.

A vectorised rewrite of the study's trial generator (references/coordination.md §3.1), with the harder levels of its §6. All of
it is synthetic: words are made up, names of devices, cards and addresses are numbered.

    world = generate(Spec.hard(1_000_000, 20_000, seed=7))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.quality.linking.background import fill_addresses, ordinary
from bench.quality.linking.cohorts import cohort
from bench.quality.linking.operations import operation
from bench.quality.linking.people import COHORT, INDEPENDENT, OPERATION, Scene, scene
from bench.quality.linking.plan import FREE, NONE, Plan, joined
from bench.quality.linking.spec import Spec
from bench.quality.linking.words import I8, I32, I64, LONGEST, SHORTEST, Rng, Strings, language, spread

__all__ = ["COHORT", "INDEPENDENT", "NONE", "OPERATION", "START", "Spec", "World", "generate"]

# 2026-03-01T00:00:00Z in Unix seconds.
START = 1_772_323_200
# Events whose words are drawn at once: bounds the memory of the indices, about 25 words an event.
_CHUNK = 1 << 17
_TIE_BITS = 20


@dataclass(frozen=True, slots=True)
class World:
    """A log in arrays, and what is true of its accounts.

    Per event, by time (ties by chance): ``account``; ``ts`` in Unix seconds; the words ``tokens[offsets[i]:offsets[i + 1]]`` as
    places in ``words``; ``ip``, ``device`` and ``url`` as places in their tables, -1 where there is none; ``meaning``, which two texts
    share where one was made from the other or asks for the same thing (-1: like no other). Embedding vectors can be
    simulated from it.

    Per account: ``payment``, a place in ``payments`` or -1; ``created`` in Unix seconds; ``kind`` (INDEPENDENT, COHORT, OPERATION);
    ``group``, -1 or a number that no two operations or cohorts share, operations first in the order of the spec; ``level`` of
    its operation or 0; ``household``, -1 or the number of a flat: flatmates are truly linked, whatever their kind.
    """

    spec: Spec
    account: I32
    ts: I64
    tokens: I32
    offsets: I64
    ip: I32
    device: I32
    url: I32
    meaning: I64
    words: Strings
    ips: Strings
    devices: Strings
    urls: Strings
    payments: Strings
    payment: I32
    created: I64
    kind: I8
    group: I32
    level: I8
    household: I32

    def text(self, event: int) -> str:
        """The words of an event, without its url."""
        return " ".join(self.words[self.tokens[self.offsets[event] : self.offsets[event + 1]]].tolist())


def generate(spec: Spec) -> World:
    """The world of a spec.

    Raises:
        ValueError: operations and cohorts need more accounts than there are.
    """
    tongue = language(_rng(spec, 0))
    here = scene(spec, _rng(spec, 1), tongue)
    planned = _groups(here)
    n_ordinary = max(0, spec.n_events - sum(len(p.account) for p in planned))
    events = _by_time(joined([*planned, ordinary(here, n_ordinary)]), here.rng)
    fill_addresses(here, events)
    tokens, offsets = _words_of(events, here, _rng(spec, 2))
    people = here.people
    return World(
        spec=spec,
        account=events.account,
        ts=START + events.ts,
        tokens=tokens,
        offsets=offsets,
        ip=events.ip,
        device=events.device,
        url=events.url,
        meaning=events.meaning,
        words=tongue.words,
        ips=here.ips.table(),
        devices=here.devices.table(),
        urls=here.urls.table(),
        payments=here.payments.table(),
        payment=people.payment,
        created=START + people.created,
        kind=people.kind,
        group=people.group,
        level=people.level,
        household=people.household,
    )


def _rng(spec: Spec, part: int) -> Rng:
    return np.random.default_rng([spec.seed, part])


def _groups(here: Scene) -> list[Plan]:
    spec, rng = here.spec, here.rng
    least, most = spec.cohort_sizes
    sizes = [size for _, size in spec.operations] + rng.integers(least, most + 1, spec.cohorts).tolist()
    if sum(sizes) > spec.n_accounts:
        raise ValueError(f"Operations and cohorts need {sum(sizes)} accounts, the world has {spec.n_accounts}.")
    members = np.split(rng.permutation(spec.n_accounts), np.cumsum(sizes))
    plans = [operation(here, i, level, members[i]) for i, (level, _) in enumerate(spec.operations)]
    first, n_classes = len(spec.operations), (spec.cohorts + 1) // 2
    n_paying = (spec.cohorts - n_classes + 1) // 2
    for i in range(spec.cohorts):
        firm = i >= n_classes
        one_card = firm and i < n_classes + n_paying
        plans.append(cohort(here, first + i, members[first + i], firm=firm, one_card=one_card))
    return plans


def _by_time(events: Plan, rng: Rng) -> Plan:
    ties = rng.integers(0, 1 << _TIE_BITS, len(events.ts))
    return events.take(np.argsort((events.ts << _TIE_BITS) | ties))


def _words_of(events: Plan, here: Scene, rng: Rng) -> tuple[I32, I64]:
    """The words of all events, a chunk of them at a time."""
    flat, starts, known = here.texts.arrays()
    n = len(events.text)
    free = events.text == FREE
    lengths = np.empty(n, np.int64)
    lengths[free] = rng.integers(SHORTEST, LONGEST + 1, int(free.sum()))
    lengths[~free] = known[events.text[~free]]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    tokens = np.empty(int(offsets[-1]), np.int32)
    for low in range(0, n, _CHUNK):
        part = slice(low, min(n, low + _CHUNK))
        begins, size = offsets[:-1][part] - offsets[low], lengths[part]
        into = tokens[offsets[low] : offsets[part.stop]]
        new, copied = np.flatnonzero(free[part]), np.flatnonzero(~free[part])
        into[_places(begins[new], size[new])] = here.language.free(rng, events.topic[part][new], size[new])
        into[_places(begins[copied], size[copied])] = flat[_places(starts[events.text[part][copied]], size[copied])]
        here.language.refill(rng, into, begins, size, events.slots[part])
    return tokens, offsets


def _places(starts: I64, lengths: I64) -> I64:
    """Where the words of texts stand that begin at ``starts``."""
    return spread(starts, np.cumsum(lengths) - lengths, lengths)
