"""From links to groups: free of order, not joined by one stray link, and how firmly each subject belongs."""

from __future__ import annotations

import math
import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.link.groups import RESOLUTION, Pair, belongings, borne_out, communities
from counterveil.model.operation import Standing

Links = dict[Pair, float]
T = 10.0
NAMES = [f"s{i:02d}" for i in range(12)]

bits = st.floats(T, 4 * T, allow_nan=False).map(lambda b: round(b, 3))
networks = st.dictionaries(st.sampled_from(list(combinations(NAMES, 2))), bits, max_size=40)


@st.composite
def half_sure(draw: st.DrawFn) -> tuple[Links, set[Pair]]:
    """A network and which of its links are sure: most of them, some, or none."""
    links = draw(networks)
    chosen = draw(st.lists(st.sampled_from([True, True, False]), min_size=len(links), max_size=len(links)))
    return links, {pair for pair, is_sure in zip(links, chosen, strict=True) if is_sure}


def clique(prefix: str, n: int, weight: float = T) -> Links:
    return dict.fromkeys(combinations([f"{prefix}{i:02d}" for i in range(n)], 2), weight)


def named(prefix: str, n: int) -> list[str]:
    return [f"{prefix}{i:02d}" for i in range(n)]


def all_sure(links: Links) -> list[list[str]]:
    return communities(links, links.keys(), threshold_bits=T)


@given(
    given=half_sure(),
    apart=st.sets(st.sampled_from(list(combinations(NAMES, 2))), max_size=4),
    seed=st.integers(0, 999),
)
def test_order_of_links_changes_nothing(given: tuple[Links, set[Pair]], apart: set[Pair], seed: int) -> None:
    links, sure = given
    draw = random.Random(seed)
    shuffled = dict(draw.sample(list(links.items()), len(links)))
    assert communities(
        shuffled, draw.sample(sorted(sure), len(sure)), threshold_bits=T, apart=draw.sample(sorted(apart), len(apart))
    ) == communities(links, sure, threshold_bits=T, apart=apart)


@pytest.mark.parametrize("n", [12, 20, 30, 44])
def test_order_of_links_decides_no_tie(n: int) -> None:
    """A ring can be cut in many equally good ways; which one is taken must not depend on what was read first."""
    subjects = named("s", n)
    ring = dict.fromkeys(pairwise(subjects), T) | {(subjects[0], subjects[-1]): T}
    cuts = [all_sure(dict(random.Random(i).sample(list(ring.items()), n))) for i in range(8)]
    assert all(cut == cuts[0] for cut in cuts)
    # In three arcs and more, each joined to the next by one link, from 26 on: 3 links less against 1/3 n² · resolution.
    assert (len(cuts[0]) > 1) is (n >= 26)


@given(given=half_sure())
def test_groups_are_linked_sets_of_two_and_more(given: tuple[Links, set[Pair]]) -> None:
    links, sure = given
    groups = communities(links, sure, threshold_bits=T)
    members = [subject for group in groups for subject in group]
    assert len(members) == len(set(members))
    assert {s for pair in sure for s in pair} <= set(members) <= {s for pair in links for s in pair}
    assert groups == sorted(groups, key=lambda g: (-len(g), g))
    for group in groups:
        assert len(group) >= 2
        assert group == sorted(group)
        assert reached(group, links) == set(group), "a group must hang together by its own links"
        firm = [s for s in group if any(s in pair for pair in sure)]
        assert reached(firm, {pair: b for pair, b in links.items() if pair in sure}) == set(firm)
        for subject in set(group) - set(firm):
            own = [b for pair, b in links.items() if subject in pair and set(pair) <= {*firm, subject}]
            assert len(own) >= 2
            assert sum(own) >= 1.5 * T


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


@given(a=st.integers(8, 14), b=st.integers(8, 14), strength=st.floats(0.0, 1.0))
def test_one_stray_link_does_not_join_two_groups(a: int, b: int, strength: float) -> None:
    """As long as it is lighter than resolution × a × b: that is what CPM asks of a bridge."""
    heaviest = 0.98 * RESOLUTION * a * b
    bridge = T * (1.0 + strength * (heaviest - 1.0))
    links = clique("a", a) | clique("b", b) | {("a00", "b00"): bridge}
    assert all_sure(links) == sorted((named("a", a), named("b", b)), key=lambda g: (-len(g), g))


@pytest.mark.parametrize(
    ("bridges", "joined"),
    [
        ([(0, 0)], False),
        ([(0, 0), (1, 1)], False),  # 15 % of 20 is three
        ([(0, 0), (0, 1), (0, 2), (0, 3)], False),  # one that meets everybody
        ([(0, 0), (1, 0), (2, 0), (3, 0)], False),
        ([(0, 0), (1, 1), (2, 1)], False),  # three on one side, two on the other
        ([(0, 0), (1, 1), (2, 2)], True),
    ],
)
def test_groups_that_several_members_link_are_one(bridges: list[tuple[int, int]], joined: bool) -> None:
    """CPM alone would cut here: at most four links against 0.02 · 20 · 20 = 8."""
    links = clique("a", 20) | clique("b", 20) | {(f"a{i:02d}", f"b{j:02d}"): T for i, j in bridges}
    assert len(all_sure(links)) == (1 if joined else 2)


def test_two_of_a_small_group_are_enough_to_join_it() -> None:
    """8 and 40: two members on either side, as 15 % of eight is less; against 0.02 · 8 · 40 = 6.4."""
    links = clique("a", 8) | clique("b", 40)
    assert len(all_sure(links | {("a00", "b00"): T})) == 2
    assert len(all_sure(links | {("a00", "b00"): T, ("a01", "b01"): T})) == 1


def test_groups_join_in_a_row() -> None:
    links: Links = {}
    for prefix in "abc":
        links |= clique(prefix, 20)
    for near, far in ("ab", "bc"):
        links |= {(f"{near}{i:02d}", f"{far}{i:02d}"): T for i in range(3)}
    assert [len(g) for g in all_sure(links)] == [60]


@given(n=st.integers(2, 30))
def test_a_group_all_linked_stays_whole(n: int) -> None:
    assert [len(g) for g in all_sure(clique("m", n))] == [n]


@pytest.mark.parametrize(("n", "sizes"), [(2, [2]), (14, [14]), (15, [8, 7]), (16, [8, 8])])
def test_long_chains_of_single_links_break(n: int, sizes: list[int]) -> None:
    """A chain is what accidents look like: cutting one in the middle loses 1 and saves resolution × the product of its halves."""
    assert [len(g) for g in all_sure(dict.fromkeys(pairwise(named("s", n)), T))] == sizes


def test_no_links_no_groups() -> None:
    assert communities({}, set(), threshold_bits=T) == []
    assert communities(clique("m", 5), set(), threshold_bits=T) == []  # probable ones alone make none


@pytest.mark.parametrize(
    ("weights", "taken"),
    [((T,), False), ((3 * T,), False), ((T, 0.49 * T), False), ((T, 0.5 * T), True), ((T, T, T), True)],
)
def test_probable_links_hold_where_two_of_them_do(weights: tuple[float, ...], taken: bool) -> None:
    core = clique("m", 4)
    probable = {(f"m{i:02d}", "x"): weight for i, weight in enumerate(weights)}
    (group,) = communities(core | probable, core.keys(), threshold_bits=T)
    assert ("x" in group) is taken


def test_probable_links_into_two_groups_or_among_outsiders_hold_nobody() -> None:
    core = clique("a", 3) | clique("b", 3)
    probable = {("a00", "x"): T, ("b00", "x"): T, ("x", "y"): 5 * T, ("x", "z"): 5 * T, ("y", "z"): 5 * T}
    assert communities(core | probable, core.keys(), threshold_bits=T) == [named("a", 3), named("b", 3)]
    # Whom two groups pull goes where more pulls; those who hang on such a one are not taken in after them.
    probable |= {("a01", "x"): T, ("b01", "x"): 1.5 * T}
    assert communities(core | probable, core.keys(), threshold_bits=T) == [[*named("b", 3), "x"], named("a", 3)]


def test_probable_links_do_not_join_groups() -> None:
    core = clique("a", 4) | clique("b", 4)
    probable = {(a, b): 3 * T for a in named("a", 4) for b in named("b", 4)}
    assert len(communities(core | probable, core.keys(), threshold_bits=T)) == 2


def test_those_set_apart_are_not_in_one_group() -> None:
    """The one whom less holds leaves, whatever the order of the pair; a group of two is none any more."""
    links = clique("m", 5) | {("m00", "x"): T, ("m01", "x"): T}
    for apart in [("m00", "x")], [("x", "m00")]:
        assert communities(links, links.keys(), threshold_bits=T, apart=apart) == [named("m", 5)]
    assert communities({("a", "b"): T}, {("a", "b")}, threshold_bits=T, apart=[("a", "b")]) == []
    assert communities(links, links.keys(), threshold_bits=T, apart=[("m00", "elsewhere")]) == all_sure(links)


@given(given=half_sure(), apart=st.sets(st.sampled_from(list(combinations(NAMES, 2))), max_size=6))
def test_no_group_holds_a_pair_set_apart(given: tuple[Links, set[Pair]], apart: set[Pair]) -> None:
    links, sure = given
    for group in communities(links, sure, threshold_bits=T, apart=apart):
        assert not any(set(pair) <= set(group) for pair in apart)


def test_probable_links_are_borne_out_by_partners_in_common() -> None:
    links = {(p, q) for p in ("m0", "m1", "m2") for q in ("x", "y")} | {
        ("x", "y"),
        ("x", "z"),
        ("m0", "z"),
        ("m1", "z"),
    }
    assert ("x", "y") in borne_out(links, set())
    assert ("x", "z") not in borne_out(links, set())  # two in common
    assert borne_out(links, links) == set()  # sure ones need none
    assert borne_out(links - {("m2", "y")}, set()) == set()
    assert borne_out(clique("m", 5).keys(), set()) == clique("m", 5).keys()
    assert borne_out(clique("m", 4).keys(), set()) == set()
    assert borne_out([], []) == set()


@given(given=half_sure())
def test_what_is_borne_out_has_three_partners_in_common(given: tuple[Links, set[Pair]]) -> None:
    links, sure = given
    held = borne_out(links, sure)
    for left, right in links:
        common = [s for s in NAMES if {tuple(sorted((s, left))), tuple(sorted((s, right)))} <= links.keys()]
        assert ((left, right) in held) is ((left, right) not in sure and len(common) >= 3)


@given(given=half_sure())
def test_confidence_and_standing(given: tuple[Links, set[Pair]]) -> None:
    links, sure = given
    for group in communities(links, sure, threshold_bits=T):
        found = belongings(group, links, sure, threshold_bits=T)
        assert [b.subject for b in found] == group
        for belonging in found:
            own = [bits for pair, bits in links.items() if belonging.subject in pair and set(pair) <= set(group)]
            is_held = any(belonging.subject in pair and set(pair) <= set(group) for pair in sure)
            share = len(own) / (len(group) - 1)
            excess = sum(own) - T
            assert 0.5 <= belonging.confidence <= 1.0
            assert math.isclose(belonging.confidence, 1 - 2 ** (-(excess + 2) / 2), abs_tol=5.1e-5)
            if not is_held and len(own) < 3:
                assert belonging.standing is Standing.CONTACT
            elif share >= 0.5:
                assert belonging.standing is Standing.CORE
            elif share >= 0.2 or len(own) >= 2:
                assert belonging.standing is Standing.LIKELY
            else:
                assert belonging.standing is Standing.CONTACT


def test_standings_by_hand() -> None:
    """A clique of six, one linked to a third of it, one to a single member, one from outside that does not count."""
    links = {(left.replace("0", "", 1), right.replace("0", "", 1)): b for (left, right), b in clique("m", 6).items()}
    links |= {("m0", "x"): T, ("m1", "x"): T, ("m2", "y"): T, ("m3", "z"): 9 * T}
    group = [*(f"m{i}" for i in range(6)), "x", "y"]
    found = {b.subject: b for b in belongings(group, links, links.keys(), threshold_bits=T)}
    assert {found[f"m{i}"].standing for i in range(6)} == {Standing.CORE}
    assert found["x"].standing is Standing.LIKELY
    assert found["y"].standing is Standing.CONTACT
    assert found["y"].confidence == 0.5  # one link at the threshold: believed, but one thread is all that holds it
    assert found["m3"].confidence == found["m4"].confidence  # z is no member
    # The same links, but x is held by probable ones only; three of them would make it a member.
    sure = {pair for pair in links if "x" not in pair}
    loose = {b.subject: b for b in belongings(group, links, sure, threshold_bits=T)}
    assert loose["x"].standing is Standing.CONTACT
    assert loose["x"].confidence == found["x"].confidence
    links[("m2", "x")] = T
    assert {b.subject: b for b in belongings(group, links, sure, threshold_bits=T)}["x"].standing is Standing.LIKELY


@given(given=half_sure(), more=bits)
def test_a_heavier_link_never_lowers_confidence(given: tuple[Links, set[Pair]], more: float) -> None:
    links, sure = given
    pair = ("s00", "s01")
    group = NAMES
    before = {b.subject: b for b in belongings(group, links, sure, threshold_bits=T)}
    heavier = links | {pair: links.get(pair, 0.0) + more}
    after = {b.subject: b for b in belongings(group, heavier, sure, threshold_bits=T)}
    for subject in group:
        if subject in pair:
            assert after[subject].confidence >= before[subject].confidence
        else:
            assert after[subject] == before[subject]
