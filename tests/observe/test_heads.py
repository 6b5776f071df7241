"""The learned heads: as many numbers in as the encoders give, scores between 0 and 1 out, one meaning in all spaces."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.encoders.base import EncoderChoice
from counterveil.encoders.chosen import encoders
from counterveil.observe.heads import (
    DOING,
    FORMS,
    OPERATOR,
    STANCES,
    TAGS,
    Heads,
    columns,
    composed,
    form_column,
    heads_in,
    heads_version,
    load_heads,
    reading_schema,
    tag_column,
)
from counterveil.observe.segments import KINDS
from counterveil.observe.trained import heads_name, trained
from counterveil.policy.taxonomy import taxonomy

PATHS = sorted(trained().glob("heads_*.npz"))
each = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)


def width(heads: Heads) -> int:
    return (len(heads.weights) - len(KINDS)) // 2


def vectors(rng: np.random.Generator, n: int, d: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Unit vectors, one of zeros among them."""
    found = rng.normal(size=(n, d))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    found[0] = 0
    return found.astype(np.float32)


def test_composed() -> None:
    own, pasted = np.ones((2, 3), dtype=np.float32), np.full((2, 3), 2, dtype=np.float32)
    kinds = np.array([[True, False, True, False, False], [False] * 5])
    found = composed(own, pasted, kinds)
    assert found.shape == (2, 2 * 3 + len(KINDS))
    assert found.dtype == np.float32
    assert found.tolist() == [[1, 1, 1, 2, 2, 2, 0.5, 0, 0.5, 0, 0], [1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0]]
    assert composed(own[:0], pasted[:0], kinds[:0]).shape == (0, 11)


def test_heads_for_both_encoders_of_the_package() -> None:
    own = {e.space: e.dimensions for e in encoders(EncoderChoice())}
    assert {heads.space: width(heads) for heads in heads_in(trained()).values()} == own


@each
def test_file_and_contents_agree(path: Path) -> None:
    heads = load_heads(path)
    assert path.name == heads_name(heads.space)
    assert heads.version
    n = len(heads.columns)
    assert len(set(heads.columns)) == n
    assert heads.weights.shape == (2 * width(heads) + len(KINDS), n)
    assert heads.bias.shape == heads.slope.shape == heads.offset.shape == (n,)
    for array in (heads.weights, heads.bias, heads.slope, heads.offset):
        assert array.dtype == np.float32
        assert np.isfinite(array).all()


@each
def test_calibration_never_turns_a_head_round(path: Path) -> None:
    heads = load_heads(path)
    assert (heads.slope >= 0).all()


@each
def test_columns_are_what_detectors_ask_for(path: Path) -> None:
    heads = load_heads(path)
    named = {DOING, OPERATOR, *STANCES, *map(form_column, FORMS), *map(tag_column, TAGS)}
    assert set(heads.columns) == {*taxonomy(), *named}
    assert set(heads.behaviours) == set(taxonomy())


def test_columns_are_the_same_in_all_spaces() -> None:
    heads = heads_in(trained())
    assert len(heads) > 1
    assert {h.columns for h in heads.values()} == {columns(heads)}
    assert columns({}) == ()
    assert len({h.version for h in heads.values()}) == 1


def test_schema_of_readings() -> None:
    names = columns(heads_in(trained()))
    schema = reading_schema(names)
    assert schema.names == ["content_key", "reader", *names]
    assert not any(field.nullable for field in schema)


@each
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 9), scale=st.sampled_from([0.0, 1.0, 1e6]))
def test_scores_are_probabilities(path: Path, seed: int, n: int, scale: float) -> None:
    heads = heads_in(trained())[load_heads(path).space]
    rng = np.random.default_rng(seed)
    own, pasted = (vectors(rng, n, width(heads)) * np.float32(scale) for _ in range(2))
    found = heads.read(own, pasted, rng.random((n, len(KINDS))) < 0.5)
    assert found.shape == (n, len(heads.columns))
    assert found.dtype == np.float32
    assert (found >= 0).all()
    assert (found <= 1).all()


@each
def test_neighbours_change_nothing(path: Path) -> None:
    heads = load_heads(path)
    rng = np.random.default_rng(7)
    own, pasted = vectors(rng, 20, width(heads)), vectors(rng, 20, width(heads))
    kinds = rng.random((20, len(KINDS))) < 0.5
    together = heads.read(own, pasted, kinds)
    alone = np.concatenate([heads.read(own[i : i + 1], pasted[i : i + 1], kinds[i : i + 1]) for i in range(20)])
    assert together == pytest.approx(alone, abs=2e-6)
    assert heads.read(own[:0], pasted[:0], kinds[:0]).shape == (0, len(heads.columns))


def test_own_words_and_pasted_ones_are_told_apart() -> None:
    """The same words count differently as one's own and as a paste: that is what the heads are for."""
    for heads in heads_in(trained()).values():
        d = width(heads)
        assert not np.allclose(heads.weights[:d], heads.weights[d : 2 * d], atol=1e-3)


@pytest.mark.parametrize(
    ("space", "name"),
    [
        ("use-multilingual-v3/0.2.1", "heads_use-multilingual-v3_0.2.1.npz"),
        ("onnx/my-model/0123456789ab", "heads_onnx_my-model_0123456789ab.npz"),
        ("endpoint/BAAI/bge-m3", "heads_endpoint_BAAI_bge-m3.npz"),
        ("endpoint/../../../etc/passwd", "heads_endpoint_.._.._.._etc_passwd.npz"),
    ],
)
def test_heads_name_is_one_file_name(space: str, name: str) -> None:
    assert heads_name(space) == name


def test_versions_follow_every_space(tmp_path: Path) -> None:
    every = heads_in(trained())
    for path in PATHS[1:]:
        shutil.copy(path, tmp_path)
    (tmp_path / "card.md").write_text("not a head", encoding="utf-8")
    fewer = heads_in(tmp_path)
    assert len(fewer) == len(every) - 1
    assert heads_version(fewer) != heads_version(every)
    assert heads_version(dict(reversed(every.items()))) == heads_version(every)
