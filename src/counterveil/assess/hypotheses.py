"""Competing hypotheses about what an operation is for (Heuer 1999, "Psychology of Intelligence Analysis", ch. 8).

Ratings come from ``policy/hypotheses.toml``. What stands to all hypotheses alike tells nothing and counts nothing; the rest
counts by how far it tells them apart. The hypothesis that least contradicts leads: consistent evidence proves nothing, since
the same evidence is consistent with others. Context (language, country, hours, VPN) is never an item (DESIGN.md §3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from counterveil.model.hypothesis import Board, Hypothesis, Item, Rating, Weighed
from counterveil.policy.hypotheses import HypothesisPolicy, HypothesisRule
from counterveil.policy.taxonomy import taxonomy

_STEP = {Rating.CONSISTENT: 1, Rating.NEUTRAL: 0, Rating.INCONSISTENT: -1}


def rating(rule: HypothesisRule, key: str) -> Rating:
    """How a piece of evidence stands to an explanation."""
    if key in taxonomy():
        if key in rule.behaviours:
            return Rating.CONSISTENT
        return Rating.NEUTRAL if key in rule.related else Rating.INCONSISTENT
    if key in rule.fits:
        return Rating.CONSISTENT
    return Rating.INCONSISTENT if key in rule.against else Rating.NEUTRAL


def diagnosticity(ratings: Sequence[Rating]) -> float:
    """How far a piece of evidence tells hypotheses apart, in [0,1]: the mean distance of two ratings, over its largest.

    >>> C, I, N = Rating.CONSISTENT, Rating.INCONSISTENT, Rating.NEUTRAL
    >>> diagnosticity([C, C, C]), diagnosticity([C, I]), diagnosticity([C, N, N])
    (0.0, 1.0, 0.5)
    """
    half = len(ratings) // 2
    most = 2 * half * (len(ratings) - half)
    return sum(abs(_STEP[a] - _STEP[b]) for a, b in combinations(ratings, 2)) / most if most else 0.0


def board(items: Sequence[Item], policy: HypothesisPolicy) -> Board:
    """The explanations that stand best over the evidence: of abuse at least two, innocent at least one, ranked.

    All are weighed over all the evidence first; those kept are weighed again beside each other, since how much an item tells
    depends on what it is to tell apart.
    """
    everything = _weighed(items, policy.hypothesis)
    kept = [
        rule
        for innocent, n in ((False, policy.weights.abusive), (True, policy.weights.innocent))
        for rule in sorted(
            (r for r in everything if r.innocent is innocent), key=lambda r: _place(r, policy, everything[r])
        )[:n]
    ]
    found = _weighed(items, kept)
    ranked = sorted(kept, key=lambda r: _place(r, policy, found[r]))
    evidence = [_row(item, [rating(rule, item.key) for rule in ranked]) for item in items]
    return Board(
        hypotheses=tuple(
            Hypothesis(r.hypothesis_id, r.name, r.innocent, found[r][0] / 1000, found[r][1] / 1000, r.would_change)
            for r in ranked
        ),
        evidence=tuple(sorted(evidence, key=lambda w: (-w.points, -w.diagnosticity, w.item.key))),
    )


def _row(item: Item, ratings: Sequence[Rating]) -> Weighed:
    told = diagnosticity(ratings)
    return Weighed(item, tuple(ratings), round(told, 3), round(item.weight * told, 3))


def _weighed(items: Sequence[Item], rules: Sequence[HypothesisRule]) -> dict[HypothesisRule, tuple[int, int]]:
    """Of each hypothesis the thousandths that speak against and for it: whole numbers, so that order does not matter."""
    against, towards = dict.fromkeys(rules, 0), dict.fromkeys(rules, 0)
    for item in items:
        ratings = [rating(rule, item.key) for rule in rules]
        points = round(1000 * _row(item, ratings).points)
        for rule, said in zip(rules, ratings, strict=True):
            if said is Rating.INCONSISTENT:
                against[rule] += points
            elif said is Rating.CONSISTENT:
                towards[rule] += points
    return {rule: (against[rule], towards[rule]) for rule in rules}


def _place(rule: HypothesisRule, policy: HypothesisPolicy, weighed: tuple[int, int]) -> tuple[int, int, int]:
    """Least contradicted first, in steps; then most supported; then as the file lists them."""
    against, towards = weighed
    return against // round(1000 * policy.weights.step), -towards, policy.hypothesis.index(rule)
