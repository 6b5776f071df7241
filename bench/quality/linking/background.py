"""What everybody does: own texts and templates, popular templates, prompts that go round for two hours, VPN, addresses.

Shares are those of the study's trial generator (references/coordination.md §3.1), chosen by us.
"""

from __future__ import annotations

import numpy as np

from bench.quality.linking.people import Scene
from bench.quality.linking.plan import DAY, FREE, ORDINARY_URL, Plan, either, local_times, plan
from bench.quality.linking.words import I64, SHORTEST, TOPICS, Flags, zipf_cells

_POPULAR, _VIRAL = 300, 40
_POPULAR_SHARE, _VIRAL_SHARE, _OWN_SHARE = 0.25, 0.03, 0.10
_VIRAL_SECONDS, _VIRAL_WORDS = 7200, 20
_OWN_WORDS, _OWN_SLOTS = 18, 5
_VPN_SHARE = 0.05
_SITES, _SITE_EXPONENT, _SITE_SHARE, _OTHER_SHARE = 5000, 1.1, 0.06, 0.02
_CELLS = 1 << 16


def ordinary(scene: Scene, n_events: int) -> Plan:
    """The ordinary events of all accounts, busy and idle ones as people differ."""
    rng, people = scene.rng, scene.people
    weight = people.weight / people.weight.sum()
    account = np.repeat(np.arange(len(weight), dtype=np.int32), rng.multinomial(n_events, weight))
    n = len(account)
    sort = rng.random(n, dtype=np.float32)
    popular = sort < _POPULAR_SHARE
    viral = ~popular & (sort < _POPULAR_SHARE + _VIRAL_SHARE)
    own = ~popular & ~viral & (sort < _POPULAR_SHARE + _VIRAL_SHARE + _OWN_SHARE)
    text, meaning = np.full(n, FREE, np.int32), np.full(n, FREE, np.int64)
    slots = np.zeros(n, np.int8)
    ts = local_times(rng, people.zone[account], scene.spec.days)
    rank = zipf_cells(_POPULAR, 1.0, _CELLS)[rng.integers(0, _CELLS, n, dtype=np.uint32)]
    wishes = popular | (~viral & ~own & (rng.random(n, dtype=np.float32) < scene.spec.common_wishes))
    meanings = scene.means(_POPULAR)
    text[popular], meaning[wishes] = _popular(scene)[rank[popular]], meanings[rank[wishes]]
    slots[popular] = rng.integers(2, 6, int(popular.sum()))
    _go_round(scene, viral, ts, text, meaning)
    text[own], meaning[own] = _own_templates(scene)[account[own]], scene.means(len(weight))[account[own]]
    slots[own] = _OWN_SLOTS
    home = people.homes[account, rng.integers(0, people.n_homes[account])]
    return plan(
        account,
        ts,
        ip=either(rng.random(n, dtype=np.float32) < _VPN_SHARE, scene.vpn(n), home),
        device=people.device[account],
        url=ORDINARY_URL,
        text=text,
        slots=slots,
        topic=people.topics[account, rng.integers(0, 2, n)],
        meaning=meaning,
    )


def _popular(scene: Scene) -> I64:
    lengths = scene.rng.integers(SHORTEST, 26, _POPULAR)
    return scene.texts.add(scene.language.free(scene.rng, scene.rng.integers(0, TOPICS, _POPULAR), lengths), lengths)


def _own_templates(scene: Scene) -> I64:
    """One for each account, whether it will be used or not."""
    lengths = np.full(len(scene.people.device), _OWN_WORDS, np.int64)
    return scene.texts.add(scene.language.free(scene.rng, scene.people.topics[:, 0], lengths), lengths)


def _go_round(scene: Scene, viral: Flags, ts: I64, text: np.ndarray, meaning: np.ndarray) -> None:
    """Prompts that everybody copies, each within two hours of its own; written into the columns."""
    rng = scene.rng
    lengths = np.full(_VIRAL, _VIRAL_WORDS, np.int64)
    prompts = scene.texts.add(scene.language.free(rng, rng.integers(0, TOPICS, _VIRAL), lengths), lengths)
    begins = rng.integers(0, scene.spec.days * DAY - _VIRAL_SECONDS, _VIRAL)
    which = rng.integers(0, _VIRAL, int(viral.sum()))
    text[viral], meaning[viral] = prompts[which], scene.means(_VIRAL)[which]
    ts[viral] = begins[which] + rng.integers(0, _VIRAL_SECONDS, len(which))


def fill_addresses(scene: Scene, events: Plan) -> None:
    """Give 6 % of the ordinary texts the address of a site that is more or less known, 2 % one that nobody else names."""
    rng = scene.rng
    places = np.flatnonzero(events.url == ORDINARY_URL)
    sort = rng.random(len(places), dtype=np.float32)
    events.url[places] = FREE
    known = places[sort < _SITE_SHARE]
    other = places[(sort >= _SITE_SHARE) & (sort < _SITE_SHARE + _OTHER_SHARE)]
    sites = scene.urls.add("site", np.arange(_SITES), ".com")
    cells = zipf_cells(_SITES, _SITE_EXPONENT, _CELLS << 4)
    events.url[known] = sites[cells[rng.integers(0, _CELLS << 4, len(known), dtype=np.uint32)]]
    events.url[other] = scene.urls.add("u", rng.integers(0, 1 << 40, len(other)), ".net")
