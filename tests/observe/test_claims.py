from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.errors import SettingsError
from counterveil.observe.claims import claims, claims_version
from counterveil.policy.claims import STAGE, STAGES_FILE, STEER, ClaimRule, claim_rules, rules_of

RULES = claim_rules()
LANGUAGES = tuple(dict.fromkeys(rule.lang for rule in RULES))
SLOTS = {"role", "client", "quota", "kpi", "team", "tool", "report", "pay", "targets"}
STEERING = {f"{STEER}judge", f"{STEER}model"}
STAGES = {f"{STAGE}{stage}" for stage in ("contact", "trust", "money", "obstacle")}
ASKED = set("en zh es ru ko fr pt id vi ur ja km ar fa de tr hi uk".split())
ASKED_STAGES = set("en zh es ru ko ja pt fr id vi ur hi ar tr de km".split())
HOSTILE_CHARS = 60_000
SECONDS = 1.5


def named(rule: ClaimRule) -> str:
    return f"{rule.lang}-{rule.slot}-{rule.finds[0]}"


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_finds_and_passes_what_it_says(rule: ClaimRule) -> None:
    pattern = rule.compiled()
    assert [text for text in rule.finds if not pattern.search(text)] == []
    assert [text for text in rule.passes if pattern.search(text)] == []


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_what_a_rule_finds_is_claimed_and_is_a_phrase(rule: ClaimRule) -> None:
    for text in rule.finds:
        found = [claim for claim in claims(text, [rule.lang]) if claim.slot == rule.slot]
        assert found
        assert max(len(claim.value) for claim in found) >= (4 if rule.lang in {"zh", "ja", "ko"} else 7)


def test_every_language_has_rules_for_most_slots() -> None:
    assert set(LANGUAGES) >= ASKED
    few = {lang: len({r.slot for r in RULES if r.lang == lang} & SLOTS) for lang in ASKED}
    assert {lang: n for lang, n in few.items() if n < len(SLOTS) - 1} == {}


def test_every_language_has_rules_for_each_stage() -> None:
    counts = Counter((r.lang, r.slot) for r in RULES if r.slot in STAGES)
    assert set(counts) == {(lang, stage) for lang in ASKED_STAGES for stage in STAGES}
    assert set(counts.values()) <= {2, 3, 4}


def assert_sound(text: str) -> None:
    found = claims(text, LANGUAGES)
    for claim in found:
        assert 0 <= claim.start < claim.end <= len(text)
        assert claim.value == " ".join(text[claim.start : claim.end].split())
        assert 0 < len(claim.value) <= 80
        assert claim.slot in SLOTS | STAGES | STEERING
    for a in found:
        assert not [b for b in found if b is not a and b.slot == a.slot and b.start < a.end and a.start < b.end]
    assert len({(c.slot, c.value.casefold()) for c in found}) == len(found)


@given(st.text())
def test_any_text_is_read_without_error(text: str) -> None:
    assert_sound(text)


@given(
    st.lists(st.sampled_from([text for rule in RULES for text in (*rule.finds, *rule.passes)]), max_size=8),
    st.sampled_from(["", " ", "\n", ", ", "، ", "。", "\u200b", "\ud800"]),
)
def test_claims_stand_where_they_say(texts: list[str], glue: str) -> None:
    assert_sound(glue.join(texts))


def hostile(rule: ClaimRule) -> list[str]:
    """Fragments of what the rule finds, over and over, ended where the match would have gone on."""
    texts = [*rule.finds, *rule.passes]
    pieces = [piece for t in texts for piece in (t, t[: len(t) // 2], t[: len(t) * 3 // 4], t.split(" ", 1)[0] + " ")]
    return [(piece * HOSTILE_CHARS)[:HOSTILE_CHARS] for piece in pieces if piece]


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_no_pattern_blows_up(rule: ClaimRule) -> None:
    pattern = rule.compiled()
    for text in (*hostile(rule), "1" * HOSTILE_CHARS, "1 " * (HOSTILE_CHARS // 2), "a, 1 " * (HOSTILE_CHARS // 5)):
        start = time.process_time()
        n = sum(1 for _ in pattern.finditer(text))
        assert time.process_time() - start < SECONDS, (n, text[:60])


def test_a_hostile_text_is_read_fast_by_all_rules() -> None:
    start = time.process_time()
    for piece in ("boss wants 3 ", "每人每天30条", "40 comments per ", "норма 40 | план 30 / ", "\u0000", "\ud800 1 "):
        assert_sound((piece * HOSTILE_CHARS)[:HOSTILE_CHARS])
    assert time.process_time() - start < 6 * SECONDS


def test_the_longer_of_two_overlapping_claims_of_a_slot_stands() -> None:
    found = claims("we need 300 posts a day by the end of March", ["en"])
    assert [(c.slot, c.value) for c in found] == [("quota", "need 300 posts a day by the end of")]


def test_the_same_words_are_told_once_and_languages_may_repeat() -> None:
    found = claims("40 comments per day. Yes, 40 comments per day.", ["en", "en", "", "xx"])
    assert [(c.slot, c.start) for c in found] == [("quota", 0)]
    assert claims("40 comments per day", []) == []


def test_stages_do_not_use_up_the_places_of_other_claims() -> None:
    text = ". ".join([*(f"send {n} usdt today" for n in range(100, 120)), "40 comments per day"])
    found = claims(text, ["en"])
    assert [c.slot for c in found] == ["stage_money"] * 12 + ["quota"]


def test_the_version_is_stable() -> None:
    assert claims_version() == claims_version()
    assert len(claims_version()) == 12


GOOD = """
[[claim]]
slot = "quota"
lang = "en"
pattern = '\\d{1,3} a day'
finds = ["30 a day", "5 a day"]
passes = ["a day"]
"""


def test_a_good_file_is_read() -> None:
    assert [rule.slot for rule in rules_of(GOOD)] == ["quota"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[[claim]]", "[[claim", "not valid TOML"),
        ("[[claim]]", "[other]", "no rules"),
        ("[[claim]]", "claim = []\n[other]", "no rules"),
        ("[[claim]]", "claim = [3]\n[other]", "rule 1 (no table)"),
        ('"quota"', '"quotas"', "rule 1 (quotas, en): slot"),
        ('lang = "en"', 'lang = "english"', "rule 1 (quota, english): lang"),
        ("\\d{1,3} a day", "(\\d{1,3} a day", "rule 1 (quota, en): pattern: missing )"),
        ("\\d{1,3} a day", "\\d+ a day", "repetition without bound"),
        ("\\d{1,3} a day", "\\d{1,} a day", "repetition without bound"),
        ("\\d{1,3} a day", "[^+*]* a day", "repetition without bound"),
        ("\\d{1,3} a day", "(?:a day)?", "finds the empty text"),
        ('"30 a day", ', "", "rule 1 (quota, en): finds"),
        ('passes = ["a day"]', "passes = []", "rule 1 (quota, en): passes"),
        ('passes = ["a day"]', "", "rule 1 (quota, en): passes"),
        ("passes", "note = 3\npasses", "rule 1 (quota, en): note"),
    ],
)
def test_a_bad_file_names_the_rule_and_a_remedy(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as caught:
        rules_of(GOOD.replace(old, new))
    assert says in caught.value.message
    assert caught.value.message.startswith("claims.toml: ")
    assert caught.value.remedy


def test_messages_name_the_file_that_was_read() -> None:
    with pytest.raises(SettingsError, match=r"^stages\.toml: rule 2 repeats rule 1"):
        rules_of(GOOD + GOOD, STAGES_FILE)
    with pytest.raises(SettingsError, match=r"^stages\.toml: rule 1 "):
        rules_of(GOOD.replace("quota", "quotas"), STAGES_FILE)


def test_what_looks_like_a_repetition_inside_a_set_is_none() -> None:
    assert len(rules_of(GOOD.replace("\\d{1,3} a day", "\\d{1,3}[+*]?\\+? a day"))) == 1


def test_a_repeated_rule_is_named() -> None:
    with pytest.raises(SettingsError, match="rule 2 repeats rule 1"):
        rules_of(GOOD + GOOD)
