"""What a cluster is about, in the words that set it apart: never a word that fewer than a floor of subjects use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

# Clusters and words of fewer subjects are not put into words: a description of four people is one of persons. Clio's own
# floor is not published; five is the usual least cell of official statistics. Chosen by us.
MIN_SUBJECTS = 5
_SHOWN = 6
# The prior of the log-odds ratio counts as much as so many subjects. Words are ordered by the ratio less so many of its
# standard deviations: by z alone, "about" in thousands of texts would come before "sourdough" in twenty. Chosen by us.
_PRIOR, _DEVIATIONS = 10.0, 1.0
# A word that fewer of a cluster's subjects use (in its language) sets it apart and does not describe it. Chosen by us.
_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one text: whose it is (its first sender), in which cluster and language it is."""

    subject: str
    topic: str
    language: str
    words: frozenset[str]


def telling_terms(said: Iterable[Said], *, floor: int = MIN_SUBJECTS, shown: int = _SHOWN) -> dict[str, list[str]]:
    """For each cluster the words that its subjects use more than those of other clusters, the most telling first.

    Log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008), over subjects and not over texts, so
    that one busy account describes nothing; within each language, so that "the" does not describe the English ones.
    """
    users: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    crowd: dict[tuple[str, str], set[str]] = defaultdict(set)
    for text in said:
        crowd[text.language, text.topic].add(text.subject)
        for word in text.words:
            users[text.language, word][text.topic].add(text.subject)
    everybody: dict[str, int] = defaultdict(int)
    for (language, _), subjects in crowd.items():
        everybody[language] += len(subjects)
    scored: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (language, word), by_topic in users.items():
        n_all = sum(len(s) for s in by_topic.values())
        for topic, subjects in by_topic.items():
            if len(subjects) >= max(floor, _LEAST_SHARE * len(crowd[language, topic])):
                lift = _lift(len(subjects), len(crowd[language, topic]), n_all, everybody[language])
                if lift > 0:
                    scored[topic].append((-lift, word))
    return {topic: list(dict.fromkeys(word for _, word in sorted(found)))[:shown] for topic, found in scored.items()}


def _lift(here: int, n_here: int, everywhere: int, n_all: int) -> float:
    """How far the log-odds of a word here lie above those elsewhere, at the lower end of their spread."""
    # One more than all: a word that everybody uses has finite log-odds too.
    usual = _PRIOR * everywhere / (n_all + 1)
    there, n_there = everywhere - here, n_all - n_here
    inside = (here + usual) / (n_here - here + _PRIOR - usual)
    outside = (there + usual) / (n_there - there + _PRIOR - usual) if n_there else 0.0
    if outside <= 0:
        return 0.0
    spread = 1 / (here + usual) + 1 / (there + usual)
    return float(np.log(inside / outside) - _DEVIATIONS * np.sqrt(spread))
