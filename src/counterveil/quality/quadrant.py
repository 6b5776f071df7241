"""Where concern and detectors disagree: Clio's audit of classifiers (arXiv 2412.13678 §4.3), over subjects.

Clio compared how concerning a cluster reads with how much of it its classifiers flag, and so found both misses
(translations) and false alarms (help with résumés, security programming). Here a cluster's *concern* is the share of its
subjects whose texts in it read as somebody doing harm, and *flagged* the share that is a member of a suspected operation or
a lead of its own. Both are compared with the log's own shares: how much abuse is usual differs between services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from counterveil.model.proportion import Proportion, wilson
from counterveil.quality.many import discoveries_corrected

# Below so many subjects a cluster gets counts and no quadrant.
MIN_SUBJECTS = 5
# Share of false "above the log" among all that are called so (Benjamini & Hochberg 1995), over all clusters of a report.
FALSE_DISCOVERIES = 0.05
_EXAMPLES = 5


class Quadrant(StrEnum):
    """Concern against flags; ``TOO_FEW`` subjects for either."""

    BLIND_SPOT = "blind spot"
    POSSIBLE_FALSE_ALARM = "possible false alarm"
    AGREED = "concerning and flagged"
    QUIET = "quiet"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Use:
    """A subject's texts in one cluster; ``concern`` in [0,1]: how much they read as doing harm."""

    subject: str
    topic: str
    n_texts: int
    concern: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A cluster's place. ``examples``: subjects to look at first; ``n_to_look_at``: how many there are.

    In a blind spot these are the concerning ones that nothing flags, in a possible false alarm the flagged ones of whom no
    cluster reads as concerning; none elsewhere.
    """

    topic: str
    quadrant: Quadrant
    n_subjects: int
    n_texts: int
    concern: Proportion
    flagged: Proportion
    mean_concern: float
    n_to_look_at: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """All clusters, and the log's own shares of (subject, cluster) pairs that are concerning and flagged."""

    standings: tuple[Standing, ...]
    usual_concern: Proportion
    usual_flagged: Proportion


def disagreement(uses: Iterable[Use], flagged: frozenset[str], *, concerning: float) -> Disagreement:
    """Place every cluster, in order of name. ``concerning``: from which concern on a subject's texts in a cluster count.

    They disagree where one share is above the log's beyond chance (exact one-sided binomial test, corrected over clusters) and
    the other is not above it at all. Cost: n log n.
    """
    by_topic: dict[str, list[Use]] = defaultdict(list)
    for use in sorted(uses, key=lambda u: (u.topic, u.subject)):
        by_topic[use.topic].append(use)
    every = [use for of_topic in by_topic.values() for use in of_topic]
    suspicious = {use.subject for use in every if use.concern >= concerning}
    usual_concern = wilson(sum(u.concern >= concerning for u in every), len(every))
    usual_flagged = wilson(sum(u.subject in flagged for u in every), len(every))
    counts = {
        topic: (sum(u.concern >= concerning for u in found), sum(u.subject in flagged for u in found), len(found))
        for topic, found in by_topic.items()
    }
    large = [topic for topic, (_, _, n) in counts.items() if n >= MIN_SUBJECTS]
    high = _above(large, counts, 0, usual_concern.value or 0.0)
    caught = _above(large, counts, 1, usual_flagged.value or 0.0)
    found = []
    for topic, of_topic in by_topic.items():
        n_concerning, n_flagged, n = counts[topic]
        concern, caught_share = wilson(n_concerning, n), wilson(n_flagged, n)
        quadrant = Quadrant.TOO_FEW
        if n >= MIN_SUBJECTS:
            sides = (topic in high, topic in caught)
            quadrant = _quadrant(sides, _over(concern, usual_concern), _over(caught_share, usual_flagged))
        look = _to_look_at(quadrant, of_topic, flagged, suspicious, concerning)
        found.append(
            Standing(
                topic=topic,
                quadrant=quadrant,
                n_subjects=n,
                n_texts=sum(u.n_texts for u in of_topic),
                concern=concern,
                flagged=caught_share,
                mean_concern=round(float(np.mean([u.concern for u in of_topic])), 4),
                n_to_look_at=len(look),
                examples=tuple(look[:_EXAMPLES]),
            )
        )
    return Disagreement(tuple(found), usual_concern, usual_flagged)


def _quadrant(beyond_chance: tuple[bool, bool], concern_over: bool, flagged_over: bool) -> Quadrant:  # noqa: FBT001 (sides of the square)
    """One side beyond chance and the other not above the log at all: they disagree. What lies between, they do not."""
    high, caught = beyond_chance
    if high and not flagged_over:
        return Quadrant.BLIND_SPOT
    if caught and not concern_over:
        return Quadrant.POSSIBLE_FALSE_ALARM
    return Quadrant.AGREED if high or caught else Quadrant.QUIET


def _over(share: Proportion, usual: Proportion) -> bool:
    return (share.value or 0.0) > (usual.value or 0.0)


def _above(topics: list[str], counts: Mapping[str, tuple[int, int, int]], which: int, usual: float) -> set[str]:
    """Clusters whose share lies above the log's."""
    if not topics:
        return set()
    hits = np.array([counts[t][which] for t in topics])
    totals = np.array([counts[t][2] for t in topics])
    # The chance of so many hits or more; of none or more it is one (bdtrc knows no −1).
    chance: npt.NDArray[np.float64] = np.where(hits > 0, bdtrc(np.maximum(hits - 1, 0), totals, usual), 1.0)
    q = discoveries_corrected(chance)
    return {topic for topic, value, n in zip(topics, q, hits, strict=True) if n and value <= FALSE_DISCOVERIES}


def _to_look_at(
    quadrant: Quadrant, uses: list[Use], flagged: frozenset[str], suspicious: set[str], concerning: float
) -> list[str]:
    if quadrant is Quadrant.BLIND_SPOT:
        chosen = [u for u in uses if u.concern >= concerning and u.subject not in flagged]
        return [u.subject for u in sorted(chosen, key=lambda u: (-u.concern, u.subject))]
    if quadrant is Quadrant.POSSIBLE_FALSE_ALARM:
        chosen = [u for u in uses if u.subject in flagged and u.subject not in suspicious]
        return [u.subject for u in sorted(chosen, key=lambda u: (u.concern, u.subject))]
    return []
