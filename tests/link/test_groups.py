"""From links to groups: free of order, not joined by one stray link, and how firmly each subject belongs."""

from __future__ import annotations

import math
import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.link.groups import RESOLUTION, belongings, communities
from counterveil.model.operation import Standing

Links = dict[tuple[str, str], float]
T = 10.0
NAMES = [f"s{i:02d}" for i in range(12)]

bits = st.floats(T, 4 * T, allow_nan=False).map(lambda b: round(b, 3))
networks = st.dictionaries(st.sampled_from(list(combinations(NAMES, 2))), bits, max_size=40)


def clique(prefix: str, n: int, weight: float = T) -> Links:
    return dict.fromkeys(combinations([f"{prefix}{i}" for i in range(n)], 2), weight)


@given(links=networks, seed=st.integers(0, 999))
def test_order_of_links_changes_nothing(links: Links, seed: int) -> None:
    shuffled = dict(random.Random(seed).sample(list(links.items()), len(links)))
    assert communities(shuffled, threshold_bits=T) == communities(links, threshold_bits=T)


@pytest.mark.parametrize("n", [12, 14, 20])
def test_order_of_links_decides_no_tie(n: int) -> None:
    """A ring can be cut in many equally good ways; which one is taken must not depend on what was read first."""
    subjects = [f"s{i:02d}" for i in range(n)]
    ring = dict.fromkeys(pairwise(subjects), T) | {(subjects[0], subjects[-1]): T}
    cuts = [communities(dict(random.Random(i).sample(list(ring.items()), n)), threshold_bits=T) for i in range(8)]
    assert len(cuts[0]) > 1
    assert all(cut == cuts[0] for cut in cuts)


@given(links=networks)
def test_groups_are_linked_sets_of_two_and_more(links: Links) -> None:
    groups = communities(links, threshold_bits=T)
    members = [subject for group in groups for subject in group]
    assert len(members) == len(set(members))
    assert set(members) <= {s for pair in links for s in pair}
    assert groups == sorted(groups, key=lambda g: (-len(g), g))
    for group in groups:
        assert len(group) >= 2
        assert group == sorted(group)
        assert reached(group, links) == set(group), "a group must hang together by its own links"


def reached(group: list[str], links: Links) -> set[str]:
    """All of the group that its first member reaches by links inside the group."""
    found, front = {group[0]}, [group[0]]
    while front:
        here = front.pop()
        for pair in links:
            if here in pair and set(pair) <= set(group):
                other = pair[0] if pair[1] == here else pair[1]
                if other not in found:
                    found.add(other)
                    front.append(other)
    return found


@given(a=st.integers(4, 9), b=st.integers(4, 9), strength=st.floats(0.0, 1.0))
def test_one_stray_link_does_not_join_two_groups(a: int, b: int, strength: float) -> None:
    """As long as it is lighter than resolution × a × b: that is what CPM asks of a bridge."""
    heaviest = 0.98 * RESOLUTION * a * b
    bridge = T * (1.0 + strength * (heaviest - 1.0))
    links = clique("a", a) | clique("b", b) | {("a0", "b0"): bridge}
    assert communities(links, threshold_bits=T) == sorted(
        ([f"a{i}" for i in range(a)], [f"b{i}" for i in range(b)]), key=lambda g: (-len(g), g)
    )


@given(n=st.integers(2, 30))
def test_a_group_all_linked_stays_whole(n: int) -> None:
    assert [len(g) for g in communities(clique("m", n), threshold_bits=T)] == [n]


@pytest.mark.parametrize(("n", "sizes"), [(2, [2]), (7, [7]), (8, [4, 4]), (10, [5, 5])])
def test_long_chains_of_single_links_break(n: int, sizes: list[int]) -> None:
    """A chain is what accidents look like: cutting one in the middle loses 1 and saves resolution × the product of its halves."""
    links = dict.fromkeys(pairwise(NAMES[:n]), T)
    assert [len(g) for g in communities(links, threshold_bits=T)] == sizes


def test_no_links_no_groups() -> None:
    assert communities({}, threshold_bits=T) == []


@given(links=networks)
def test_confidence_and_standing(links: Links) -> None:
    for group in communities(links, threshold_bits=T):
        found = belongings(group, links, threshold_bits=T)
        assert [b.subject for b in found] == group
        for belonging in found:
            own = [bits for pair, bits in links.items() if belonging.subject in pair and set(pair) <= set(group)]
            share = len(own) / (len(group) - 1)
            excess = sum(own) - T
            assert 0.5 <= belonging.confidence <= 1.0
            assert math.isclose(belonging.confidence, 1 - 2 ** (-(excess + 2) / 2), abs_tol=5.1e-5)
            if share >= 0.5:
                assert belonging.standing is Standing.CORE
            elif share >= 0.2 or len(own) >= 2:
                assert belonging.standing is Standing.LIKELY
            else:
                assert belonging.standing is Standing.CONTACT


def test_standings_by_hand() -> None:
    """A clique of six, one linked to a third of it, one to a single member, one from outside that does not count."""
    links = clique("m", 6) | {("m0", "x"): T, ("m1", "x"): T, ("m2", "y"): T, ("m3", "z"): 9 * T}
    group = [*(f"m{i}" for i in range(6)), "x", "y"]
    found = {b.subject: b for b in belongings(group, links, threshold_bits=T)}
    assert {found[f"m{i}"].standing for i in range(6)} == {Standing.CORE}
    assert found["x"].standing is Standing.LIKELY
    assert found["y"].standing is Standing.CONTACT
    assert found["y"].confidence == 0.5  # one link at the threshold: believed, but one thread is all that holds it
    assert found["m3"].confidence == found["m4"].confidence  # z is no member


@given(links=networks, more=bits)
def test_a_heavier_link_never_lowers_confidence(links: Links, more: float) -> None:
    pair = ("s00", "s01")
    group = NAMES
    before = {b.subject: b for b in belongings(group, links, threshold_bits=T)}
    heavier = links | {pair: links.get(pair, 0.0) + more}
    after = {b.subject: b for b in belongings(group, heavier, threshold_bits=T)}
    for subject in group:
        if subject in pair:
            assert after[subject].confidence >= before[subject].confidence
        else:
            assert after[subject] == before[subject]
