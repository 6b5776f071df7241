"""The quadrants, their counts, and that nothing is called when there is nothing."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from counterveil.quality.quadrant import Quadrant, Use, disagreement


def log() -> tuple[list[Use], frozenset[str]]:
    """Four clusters of which each is a quadrant, beside many quiet ones, and one of two people."""
    uses = [Use(f"q{t}-{i}", f"quiet{t}", 2, 0.1) for t in range(20) for i in range(30)]
    uses += [Use(f"blind{i}", "blind", 3, 0.9 - i / 100) for i in range(12)]
    uses += [Use(f"caught{i}", "agreed", 3, 0.9) for i in range(12)]
    uses += [Use(f"alarm{i}", "alarm", 3, 0.05) for i in range(12)]
    uses += [Use(f"few{i}", "few", 1, 0.9) for i in range(2)]
    return uses, frozenset([f"caught{i}" for i in range(12)] + [f"alarm{i}" for i in range(12)])


def test_each_quadrant() -> None:
    found = disagreement(*log(), concerning=0.5)
    places = {s.topic: s for s in found.standings}
    assert places["blind"].quadrant is Quadrant.BLIND_SPOT
    assert places["agreed"].quadrant is Quadrant.AGREED
    assert places["alarm"].quadrant is Quadrant.POSSIBLE_FALSE_ALARM
    assert places["few"].quadrant is Quadrant.TOO_FEW
    assert {places[f"quiet{t}"].quadrant for t in range(20)} == {Quadrant.QUIET}
    assert places["blind"].examples == ("blind0", "blind1", "blind2", "blind3", "blind4")
    assert places["blind"].n_to_look_at == places["alarm"].n_to_look_at == 12
    assert places["blind"].concern.low > 0.7


def test_flagged_people_who_read_as_concerning_elsewhere_are_no_false_alarm() -> None:
    uses, flagged = log()
    uses += [Use(f"alarm{i}", "agreed", 1, 0.9) for i in range(12)]
    place = next(s for s in disagreement(uses, flagged, concerning=0.5).standings if s.topic == "alarm")
    assert place.n_to_look_at == 0


@given(
    st.lists(
        st.builds(
            Use,
            st.sampled_from([f"s{i}" for i in range(40)]),
            st.sampled_from("abcd"),
            st.integers(1, 9),
            st.sampled_from([0.0, 0.2, 0.5, 0.9]),
        ),
        unique_by=lambda u: (u.subject, u.topic),
        max_size=120,
    ),
    st.frozensets(st.sampled_from([f"s{i}" for i in range(40)])),
    st.integers(0, 99),
)
def test_counts_add_up_and_order_does_not_matter(uses: list[Use], flagged: frozenset[str], seed: int) -> None:
    found = disagreement(uses, flagged, concerning=0.5)
    assert sum(s.n_subjects for s in found.standings) == found.usual_concern.total == len(uses)
    assert sum(s.concern.hits for s in found.standings) == found.usual_concern.hits
    assert sum(s.flagged.hits for s in found.standings) == found.usual_flagged.hits
    assert sum(s.n_texts for s in found.standings) == sum(u.n_texts for u in uses)
    assert all(s.concern.low <= (s.concern.value or 0) <= s.concern.high for s in found.standings)
    assert all(s.n_to_look_at >= len(s.examples) for s in found.standings)
    random.Random(seed).shuffle(uses)
    assert disagreement(uses, flagged, concerning=0.5) == found


def test_one_cluster_or_none_disagrees_with_nothing() -> None:
    assert disagreement([], frozenset(), concerning=0.5).standings == ()
    (only,) = disagreement([Use(f"s{i}", "a", 1, 0.9) for i in range(30)], frozenset(), concerning=0.5).standings
    assert only.quadrant is Quadrant.QUIET


def test_equal_clusters_seldom_disagree() -> None:
    """No cluster differs: of 200 logs with 60 clusters each, at most one in ten calls a disagreement (about 5 % expected)."""
    called = 0
    for seed in range(200):
        rng = random.Random(seed)
        uses = [
            Use(f"s{t}-{i}", f"t{t:02d}", 1, 0.9 if rng.random() < 0.15 else 0.1) for t in range(60) for i in range(25)
        ]
        flagged = frozenset(u.subject for u in uses if rng.random() < 0.1)
        standings = disagreement(uses, flagged, concerning=0.5).standings
        called += any(s.quadrant in (Quadrant.BLIND_SPOT, Quadrant.POSSIBLE_FALSE_ALARM) for s in standings)
    assert called <= 20
