"""Linking over a whole small log: paraphrases minutes apart make a group, strangers do not, and bodies are not needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from counterveil.model.link import Link
from counterveil.model.signal import EvidenceClass, Family
from counterveil.pipeline.linking.link import Linked, linking
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.scan import scan
from counterveil.pipeline.workspace import for_reading, for_writing
from counterveil.settings import Settings
from tests.pipeline.logs import START, TOPICS, WORK

Make = Callable[..., Settings]
Write = Callable[..., Path]
Log = list[dict[str, Any]]

MEMBERS = [f"writer{i}" for i in range(6)]
N_STRANGERS, N_TEXTS, N_BRIEFS = 300, 6, 10
# Every paraphrase has so many of the brief's words in the place of others.
_REWRITTEN = 0.3
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]
_DRAW = np.random.default_rng(11)
VOCABULARY = sorted({"".join(_DRAW.choice(_SYLLABLES, int(_DRAW.integers(2, 4)))) for _ in range(3000)})


def sentence(draw: np.random.Generator, n: int = 28) -> list[str]:
    return draw.choice(VOCABULARY, n, replace=False).tolist()  # type: ignore[no-any-return]


def paraphrase(draw: np.random.Generator, words: list[str]) -> list[str]:
    found = list(words)
    for at in draw.permutation(len(words))[: round(_REWRITTEN * len(words))]:
        found[at] = str(draw.choice(VOCABULARY))
    at = int(draw.integers(0, len(found)))
    return found[at:] + found[:at]


def sent(account: str, words: list[str], minutes: float, **more: Any) -> dict[str, Any]:
    text = " ".join(words)
    return {
        "event_id": f"{account} {minutes:.3f}",
        "time": (START + timedelta(minutes=minutes)).isoformat(),
        "account_id": account,
        "conversation_id": f"{account} {minutes:.3f}",
        "input": [{"role": "user", "content": text}] if text else [],
        "output": [],
        **more,
    }


def strangers(seed: int = 1, n: int = N_STRANGERS) -> Log:
    """People who write about whatever, over ten days."""
    draw = np.random.default_rng(seed)
    return [
        sent(
            f"person{i:03d}", sentence(draw), float(draw.uniform(0, 14_400)), client_ip=f"81.2.{i % 250}.{i % 199 + 1}"
        )
        for i in range(n)
        for _ in range(N_TEXTS)
    ]


def writers(seed: int = 2) -> Log:
    """Six accounts that send the same ten briefs, each in other words, a minute and a half after each other; one a day."""
    draw = np.random.default_rng(seed)
    found = []
    for brief in range(N_BRIEFS):
        words, begin = sentence(draw), 1440 * brief + float(draw.uniform(300, 900))
        for place, member in enumerate(draw.permutation(MEMBERS).tolist()):
            found.append(sent(member, paraphrase(draw, words), begin + 1.5 * place))
    return found


def linked(settings: Settings, *paths: Path) -> Linked:
    with for_writing(settings) as workspace:
        return scan(workspace, [str(p) for p in paths], progress=Silent()).linked


@pytest.fixture
def quiet(make_settings: Make) -> Callable[[str], Settings]:
    return lambda name: make_settings(name, read_budget_texts=0, first_encoder="none")


def told(found: Linked) -> tuple[object, ...]:
    return found.links, found.groups, found.hubs, found.discoveries, found.funnel


def test_writers_of_the_same_briefs_are_one_group(quiet: Callable[[str], Settings], write_log: Write) -> None:
    found = linked(quiet("home"), write_log(strangers() + writers()))
    assert found.groups == [MEMBERS]
    assert found.n_population == N_STRANGERS + len(MEMBERS)
    inside = set(combinations(MEMBERS, 2))
    assert all(set(pair) <= set(MEMBERS) for pair in found.links), "no stranger is linked at all"
    assert len(inside & found.links.keys()) >= 0.8 * len(inside)
    for link in found.links.values():
        check_ledger(link, found)
        (near,) = (thing for thing in link.shared if thing.kind == "near_text")
        assert near.evidence_class is EvidenceClass.A
        assert "in nearly the same words" in near.value
        assert "minutes apart" in near.value


def check_ledger(link: Link, found: Linked) -> None:
    """What is shown of a link: heavier than the least, every thing with its weight, and enough of it to explain the link."""
    assert link.left < link.right
    assert link.bits >= found.threshold_bits
    assert all(0 <= thing.bits <= thing.bits_alone for thing in link.shared)
    assert all(2 <= thing.n_subjects <= thing.n_population == found.n_population for thing in link.shared)
    assert sum(thing.bits for thing in link.shared) >= link.bits - 0.01 or len(link.shared) >= 12


def test_reading_of_linked_groups_adds_what_texts_mean(make_settings: Make, write_log: Write) -> None:
    """With the first encoder the texts of the first links are read, and links are drawn again with their vectors."""
    draw, log = np.random.default_rng(3), strangers(n=40)
    for brief, topic in enumerate(TOPICS):
        words = WORK[brief % len(WORK)].format(topic).split()
        for place, member in enumerate(MEMBERS):
            own = [w for w in words if draw.random() > 0.15]
            log.append(sent(member, own, 1440 * brief + 500 + 1.5 * place))
    found = linked(make_settings(read_budget_texts=0), write_log(log))
    assert found.groups == [MEMBERS]
    kinds = {thing.kind for link in found.links.values() for thing in link.shared}
    assert {"near_text", "same_meaning"} <= kinds
    told_of = [thing.value for link in found.links.values() for thing in link.shared if thing.kind == "same_meaning"]
    assert all("that mean the same" in value for value in told_of)


def test_the_order_of_the_log_and_a_second_run_change_nothing(
    quiet: Callable[[str], Settings], write_log: Write
) -> None:
    log = strangers(n=60) + writers()
    first = linked(quiet("one"), write_log(log, "one.jsonl"))
    other = linked(quiet("two"), write_log(log[::-1], "two.jsonl"))
    parts = [write_log(log[at::3], f"part{at}.jsonl") for at in range(3)]
    split = linked(quiet("three"), *parts)
    assert first.groups == [MEMBERS]
    assert told(other) == told(first)
    assert told(split) == told(first)
    with for_reading(quiet("one")) as workspace, linking(workspace, Silent()) as linker:
        assert told(linker.draw()) == told(first)
        assert told(linker.draw()) == told(first), "drawing twice from one linker"


def test_what_accounts_are_called_changes_nothing(quiet: Callable[[str], Settings], write_log: Write) -> None:
    """The writers are named so that their order is turned round."""
    log = strangers(n=60) + writers()
    name = {member: f"xx{9 - at}" for at, member in enumerate(MEMBERS)}
    turned = [e | {"account_id": name.get(e["account_id"], e["account_id"])} for e in log]
    first = linked(quiet("one"), write_log(log, "one.jsonl"))
    other = linked(quiet("two"), write_log(turned, "two.jsonl"))
    assert other.groups == [sorted(name.values())]
    renamed = {tuple(sorted((name[a], name[b]))): round(link.bits, 3) for (a, b), link in first.links.items()}
    assert {pair: round(link.bits, 3) for pair, link in other.links.items()} == renamed


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_a_world_of_strangers_has_no_group(quiet: Callable[[str], Settings], write_log: Write, seed: int) -> None:
    found = linked(quiet("home"), write_log(strangers(seed)))
    assert (found.groups, found.links) == ([], {})


def test_strangers_behind_one_address_are_no_group(quiet: Callable[[str], Settings], write_log: Write) -> None:
    """A campus of thirty: context, whatever it weighs."""
    log = [e | {"client_ip": "81.2.69.142"} if e["account_id"] < "person030" else e for e in strangers()]
    found = linked(quiet("home"), write_log(log))
    assert (found.groups, found.links) == ([], {})


def test_the_same_briefs_days_apart_weigh_less(quiet: Callable[[str], Settings], write_log: Write) -> None:
    """What was sent within minutes is stronger than the same texts in any order of days."""
    soon = linked(quiet("soon"), write_log(strangers() + writers(), "soon.jsonl"))
    draw = np.random.default_rng(5)
    late = [e | {"time": (START + timedelta(minutes=float(draw.uniform(0, 14_400)))).isoformat()} for e in writers()]
    spread = linked(quiet("late"), write_log(strangers() + late, "late.jsonl"))
    weight = {pair: link.bits for pair, link in spread.links.items()}
    assert sum(weight.values()) < sum(link.bits for link in soon.links.values())
    assert all(set(pair) <= set(MEMBERS) for pair in weight)


def test_a_log_without_bodies_links_by_device_and_payment(quiet: Callable[[str], Settings], write_log: Write) -> None:
    """Four accounts on one device that pay with one card, among sixty who do neither; a family of two shares a device only."""
    names = [*(f"farm{n}" for n in range(4)), *(f"person{n:02d}" for n in range(60))]
    device = dict.fromkeys(names[:4], "dev-farm") | dict.fromkeys(names[4:6], "dev-home")
    events = [
        sent(name, [], 97.0 * at + 1500 * turn, device_id=device.get(name, f"dev-{name}"))
        for at, name in enumerate(names)
        for turn in range(3)
    ]
    accounts = [
        {
            "account_id": name,
            "created_at": (START - timedelta(days=3 + at)).isoformat(),
            "payment_fingerprint": "card-farm" if name.startswith("farm") else f"card-{name}",
        }
        for at, name in enumerate(names)
    ]
    found = linked(quiet("home"), write_log(events), write_log(accounts, "accounts.jsonl"))
    assert found.groups == [names[:4]]
    assert set(combinations(names[:4], 2)) <= found.links.keys()
    for pair in combinations(names[:4], 2):
        check_ledger(found.links[pair], found)
        kinds = {thing.kind: thing for thing in found.links[pair].shared}
        assert kinds.keys() >= {"device", "payment"}
        assert all(kinds[kind].family is Family.INFRASTRUCTURE for kind in ("device", "payment"))
        assert found.links[pair].sure
    assert found.funnel["n_meetings"] == 0


def test_an_empty_log(quiet: Callable[[str], Settings], write_log: Write) -> None:
    found = linked(quiet("home"), write_log([]))
    assert (found.links, found.groups, found.hubs, found.n_population) == ({}, [], [], 0)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_log_of_a_few_strangers(quiet: Callable[[str], Settings], write_log: Write, n: int) -> None:
    found = linked(quiet("home"), write_log(strangers(n=n)))
    assert (found.links, found.groups, found.n_population) == ({}, [], n)
