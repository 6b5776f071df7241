"""Fitting the heads: ridge regression a column, all at once, calibrated on authors that were left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from counterveil.observe.heads import DOING, Heads, Matrix, sigmoid
from counterveil.pipeline.training.rows import Row, targets

Array = npt.NDArray[np.float64]
# Chosen by us on authors left out among 1, 3, 10, 30, 100: 3 to 10 are equal (bench/quality/behaviour).
RIDGE = 5.0
_MIN_POSITIVE = 8


def weights_of(rows: Sequence[Row]) -> Array:
    """Weight of each row: languages count as the root of their size, so that none drowns the others, and both classes of a
    language weigh the same there, so that no language is itself a sign.
    """
    groups = [(row.lang, row.is_line, row.truth[DOING] > 0) for row in rows]
    sizes = Counter(groups)
    raw: Array = np.array([sizes[g] ** -0.5 for g in groups], dtype=np.float64)
    per_class: Counter[tuple[str, bool]] = Counter()
    for group, weight in zip(groups, raw.tolist(), strict=True):
        per_class[group[0], group[2]] += weight
    shares = [float(w) / per_class[g[0], g[2]] for w, g in zip(raw.tolist(), groups, strict=True)]
    even: Array = np.array(shares, dtype=np.float64)
    of_language = {lang: float(np.sqrt(n)) for lang, n in Counter(row.lang for row in rows).items()}
    balanced = even * np.array([of_language[row.lang] for row in rows])
    # Half balanced, half as they are: a language with three lines should not be a third of anything.
    mixed: Array = 0.5 * len(rows) * (balanced / balanced.sum() + raw / raw.sum())
    own: Array = np.array([row.weight for row in rows], dtype=np.float64)
    return np.asarray(mixed * own, dtype=np.float64)


def ridge(x: Matrix, y: Array, weight: Array, strength: float = RIDGE) -> tuple[Array, Array]:
    """Weights (d, c) and intercepts (c): minimises weighted squared error plus ``strength`` times the squared norm."""
    x64 = x.astype(np.float64)
    mean_x = np.average(x64, axis=0, weights=weight)
    mean_y = np.average(y, axis=0, weights=weight)
    centred = x64 - mean_x
    weighted = centred * weight[:, None]
    # Spaces differ in spread (e5 puts all texts close together): the penalty is in units of a row's mean squared length.
    spread = float((weighted * centred).sum() / weight.sum())
    penalty = strength * spread * np.eye(x.shape[1])
    found = np.asarray(np.linalg.solve(weighted.T @ centred + penalty, weighted.T @ (y - mean_y)), dtype=np.float64)
    return found, np.asarray(mean_y - mean_x @ found, dtype=np.float64)


def fit_margins(x: Matrix, y: Array, weight: Array) -> tuple[Array, Array]:
    """Ridge a column over the rows that know it."""
    known = ~np.isnan(y)
    coefficients = np.zeros((x.shape[1], y.shape[1]))
    intercepts = np.zeros(y.shape[1])
    patterns: dict[tuple[bool, ...], list[int]] = {}
    for c in range(y.shape[1]):
        patterns.setdefault(tuple(known[:, c].tolist()), []).append(c)
    for pattern, cols in patterns.items():
        here = np.array(pattern)
        coefficients[:, cols], intercepts[cols] = ridge(x[here], y[here][:, cols], weight[here])
    return coefficients, intercepts


def platt(margins: Array, truth: Array) -> tuple[float, float]:
    """Slope and offset of a logistic through held-out margins (Platt 1999); flat where there are too few positives."""
    known = ~np.isnan(truth)
    positive = int(np.nansum(truth))
    if positive < _MIN_POSITIVE:
        return 0.0, -6.0
    model = LogisticRegression(C=1e6).fit(margins[known, None], truth[known] > 0)
    return max(0.0, float(model.coef_[0, 0])), float(model.intercept_[0])


def held_out_margins(rows: Sequence[Row], x: Matrix, y: Array, groups: Sequence[str]) -> Array:
    """Margins of every row by a model that saw no row of its group."""
    margins = np.full(y.shape, np.nan)
    of_row = np.array(groups)
    for group in sorted(set(groups)):
        inside = of_row == group
        train = [row for row, test in zip(rows, inside, strict=True) if not test]
        w, b = fit_margins(x[~inside], y[~inside], weights_of(train))
        margins[inside] = x[inside] @ w + b
    return margins


def calibrated(margins: Array, y: Array) -> tuple[Array, Array, Array]:
    """Scores in [0,1] from held-out margins, with slope and offset a column."""
    pairs = [platt(margins[:, c], y[:, c]) for c in range(y.shape[1])]
    slope = np.array([p[0] for p in pairs])
    offset = np.array([p[1] for p in pairs])
    return sigmoid(margins * slope + offset), slope, offset


def fit_heads(
    rows: Sequence[Row], x: Matrix, names: tuple[str, ...], *, space: str, version: str
) -> tuple[Heads, Array]:
    """Heads of one vector space, and the rows' scores by models that did not see their author."""
    y = targets(rows, names)
    scores, slope, offset = calibrated(held_out_margins(rows, x, y, [row.author for row in rows]), y)
    w, b = fit_margins(x, y, weights_of(rows))
    f32 = np.float32
    heads = Heads(version, space, names, w.astype(f32), b.astype(f32), slope.astype(f32), offset.astype(f32))
    return heads, scores
