"""One suite for every detector: hits, benign look-alikes, empty input, shuffled and duplicate rows."""

from __future__ import annotations

import random
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.detectors import BUILTIN
from counterveil.detectors.likeness import LIKENESS
from counterveil.detectors.likeness.near_text import NearText
from counterveil.detectors.likeness.same_meaning import SameMeaning
from counterveil.detectors.pairs import PAIRS
from counterveil.ids import key64
from counterveil.model.rhythm import PairInfo
from counterveil.model.signal import Detector, DetectorInfo, EvidenceClass, Reads, Row
from counterveil.policy.evidence import evidence

each = pytest.mark.parametrize("detector", BUILTIN, ids=lambda d: d.info.name)
FIELDS = ("device_id", "client_ip", "payment_fingerprint", "signup_ip", "email", "phone", "created_at")


def found(detector: Detector, row: Row) -> tuple[str, ...]:
    return tuple(thing.value for thing in detector.find(row))


@each
def test_examples_hold(detector: Detector) -> None:
    for example in detector.examples:
        assert found(detector, example.row) == example.expect, example.why


@each
def test_has_a_hit_and_a_benign_look_alike(detector: Detector) -> None:
    assert any(e.expect for e in detector.examples)
    assert any(not e.expect and e.why for e in detector.examples)
    assert all(not e.expect or e.row.text or e.row.fields for e in detector.examples)


@each
def test_says_what_it_means_and_where_it_comes_from(detector: Detector) -> None:
    info = detector.info
    assert len(info.meaning) > 20
    assert len(info.source) > 20
    assert info.version >= 1
    assert info.kind in evidence().kinds
    policy = evidence().kinds[info.kind]
    assert policy.family is info.family
    assert policy.best is info.best_class


@each
def test_empty_input(detector: Detector) -> None:
    assert detector.find(Row(1)) == []
    assert detector.find(Row(1, "   \n ", {})) == []


@each
def test_shuffled_and_duplicate_rows_change_nothing(detector: Detector) -> None:
    rows = [e.row for e in detector.examples] * 2
    before = sorted((t.kind, t.value) for row in rows for t in detector.find(row))
    random.Random(3).shuffle(rows)
    assert sorted((t.kind, t.value) for row in rows for t in detector.find(row)) == before


@each
def test_each_value_once_and_inside_the_text(detector: Detector) -> None:
    for example in detector.examples:
        text = example.row.text
        things = detector.find(Row(7, f"{text}\n{text}", example.row.fields))
        assert len({t.value for t in things}) == len(things)
        for thing in things:
            assert thing.row_key == 7
            assert thing.kind == detector.info.kind
            if detector.info.reads is Reads.TEXT:
                assert 0 <= thing.start < thing.end <= 2 * len(text) + 1


@each
@given(text=st.text(max_size=400))
def test_hostile_text_never_raises(detector: Detector, text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    fields = dict.fromkeys(FIELDS, clean) | {"created_at": ""}
    for thing in detector.find(Row(1, clean, fields)):
        key64(thing.kind, thing.value)
        assert thing.value


@pytest.mark.parametrize("detector", [d for d in BUILTIN if d.info.reads is Reads.TEXT], ids=lambda d: d.info.name)
@pytest.mark.parametrize("unit", ["a.", "@a", "a_", "+1 ", "《", "1.", "A-1", "aA", "x@y.", "0x", ".py ", "Ab "])
def test_no_pattern_blows_up(detector: Detector, unit: str) -> None:
    """60,000 characters of what a pattern likes best finish at once (a catastrophic pattern would take hours)."""
    detector.find(Row(1, unit * (60_000 // len(unit))))


def test_names_are_unique_and_all_kinds_have_a_detector() -> None:
    infos: list[DetectorInfo | PairInfo] = [
        *(d.info for d in BUILTIN),
        *(d.info for d in PAIRS),
        *(d.info for d in LIKENESS),
    ]
    names = [info.name for info in infos]
    assert len(set(names)) == len(names)
    assert {info.kind for info in infos} == set(evidence().kinds)


@pytest.mark.parametrize("detector", LIKENESS, ids=lambda d: d.info.name)
def test_likeness_says_what_it_means_and_tells_it(detector: NearText | SameMeaning) -> None:
    info = detector.info
    assert len(info.meaning) > 20
    assert len(info.source) > 20
    assert info.version >= 1
    policy = evidence().kinds[info.kind]
    assert policy.family is info.family
    assert policy.best is info.best_class
    assert info.kind in evidence().likeness
    assert detector.told(1, 0.876, "5 minutes").startswith("1 text ")
    assert detector.told(12, 0.876, "5 minutes").startswith("12 texts ")
    assert "0.88, closest 5 minutes apart" in detector.told(12, 0.876, "5 minutes")


def test_context_never_makes_a_link() -> None:
    """DESIGN.md §3.2: addresses are context; language, country and time zone are not read by any detector at all."""
    assert evidence().kinds["client_ip"].best is EvidenceClass.C
    policy = tomllib.loads((files("counterveil.policy") / "evidence.toml").read_text(encoding="utf-8"))
    assert not {"language", "locale", "signup_country", "country", "timezone", "asn", "vpn"} & set(policy["kinds"])


def test_every_detector_file_is_registered() -> None:
    modules = {p.name.removesuffix(".py") for p in files("counterveil.detectors").iterdir() if p.name.endswith(".py")}
    assert modules - {"__init__", "activity"} == {d.info.name for d in BUILTIN}
