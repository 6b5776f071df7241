"""The baselines do what a naive operator would, and no more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from counterveil.errors import InputError
from counterveil.lab.baselines import duplicate_baseline, keyword_baseline, keyword_rules, read_turns
from counterveil.lab.metrics import evaluate

from .conftest import World

_ONE = "translate this letter to my landlord, please"
_TWO = "and now the same in a friendlier tone, please"


def test_rules() -> None:
    rules = keyword_rules()
    assert len(rules) >= 55
    assert len({rule.id for rule in rules}) == len(rules)
    assert len({rule.lang for rule in rules}) >= 10


def test_keywords() -> None:
    found = keyword_baseline([("a", "make 20 angry comments"), ("a", "hello"), ("b", "how do I boil an egg")])
    assert found.scores == {"a": pytest.approx(1 / 7), "b": 0.0}
    assert found.groups == {"a": None, "b": None}


def test_duplicates() -> None:
    turns = [(name, text) for name in "ab" for text in (_ONE, _TWO)]
    turns += [("c", _ONE), ("d", "thanks"), ("a", "thanks"), ("b", "thanks")]
    found = duplicate_baseline(turns)
    assert found.scores == {"a": pytest.approx(2 / 5), "b": pytest.approx(2 / 5), "c": 0.0, "d": 0.0}
    assert found.groups == {"a": "a", "b": "a", "c": None, "d": None}
    loose = duplicate_baseline(turns, min_shared=1)
    assert loose.groups == {"a": "a", "b": "a", "c": "a", "d": None}
    assert duplicate_baseline([]).scores == {}


def test_duplicates_do_not_depend_on_order() -> None:
    turns = [(name, text) for name in "dbca" for text in (_ONE, _TWO)]
    expected = duplicate_baseline(turns)
    for seed in range(5):
        assert duplicate_baseline(random.Random(seed).sample(turns, len(turns))) == expected


def test_on_a_whole_scenario(world: World) -> None:
    turns = list(read_turns(world.folder / "events.jsonl"))
    assert len(turns) == world.summary.events
    for baseline in (keyword_baseline(turns), duplicate_baseline(turns)):
        found = evaluate(world.truth, baseline.scores, baseline.groups)
        assert found.auc is not None
        # A scenario that words or exact copies alone could solve would measure nothing.
        assert found.at[0].operations.hits <= 2


def test_read_turns_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"account_id":"a","input":[{"role":"user","content":"x"}]}\n{"account_id":"a","input":[]}\n')
    with pytest.raises(InputError, match=":2"):
        list(read_turns(path))
