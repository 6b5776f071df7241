"""Old evidence counts less, relative to the log's end; what was declared counts where it fits; the prior follows prevalence."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess import groups, subjects
from counterveil.assess.decay import remaining
from counterveil.assess.declared import declared_class, fits
from counterveil.assess.ledger import confidence, entry
from counterveil.model.signal import Family
from counterveil.policy.assessment import assessment
from counterveil.policy.declared import declared
from tests.assess.make import START, group, members, subject, weights_of

POLICY = assessment()
DECAY = POLICY.decay
END = START + timedelta(days=10)
YEAR = START - timedelta(days=355)


@given(family=st.sampled_from(list(Family)), age=st.floats(0, 3000), more=st.floats(0, 1000))
def test_evidence_only_ever_fades(family: Family, age: float, more: float) -> None:
    assert 0.0 <= remaining(family, age + more, DECAY) <= remaining(family, age, DECAY) <= 1.0


@pytest.mark.parametrize("family", list(Family))
def test_fresh_is_full_and_a_half_life_halves(family: Family) -> None:
    assert remaining(family, DECAY.fresh_days, DECAY) == 1.0
    assert remaining(family, DECAY.fresh_days + DECAY.half_life_days[family], DECAY) == pytest.approx(0.5)


def lone(**facts: Any) -> dict[str, float]:
    found = subject("s", ledger=(entry("doing share", 4.0, "seen"), entry("usual account", -1.0, "")), **facts)
    ledger = subjects.ledger(found, POLICY.subject, 0.0, decay=DECAY, end=END)
    assert math.fsum(e.log_odds for e in ledger) == pytest.approx(sum(weights_of(ledger).values()))
    return weights_of(ledger)


def test_texts_of_a_year_ago_are_not_as_strong_as_those_of_last_week() -> None:
    assert "age of what was read" not in lone(told_at=START)
    faded = lone(told_at=YEAR)["age of what was read"]
    assert faded == pytest.approx(-4.0 * (1 - remaining(Family.CONTENT, 365, DECAY)), abs=1e-3)
    assert -4.0 < faded < -2.0


def test_an_old_group_is_believed_less_and_its_ledger_still_sums() -> None:
    def belief(told_at: Any, last: Any) -> float:
        facts = group(members(reading=3.0, told_at=told_at, last_seen=last), n_private_things=4, n_working_passages=1)
        ledger = groups.ledger(facts, POLICY.group, 0.0, decay=DECAY, end=END)
        assert ledger == groups.ledger(facts, POLICY.group, 0.0, decay=DECAY, end=END)
        total = sum(e.log_odds for e in ledger)
        assert abs(confidence(ledger) - 1 / (1 + math.exp(-total))) <= 5.1e-5
        return confidence(ledger)

    fresh = belief(START, START)
    assert belief(START, START) == confidence(
        groups.ledger(
            group(members(reading=3.0, told_at=START, last_seen=START), n_private_things=4, n_working_passages=1),
            POLICY.group,
            0.0,
        )
    )
    assert belief(YEAR, START) < fresh
    assert belief(START, YEAR) < fresh
    assert belief(YEAR, YEAR) <= belief(YEAR, START)


def test_ageing_never_makes_innocent_texts_look_worse() -> None:
    quiet = group(members(reading=-2.0, told_at=YEAR))
    ledger = weights_of(groups.ledger(quiet, POLICY.group, 0.0, decay=DECAY, end=END))
    assert "age of what was read" not in ledger


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("translation agency", "translation"),
        ("Agencia de traducción", "translation"),
        ("翻译公司", "translation"),
        ("social media agency for named brands", "communication"),
        ("security testing under contract", "security"),
        ("разработка программ", "programming"),
        ("学习", "study"),
        ("other things", None),
        ("", None),
    ],
)
def test_what_was_declared_is_told_in_many_languages(text: str, name: str | None) -> None:
    assert declared_class(text, declared()) == name


def test_a_declared_use_fits_by_the_kinds_of_work() -> None:
    assert fits("traducción", {"translate": 0.8, "batch": 0.2}, declared()) is True
    assert fits("traducción", {"translate": 0.2, "batch": 0.8}, declared()) is False
    assert fits("whatever", {"translate": 1.0}, declared()) is None
    assert fits("traducción", {}, declared()) is None
    assert fits(None, {"translate": 1.0}, declared()) is None


@pytest.mark.parametrize(
    ("fit", "weight"),
    [(True, POLICY.subject.declared_use), (None, POLICY.subject.declared_use_unchecked), (False, None)],
)
def test_a_declared_use_that_fits_counts_most(fit: bool | None, weight: float | None) -> None:
    assert lone(declared_use="x", declared_fits=fit).get("declared use") == weight


def test_long_ordinary_history_speaks_for_quiet_accounts_only() -> None:
    old = {"created_at": START - timedelta(days=300), "last_seen": START + timedelta(days=30)}
    assert lone(**old)["long ordinary history"] == POLICY.subject.long_history
    assert "long ordinary history" not in lone(**old, reading=2.0)
    assert "long ordinary history" not in lone(**(old | {"last_seen": START + timedelta(days=3)}))


@given(prevalence=st.floats(0.0001, 0.5), more=st.floats(1.01, 1.9))
def test_the_prior_follows_prevalence(prevalence: float, more: float) -> None:
    weights = POLICY.subject
    assert subjects.prior(weights, prevalence) < subjects.prior(weights, prevalence * more)
    assert subjects.prior(weights, weights.prior_prevalence) == pytest.approx(weights.prior)
    found = subjects.ledger(subject("s"), weights, 0.0, prevalence=prevalence)
    assert found[0].log_odds == pytest.approx(subjects.prior(weights, prevalence), abs=6e-4)


def test_decisions_multiply_a_weight_and_the_sum_stays_exact() -> None:
    facts = group(members(reading=2.0), n_private_things=4, n_working_passages=1)
    plain = weights_of(groups.ledger(facts, POLICY.group, 0.0))
    moved = POLICY.group.model_copy(update={"multiplier": {"private names": 0.8}})
    ledger = groups.ledger(facts, moved, 0.0)
    assert weights_of(ledger) == plain | {"private names": pytest.approx(0.8 * plain["private names"])}
    assert all(e.log_odds == round(e.log_odds, 3) for e in ledger)
    assert "×0.8 by decisions" in next(e.reason for e in ledger if e.name == "private names")
