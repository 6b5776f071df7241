"""The file of hypotheses: what is wrong in it is named."""

from __future__ import annotations

from importlib.resources import files

import pytest

from counterveil.errors import SettingsError
from counterveil.policy.declared import declared
from counterveil.policy.hypotheses import FILE, hypotheses, parse_hypotheses
from counterveil.policy.taxonomy import taxonomy

TEXT = (files("counterveil.policy") / FILE).read_text(encoding="utf-8")


def test_every_behaviour_has_an_explanation_of_abuse_and_an_innocent_one_is_never_far() -> None:
    rules = hypotheses().hypothesis
    assert {b for r in rules if not r.innocent for b in r.behaviours} == taxonomy().keys() - {"AC-3"} | {"AC-3"}
    assert all(r.would_change for r in rules)
    assert sum(r.innocent for r in rules) >= 10


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", "version = ", "not valid TOML"),
        ("version = 1", "version = true", "version"),
        ('id = "romance"', 'id = "influence"', "an id is used twice"),
        ('behaviours = ["SC-1"]', 'behaviours = ["XX-1"]', "not in the taxonomy: XX-1"),
        ('related = ["SC-2", "SC-3", "SC-4", "PE-1"]', 'related = ["SC-1"]', "both for and against: SC-1"),
        ("abusive = 3", "abusive = 1", "weights.abusive"),
        ("innocent = true", "innocent = false", "an innocent one"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingsError, match=said) as caught:
        parse_hypotheses(TEXT.replace(old, new))
    assert caught.value.message.startswith(FILE)
    assert caught.value.remedy


def test_no_word_names_two_classes_of_declared_use() -> None:
    words = [word.casefold() for c in declared().classes.values() for word in c.words]
    assert len(words) == len(set(words))
