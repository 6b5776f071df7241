"""The measures against values known from elsewhere or worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.lab.measures import bcubed, cutoff, roc_auc, wilson


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_against_published_values(hits: int, total: int, low: float, high: float) -> None:
    found = wilson(hits, total)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing() -> None:
    assert (wilson(0, 0).value, wilson(0, 0).low, wilson(0, 0).high) == (None, 0.0, 1.0)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_share(hits: int, total: int) -> None:
    hits = min(hits, total)
    found = wilson(hits, total)
    assert 0 <= found.low <= hits / total <= found.high <= 1
    mirrored = wilson(total - hits, total)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low))


def test_auc() -> None:
    assert roc_auc([0.9, 0.8], [0.1, 0.2]) == 1
    assert roc_auc([0.1], [0.9, 0.8]) == 0
    assert roc_auc([0.5, 0.5], [0.5]) == 0.5
    assert roc_auc([0.3, 0.9], [0.3, 0.1]) == pytest.approx(3.5 / 4)
    assert roc_auc([], [0.1]) is None
    assert roc_auc([0.1], []) is None


def test_cutoff_is_conservative_with_ties() -> None:
    assert cutoff([0.1, 0.4, 0.2], 0.0) == 0.4
    assert cutoff([0.1, 0.4, 0.2], 0.34) == 0.2
    # One of ten may be flagged, but three tie: none is.
    assert cutoff([0.7] * 3 + [0.0] * 7, 0.1) == 0.7
    assert cutoff([], 0.01) == 0.0
    assert cutoff([0.5], 1.0) == 0.0


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), max_size=60), st.sampled_from([0.0, 0.001, 0.01, 0.2]))
def test_cutoff_never_exceeds_the_rate(benign: list[float], rate: float) -> None:
    line = cutoff(benign, rate)
    assert sum(score > line for score in benign) <= rate * len(benign) + 1e-9


def test_bcubed_of_a_textbook_case() -> None:
    # True {a,b,c},{d}; found {a,b},{c,d}.
    found = bcubed(
        {"a": "1", "b": "1", "c": "1", "d": "2"}, {"a": "x", "b": "x", "c": "y", "d": "y"}, samples=50, seed=1
    )
    assert found.precision.value == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found.recall.value == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found.f1.value == pytest.approx(2 * 0.75 * (2 / 3) / (0.75 + 2 / 3))
    assert found.precision.low is not None
    assert found.precision.high is not None
    assert 0.5 <= found.precision.low <= 0.75 <= found.precision.high <= 1


def test_bcubed_extremes() -> None:
    true = {"a": "1", "b": "1", "c": "2", "d": "2"}
    assert bcubed(true, true, samples=10, seed=0).f1.value == 1
    heap = bcubed(true, dict.fromkeys(true, "x"), samples=10, seed=0)
    assert (heap.precision.value, heap.recall.value) == (0.5, 1)
    alone = bcubed(true, {name: name for name in true}, samples=10, seed=0)
    assert (alone.precision.value, alone.recall.value) == (1, 0.5)
    assert bcubed({}, {}, samples=10, seed=0).f1.value is None
    assert bcubed(true, true, samples=0, seed=0).f1.low is None
