"""Injected drift is found, two halves of one population are not called different, few subjects give no rate."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from counterveil.quality.drift import MIN_SUBJECTS, Level, compare, divergence, psi
from counterveil.quality.many import discoveries_corrected

SHARES = {"en": 0.5, "zh": 0.2, "es": 0.15, "ru": 0.1, "ko": 0.05}


def draw(shares: dict[str, float], n: int, rng: np.random.Generator) -> dict[str, int]:
    return dict(Counter(rng.choice(list(shares), size=n, p=list(shares.values())).tolist()))


def test_injected_drift_is_found_and_named() -> None:
    rng = np.random.default_rng(1)
    before = {f"d{i}": draw(SHARES, 400, rng) for i in range(20)}
    now = {f"d{i}": draw(SHARES, 400, rng) for i in range(20)}
    now["d7"] = draw({**SHARES, "zh": 0.5, "en": 0.2}, 400, rng)
    first, *rest = compare(before, now)
    assert (first.name, first.level) == ("d7", Level.LARGE)
    assert {name for name, _, _ in first.moved[:2]} == {"zh", "en"}
    assert all(c.level not in (Level.MODERATE, Level.LARGE) for c in rest)


def test_halves_of_one_log_are_seldom_called_different() -> None:
    """50 distributions of 300 subjects cut in two, 200 times: the share of reports that call anything."""
    called = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        sides = [{f"d{i}": draw(SHARES, 150, rng) for i in range(50)} for _ in range(2)]
        called += any(c.level in (Level.MODERATE, Level.LARGE) for c in compare(*sides))
    assert called <= 16


def test_too_few_give_no_rate() -> None:
    (found,) = compare({"a": {"x": 14}}, {"a": {"y": 900}})
    assert (found.level, found.psi, found.n_before) == (Level.TOO_FEW, None, 14)
    (gone,) = compare({"a": {"x": 500}}, {})
    assert gone.level is Level.TOO_FEW
    assert compare({}, {}) == []


def test_a_rare_share_that_grows_fivefold_is_seen_although_its_index_is_small() -> None:
    (found,) = compare({"unread": {"read": 1980, "unread": 20}}, {"unread": {"read": 1900, "unread": 100}})
    assert found.psi is not None
    assert found.psi < 0.1
    assert found.level is Level.MODERATE


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500), min_size=1))
def test_nothing_differs_from_itself(counts: dict[str, int]) -> None:
    (found,) = compare({"x": counts}, {"x": dict(reversed(counts.items()))})
    assert found.level is (Level.SAME if sum(counts.values()) >= MIN_SUBJECTS else Level.TOO_FEW)
    assert found.moved == ()


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=2, max_size=12))
def test_measures_are_symmetric_and_bounded(pairs: list[tuple[int, int]]) -> None:
    a, b = (np.array(x, float) for x in zip(*pairs, strict=True))
    assert psi(a, b) == pytest.approx(psi(b, a))
    assert psi(a, b) >= 0
    if a.sum() and b.sum():
        assert -1e-9 <= divergence(a, b) <= 1 + 1e-9


def test_correction_is_that_of_scipy() -> None:
    values = np.random.default_rng(3).random(40)
    assert np.allclose(discoveries_corrected(values), false_discovery_control(values))
