"""What planted operations post. The levels are described in spec.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.quality.linking.people import OPERATION, Scene
from bench.quality.linking.plan import DAY, FREE, ORDINARY_URL, Plan, either, joined, local_times, plan
from bench.quality.linking.words import I32, I64, TOPICS, VOCABULARY

# Whoever works in an operation works there in office hours (hours east of UTC).
_ZONE = 3
_VPN_SHARE = 0.5
_N_NAMES, _NAMES_IN_TEXT, _KEEPS_NAMES = 6, 3, 0.6
_DOMAIN_SHARE, _MAIL_SHARE = 0.10, 0.05
_FARM_DEVICES, _FARM_SHARING = 3, 3


@dataclass(frozen=True, slots=True)
class Copying:
    """How a message goes round: the window of its copies in seconds and what is changed in each of them.

    ``drip_days`` above 0: the window is not used, copies come in office hours of so many days. ``messages``: at least, and
    fewer than.
    """

    window: int
    replaced: float = 0.0
    dropped: float = 0.0
    named: bool = False
    rewritten: bool = False
    drip_days: int = 0
    messages: tuple[int, int] = (12, 25)


_COPYING = {
    1: Copying(300),
    2: Copying(600, 0.20, 0.08),
    3: Copying(1800, 0.45, 0.05, named=True),
    5: Copying(1800, rewritten=True),
    6: Copying(0, 0.20, 0.08, drip_days=10, messages=(6, 11)),
}


def operation(scene: Scene, group: int, level: int, members: I64) -> Plan:
    """Plant one operation: the posts that make it one, without cover traffic."""
    scene.people.join(members, OPERATION, group, level)
    scene.people.zone[members] = _ZONE
    if level in _COPYING:
        how = _COPYING[level]
        names = scene.rng.integers(VOCABULARY // 2, VOCABULARY, _N_NAMES).astype(np.int32)
        n = int(scene.rng.integers(*how.messages))
        return joined([_message(scene, how, members, names) for _ in range(n)])
    device, url = _chains(scene, group, members) if level == 4 else _farm(scene, group, members)
    return _own_words(scene, members, device, url)


def _message(scene: Scene, how: Copying, members: I64, names: I32) -> Plan:
    rng, people = scene.rng, scene.people
    who = members[rng.random(len(members)) < rng.uniform(0.4, 0.8)]
    text, topic = _texts(scene, how, who, names)
    return plan(
        who,
        _times(scene, how, len(who)),
        ip=scene.hidden_or_home(who, _VPN_SHARE),
        device=people.device[who],
        url=ORDINARY_URL,
        text=text,
        topic=topic,
        meaning=scene.means(1),
    )


def _times(scene: Scene, how: Copying, n: int) -> I64:
    rng, days = scene.rng, scene.spec.days
    if how.drip_days:
        spread = min(how.drip_days, days)
        return int(rng.integers(0, days - spread + 1)) * DAY + local_times(rng, np.full(n, _ZONE), spread)
    begin = int(rng.integers(0, days)) * DAY + int(rng.integers(6, 14)) * 3600
    return begin + rng.integers(0, how.window, n)


def _texts(scene: Scene, how: Copying, who: I64, names: I32) -> tuple[npt.ArrayLike, npt.ArrayLike]:
    """Place of each copy among the texts, or FREE; and its topic, used where FREE."""
    rng, language = scene.rng, scene.language
    if how.rewritten:
        return FREE, scene.people.topics[who, 0]
    length = rng.integers(16, 30, 1)
    message = language.free(rng, rng.integers(0, TOPICS, 1), length)
    if how.named:
        message[rng.choice(len(message), _NAMES_IN_TEXT, replace=False)] = rng.choice(
            names, _NAMES_IN_TEXT, replace=False
        )
    if not how.replaced:
        return scene.texts.add(message, length), 0
    kept = np.isin(message, names)[None, :] & (rng.random((len(who), 1)) < _KEEPS_NAMES) if how.named else None
    copies = np.tile(message, (len(who), 1))
    return scene.texts.add(*language.paraphrase(rng, copies, replaced=how.replaced, dropped=how.dropped, kept=kept)), 0


def _chains(scene: Scene, group: int, members: I64) -> tuple[I64, I64]:
    """Devices (each account's one or two; some are of its neighbour too) and addresses; cards of half the accounts."""
    rng, n = scene.rng, len(members)
    pool = max(2, n // 6)
    devices, place = scene.devices.add(f"opd{group}_", np.arange(pool)), np.arange(n)
    cards = scene.payments.add(f"opp{group}_", np.arange(pool))
    own, also = devices[place % pool], devices[(place + 1) % pool]
    paying = rng.random(n) < 0.5
    scene.people.payment[members[paying]] = cards[(place // 5) % pool][paying]
    used = np.stack([own, either(rng.random(n) < 0.4, also, own)], axis=1)
    addresses = np.concatenate(
        [
            scene.urls.add(f"op{group}dom", np.arange(3), ".org"),
            scene.urls.add(f"op{group}m", np.arange(4), "@x.io"),
        ]
    )
    return used, np.broadcast_to(addresses, (n, len(addresses)))


def _farm(scene: Scene, group: int, members: I64) -> tuple[I64, I64]:
    """Devices of a pool, dealt anew in each of three rounds; two of many domains an account; cards by threes."""
    rng, n = scene.rng, len(members)
    pool = max(2, n * _FARM_DEVICES // _FARM_SHARING)
    devices = scene.devices.add(f"opd{group}_", np.arange(pool))
    used = np.stack([devices[rng.permutation(n) % pool] for _ in range(_FARM_DEVICES)], axis=1)
    n_cards = max(1, n // _FARM_SHARING)
    cards = scene.payments.add(f"opp{group}_", np.arange(n_cards))
    scene.people.payment[members] = cards[rng.permutation(n) % n_cards]
    n_domains = max(3, n // 3)
    domains = scene.urls.add(f"op{group}dom", np.arange(n_domains), ".org")
    return used, np.stack([domains[rng.permutation(n) % n_domains] for _ in range(2)], axis=1)


def _own_words(scene: Scene, members: I64, devices: I64, urls: I64) -> Plan:
    """20–44 posts of each account in its own words; a row of ``devices`` and ``urls`` per account.

    Where there are seven addresses, the first three are domains and the others e-mail addresses.
    """
    rng, people = scene.rng, scene.people
    who = np.repeat(np.arange(len(members)), rng.integers(20, 45, len(members)))
    account, n = members[who], len(who)
    kind = rng.random(n)
    n_domains = min(3, urls.shape[1])
    domain = urls[who, rng.integers(0, n_domains, n)]
    mail = urls[who, rng.integers(n_domains, urls.shape[1], n)] if urls.shape[1] > n_domains else domain
    url = np.where(kind < _DOMAIN_SHARE, domain, np.where(kind < _DOMAIN_SHARE + _MAIL_SHARE, mail, ORDINARY_URL))
    return plan(
        account,
        local_times(rng, people.zone[account], scene.spec.days),
        ip=scene.hidden_or_home(account, _VPN_SHARE),
        device=devices[who, rng.integers(0, devices.shape[1], n)],
        url=url,
        topic=people.topics[account, 0],
    )
