"""Ledgers, ablations, odd groups and the page of the linking bench, on cases made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench.quality.linking import tables
from bench.quality.linking.ablation import ABLATIONS
from bench.quality.linking.faithful import added, faithful
from bench.quality.linking.metrics import truth_of
from bench.quality.linking.outcome import Outcome, odd, outcome
from bench.quality.linking.world import NONE, OPERATION, Spec, World, generate
from bench.watch import Sample, Watched

from counterveil.policy.evidence import evidence

SPEC = Spec(2_000, 400, 3, operations=((1, 20), (4, 20)), n_cohorts=2)


@pytest.fixture(scope="module")
def world() -> World:
    return generate(SPEC)


def thing(kind: str, family: str, bits: float) -> dict[str, object]:
    return {"kind": kind, "family": family, "bits": bits}


def test_cited_things_add_up_by_the_rule() -> None:
    policy = evidence()
    assert added([thing("device", "infrastructure", 9.0)], policy) == 9.0
    # A second kind of a family counts half, a family has its cap, things of a kind come damped already.
    assert added([thing("device", "infrastructure", 9.0), thing("payment", "infrastructure", 8.0)], policy) == 13.0
    assert added([thing("device", "infrastructure", 12.0), thing("payment", "infrastructure", 12.0)], policy) == 16.0
    assert added([thing("domain", "artefact", 8.0), thing("domain", "artefact", 4.0)], policy) == 12.0
    assert added([thing("name", "content", 4.0), thing("passage", "content", 6.0)], policy) == 10.0
    assert added([thing("near_text", "content", 20.0), thing("passage", "content", 6.0)], policy) == 23.0


def test_a_link_that_cites_too_little_is_told() -> None:
    whole = {"bits": 18.0, "shared": [thing("near_text", "content", 18.0)]}
    part = {"bits": 38.0, "shared": [thing("near_text", "content", 18.0)]}
    found = faithful([whole, part], 15.0, evidence())
    assert (found.broken.hits, found.whole.hits, found.broken.total, found.n_full) == (1, 1, 2, 0)


def test_odd_groups(world: World) -> None:
    truth = truth_of(world)
    first = np.flatnonzero(truth.group == 0).tolist()
    second = np.flatnonzero(truth.group == 1).tolist()
    cohort = np.flatnonzero(truth.group == 2)[:4].tolist()
    assert odd(truth, [first, [*first, *second[:5]], cohort]) == (0, 0)
    assert odd(truth, [first, [*first[:10], *second[:10]]]) == (1, 20)


@pytest.mark.parametrize("name", ABLATIONS)
def test_ablations_leave_the_truth_alone(world: World, name: str) -> None:
    changed = ABLATIONS[name](world)
    for same in ("account", "ts", "offsets", "url", "kind", "group", "level", "household"):
        assert np.array_equal(getattr(changed, same), getattr(world, same))
    assert np.array_equal(np.sort(changed.tokens), np.sort(world.tokens))


def test_ablations_take_out_what_they_name(world: World) -> None:
    bare = ABLATIONS["no devices, addresses, cards"](world)
    assert {*bare.device.tolist(), *bare.ip.tolist(), *bare.payment.tolist()} == {NONE}
    assert set(ABLATIONS["no addresses of requests"](world).ip.tolist()) == {NONE}
    assert len(set(ABLATIONS["all behind one VPN of three addresses"](world).ip.tolist())) == 3
    mixed = ABLATIONS["no texts alike"](world)
    copies = np.flatnonzero(world.level[world.account] == 1)
    assert len({mixed.text(int(e)) for e in copies}) > 1.5 * len({world.text(int(e)) for e in copies})


def scanned(world: World, groups: list[dict[str, list[str]]], links: list[list[object]]) -> Watched:
    report = {
        "begun_s": 0.0,
        "ended_s": 9.0,
        "cpu_s": 8.0,
        "library_bytes": 0,
        "seconds": {"observe": 1.0, "gather": 2.0, "link": 3.0, "assess": 1.0},
        "n_rejects": 0,
        "n_read": 0,
        "threshold_bits": 15.0,
        "discoveries": [{"bits": 15.25, "n_observed": 10, "n_null": 0.1, "rate": 0.01}] * 2,
        "funnel": {"n_meetings": 5, "n_pairs": 4},
        "links": links,
        "ledgers": [{"bits": 18.0, "shared": [thing("near_text", "content", 18.0)]}],
        "groups": groups,
    }
    return Watched(report, (Sample(0.0, (100,), 0.0), Sample(9.0, (300,), 8.0)), 0.0)


def found(world: World) -> Outcome:
    truth = truth_of(world)
    one = [f"a{account}" for account in np.flatnonzero(truth.group == 0)]
    stranger = next(f"a{a}" for a in np.flatnonzero((truth.kind != OPERATION) & (truth.household == NONE)))
    groups = [{"members": one, "contacts": [stranger]}, {"members": ["a0", "a1", "a2"], "contacts": []}]
    return outcome(world, scanned(world, groups, [[one[0], one[1], True], [one[0], stranger, False]]))


def test_contacts_count_apart_and_small_groups_not_at_all(world: World) -> None:
    seen = found(world)
    assert (seen.members.n_groups, seen.members.found[1].hits, seen.members.found[4].hits) == (1, 1, 0)
    assert seen.attached.independents.hits + seen.attached.cohorts.hits == 1
    assert seen.members.independents.hits == 0
    assert (seen.sure.hits, seen.sure.total) == (0, 1)
    assert (seen.probable.hits, seen.probable.total) == (1, 1)
    assert [stage.name for stage in seen.stages] == ["gather", "link"]


def test_rejected_records_stop_the_measurement(world: World) -> None:
    watched = scanned(world, [], [])
    with pytest.raises(RuntimeError, match="rejected"):
        outcome(world, replace(watched, report=watched.report | {"n_rejects": 3}))


def test_tables_hold_every_figure(world: World) -> None:
    outcomes = [found(world)] * 2
    assert "| 1 | 2/2 | 1.00 (1.00–1.00) |" in tables.levels(outcomes)
    assert "independents flagged | 0/" in tables.groups(outcomes)
    assert "15.2 (15.2–15.2)" in tables.links(outcomes)
    assert "2/2 = 100.00%" in tables.ledgers(outcomes)
    assert "| linking, together | 5.0 (5.0–5.0) |" in tables.cost(outcomes)
    assert "| same | 2/2 | 0/2 | 2/4 |" in tables.side_by_side([("same", outcomes)])
