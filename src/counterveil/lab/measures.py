"""The measures themselves: proportions with intervals, ranking quality, agreement of groups."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from counterveil.model.proportion import Proportion as Proportion
from counterveil.model.proportion import wilson as wilson


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % bootstrap interval; None where there was nothing to average."""

    value: float | None
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BCubed:
    """How well found groups agree with the true operations, from the view of the single account.

    ``precision``: of those grouped with an account, the share that belongs with it. ``recall``: of those that belong
    with it, the share grouped with it. ``f1``: their harmonic mean.
    """

    items: int
    precision: Estimate
    recall: Estimate
    f1: Estimate

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def roc_auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that a random malicious account scores above a random benign one; ties count half.

    None where either side is empty. Computed from ranks (Mann and Whitney 1947).
    """
    if not positive or not negative:
        return None
    values = np.concatenate([np.asarray(positive, float), np.asarray(negative, float)])
    # Mean ranks of tied scores. scipy.stats has them too, but its import costs every command two seconds.
    _, place, ties = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    count = len(positive)
    wins = float(ranks[:count].sum()) - count * (count + 1) / 2
    return wins / (count * len(negative))


def cutoff(benign: Sequence[float], rate: float) -> float:
    """The score that an account must exceed to be flagged, so that at most ``rate`` of the benign exceed it.

    Accounts that tie with the first benign account too many are not flagged either: which of them comes first would
    be luck. A score of 0 means that nothing was seen, and is never flagged.
    """
    ordered = sorted(benign, reverse=True)
    # The small addition keeps a thousandth of 1000 from being counted as 0.
    allowed = math.floor(rate * len(ordered) + 1e-9)
    return max(0.0, ordered[allowed]) if allowed < len(ordered) else 0.0


def bcubed(true: Mapping[str, str], found: Mapping[str, str], *, samples: int, seed: int) -> BCubed:
    """B-cubed agreement of two partitions of the same items.

    Bagga and Baldwin, "Algorithms for scoring coreference chains" (LREC workshop 1998); chosen because Amigó et al.,
    "A comparison of extrinsic clustering evaluation metrics" (Information Retrieval 12, 2009), found it to be the one
    that meets all four of their constraints (homogeneity, completeness, rag bag, size against quantity).

    The interval comes from drawing accounts with replacement and averaging what each contributes. Accounts of one
    operation are not independent, so it is narrower than the spread between scenarios; compare several seeds for that.
    """
    items = sorted(true)
    if not items:
        nothing = Estimate(None, None, None)
        return BCubed(0, nothing, nothing, nothing)
    together = Counter((true[item], found[item]) for item in items)
    classes, clusters = Counter(true[item] for item in items), Counter(found[item] for item in items)
    both = np.array([together[true[item], found[item]] for item in items], float)
    precision = both / np.array([clusters[found[item]] for item in items], float)
    recall = both / np.array([classes[true[item]] for item in items], float)
    draws = np.random.default_rng(seed).integers(0, len(items), size=(samples, len(items)))
    sampled_p, sampled_r = precision[draws].mean(axis=1), recall[draws].mean(axis=1)
    mean_p, mean_r = float(precision.mean()), float(recall.mean())
    return BCubed(
        items=len(items),
        precision=_estimate(mean_p, sampled_p),
        recall=_estimate(mean_r, sampled_r),
        # Neither mean can be 0: an item always shares class and cluster with itself.
        f1=_estimate(2 * mean_p * mean_r / (mean_p + mean_r), 2 * sampled_p * sampled_r / (sampled_p + sampled_r)),
    )


def _estimate(value: float, sampled: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Estimate:
    if not sampled.size:
        return Estimate(value, None, None)
    low, high = np.quantile(sampled, [0.025, 0.975])
    return Estimate(value, float(low), float(high))
