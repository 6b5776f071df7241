"""Whole evaluations on tiny worlds whose right answers are known."""

from __future__ import annotations

import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterveil.errors import InputError
from counterveil.lab.metrics import Evaluation, evaluate
from counterveil.lab.truth import Truth, TruthAccount, TruthOperation

_BAD = {"a": "op1", "b": "op1", "c": "op1", "d": "op2", "e": "op2"}


def tiny() -> Truth:
    accounts = {n: TruthAccount(n, "malicious", "swarm", g, ("ru" if g == "op1" else "zh",)) for n, g in _BAD.items()}
    for n in ("p", "q"):
        accounts[n] = TruthAccount(n, "lookalike", "class", "la", ("en",))
    for n in "stuvwxyz":
        accounts[n] = TruthAccount(n, "background", "ordinary", None, ("en",))
    operations = (
        TruthOperation("op1", "swarm", ("a", "b", "c")),
        TruthOperation("op2", "swarm", ("d", "e")),
    )
    return Truth(accounts, operations)


def test_perfect() -> None:
    found = evaluate(tiny(), dict.fromkeys(_BAD, 1.0), dict(_BAD))
    assert found.auc == 1
    assert found.ratio == 2
    assert all((row.accounts.hits, row.operations.hits, row.benign.hits) == (5, 2, 0) for row in found.at)
    assert found.grouping.items == 5
    assert found.grouping.f1.value == 1
    assert [(row.largest_group, row.group_share.value, row.purity) for row in found.operations] == [
        ("op1", 1, 1),
        ("op2", 1, 1),
    ]


def test_nothing_found() -> None:
    found = evaluate(tiny(), {}, {})
    assert found.auc == 0.5
    assert all(row.accounts.hits == row.operations.hits == 0 for row in found.at)
    assert found.grouping.precision.value == 1
    assert found.grouping.recall.value == pytest.approx((3 * (1 / 3) + 2 * 0.5) / 5)
    assert found.operations[0].purity is None
    assert found.operations[0].largest_group is None


def test_ties_with_innocents_are_not_counted() -> None:
    scores = {"a": 0.6, "b": 0.6, "c": 0.9, "d": 0.6, "e": 0.7, "p": 0.6}
    found = evaluate(tiny(), scores, {}, rates=(0.0, 0.1))
    assert found.at[0].cutoff == 0.6
    assert found.at[0].accounts.hits == 2
    # Half of op2 is enough, a third of op1 is not.
    assert found.at[0].operations.hits == 1
    assert (found.at[1].accounts.hits, found.at[1].benign.hits, found.at[1].operations.hits) == (5, 1, 2)


def test_innocents_in_a_group_cost_precision() -> None:
    groups: dict[str, str | None] = {"a": "g", "b": "g", "p": "g", "q": "h", "s": None}
    found = evaluate(tiny(), {}, groups)
    assert found.grouping.items == 7
    # a, b: 2/3; p: 1/3; q, c, d, e alone: 1.
    assert found.grouping.precision.value == pytest.approx((2 * 2 / 3 + 1 / 3 + 4) / 7)
    row = found.operations[0]
    assert (row.largest_group, row.group_share.hits) == ("g", 2)
    assert row.purity == pytest.approx(2 / 3)
    kinds = {row.kind: row for row in found.benign_kinds}
    assert found.benign_kinds[0].kind == "class"
    assert (kinds["class"].grouped.hits, kinds["ordinary"].grouped.hits) == (2, 0)


def test_languages() -> None:
    found = evaluate(tiny(), {"a": 0.9, "d": 0.9, "s": 0.1}, {}, rates=(0.0, 0.1))
    rows = {row.language: row for row in found.languages}
    assert (rows["ru"].recall[0].hits, rows["ru"].recall[0].total) == (1, 3)
    assert (rows["zh"].recall[0].hits, rows["zh"].recall[0].total) == (1, 2)
    assert (rows["en"].recall[0].value, rows["en"].false_positive[0].total) == (None, 10)
    assert rows["en"].false_positive[1].hits == 1


def test_empty_world() -> None:
    found = evaluate(Truth({}, ()), {}, {})
    assert (found.auc, found.ratio, found.grouping.f1.value) == (None, None, None)
    assert found.at[0].operations.value is None
    assert orjson.loads(orjson.dumps(found.as_dict()))["malicious"] == 0


@pytest.mark.parametrize(
    ("scores", "groups"), [({"?": 0.5}, {}), ({}, {"?": "g"}), ({"a": 1.5}, {}), ({"a": float("nan")}, {})]
)
def test_wrong_input(scores: dict[str, float], groups: dict[str, str | None]) -> None:
    with pytest.raises(InputError) as caught:
        evaluate(tiny(), scores, groups)
    assert caught.value.remedy


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.8]), min_size=15, max_size=15),
    st.lists(st.sampled_from([None, "g", "h"]), min_size=15, max_size=15),
    st.integers(0, 1000),
)
def test_order_of_accounts_does_not_matter(scores: list[float], groups: list[str | None], shuffle: int) -> None:
    truth = tiny()
    names = sorted(truth.accounts)

    def measure(order: list[str]) -> Evaluation:
        key = {name: index for index, name in enumerate(names)}
        return evaluate(
            Truth({name: truth.accounts[name] for name in order}, truth.operations),
            {name: scores[key[name]] for name in order},
            {name: groups[key[name]] for name in order},
        )

    assert measure(names) == measure(random.Random(shuffle).sample(names, len(names)))
