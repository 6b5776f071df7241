"""Fitting the segmenter and the first pass."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from counterveil.observe.heads import OPERATOR
from counterveil.observe.segments import N_HASHED, Segmenter
from counterveil.pipeline.training.rows import Row

_C_UNITS = 0.3
_C_FIRST = 1.0
# The chain's own scores count half: units already see their neighbours' ends. Chosen by us on authors left out.
_CHAIN = 0.5
_MAX_ITER = 300
_N_KINDS = 5


def fit_segmenter(rows: Sequence[Row]) -> Segmenter:
    """Unit scores, chain scores and first pass from rows with marked parts."""
    marked = [row for row in rows if row.unit_kinds]
    weights = _unit_weights(marked)
    start, moves = _chain(marked)
    return Segmenter(weights, start, moves, _first_pass(marked))


def _sparse(ids: Sequence[Sequence[int]], *, scaled: bool) -> csr_matrix:
    flat = np.fromiter((i for unit in ids for i in unit), dtype=np.int64)
    ends = np.cumsum([0, *(len(unit) for unit in ids)])
    values = np.ones(len(flat), dtype=np.float32)
    if scaled:
        values = np.concatenate([np.full(len(unit), 1.0 / np.sqrt(len(unit)), dtype=np.float32) for unit in ids])
    return csr_matrix((values, flat, ends), shape=(len(ids), N_HASHED))


def _unit_weights(rows: Sequence[Row]) -> npt.NDArray[np.float32]:
    kinds = np.array([kind for row in rows for kind in row.unit_kinds or ()])
    model = LogisticRegression(C=_C_UNITS, max_iter=_MAX_ITER)
    model.fit(_sparse([unit for row in rows for unit in row.of_units], scaled=False), kinds)
    weights = np.zeros((N_HASHED, _N_KINDS), dtype=np.float32)
    weights[:, model.classes_] = model.coef_.T
    # Every unit has exactly one "bias" feature; the intercepts ride on it.
    weights[_common_feature(rows), model.classes_] += model.intercept_
    return weights


def _common_feature(rows: Sequence[Row]) -> int:
    shared = set(rows[0].of_units[0])
    for row in rows:
        for unit in row.of_units:
            shared &= set(unit)
    return min(shared)


def _chain(rows: Sequence[Row]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Log-odds of first kinds and of moves against the kinds' own frequency, with one pseudo-count each (Laplace)."""
    start = np.ones(_N_KINDS)
    moves = np.ones((_N_KINDS, _N_KINDS))
    share = np.ones(_N_KINDS)
    for row in rows:
        kinds = row.unit_kinds or ()
        start[kinds[0]] += 1
        for kind in kinds:
            share[kind] += 1
        for before, after in pairwise(kinds):
            moves[before, after] += 1
    base = np.log(share / share.sum())
    first = np.log(start / start.sum()) - base
    steps = np.log(moves / moves.sum(axis=1, keepdims=True)) - base
    return (_CHAIN * first).astype(np.float32), (_CHAIN * steps).astype(np.float32)


def _first_pass(rows: Sequence[Row]) -> npt.NDArray[np.float32]:
    ids = [sorted({i for unit in row.of_units for i in unit}) for row in rows]
    is_operator = np.array([row.truth[OPERATOR] > 0 for row in rows])
    model = LogisticRegression(C=_C_FIRST, max_iter=_MAX_ITER, class_weight="balanced")
    model.fit(_sparse(ids, scaled=True), is_operator)
    weights: npt.NDArray[np.float32] = model.coef_[0].astype(np.float32)
    return weights
