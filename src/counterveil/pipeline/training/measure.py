"""Figures of a classifier: ranking, recall at a false-positive rate, calibration, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

Array = npt.NDArray[np.float64]
TABLE = "| {} | positive | AUC [95 %] | average precision | recall at FPR 0 / 1 / 5 % | calibration error |\n|---|---|---|---|---|---|"
_BINS = 10
_RESAMPLES = 200
_SEED = 20261124


@dataclass(frozen=True, slots=True)
class Figures:
    """``recall`` at false-positive rates 0, 1 and 5 %; ``error``: expected calibration error over ten bins (Naeini et al. 2015).

    ``low``/``high``: 95 % interval of the AUC, resampling whole groups (authors, sources), not rows.
    """

    n: int
    n_positive: int
    auc: float
    low: float
    high: float
    average_precision: float
    recall: tuple[float, float, float]
    error: float


def figures(scores: Array, truth: npt.NDArray[np.bool_], groups: Sequence[str]) -> Figures | None:
    """None where one class is missing. ``scores`` in [0,1] for the calibration error to mean anything."""
    if truth.all() or not truth.any():
        return None
    low, high = _interval(scores, truth, np.array(groups))
    return Figures(
        n=len(truth),
        n_positive=int(truth.sum()),
        auc=float(roc_auc_score(truth, scores)),
        low=low,
        high=high,
        average_precision=float(average_precision_score(truth, scores)),
        recall=(recall_at(scores, truth, 0.0), recall_at(scores, truth, 0.01), recall_at(scores, truth, 0.05)),
        error=calibration_error(scores, truth),
    )


def table_row(name: str, found: Figures | None, digits: int = 2) -> str:
    """A row of ``TABLE``; ``digits`` are those of the AUC."""
    if found is None:
        return f"| {name} | – | – | – | – | – |"
    recall = " / ".join(f"{r:.2f}" for r in found.recall)
    auc = f"{found.auc:.{digits}f} [{found.low:.2f}, {found.high:.2f}]"
    return f"| {name} | {found.n_positive} of {found.n} | {auc} | {found.average_precision:.2f} | {recall} | {found.error:.3f} |"


def recall_at(scores: Array, truth: npt.NDArray[np.bool_], rate: float) -> float:
    """Share of positives above the threshold that at most ``rate`` of the negatives exceed."""
    innocent = np.sort(scores[~truth])[::-1]
    allowed = int(np.floor(rate * len(innocent) + 1e-9))
    threshold = innocent[allowed] if allowed < len(innocent) else -np.inf
    return float((scores[truth] > threshold).mean())


def calibration_error(scores: Array, truth: npt.NDArray[np.bool_]) -> float:
    """Mean gap between what is said and what is so, weighted by how often it is said."""
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    gaps = [abs(scores[bins == b].mean() - truth[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


def _interval(scores: Array, truth: npt.NDArray[np.bool_], groups: npt.NDArray[np.str_]) -> tuple[float, float]:
    """Bootstrap over groups (Efron & Tibshirani 1993): rows of one author are not independent."""
    names = np.unique(groups)
    rows = {name: np.flatnonzero(groups == name) for name in names}
    rng = np.random.default_rng(_SEED)
    found = []
    for _ in range(_RESAMPLES):
        picked = np.concatenate([rows[name] for name in rng.choice(names, len(names))])
        if truth[picked].any() and not truth[picked].all():
            found.append(roc_auc_score(truth[picked], scores[picked]))
    return (float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))) if found else (0.0, 1.0)
