"""The account score: a ledger that sums exactly to what is shown, and what a whole log is measured against."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess import account, groups, subjects
from counterveil.assess.facts import SubjectFacts
from counterveil.assess.ledger import confidence
from counterveil.detectors.activity import ACTIVITY
from counterveil.model.operation import Entry
from counterveil.model.signal import Bearing, Signal
from counterveil.observe.trained import ACCOUNT, trained
from counterveil.pipeline.facts import base_rates
from counterveil.policy.account import AccountPolicy, SignalWeight, load_account
from counterveil.policy.assessment import assessment
from tests.assess.make import group, members, subject, weights_of

NAMES = [d.info.name for d in ACTIVITY]
BEARING = {d.info.name: d.info.bearing for d in ACTIVITY}
FULL = 6
# A weight of each sign for every detector, as ``lab train`` would fit: none counts against its own bearing.
POLICY = AccountPolicy(
    version="test",
    intercept=-1.25,
    innocent_quartile=-2.5,
    full_at_texts=FULL,
    signal={
        name: SignalWeight(detector_version=1, weight=2.5 if BEARING[name] is Bearing.FOR else -1.5, usual=0.3)
        for name in NAMES
    },
)
unit = st.floats(0.0, 1.0, allow_nan=False)
some_scores = st.dictionaries(st.sampled_from(NAMES), unit)


def signals(scores: dict[str, float]) -> list[Signal]:
    """Signals of some detectors, as if those had measured these scores."""
    found = []
    for detector in ACTIVITY:
        info = detector.info
        if info.name in scores:
            score = round(scores[info.name], 4)
            found.append(
                Signal("s", info.name, info.version, score, info.best_class, info.family, info.bearing, "as made up")
            )
    return found


def total(ledger: tuple[Entry, ...]) -> float:
    return math.fsum(e.log_odds for e in ledger)


@given(scores=some_scores, n_read=st.integers(1, 40))
def test_the_ledger_sums_exactly_to_the_log_odds_shown(scores: dict[str, float], n_read: int) -> None:
    ledger = account.ledger(signals(scores), POLICY, n_read)
    assert ledger[0].name == account.BASE
    assert [e.name for e in ledger[1:]] == [n.replace("_", " ") for n in NAMES if n in scores]
    assert all(e.log_odds == round(e.log_odds, 3) and e.reason for e in ledger)
    assert abs(confidence(ledger) - 1 / (1 + math.exp(-sum(e.log_odds for e in ledger)))) <= 5.1e-5
    share = min(1.0, n_read / FULL)
    exact = POLICY.intercept + sum(POLICY.signal[n].weight * (round(s, 4) - 0.3) for n, s in scores.items())
    assert abs(total(ledger) - share * exact) <= 0.0005 * len(ledger) + 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_each_signal_pulls_to_its_side(name: str) -> None:
    def said(score: float) -> float:
        return weights_of(account.ledger(signals({name: score}), POLICY, 20))[name.replace("_", " ")]

    side = 1 if BEARING[name] is Bearing.FOR else -1
    assert side * said(1.0) > side * said(0.6) > 0.0 == said(0.3) > side * said(0.0)


def test_the_weights_that_ship_are_of_the_detectors_that_ship() -> None:
    """A detector that is newer than the training weighs nothing until `counterveil lab train` has seen it."""
    policy = load_account(trained() / ACCOUNT)
    versions = {name: known.detector_version for name, known in policy.signal.items()}
    assert versions == {d.info.name: d.info.version for d in ACTIVITY}


def test_the_weights_that_ship_pull_to_the_side_of_their_detector() -> None:
    """What was learned may be nothing, never the reverse of what the detector says it is."""
    policy = load_account(trained() / ACCOUNT)
    sides = {name: 1 if bearing is Bearing.FOR else -1 for name, bearing in BEARING.items()}
    assert {n: k.weight for n, k in policy.signal.items() if n in sides and k.weight * sides[n] < 0.0} == {}
    assert any(known.weight > 0.0 for known in policy.signal.values())
    assert any(known.weight < 0.0 for known in policy.signal.values())


@given(scores=some_scores, n_read=st.integers(1, FULL - 1))
def test_few_texts_count_in_proportion(scores: dict[str, float], n_read: int) -> None:
    full, few = (account.ledger(signals(scores), POLICY, n) for n in (FULL, n_read))
    assert [e.name for e in few] == [e.name for e in full]
    for whole, part in zip(full, few, strict=True):
        assert abs(part.log_odds - whole.log_odds * n_read / FULL) <= 0.0011


@given(scores=some_scores, n_read=st.integers(FULL, 200))
def test_many_texts_count_no_more_than_enough(scores: dict[str, float], n_read: int) -> None:
    found, enough = (account.ledger(signals(scores), POLICY, n) for n in (n_read, FULL))
    assert [(e.name, e.log_odds) for e in found] == [(e.name, e.log_odds) for e in enough]


def test_nothing_read_says_nothing() -> None:
    ledger = account.ledger(signals(dict.fromkeys(NAMES, 1.0)), POLICY, 0)
    assert ledger == ()
    assert account.for_and_against(ledger, ()) == (0.0, 0.0)


def test_a_detector_without_weight_is_not_in_the_ledger() -> None:
    """One that the training did not know, or found of no use, is shown as a signal and weighs nothing."""
    known = {"doing_share": SignalWeight(detector_version=1, weight=2.0, usual=0.1)}
    known["personas"] = SignalWeight(detector_version=1, weight=0.0, usual=0.1)
    policy = POLICY.model_copy(update={"signal": known})
    ledger = account.ledger(signals({"doing_share": 0.5, "personas": 1.0, "batches": 1.0}), policy, 10)
    assert weights_of(ledger) == {account.BASE: -1.25, "doing share": 0.8}


@given(scores=some_scores, n_read=st.integers(0, 20))
def test_for_and_against_add_up(scores: dict[str, float], n_read: int) -> None:
    seen = signals(scores)
    ledger = account.ledger(seen, POLICY, n_read)
    reading, stance = account.for_and_against(ledger, seen)
    assert math.isclose(reading + stance, total(ledger), abs_tol=1e-9)
    against = {n.replace("_", " ") for n in scores if BEARING[n] is Bearing.AGAINST}
    assert math.isclose(stance, sum(e.log_odds for e in ledger if e.name in against), abs_tol=1e-9)


def population(log_odds: list[float], n_read: int = 10) -> dict[str, SubjectFacts]:
    """Subjects with these account scores, a third of each against them."""
    made = [
        subject(f"s{i}", reading=v * 4 / 3, stance=-v / 3, n_read=n_read, behaviours={"IO-1": 0.1 + i / 1000})
        for i, v in enumerate(log_odds)
    ]
    return {facts.subject_id: facts for facts in made}


QUARTILE = -2.5


def shift_of(log_odds: list[float], n_read: int = 10) -> float:
    return base_rates(population(log_odds, n_read), QUARTILE).shift


@given(moved=st.floats(-1.4, 2.9), spread=st.lists(st.floats(-2.0, 2.0), min_size=20, max_size=60))
def test_a_log_that_scores_otherwise_as_a_whole_is_shifted_by_as_much(moved: float, spread: list[float]) -> None:
    at = float(np.quantile(spread, 0.25))
    assert shift_of([QUARTILE + moved + v - at for v in spread]) == pytest.approx(moved, abs=1e-3)


@given(log_odds=st.lists(st.floats(-40.0, 40.0), min_size=20, max_size=40))
def test_the_shift_is_bounded(log_odds: list[float]) -> None:
    assert -1.5 <= shift_of(log_odds) <= 3.0
    assert (shift_of([-40.0] * 20), shift_of([40.0] * 20)) == (-1.5, 3.0)


def test_few_subjects_or_few_texts_shift_nothing() -> None:
    assert shift_of([5.0] * 19) == 0.0
    assert shift_of([5.0] * 20) > 0.0
    assert shift_of([5.0] * 40, n_read=2) == 0.0
    assert base_rates({}, QUARTILE).shift == 0.0
    assert base_rates({}, QUARTILE).behaviours == {}


def test_operators_up_to_three_in_four_do_not_raise_what_is_usual() -> None:
    """Two shares of everybody: a log full of operators must not make their score the normal one."""
    innocent = [QUARTILE + i / 100 for i in range(12)]
    usual = shift_of([*innocent, *innocent])
    assert shift_of([*innocent, *([8.0] * 20)]) <= usual + 0.15
    assert shift_of([*innocent, *([8.0] * 60)]) == 3.0


def test_behaviours_of_the_log_are_medians_of_who_was_read() -> None:
    read = population([0.0] * 21)
    unread = subject("quiet", n_read=1, behaviours={"IO-1": 0.9})
    assert base_rates({**read, "quiet": unread}, QUARTILE).behaviours == {"IO-1": pytest.approx(0.11)}


def test_the_shift_is_taken_off_groups_and_lone_subjects_alike() -> None:
    """A log in which everybody scores two more than the training's innocents suspects nobody more for it."""
    shift = shift_of([QUARTILE + 2.0] * 30)
    assert shift == 2.0
    policy = assessment()
    lone = subject("s", ledger=(Entry("doing share", 1.0, "seen"),))
    moved = subject("s", ledger=(Entry("doing share", 1.0 + shift, "seen"),))
    plain = subjects.score(subjects.ledger(lone, policy.subject, 0.0), policy.subject)
    assert subjects.score(subjects.ledger(moved, policy.subject, shift), policy.subject) == plain
    group_plain = groups.ledger(group(members(reading=0.7, stance=-0.4)), policy.group, 0.0)
    group_moved = groups.ledger(group(members(reading=0.7 + shift, stance=-0.4)), policy.group, shift)
    assert weights_of(group_moved) == weights_of(group_plain)
