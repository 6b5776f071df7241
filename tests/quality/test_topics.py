"""Clusters follow from the texts and not from their order; names last; words never describe a few people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.quality.terms import MIN_SUBJECTS, Said, telling_terms
from counterveil.quality.topics import Matrix, clusters, names


def blobs(per: int, seed: int, n_blobs: int = 4) -> Matrix:
    """Vectors around some orthogonal directions."""
    rng = np.random.default_rng(seed)
    centres = np.eye(n_blobs, 16, dtype=np.float32)
    return (np.repeat(centres, per, axis=0) + 0.05 * rng.normal(size=(n_blobs * per, 16))).astype(np.float32)


@given(st.integers(0, 1000))
def test_row_order_does_not_change_clusters(seed: int) -> None:
    vectors, keys = blobs(20, 1), np.arange(80) * 7 - 100
    shuffled = np.random.default_rng(seed).permutation(80)
    labels, centres = clusters(keys, vectors)
    again, same = clusters(keys[shuffled], vectors[shuffled])
    assert np.array_equal(labels[shuffled], again)
    assert np.array_equal(centres, same)


def test_clusters_are_of_one_kind_and_texts_without_vector_are_in_none() -> None:
    vectors = blobs(25, 2)
    vectors[7] = 0
    labels, centres = clusters(np.arange(100), vectors)
    assert labels[7] == -1
    assert sorted(set(labels.tolist()) - {-1}) == list(range(len(centres)))
    for label in range(len(centres)):
        assert len({i // 25 for i in np.flatnonzero(labels == label)}) == 1
    assert np.allclose(np.linalg.norm(centres, axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_texts(n: int) -> None:
    labels, centres = clusters(np.arange(n), np.ones((n, 4), np.float32))
    assert (labels == 0).all()
    assert len(centres) == min(n, 1)


def test_names_last_and_are_given_once() -> None:
    old = np.eye(3, 8, dtype=np.float32)
    turned = old[[2, 0]] + 0.01
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    new = np.concatenate([turned, np.eye(8, dtype=np.float32)[6:7]])
    assert names(new, ["x", "y", "A"], ["A", "B", "C"], old) == ["C", "A", "A-2"]
    assert names(new[:0], [], ["A"], old[:1]) == []
    assert names(new, ["x", "y", "z"], [], old[:0]) == ["x", "y", "z"]


def said(topic: str, who: str, *words: str, language: str = "en") -> Said:
    return Said(who, topic, language, frozenset(words))


def test_terms_set_a_cluster_apart_and_never_describe_a_few() -> None:
    texts = [said("bread", f"b{i}", "the", "sourdough") for i in range(20)]
    texts += [said("cars", f"c{i}", "the", "battery") for i in range(20)]
    texts += [said("few", f"f{i}", "the", "ransom") for i in range(MIN_SUBJECTS - 1)]
    # One busy account says a word a hundred times, in a hundred texts.
    texts += [said("cars", "c0", "hydrangea") for _ in range(100)]
    found = telling_terms(texts)
    assert found["bread"] == ["sourdough"]
    assert found["cars"] == ["battery"]
    assert "few" not in found


def test_common_words_of_a_language_do_not_describe_it() -> None:
    texts = [said("a", f"s{i}", "el", "pan", language="es") for i in range(20)]
    texts += [said("b", f"t{i}", "el", "auto", language="es") for i in range(20)]
    texts += [said("b", f"e{i}", "the", "car") for i in range(40)]
    assert telling_terms(texts)["a"] == ["pan"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.sampled_from("uvwxyz")), max_size=200))
def test_order_of_texts_does_not_change_terms(rows: list[tuple[str, int, str]]) -> None:
    texts = [said(topic, str(who), word) for topic, who, word in rows]
    assert telling_terms(texts) == telling_terms(texts[::-1])
