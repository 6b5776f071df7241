"""The queue without a threshold, every false positive with its reasons, curves and cost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.lab.cost import CLIO_USD_PER_100K, cost
from counterveil.lab.curves import reliability, roc
from counterveil.lab.labels import operations_of
from counterveil.lab.measures import roc_auc
from counterveil.lab.metrics import evaluate
from counterveil.lab.mistakes import Outcome, Reason, false_positives, queue
from counterveil.lab.truth import Truth, TruthAccount

_SCORES = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=30)


@pytest.fixture
def truth() -> Truth:
    accounts = {n: TruthAccount(n, "malicious", "SC-1", "op1" if n < "d" else "op2", harm="SC-1") for n in "abcd"}
    accounts |= {n: TruthAccount(n, "lookalike", "journalist", note="her own") for n in "pq"}
    accounts |= {n: TruthAccount(n, "background", "ordinary") for n in "xyz"}
    return Truth(accounts, operations_of(accounts.values()))


def test_queue(truth: Truth) -> None:
    found = queue(truth, [("a", "b", "p"), ("x", "stranger"), ("stranger",)])
    assert found.leads == 3
    assert (found.right.hits, found.right.total) == (1, 2), "a lead about strangers alone is not judged"
    assert (found.precision.hits, found.precision.total) == (2, 4)
    assert (found.accounts.hits, found.accounts.total) == (2, 4)
    assert (found.operations.hits, found.operations.total) == (1, 2), "two of three are at least half"
    assert (found.benign.hits, found.benign.total) == (2, 5)


def test_an_empty_queue_has_no_precision(truth: Truth) -> None:
    found = queue(truth, [])
    assert found.precision.value is None
    assert found.accounts.value == 0


def test_false_positives_one_by_one(truth: Truth) -> None:
    reasons = tuple(Reason("account", f"r{n}", float(n), "why") for n in (-5, 4, -1, 3, 2, 1))
    outcomes = {
        "a": Outcome(0.9),
        "p": Outcome(0.8, "OP-1", "OP-1", "core", reasons),
        "q": Outcome(0.1),
        "x": Outcome(0.6),
    }
    rows = false_positives(truth, outcomes, {0.01: 0.5, 0.001: 0.7}, [("a", "p", "q")])
    assert [row.account_id for row in rows] == ["p", "x", "q"]
    assert [row.flagged_at for row in rows] == [(0.001, 0.01), (0.01,), ()]
    assert [row.in_queue for row in rows] == [True, False, True]
    first = rows[0]
    assert (first.kind, first.note, first.operation_id) == ("journalist", "her own", "OP-1")
    assert [r.log_odds for r in first.speaks_for] == [4, 3, 2]
    assert [r.log_odds for r in first.speaks_against] == [-5, -1]


def test_look_alikes_in_suspected_operations_and_two_readings_of_groups(truth: Truth) -> None:
    groups = {"a": "g", "b": "g", "p": "g", "q": "h", "x": "h"}
    found = evaluate(truth, {}, groups, suspected={n: g for n, g in groups.items() if g == "g"})
    rows = {row.kind: row for row in found.benign_kinds}
    assert (rows["journalist"].grouped.hits, rows["journalist"].suspected.hits) == (2, 1)
    assert found.grouping.items == 7
    assert found.suspected_grouping.items == 5
    assert found.suspected_grouping.precision.value == pytest.approx((2 * 2 / 3 + 1 / 3 + 2) / 5)
    assert [(row.harm, row.accounts, row.suspected.hits) for row in found.harms] == [("SC-1", 4, 2)]


@given(_SCORES, _SCORES)
def test_the_curve_rises_and_its_area_is_the_auc(bad: list[float], good: list[float]) -> None:
    points = roc(bad, good)
    assert (points[0].benign, points[0].malicious) == (0, 0)
    assert (points[-1].benign, points[-1].malicious) == (1, 1)
    area = 0.0
    for left, right in pairwise(points):
        assert left.benign <= right.benign
        assert left.malicious <= right.malicious
        area += (right.benign - left.benign) * (left.malicious + right.malicious) / 2
    assert area == pytest.approx(roc_auc(bad, good))


@given(_SCORES, _SCORES)
def test_every_account_is_in_one_tenth(bad: list[float], good: list[float]) -> None:
    bins = reliability(bad, good)
    assert sum(b.malicious.total for b in bins) == len(bad) + len(good)
    assert sum(b.malicious.hits for b in bins) == len(bad)
    assert [b.mean for b in bins] == sorted(b.mean for b in bins)


def test_no_curve_without_both_sides() -> None:
    assert roc([], [0.5]) == ()
    assert reliability([], []) == ()


def test_cost_per_100k_conversations() -> None:
    found = cost(
        wall_s=120,
        cpu_s=180,
        workers=2,
        events=3_000,
        conversations=1_000,
        texts_observed=2_500,
        texts_read=900,
        cpu_hour_usd=0.1,
    )
    assert (found.events_per_s, found.per_100k_wall_minutes, found.per_100k_cpu_hours) == (25.0, 200.0, 5.0)
    assert found.per_100k_usd == 0.5
    assert found.clio_per_100k_usd == CLIO_USD_PER_100K == 48.81
    nothing = cost(
        wall_s=0, cpu_s=0, workers=1, events=0, conversations=0, texts_observed=0, texts_read=0, cpu_hour_usd=0.1
    )
    assert nothing.per_100k_usd is None
