"""Every adversary keeps the key right, leaves innocents alone where it says so, and gives the same whatever the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from counterveil.errors import UsageError
from counterveil.lab.adversaries import ADVERSARIES, chosen
from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.adversaries.em_dash import plain
from counterveil.lab.adversaries.fields import without_context
from counterveil.lab.labels import operations_of
from counterveil.lab.truth import Truth, TruthAccount
from counterveil.lab.world import Record, World, conversations

_START = datetime(2026, 3, 2, 9, tzinfo=UTC)
each = pytest.mark.parametrize("adversary", ADVERSARIES, ids=[a.name for a in ADVERSARIES])


def event(account: str, talk: int, turn: int) -> dict[str, Any]:
    said = [
        f"{account} asks {talk}-{n}. It matters — “a lot”! Use 12 lines. Be brief; be kind. Thanks."
        for n in range(turn + 1)
    ]
    history = [
        m
        for n, text in enumerate(said)
        for m in ({"role": "user", "content": text}, {"role": "assistant", "content": f"answer — {talk}-{n}"})
    ]
    return {
        "event_id": f"{account}-{talk}-{turn}",
        "time": _START + timedelta(days=3 * talk, hours=len(account), minutes=10 * turn),
        "account_id": account,
        "conversation_id": f"{account}-{talk}",
        "client_ip": f"203.0.113.{len(account)}",
        "device_id": f"d-{account}",
        "locale": "en-US",
        "user_agent": "agent",
        "input": history[:-1],
        "output": history[-1:],
        "extra": {"vpn": True, "kept": 1},
    }


def registration(account: str) -> dict[str, Any]:
    return {"account_id": account, "created_at": _START, "email": f"{account}@mail.example", "phone": "+12025550100",
            "payment_fingerprint": "card", "signup_ip": "203.0.113.1", "signup_country": "US"}  # fmt: skip


@pytest.fixture
def world() -> World:
    bad, good = ["m1", "m22", "m333"], ["b1", "look22"]
    accounts = {n: TruthAccount(n, "malicious", "SC-1", "op", harm="SC-1", note="n") for n in (*bad, "silent")}
    accounts["b1"] = TruthAccount("b1", "background", "ordinary")
    accounts["look22"] = TruthAccount("look22", "lookalike", "journalist")
    events = [event(name, talk, turn) for name in (*bad, *good, "unknown") for talk in range(4) for turn in range(2)]
    return World(
        tuple(events),
        tuple(registration(n) for n in (*bad, *good)),
        Truth(accounts, operations_of(accounts.values())),
    )


def shuffled(world: World) -> World:
    events, accounts = list(world.events), list(world.accounts)
    Random(1).shuffle(events)
    Random(2).shuffle(accounts)
    names = sorted(world.truth.accounts, reverse=True)
    truth = Truth({name: world.truth.accounts[name] for name in names}, world.truth.operations)
    return World(tuple(events), tuple(accounts), truth)


def by_id(records: tuple[Record, ...], name: str) -> dict[str, Record]:
    found = {record[name]: record for record in records}
    assert len(found) == len(records), "ids are given once"
    return found


@each
def test_deterministic_and_independent_of_the_order(adversary: Adversary, world: World) -> None:
    one, other = adversary.apply(world, 7), adversary.apply(shuffled(world), 7)
    assert by_id(one.events, "event_id") == by_id(other.events, "event_id")
    assert by_id(one.accounts, "account_id") == by_id(other.accounts, "account_id")
    assert one.truth == other.truth


@each
def test_labels_stay_consistent(adversary: Adversary, world: World) -> None:
    changed = adversary.apply(world, 7)
    assert operations_of(changed.truth.accounts.values()) == changed.truth.operations
    assert {o.operation_id for o in changed.truth.operations} == {"op"}
    known = set(changed.truth.accounts) | {"unknown"}
    assert {e["account_id"] for e in changed.events} <= known
    assert {a["account_id"] for a in changed.accounts} <= known
    assert all(changed.truth.accounts[a].malicious for a in changed.truth.operations[0].members)
    assert changed.truth.accounts["silent"].malicious, "an account without events stays in the key"
    before = {n: a for n, a in world.truth.accounts.items() if not a.malicious}
    assert {n: a for n, a in changed.truth.accounts.items() if not a.malicious} == before


@each
def test_innocents_are_untouched_where_that_is_claimed(adversary: Adversary, world: World) -> None:
    changed = adversary.apply(world, 7)

    def innocent(records: tuple[Record, ...], key: str) -> dict[str, Record]:
        return by_id(tuple(r for r in records if r["account_id"] in ("b1", "look22", "unknown")), key)

    same = innocent(changed.events, "event_id") == innocent(world.events, "event_id")
    assert same is not adversary.touches_benign
    if not adversary.touches_benign:
        assert innocent(changed.accounts, "account_id") == innocent(world.accounts, "account_id")
    assert changed.events != world.events


@each
def test_records_stay_native(adversary: Adversary, world: World) -> None:
    for record in adversary.apply(world, 7).events:
        assert record["time"].tzinfo is not None
        assert all(m.keys() == {"role", "content"} for side in ("input", "output") for m in record[side])


@each
def test_nothing_to_change_is_no_error(adversary: Adversary, world: World) -> None:
    assert adversary.apply(World((), (), Truth({}, ())), 7).events == ()


@pytest.mark.parametrize("name", ["paraphrase", "em_dash", "lookalike"])
def test_a_history_that_is_sent_again_still_repeats_what_was_sent(name: str, world: World) -> None:
    (adversary,) = chosen([name])
    for events in adversary.apply(world, 7).of_account().values():
        for talk in conversations(events):
            first, second = talk
            assert second["input"][: len(first["input"])] == first["input"]


def test_answers_of_the_model_are_never_changed(world: World) -> None:
    (adversary,) = chosen(["em_dash"])
    changed = by_id(adversary.apply(world, 7).events, "event_id")["m1-0-1"]
    assert [m["content"] for m in changed["input"] if m["role"] == "assistant"] == ["answer — 0-0"]
    assert "—" not in changed["input"][0]["content"]
    assert plain("__init__ stays? **yes** 3–5") == "init stays? yes 3-5"


def test_split_gives_every_conversation_an_account(world: World) -> None:
    (adversary,) = chosen(["split"])
    changed = adversary.apply(world, 7)
    parts = changed.of_account()
    assert all(len(conversations(events)) == 1 for name, events in parts.items() if changed.malicious(name))
    assert len(changed.truth.operations[0].members) == 3 * 4 + 1
    registered = by_id(changed.accounts, "account_id")
    new = [registered[name] for name in changed.truth.operations[0].members if "~" in name]
    assert len({a["email"] for a in new}) == len(new)
    assert all(a["phone"] is None and a["payment_fingerprint"] is None for a in new)
    assert all(a["created_at"] < parts[a["account_id"]][0]["time"] for a in new)


def test_low_and_slow_keeps_hour_and_weekday_and_the_period(world: World) -> None:
    (adversary,) = chosen(["low_and_slow"])
    changed = adversary.apply(world, 7)
    before = by_id(world.events, "event_id")
    first, last = min(e["time"] for e in world.events), max(e["time"] for e in world.events)
    for record in changed.events:
        moved = record["time"] - before[record["event_id"]]["time"]
        assert moved % timedelta(weeks=1) == timedelta(0)
        assert first - timedelta(weeks=1) < record["time"] <= last + timedelta(weeks=1)
    own = [e for e in changed.events if e["account_id"] == "m1"]
    assert len(own) == 4, "two of four conversations, two turns each"


def test_shared_vpn_and_fields(world: World) -> None:
    changed = {a.name: a.apply(world, 7) for a in ADVERSARIES}
    bad = [e for e in changed["shared_vpn"].events if world.malicious(e["account_id"])]
    assert len({e["client_ip"] for e in bad}) <= 3
    for record in changed["no_infrastructure"].events:
        if world.malicious(record["account_id"]):
            assert record["client_ip"] is None
            assert record["device_id"] is None
            assert record["locale"] == "en-US"
    stripped = without_context(world.events[0])
    assert (stripped["locale"], stripped["user_agent"], stripped["extra"]) == (None, None, {"kept": 1})
    assert stripped["client_ip"] == world.events[0]["client_ip"]


def test_padding_doubles_the_conversations_with_innocent_prompts(world: World) -> None:
    (adversary,) = chosen(["padding"])
    own = adversary.apply(world, 7).of_account()["m1"]
    assert len(conversations(own)) == 8
    added = [e for e in own if "padding" in e["event_id"]]
    assert all(e["input"][0]["content"].startswith("b1 asks") for e in added)
    assert all(e["client_ip"] == "203.0.113.2" for e in added)
    alone = {n: a for n, a in world.truth.accounts.items() if a.malicious}
    with pytest.raises(UsageError, match="no innocent prompts"):
        adversary.apply(replace(world, truth=Truth(alone, world.truth.operations)), 7)


def test_names() -> None:
    assert chosen(["all"]) == ADVERSARIES
    assert [a.name for a in chosen(["split", "paraphrase", "split"])] == ["paraphrase", "split"]
    assert chosen([]) == ()
    with pytest.raises(UsageError, match="no adversary 'magic'") as caught:
        chosen(["magic"])
    assert "paraphrase" in (caught.value.remedy or "")
