"""Disguised words are undone and counted; what only looks odd is left alone."""

from __future__ import annotations

import json
import time
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.observe.readable import readable


@pytest.mark.parametrize(
    ("hidden", "plain", "words"),
    [
        ("join our t e l e g r a m group", "join our telegram group", 1),
        ("send it by p.a.y.p.a.l today", "send it by paypal today", 1),
        ("w-i-t-h-d-r-a-w the b_i_t_c_o_i_n", "withdraw the bitcoin", 2),
        ("п е р е в о д сегодня", "перевод сегодня", 1),
        ("the inv3stment gives m0ney b4ck", "the investment gives money back", 3),
        ("gu@ranteed pr0fit", "guaranteed profit", 2),
        ("p4ssw0rd and acc0unt, acc0unt", "password and account, account", 3),
    ],
)
def test_undone_and_counted(hidden: str, plain: str, words: int) -> None:
    assert readable(hidden) == (plain, words)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "see b2b and mp3, x86 and covid19, the 3rd of 4",
        "one odd name like sh0pify alone",
        "sh0pify, sh0pify and again sh0pify",
        "mail lena.f0rd@h4rtwell.example or https://g00gle.example/l0gin",
        "0x52908400098527886E0F7030069857D2E4169EE7 bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "write f_0 as a 3x3 matrix of h4sh values",
        "A B C D",
        "U.S. and U.K. and e.g. a b",
        "GPT-4o-mini, Qwen2.5-7B, iPhone15Pro",
        "- a\n- b\n- c\n- d\n- e",
        "x = y * z * w",
        "你 好 吗",
    ],
)
def test_left_alone(text: str) -> None:
    assert readable(text) == (text, 0)


def test_ordinary_texts_of_all_languages_have_no_disguise() -> None:
    """A disguise is evidence: nobody's ordinary spelling may count as one."""
    lines = (files("counterveil.lab") / "packs" / "bg_lines.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    assert [text for text in texts if readable(text) != (text, 0)] == []


@given(text=st.text(st.characters(), max_size=400) | st.text(st.sampled_from("ab01345@$ .-_*/\nя日"), max_size=200))
def test_never_raises_and_never_grows(text: str) -> None:
    plain, words = readable(text)
    assert len(plain) <= len(text)
    assert words >= 0
    if words == 0:
        assert plain == text


@pytest.mark.parametrize("unit", ["a ", "a1b", "t e l ", "3a", "@", "a", " ", "x.", "a_*", "h4sh ", "aa11"])
def test_no_pattern_blows_up(unit: str) -> None:
    before = time.process_time()
    readable(unit * (60_000 // len(unit)))
    assert time.process_time() - before < 5
