"""Operations keep their names as they grow, merge and split."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from counterveil.link.identity import identify
from counterveil.model.operation import Named

Groups = list[list[str]]
Known = dict[str, frozenset[str]]


def named(groups: Groups, known: dict[str, str]) -> list[tuple[str, tuple[str, ...], str | None]]:
    found = identify(groups, {name: frozenset(members) for name, members in known.items()}, new_id)
    assert [n.members for n in found] == [frozenset(group) for group in groups]
    return [(n.operation_id, n.absorbed, n.split_from) for n in found]


def new_id(members: Sequence[str]) -> str:
    return "new-" + "".join(members)


def test_what_is_new_gets_a_new_name() -> None:
    assert named([["a", "b"], ["c", "d"]], {}) == [("new-ab", (), None), ("new-cd", (), None)]
    assert named([], {"OP": "ab"}) == []


def test_growing_and_shrinking_keep_the_name() -> None:
    assert named([list("abcdef")], {"OP": "abc"}) == [("OP", (), None)]
    assert named([list("ab")], {"OP": "abcdef"}) == [("OP", (), None)]


def test_the_larger_part_keeps_the_name_and_the_other_knows_where_it_comes_from() -> None:
    assert named([list("abc"), list("de")], {"OP": "abcde"}) == [("OP", (), None), ("new-de", (), "OP")]
    assert named([list("de"), list("abc")], {"OP": "abcde"}) == [("new-de", (), "OP"), ("OP", (), None)]
    # Halves: the first in the order of their members.
    assert named([list("cd"), list("ab")], {"OP": "abcd"}) == [("new-cd", (), "OP"), ("OP", (), None)]


def test_of_two_that_merge_the_larger_keeps_its_name() -> None:
    assert named([list("abcdefg")], {"OP1": "ab", "OP2": "cdefg"}) == [("OP2", ("OP1",), None)]
    assert named([list("abcd")], {"OP2": "ab", "OP1": "cd"}) == [("OP1", ("OP2",), None)]


def test_one_member_in_common_is_no_inheritance() -> None:
    assert named([list("axyz")], {"OP": "abc"}) == [("new-axyz", (), None)]
    # Two of ten against a group of ten are less than three in ten.
    assert named([list("abklmnopqr")], {"OP": "abcdefghij"}) == [("new-abklmnopqr", (), None)]
    assert named([list("abcklmnopq")], {"OP": "abcdefghij"}) == [("OP", (), None)]


def test_a_name_that_is_taken_is_not_given_again() -> None:
    """Known, though nothing of it is left in any group."""
    assert named([["a", "b"]], {"new-ab": "xyz"}) == [("new-abnew-ab", (), None)]


people = st.sampled_from("abcdefghij")


@st.composite
def partitions(draw: st.DrawFn) -> Groups:
    place = draw(st.dictionaries(people, st.integers(0, 3), min_size=1))
    groups: dict[int, list[str]] = {}
    for subject in sorted(place):
        groups.setdefault(place[subject], []).append(subject)
    return [group for _, group in sorted(groups.items()) if len(group) >= 2]


knowns = st.dictionaries(st.sampled_from(["OP1", "OP2", "OP3"]), st.frozensets(people, min_size=1), max_size=3)


@given(groups=partitions(), known=knowns, seed=st.integers(0, 99))
def test_names_are_distinct_and_free_of_order(groups: Groups, known: Known, seed: int) -> None:
    found = identify(groups, known, new_id)
    names = [n.operation_id for n in found]
    assert len(set(names)) == len(names)
    absorbed = [other for n in found for other in n.absorbed]
    assert len(set(absorbed)) == len(absorbed)
    assert not set(absorbed) & set(names), "what went up in another is no more"
    for n in found:
        assert n.split_from is None or n.split_from in known
        if n.operation_id in known:
            assert len(n.members & known[n.operation_id]) >= min(2, len(known[n.operation_id]))
    draw = random.Random(seed)
    order = draw.sample(range(len(groups)), len(groups))
    again = identify([groups[at] for at in order], dict(draw.sample(sorted(known.items()), len(known))), new_id)
    by_members: dict[frozenset[str], Named] = {n.members: n for n in again}
    assert all(by_members[n.members] == n for n in found)


@given(groups=partitions(), known=knowns)
def test_a_second_run_changes_no_name(groups: Groups, known: Known) -> None:
    first = identify(groups, known, new_id)
    remembered = {n.operation_id: n.members for n in first}
    again = identify(groups, remembered, new_id)
    assert [n.operation_id for n in again] == [n.operation_id for n in first]
    assert all(not n.absorbed and n.split_from is None for n in again)
