"""Judge policies as data: complete, with golden sets on both sides in several languages, and located when they are wrong."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from counterveil.errors import SettingsError
from counterveil.pipeline.judging.golden import golden_package
from counterveil.policy.judge.policies import NAMES, judge_policies, load_policy, policies_for
from counterveil.policy.taxonomy import taxonomy

TEXT = (files("counterveil.policy.judge") / "personas.toml").read_text(encoding="utf-8")


def test_every_behaviour_has_one_policy() -> None:
    assert sorted(i for p in judge_policies().values() for i in p.ids) == sorted(taxonomy())


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_set_has_both_sides_and_several_languages(name: str) -> None:
    golden = judge_policies()[name].golden
    assert sum(bool(g.behaviours) for g in golden) >= 3
    assert sum(not g.behaviours for g in golden) >= 3
    assert len({g.lang for g in golden}) >= 3
    assert {b for g in golden for b in g.behaviours} == set(judge_policies()[name].ids)
    for one in golden:
        assert len(golden_package(one, 9000).pieces) >= 1


@pytest.mark.parametrize("name", NAMES)
def test_what_a_policy_shows_as_golden_is_not_in_the_taxonomy(name: str) -> None:
    """The judge must not have been told the answers."""
    said = {t for b in taxonomy().values() for t in (*b.examples, *(n.text for n in b.non_examples))}
    assert not said & {t for g in judge_policies()[name].golden for account in g.accounts for t in account}


def test_policies_of_behaviours() -> None:
    assert [p.name for p in policies_for(["SC-2", "SC-1", "AC-1", "CY-1"])] == ["fraud", "access"]
    assert [p.name for p in policies_for([])] == ["fraud"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "personas"', 'name = "other"', "name"),
        ("version = 1", "version = 0", "version"),
        ('id = "PE-1"', 'id = "XX-9"', "XX-9"),
        ('stance = "fiction"', 'stance = "asleep"', "asleep"),
        ('behaviours = ["PE-1"]', 'behaviours = ["SC-1"]', "SC-1"),
        ('stance = "ordinary"', 'stance = "doing"', "a positive has behaviours"),
        ('id = "personas-grid-en"', 'id = "personas-warm-ru"', "twice"),
        ('writer = "counterveil"', 'writer = "somebody"', "writer"),
        ("definition =", "definitions =", "definition"),
        ("version = 1", "version = [", "TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    path = tmp_path / "personas.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_policy(path)
    assert said in caught.value.message
    assert "personas.toml" in caught.value.message
    assert caught.value.remedy
