"""The generated log has the promised form, loses no text and does not give its answers away."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from counterveil.errors import UsageError
from counterveil.lab.generate import generate
from counterveil.lab.packs import load_pack, pack_names
from counterveil.lab.scenario import Group, load_scenario
from counterveil.lab.spool import Spool
from counterveil.lab.truth import load_truth

from .conftest import Record, World

_FILES = (
    "events.jsonl",
    "accounts.jsonl",
    "labels.csv",
    "truth/accounts.jsonl",
    "truth/operations.jsonl",
    "truth/scenario.json",
)
_PLANTED = load_scenario().group


def messages(event: Record, side: str) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", event[side])


def test_same_arguments_same_bytes(tmp_path: Path, world: World) -> None:
    generate(tmp_path, seed=3, background=3)
    for name in _FILES:
        assert (tmp_path / name).read_bytes() == (world.folder / name).read_bytes(), name


def test_other_seed_other_bytes(tmp_path: Path, world: World) -> None:
    generate(tmp_path, seed=4, background=0)
    ids = set(load_truth(tmp_path / "truth").accounts)
    assert not ids & set(world.truth.accounts)


def test_counts_and_order(world: World) -> None:
    summary = world.summary
    assert summary.accounts_by_label == {"background": 3 * 86, "lookalike": 155, "malicious": 86}
    assert summary.ratio == 3
    assert summary.events == len(world.events) == sum(summary.events_by_label.values())
    times = [str(event["time"]) for event in world.events]
    assert times == sorted(times)
    assert len({event["event_id"] for event in world.events}) == len(world.events)
    known = {account["account_id"] for account in world.accounts}
    assert {event["account_id"] for event in world.events} == known == set(world.truth.accounts)
    assert not (world.folder / ".spool").exists()


def test_every_account_signed_up_before_it_was_used(world: World) -> None:
    assert all(str(account["created_at"]) < "2026-03-02" for account in world.accounts)


def test_history_is_sent_again(world: World) -> None:
    talks: dict[object, list[Record]] = defaultdict(list)
    for event in world.events:
        talks[event["conversation_id"]].append(event)
    longer = 0
    for events in talks.values():
        assert len({(event["account_id"], event["client_ip"], event["device_id"]) for event in events}) == 1
        for before, after in pairwise(events):
            history = messages(before, "input") + messages(before, "output")
            assert messages(after, "input")[: len(history)] == history
            assert len(messages(after, "input")) == len(history) + 1
            longer += 1
        assert messages(events[-1], "input")[-1]["role"] == "user"
    assert longer > 500


@pytest.mark.parametrize("group", _PLANTED, ids=[group.id for group in _PLANTED])
def test_no_pack_text_is_lost(world: World, group: Group) -> None:
    pack = load_pack(group.pack)
    own = {
        name
        for name, account in world.truth.accounts.items()
        if (account.kind, account.label) == (group.kind, group.label)
    }
    texts: set[str] = set()
    replies: set[str] = set()
    for event in world.events:
        if event["account_id"] in own:
            texts |= {message["content"] for message in messages(event, "input")}
            replies |= {message["content"] for message in messages(event, "output")}
    everything = "\0".join(sorted(texts))
    assert [line.text for line in pack.lines if line.text not in everything] == []
    assert [line.reply for line in pack.lines if line.reply and line.reply not in replies] == []


def test_training_text_stays_out(world: World) -> None:
    said = {message["content"].strip() for event in world.events for message in messages(event, "input")}
    elsewhere = {
        line.text.strip() for name in pack_names() if not name.startswith("train_") for line in load_pack(name).lines
    }
    for name in pack_names():
        if name.startswith("train_"):
            taught = {line.text.strip() for line in load_pack(name).lines} - elsewhere
            assert not taught & said


def test_labels_do_not_leak(world: World) -> None:
    names = {group.id for group in _PLANTED} | {group.pack for group in _PLANTED}
    words = names | {"malicious", "lookalike", "background", "bg_lines", "synthetic", "stance", "behaviour"}
    leak = re.compile("|".join(sorted(re.escape(word) for word in words)))
    for record in (*world.events, *world.accounts):
        # Prompts and replies are the packs' own business.
        visible = {key: value for key, value in record.items() if key not in {"input", "output"}}
        assert not leak.search(str(visible))
    assert all(re.fullmatch(r"acct_[0-9a-f]{14}", str(account["account_id"])) for account in world.accounts)
    order = [world.truth.accounts[str(account["account_id"])].malicious for account in world.accounts]
    # Sorted by an opaque id, malicious accounts stand among the others: no long run, both halves.
    half = len(order) // 2
    assert 20 < sum(order[:half]) < 66


def test_every_value_also_occurs_among_innocents(world: World) -> None:
    bad = {name for name, account in world.truth.accounts.items() if account.malicious}
    for key, records in (("plan", world.accounts), ("model", world.events), ("channel", world.events)):
        mine = {record[key] for record in records if record["account_id"] in bad}
        theirs = {record[key] for record in records if record["account_id"] not in bad}
        assert mine <= theirs
    known = {record["user_agent"] for record in world.events if record["account_id"] not in bad}
    assert {record["user_agent"] for record in world.events if record["account_id"] in bad} <= known


def _shared(world: World, members: set[str], key: str) -> set[object]:
    owners: dict[object, set[str]] = defaultdict(set)
    for record in (*world.events, *world.accounts):
        if record.get(key) is not None:
            owners[record[key]].add(str(record["account_id"]))
    return {value for value, who in owners.items() if len(who & members) > 1 and who <= members}


@pytest.mark.parametrize("operation", ["op_swarm", "op_recovery", "op_tracker"])
def test_hard_operations_share_only_text(world: World, operation: str) -> None:
    members = {name for name, account in world.truth.accounts.items() if account.group == operation}
    assert len(members) >= 5
    for key in ("device_id", "payment_fingerprint", "org_id", "signup_ip", "client_ip"):
        assert not _shared(world, members, key), key


def test_chained_operations_share_devices_two_by_two(world: World) -> None:
    members = {name for name, account in world.truth.accounts.items() if account.group == "op_jobs"}
    owners: dict[object, set[object]] = defaultdict(set)
    for event in world.events:
        if event["account_id"] in members and event["device_id"]:
            owners[event["device_id"]].add(event["account_id"])
    assert max(len(who) for who in owners.values()) == 2


def test_reseller_fronts_many_people(world: World) -> None:
    (account,) = [name for name, truth in world.truth.accounts.items() if truth.kind == "reseller"]
    people = {event["end_user_id"] for event in world.events if event["account_id"] == account}
    assert len(people) == 40


def test_events_decide_the_background(tmp_path: Path) -> None:
    told: list[int] = []
    summary = generate(tmp_path, seed=1, background=1, events=12_000, days=3, progress=told.append)
    assert 12_000 <= summary.events < 12_500
    assert sum(told) == summary.events
    times = [event[:80] for event in (tmp_path / "events.jsonl").read_bytes().splitlines()]
    assert len(times) == summary.events


@pytest.mark.parametrize("wrong", [{"background": -1.0}, {"days": 0}, {"events": 0}])
def test_bad_arguments(tmp_path: Path, wrong: dict[str, float]) -> None:
    arguments = {"background": 1.0, "days": 30, "events": None, **wrong}
    with pytest.raises(UsageError) as caught:
        generate(tmp_path, seed=1, **arguments)  # type: ignore[arg-type]
    assert caught.value.remedy


def test_spool_sorts_across_flushes(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "x", limit=8)
    for line in (b"b2", b"a9", b"c1", b"a1", b"b1", b"d0"):
        spool.add(line[0] // 99, line)
    spool.write(tmp_path / "out", slice(0, 1))
    assert (tmp_path / "out").read_bytes().split() == [b"a1", b"a9", b"b1", b"b2", b"c1", b"d0"]
