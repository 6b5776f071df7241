"""Worlds are what their specs say, and the measures say what they should on cases made by hand."""

from __future__ import annotations

import ipaddress
from collections import Counter, defaultdict
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from bench.quality.linking.metrics import Truth, evaluate, false_discoveries, truth_of
from bench.quality.linking.native import account_of, ip_addresses, write
from bench.quality.linking.spec import LEVELS
from bench.quality.linking.world import COHORT, INDEPENDENT, NONE, OPERATION, START, Spec, World, generate

SPEC = Spec(20_000, 1_000, 5, operations=tuple((level, 20) for level in LEVELS), n_cohorts=6)


@pytest.fixture(scope="module")
def world() -> World:
    return generate(SPEC)


@pytest.fixture(scope="module")
def bare() -> World:
    """Nothing but what operations post on purpose."""
    return generate(Spec(0, 400, 5, operations=tuple((level, 40) for level in LEVELS), n_cohorts=0))


def events_of(world: World, level: int) -> list[int]:
    return [int(event) for event in np.flatnonzero(world.level[world.account] == level)]


def tokens_of(world: World, event: int) -> list[int]:
    return [int(token) for token in world.tokens[world.offsets[event] : world.offsets[event + 1]]]


def by_meaning(world: World, level: int) -> list[list[int]]:
    """Events of a level, by the message that they are copies of."""
    found = defaultdict(list)
    for event in events_of(world, level):
        found[int(world.meaning[event])].append(event)
    return list(found.values())


def jaccard(left: list[int], right: list[int]) -> float:
    return len({*left} & {*right}) / len({*left} | {*right})


def mean_jaccard(world: World, level: int) -> float:
    pairs = [p for events in by_meaning(world, level) for p in combinations(events[:5], 2)]
    return float(np.mean([jaccard(tokens_of(world, a), tokens_of(world, b)) for a, b in pairs]))


def test_the_same_seed_gives_the_same_world(world: World) -> None:
    again, other = generate(SPEC), generate(Spec(20_000, 1_000, 6, operations=SPEC.operations, n_cohorts=6))
    for field in fields(World):
        assert np.array_equal(getattr(again, field.name), getattr(world, field.name)), field.name
    assert not np.array_equal(other.tokens[:1000], world.tokens[:1000])


def test_arrays_are_consistent(world: World) -> None:
    n, accounts = 20_000, 1_000
    assert {len(a) for a in (world.account, world.ts, world.ip, world.device, world.url, world.meaning)} == {n}
    assert {len(a) for a in (world.payment, world.created, world.kind, world.group, world.level, world.household)} == {
        accounts
    }
    assert len(world.offsets) == n + 1
    assert world.offsets[-1] == len(world.tokens)
    assert (np.diff(world.offsets) > 0).all()
    assert (np.diff(world.ts) >= 0).all()
    assert START <= world.ts[0] <= world.ts[-1] < START + 30 * 86_400
    for codes, table in (
        (world.tokens, world.words),
        (world.ip, world.ips),
        (world.device, world.devices),
        (world.url, world.urls),
        (world.payment, world.payments),
    ):
        assert NONE <= codes.min() <= codes.max() < len(table)
        assert len(set(table.tolist())) == len(table)
    assert world.tokens.min() >= 0
    assert world.created.max() < START


def test_sizes_and_levels_are_as_specified(world: World) -> None:
    assert Counter(world.level[world.kind == OPERATION].tolist()) == dict.fromkeys(LEVELS, 20)
    for group, (level, size) in enumerate(SPEC.operations):
        assert (world.group == group).sum() == size
        assert set(world.level[world.group == group].tolist()) == {level}
    cohorts = Counter(world.group[world.kind == COHORT].tolist())
    assert sorted(cohorts) == [7, 8, 9, 10, 11, 12]
    assert all(20 <= size <= 40 for size in cohorts.values())
    assert set(world.group[world.kind == INDEPENDENT].tolist()) == {NONE}
    assert Counter(Counter(world.household[world.household != NONE].tolist()).values()).most_common(1)[0][0] == 2


def test_named_specs() -> None:
    study, hard, large = (make(1000, 5000, 3) for make in (Spec.study, Spec.hard, Spec.large))
    assert Counter(level for level, _ in study.operations) == dict.fromkeys((1, 2, 3, 4), 5)
    assert Counter(level for level, _ in hard.operations) == dict.fromkeys(LEVELS, 5)
    assert [level for level, size in large.operations if size >= 300] == [1, 2, 4]
    assert (study.cohorts, hard.cohorts) == (20, 35)
    for share in (0.0005, 0.01, 0.1):
        sizes = [size for _, size in Spec.prevalent(1000, 50_000, 3, share=share).operations]
        assert abs(sum(sizes) - share * 50_000) < 4
        assert 4 <= min(sizes) <= max(sizes) <= 1000


def test_a_world_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="need"):
        generate(Spec.study(1000, 500, 1))
    with pytest.raises(ValueError, match="level"):
        Spec(1000, 500, 1, operations=((8, 10),))


def test_an_empty_world_has_no_operation() -> None:
    world = generate(Spec.empty(5_000, 1_000, 1))
    assert not (world.kind == OPERATION).any()
    assert len(set(world.group[world.kind == COHORT].tolist())) == 20


@pytest.mark.parametrize(("level", "window"), [(1, 300), (2, 600), (3, 1800), (5, 1800)])
def test_copies_come_within_their_window(bare: World, level: int, window: int) -> None:
    messages = by_meaning(bare, level)
    assert 12 <= len(messages) <= 24
    assert all(bare.ts[events[-1]] - bare.ts[events[0]] < window for events in messages)
    assert all(len({*bare.account[events].tolist()}) == len(events) for events in messages)


def test_copies_are_as_alike_as_their_level_says(bare: World) -> None:
    assert all(len({tuple(tokens_of(bare, e)) for e in events}) == 1 for events in by_meaning(bare, 1))
    by_chance = mean_jaccard(bare, 5)
    assert 0.3 < mean_jaccard(bare, 2) < 0.7
    assert abs(mean_jaccard(bare, 6) - mean_jaccard(bare, 2)) < 0.1
    assert by_chance + 0.1 < mean_jaccard(bare, 3) < mean_jaccard(bare, 2) - 0.1
    assert by_chance < 0.1


def test_drip_takes_days(bare: World) -> None:
    spans = [int(bare.ts[events[-1]] - bare.ts[events[0]]) for events in by_meaning(bare, 6)]
    assert 6 <= len(spans) <= 10
    assert 4 * 86_400 < np.median(spans) <= 10 * 86_400


@pytest.mark.parametrize("level", [4, 7])
def test_own_words_share_nothing(bare: World, level: int) -> None:
    texts = [tuple(tokens_of(bare, event)) for event in events_of(bare, level)]
    assert len({*texts}) == len(texts)
    triples = Counter(t for text in texts for t in {*zip(text, text[1:], text[2:], strict=False)})
    assert np.mean([n > 1 for n in triples.values()]) < 0.05
    assert set(bare.meaning[events_of(bare, level)].tolist()) == {NONE}


@pytest.mark.parametrize(("level", "most"), [(4, 12), (7, 3)])
def test_devices_are_shared_by_few(bare: World, level: int, most: int) -> None:
    events = events_of(bare, level)
    users = defaultdict(set)
    for device, account in zip(bare.device[events].tolist(), bare.account[events].tolist(), strict=True):
        users[device].add(account)
    assert 2 <= max(len(accounts) for accounts in users.values()) <= most
    devices = Counter(account for accounts in users.values() for account in accounts)
    assert max(devices.values()) == (2 if level == 4 else 3)


def test_native_files_hold_the_world(world: World, tmp_path: Path) -> None:
    paths = write(world, tmp_path, shard=15_000)
    assert len(paths.events) == 2
    rows = [row for path in paths.events for row in pq.read_table(path).to_pylist()]
    assert len({row["event_id"] for row in rows}) == 20_000
    for event in (0, 14_999, 15_000, 19_999, int(np.flatnonzero(world.url != NONE)[0])):
        row, url = rows[event], world.url[event]
        text = world.text(event) + (f" {world.urls[url]}" if url != NONE else "")
        assert row["input"] == [{"role": "user", "content": text}]
        assert account_of(row["account_id"]) == world.account[event]
        assert row["time"].timestamp() == world.ts[event]
        assert row["device_id"] == world.devices[world.device[event]]
    accounts, truth = pq.read_table(paths.accounts).to_pylist(), pq.read_table(paths.truth).to_pylist()
    assert sum(a["payment_fingerprint"] is None for a in accounts) == (world.payment == NONE).sum()
    assert Counter(t["kind"] for t in truth)["operation"] == 140


def test_addresses_are_public_and_different() -> None:
    addresses = ip_addresses(np.arange(20_000)).tolist()
    assert len({*addresses}) == 20_000
    assert all(ipaddress.IPv4Address(address).is_global for address in addresses)


def hand_made() -> Truth:
    """Operations 0 (accounts 0–3) and 1 (4–7), a cohort (8–9), a flat (10–11), two strangers."""
    return Truth(
        kind=np.array([2] * 8 + [1] * 2 + [0] * 4, np.int8),
        group=np.array([0] * 4 + [1] * 4 + [2] * 2 + [-1] * 4, np.int32),
        level=np.array([1] * 4 + [4] * 4 + [0] * 6, np.int8),
        household=np.array([-1] * 10 + [0, 0] + [-1] * 2, np.int32),
    )


def test_perfect_groups() -> None:
    groups = {**dict.fromkeys(range(4), "x"), **dict.fromkeys(range(4, 8), "y"), 8: "z", 9: "z"}
    report = evaluate(hand_made(), groups)
    assert report.n_groups == 3
    assert {k: (p.hits, p.total) for k, p in report.found.items()} == {0: (2, 2), 1: (1, 1), 4: (1, 1)}
    assert (report.independents.hits, report.independents.total) == (0, 4)
    assert report.cohorts.value == 1.0
    assert report.pairs.f1 == report.bcubed.f1 == 1.0


def test_mixed_groups() -> None:
    # Half of the first operation with a stranger; three of the second alone; a flat; the other stranger in a group of one.
    groups = {0: "x", 1: "x", 12: "x", 4: "y", 5: "y", 6: "y", 10: "z", 11: "z", 13: "w", 7: None}
    report = evaluate(hand_made(), groups)
    assert report.n_groups == 3
    assert {k: p.hits for k, p in report.found.items()} == {0: 1, 1: 0, 4: 1}
    assert [(row.held, round(row.purity, 2), row.found) for row in report.operations] == [
        (2, 0.67, False),
        (3, 1.0, True),
    ]
    assert {k: (p.hits, p.total) for k, p in report.grouped.items()} == {0: (5, 8), 1: (2, 4), 4: (3, 4)}
    assert (report.independents.hits, report.households.hits, report.cohorts.hits) == (1, 2, 0)
    # Pairs together: 3 + 3 + 1, of which 1 + 3 + 1 are true; 12 within operations, of which 1 + 3 are together.
    assert report.pairs.precision == pytest.approx(5 / 7)
    assert report.pairs.recall == pytest.approx(4 / 12)
    assert report.bcubed.precision == pytest.approx((2 * 2 / 3 + 3) / 5)
    assert report.bcubed.recall == pytest.approx((2 * 2 / 4 + 2 * 1 / 4 + 3 * 3 / 4 + 1 / 4) / 8)


def test_nothing_found_and_nothing_planted(world: World) -> None:
    report = evaluate(truth_of(world), {})
    assert report.found[0].hits == report.n_groups == 0
    assert (report.pairs.precision, report.bcubed.precision) == (None, None)
    assert report.bcubed.recall == pytest.approx(1 / 20)
    empty = Truth(*(np.zeros(2, np.int32) - i for i in (0, 1, 0, 1)))  # type: ignore[arg-type]
    assert evaluate(empty, {0: 1, 1: 1}).found[0].value is None
    assert evaluate(empty, {0: 1, 1: 1}).independents.hits == 2


def test_false_discoveries() -> None:
    pairs = np.array([[0, 3], [8, 9], [11, 10], [0, 4], [12, 13]])
    found = false_discoveries(hand_made(), pairs)
    assert (found.hits, found.total) == (2, 5)
    assert false_discoveries(hand_made(), np.empty((0, 2), np.int64)).value is None
