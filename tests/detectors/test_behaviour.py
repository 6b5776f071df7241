"""One suite for every detector of activities: cases, empty and random activities, ties of time, languages, weights."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.detectors.activity import ACTIVITY
from counterveil.detectors.behaviour import BEHAVIOUR
from counterveil.detectors.workflows import WORKFLOWS
from counterveil.model.activity import HOUR, NOTHING, OWN, SOURCE, TARGET, Activity, Claim, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourDetector, EvidenceClass, Family
from counterveil.observe.heads import columns, heads_in
from counterveil.observe.segments import KINDS
from counterveil.observe.trained import ACCOUNT, trained
from counterveil.policy.claims import Slot
from counterveil.policy.taxonomy import taxonomy

each = pytest.mark.parametrize("detector", ACTIVITY, ids=lambda d: d.info.name)
COLUMNS = columns(heads_in(trained()))
# Scores are rounded to four digits; sums in another order may differ in the last one.
LAST_DIGIT = 2e-4

# Half of the readings are of columns that many detectors read; among all columns most draws would touch no detector.
OFTEN = sorted({name for d in BEHAVIOUR for case in d.cases for name in case.activity.scores if "-" not in name})
readings = st.dictionaries(st.sampled_from(OFTEN) | st.sampled_from(COLUMNS), st.floats(0, 1), max_size=6)
sketches = st.builds(
    Sketch,
    scores=readings,
    conversation=st.integers(0, 5),
    hour=st.floats(0, 2000),
    pasted_by=st.sampled_from([NOTHING, TARGET, SOURCE, OWN]),
    own=st.sampled_from(["en", "zh", "km", "und", ""]),
    pasted=st.sampled_from(["en", "ru", ""]),
    refused=st.booleans(),
    n_disguises=st.integers(0, 2**31),
    claims=st.lists(st.tuples(st.sampled_from(get_args(Slot)), st.text(max_size=20)), max_size=3),
)


def in_time(turns: Sequence[Sketch]) -> Activity:
    """Activities are in order of time."""
    return sketched(*sorted(turns, key=lambda turn: turn.hour or 0.0))


activities = st.lists(sketches, max_size=8).map(in_time)


def reordered(activity: Activity, order: Sequence[int]) -> Activity:
    """The same turns in another order."""
    place = {old: new for new, old in enumerate(order)}
    picked = np.array(order, dtype=np.int64)
    return replace(
        activity,
        event_ids=tuple(activity.event_ids[i] for i in order),
        times=activity.times[picked],
        conversations=activity.conversations[picked],
        pasted_by=activity.pasted_by[picked],
        refused=activity.refused[picked],
        n_disguises=activity.n_disguises[picked],
        own_langs=tuple(activity.own_langs[i] for i in order),
        pasted_langs=tuple(activity.pasted_langs[i] for i in order),
        scores={name: values[picked] for name, values in activity.scores.items()},
        claims=tuple(replace(claim, turn=place[claim.turn]) for claim in activity.claims),
    )


def score(detector: BehaviourDetector, activity: Activity) -> float:
    return detector.measure(activity).score


def sound(detector: BehaviourDetector, activity: Activity) -> None:
    """A signal in bounds that says who and why, and points only at turns that there are."""
    found = detector.measure(activity)
    info = detector.info
    assert 0 <= found.score <= 1
    assert found.reason
    assert (found.subject_id, found.detector, found.version) == (activity.subject_id, info.name, info.version)
    assert (found.evidence_class, found.family, found.bearing) == (info.best_class, info.family, info.bearing)
    assert {span.event_id for span in found.spans} <= set(activity.event_ids)
    assert len({span.event_id for span in found.spans}) == len(found.spans) <= 3
    assert found.score > 0 or not found.spans
    assert found == detector.measure(activity)


@each
def test_cases_hold(detector: BehaviourDetector) -> None:
    for case in detector.cases:
        assert case.at_least <= score(detector, case.activity) <= case.at_most, case.why
        sound(detector, case.activity)


@each
def test_has_a_hit_and_a_benign_look_alike(detector: BehaviourDetector) -> None:
    assert any(case.at_least > 0 for case in detector.cases)
    assert any(case.at_most < 1 and case.why for case in detector.cases)
    assert all(case.at_least > 0 or case.at_most < 1 for case in detector.cases)
    hits = [case.at_least for case in detector.cases if case.at_least > 0]
    assert min(hits) > max(case.at_most for case in detector.cases if case.at_most < 1)


@each
def test_cases_read_only_what_heads_tell(detector: BehaviourDetector) -> None:
    """A misspelt column would read as zero everywhere and be noticed nowhere."""
    for case in detector.cases:
        assert set(case.activity.scores) <= set(COLUMNS)


@each
def test_says_what_it_means_and_where_it_comes_from(detector: BehaviourDetector) -> None:
    info = detector.info
    assert len(info.meaning) > 20
    assert len(info.source) > 20
    assert info.version >= 1
    assert info.family in Family
    assert set(info.behaviours) <= set(taxonomy())


@each
def test_no_content_signal_is_strong_evidence(detector: BehaviourDetector) -> None:
    """Reading is weak (trained/card.md): what a head says of words is at most of the middle class."""
    assert detector.info.best_class is not EvidenceClass.A


@each
def test_empty_activity(detector: BehaviourDetector) -> None:
    empty = sketched()
    sound(detector, empty)
    assert score(detector, empty) == 0
    assert score(detector, sketched(Sketch())) == pytest.approx(0, abs=0.01)


@each
@given(activity=activities)
def test_random_activities_never_raise(detector: BehaviourDetector, activity: Activity) -> None:
    sound(detector, activity)


@each
@given(activity=activities, data=st.data())
def test_order_inside_a_time_stamp_does_not_matter(
    detector: BehaviourDetector, activity: Activity, data: st.DataObject
) -> None:
    hours = np.floor(activity.times / HOUR / 500)
    activity = replace(activity, times=hours * HOUR)
    shuffled = data.draw(st.permutations(range(len(activity))))
    order = sorted(shuffled, key=lambda i: activity.times[i])
    assert score(detector, reordered(activity, order)) == pytest.approx(score(detector, activity), abs=LAST_DIGIT)


def spoken(activity: Activity, own: list[str], pasted: list[str]) -> Activity:
    """The same turns in other languages, in turn."""
    n = len(activity)
    return replace(activity, own_langs=tuple(own * n)[:n], pasted_langs=tuple(pasted * n)[:n])


def unmoved_by_language(detector: BehaviourDetector, activity: Activity) -> None:
    """DESIGN.md §3.2: which language somebody speaks is context and changes no score, reason or place."""
    before = detector.measure(activity)
    for own, pasted in ([""], [""]), (["ru"], ["zh"]), (["en", "km"], ["", "ko", "en"]), (["en"], ["en"]):
        assert detector.measure(spoken(activity, own, pasted)) == before


@each
def test_language_never_raises(detector: BehaviourDetector) -> None:
    for case in detector.cases:
        unmoved_by_language(detector, case.activity)


@each
@given(activity=activities)
def test_language_never_raises_a_random_activity(detector: BehaviourDetector, activity: Activity) -> None:
    unmoved_by_language(detector, activity)


@each
def test_names_of_subject_and_events_change_nothing(detector: BehaviourDetector) -> None:
    for case in detector.cases:
        named = replace(case.activity, subject_id="x", event_ids=tuple(f"n{i}" for i in range(len(case.activity))))
        assert score(detector, named) == score(detector, case.activity)


@each
def test_more_harmless_turns_never_raise_what_speaks_for_abuse(detector: BehaviourDetector) -> None:
    """Cover traffic in the same conversation may thin a signal towards abuse, never strengthen it."""
    if detector.info.bearing is Bearing.FOR:
        for case in detector.cases:
            covered = replace(
                reordered(case.activity, range(len(case.activity))),
                event_ids=(*case.activity.event_ids, "cover"),
                times=np.append(case.activity.times, case.activity.times[-1] + HOUR),
                conversations=np.append(case.activity.conversations, case.activity.conversations[-1]),
                pasted_by=np.append(case.activity.pasted_by, np.int8(NOTHING)),
                refused=np.append(case.activity.refused, np.False_),
                n_disguises=np.append(case.activity.n_disguises, 0),
                own_langs=(*case.activity.own_langs, "en"),
                pasted_langs=(*case.activity.pasted_langs, ""),
                scores={name: np.append(values, 0.0) for name, values in case.activity.scores.items()},
                n_turns=len(case.activity) + 1,
            )
            assert score(detector, covered) <= score(detector, case.activity)


def test_claims_at_any_turn_are_shown_and_bounded() -> None:
    turns = sketched(*[Sketch({"tag_selfdesc": 0.9, "doing": 0.9})] * 4)
    many = replace(turns, claims=tuple(Claim("quota", "x" * 80, i % 4) for i in range(1000)))
    found = next(d for d in ACTIVITY if d.info.name == "self_description").measure(many)
    assert len(found.reason) < 400


def test_names_are_unique_and_permanent() -> None:
    names = [d.info.name for d in ACTIVITY]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in names)


@pytest.mark.parametrize("package", ["behaviour", "workflows"])
def test_every_detector_file_is_registered(package: str) -> None:
    registered = {"behaviour": BEHAVIOUR, "workflows": WORKFLOWS}[package]
    folder = files(f"counterveil.detectors.{package}")
    modules = {p.name.removesuffix(".py") for p in folder.iterdir() if p.name.endswith(".py")}
    assert modules - {"__init__", "base"} == {d.info.name for d in registered}
    for detector in registered:
        assert type(detector).__module__ == f"counterveil.detectors.{package}.{detector.info.name}"


def test_every_behaviour_of_the_taxonomy_has_one_workflow() -> None:
    assert sorted(b for d in WORKFLOWS for b in d.info.behaviours) == sorted(taxonomy())


def test_both_bearings_are_there() -> None:
    assert {d.info.bearing for d in BEHAVIOUR} == set(Bearing)


def test_kinds_of_paste_are_those_of_the_segmenter() -> None:
    assert [KINDS[kind] for kind in (TARGET, SOURCE, OWN)] == ["target", "source", "own"]


def shipped() -> dict[str, Any]:
    """Signals of the shipped weights, as written."""
    found: dict[str, Any] = tomllib.loads((trained() / ACCOUNT).read_text(encoding="utf-8"))["signal"]
    return found


def test_weights_name_exactly_these_detectors_at_these_versions() -> None:
    versions = {name: row["detector_version"] for name, row in shipped().items()}
    assert versions == {d.info.name: d.info.version for d in ACTIVITY}


@each
def test_weights_count_towards_the_bearing(detector: BehaviourDetector) -> None:
    row = shipped()[detector.info.name]
    assert row["weight"] * (1 if detector.info.bearing is Bearing.FOR else -1) >= 0
    assert 0 <= row["usual"] <= 1
