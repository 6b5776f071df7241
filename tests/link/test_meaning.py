"""Texts whose vectors are near meet; those without a vector never do; the same in every run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.link import meaning
from counterveil.link.meaning import neighbours
from counterveil.link.near import Meetings
from tests.link.likenesses import pairs, told, uses

Vectors = npt.NDArray[np.float32]
D = 32


def unit(vectors: npt.NDArray[np.float64]) -> Vectors:
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Vectors = (vectors / np.maximum(norm, 1e-9)).astype(np.float32)
    return found


def strangers(seed: int, n: int) -> Vectors:
    return unit(np.random.default_rng(seed).normal(size=(n, D)))


def translated(vectors: Vectors, cosine: float, seed: int = 7) -> Vectors:
    """Each vector turned by so much, in a direction of its own."""
    aside = np.random.default_rng(seed).normal(size=vectors.shape)
    aside -= np.sum(aside * vectors, axis=1, keepdims=True) * vectors
    return unit(cosine * vectors + np.sqrt(1 - cosine**2) * unit(aside))


@pytest.mark.parametrize(("cosine", "meets"), [(0.99, True), (0.83, True), (0.62, True), (0.55, False)])
def test_translations_meet_and_unrelated_texts_do_not(cosine: float, meets: bool) -> None:
    """Ten texts and their translations, two minutes later, among a hundred others."""
    own = strangers(1, 10)
    other = translated(own, cosine)
    every = np.concatenate([own, other, strangers(2, 100)])
    sent = uses([(text, text, 1000 * text if text < 10 else 1000 * (text - 10) + 120) for text in range(len(every))])
    met = neighbours(every, sent)
    found = {(i, 10 + i) for i in range(10)}
    assert (found <= pairs(met, sent)) is meets
    if meets:
        wanted = {(a[0], b[0]): (s, gap) for a, b, s, gap, *_ in told(met, sent) if (a[0], b[0]) in found}
        assert all(s == pytest.approx(cosine, abs=1e-4) and gap == 120 for s, gap in wanted.values())
    # In so few dimensions some of 7,000 pairs of strangers are near by chance.
    assert len(pairs(met, sent) - found) <= 7


def test_texts_without_a_vector_never_meet() -> None:
    """Neither each other nor anybody: a zero vector is no meaning."""
    vectors = np.zeros((6, D), np.float32)
    vectors[2] = vectors[5] = strangers(3, 1)[0]
    sent = uses([(text, text, text) for text in range(6)])
    met = neighbours(vectors, sent)
    ((left, right, cosine, *rest),) = told(met, sent)
    assert (left, right, rest) == ((2, 2), (5, 5), [3, 2, 2, 1.0])
    assert cosine == pytest.approx(1.0)


@pytest.mark.parametrize("n_vectors", [0, 1])
def test_fewer_than_two_vectors(n_vectors: int) -> None:
    vectors = np.zeros((4, D), np.float32)
    vectors[:n_vectors, 0] = 1.0
    met = neighbours(vectors, uses([(text, text, 0) for text in range(4)]))
    assert all(len(getattr(met, name)) == 0 for name in Meetings.__slots__)


def test_no_texts_and_texts_that_nobody_sent() -> None:
    none = neighbours(np.zeros((0, D), np.float32), uses([]))
    assert len(none.left) == 0
    same = np.repeat(strangers(4, 1), 3, axis=0)
    assert len(neighbours(same, uses([])).left) == 0
    assert len(neighbours(same, uses([(0, 0, 0)])).left) == 0


def test_a_subject_never_meets_itself_and_first_uses_stand_for_the_rest() -> None:
    same = np.repeat(strangers(5, 1), 2, axis=0)
    sent = uses([(0, 0, 0), (0, 1, 5), (1, 1, 6)])
    assert pairs(neighbours(same, sent), sent) == {(0, 1)}
    # Text 0 of ten subjects and text 1 of ten others: the first three of each meet.
    sent = uses([(s, 0, 100 - s) for s in range(10)] + [(s, 1, s) for s in range(10, 20)])
    found = pairs(neighbours(same, sent), sent)
    assert found == {(a, b) for a in (7, 8, 9) for b in (10, 11, 12)}


def test_meetings_are_sorted_and_once_a_pair_of_uses() -> None:
    vectors = np.concatenate([translated(np.repeat(strangers(6, 1), 8, axis=0), 0.9), strangers(8, 20)])
    sent = uses([(text % 5, text, text) for text in range(len(vectors))])
    met = neighbours(vectors, sent)
    order = list(zip(met.left.tolist(), met.right.tolist(), strict=True))
    assert order == sorted(set(order))
    assert all(left < right for left, right in order)
    assert np.all(sent.subject[met.left] != sent.subject[met.right])
    assert np.all(met.similarity >= 0.6)


def same(found: Meetings, again: Meetings) -> bool:
    return all(np.array_equal(getattr(found, name), getattr(again, name)) for name in Meetings.__slots__)


def test_the_same_in_every_run() -> None:
    vectors = np.concatenate([strangers(9, 300), translated(strangers(9, 300), 0.9)])
    sent = uses([(text, text, text) for text in range(600)])
    assert same(neighbours(vectors, sent), neighbours(vectors, sent))


def test_a_large_log_is_searched_in_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in every run, and nearly all of what comparing everything with everything finds."""
    own = strangers(10, 1500)
    vectors = np.concatenate([own, translated(own, 0.9)])
    sent = uses([(text, text, text) for text in range(len(vectors))])
    wanted = {(i, 1500 + i) for i in range(1500)}
    exact = pairs(neighbours(vectors, sent), sent)
    assert wanted <= exact
    monkeypatch.setattr(meaning, "_EXACT_UP_TO", 1000)
    found = neighbours(vectors, sent)
    assert same(found, neighbours(vectors, sent))
    assert pairs(found, sent) <= exact
    assert len(pairs(found, sent) & wanted) >= 0.9 * len(wanted)


@given(seed=st.integers(0, 99), cosine=st.floats(0.65, 0.99))
def test_order_of_uses_changes_nothing(seed: int, cosine: float) -> None:
    own = strangers(seed, 6)
    vectors = np.concatenate([own, translated(own, cosine, seed + 1)])
    draw = np.random.default_rng(seed)
    rows = [
        (int(draw.integers(0, 8)), text, 50 * at)
        for at, text in enumerate(draw.permutation(np.repeat(np.arange(12), 2)))
    ]
    rows = list({(s, t): (s, int(t), when) for s, t, when in rows}.values())
    sent = uses(rows)
    place = draw.permutation(len(rows))
    turned = replace(sent, subject=sent.subject[place], text=sent.text[place], time_s=sent.time_s[place])
    assert told(neighbours(vectors, turned), turned) == told(neighbours(vectors, sent), sent)
