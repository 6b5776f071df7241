"""Near duplicates are one row of the queue: listed under the best ranked, and never lost."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess import leads
from counterveil.assess.twins import Possible, Thing, alike, with_twins
from counterveil.model.case import Lead
from tests.assess.make import subject
from tests.assess.test_operations import made

TEXT, OTHER, SITE = ("passage", 1), ("passage", 2), ("domain", 3)


def possible(
    about: str,
    *,
    kind: str = "subject",
    behaviour: str = "SC-1",
    texts: Iterable[Thing] = (),
    artefacts: Iterable[Thing] = (),
) -> Possible:
    return Possible(about, kind, behaviour, 0.3, frozenset(texts), frozenset(artefacts))


def lone(name: str, confidence: float = 0.3) -> Lead:
    return leads.of_subject(subject(name), behaviours=["SC-1"], severity=3, confidence=confidence, ledger=())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"texts": [TEXT]}, {"texts": [TEXT, OTHER]}, True),
        ({"texts": [TEXT, OTHER, ("passage", 4)]}, {"texts": [TEXT]}, False),
        ({"artefacts": [SITE]}, {"artefacts": [SITE]}, True),
        ({"artefacts": [SITE], "behaviour": "IO-1"}, {"artefacts": [SITE]}, False),
        ({"artefacts": [SITE], "behaviour": ""}, {"artefacts": [SITE], "behaviour": ""}, False),
        ({}, {}, False),
    ],
)
def test_what_makes_twins(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert bool(alike(possible("a", **one), possible("b", **other))) is same


def test_a_lone_subject_goes_under_the_operation_that_it_is_like() -> None:
    operation = leads.of_operation(made(reading=2.5))
    what = {
        operation.about: possible(operation.about, kind="operation", texts=[TEXT]),
        "s": possible("s", texts=[TEXT]),
        "t": possible("t", texts=[OTHER]),
    }
    cohort = possible("OP-9", kind="cohort", texts=[OTHER])
    found = with_twins([operation, lone("s", 0.45), lone("t")], what, [cohort])
    assert [lead.about for lead in found] == [operation.about, "t"]
    assert [[t.about for t in lead.twins] for lead in found] == [["s"], ["OP-9"]]


def test_an_operation_always_has_a_row_of_its_own() -> None:
    operation = leads.of_operation(made(reading=0.1))
    what = {
        operation.about: possible(operation.about, kind="operation", texts=[TEXT]),
        "s": possible("s", texts=[TEXT]),
    }
    found = with_twins([lone("s", 0.45), operation], what, [])
    assert operation.about in {lead.about for lead in found}


things = st.frozensets(st.tuples(st.just("passage"), st.integers(0, 4)), max_size=3)


@given(texts=st.lists(things, min_size=1, max_size=6), seed=st.integers(0, 99))
def test_nobody_is_lost_nobody_is_there_twice_and_order_does_not_matter(
    texts: list[frozenset[Thing]], seed: int
) -> None:
    rows = [lone(f"s{i}", 0.2 + i / 100) for i in range(len(texts))]
    what = {f"s{i}": possible(f"s{i}", texts=t) for i, t in enumerate(texts)}
    found = with_twins(rows, what, [])
    shown = [lead.about for lead in found] + [t.about for lead in found for t in lead.twins]
    assert sorted(shown) == sorted(what)
    assert with_twins(random.Random(seed).sample(rows, len(rows)), what, []) == found
