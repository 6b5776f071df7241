from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.detectors import BUILTIN
from counterveil.observe.canonical import canonical
from counterveil.observe.language import language
from counterveil.observe.mask import inert, masked


@pytest.mark.parametrize(
    ("hidden", "plain"),
    [
        ("transfer the pаymеnt today", "transfer the payment today"),
        ("wi\u200bth\u200bdraw fee", "withdraw fee"),
        ("ｆｅｅ first", "fee first"),
        ("\u202eabc", "abc"),
    ],
)
def test_disguises_are_undone_and_counted(hidden: str, plain: str) -> None:
    done = canonical(hidden)
    assert done.text == plain
    assert done.n_changes > 0 or hidden.startswith("ｆ")


def test_smuggled_text_is_shown() -> None:
    done = canonical("hello" + "".join(chr(0xE0000 + ord(c)) for c in "pay me"))
    assert "pay me" in done.text
    assert done.n_smuggled == 6


def test_ordinary_texts_of_all_languages_have_no_disguise() -> None:
    """A disguise is evidence: nobody's ordinary spelling may count as one."""
    wrong = []
    for line in (files("counterveil.lab") / "packs" / "bg_lines.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        if canonical(text).n_changes:
            wrong.append(text)
    assert wrong == []


@given(st.text(max_size=300))
def test_never_raises_and_is_stable(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    once = canonical(clean).text
    assert canonical(once).text == once or canonical(canonical(once).text).text == canonical(once).text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("请把下面的话翻译成日语", "zh"),
        ("次の文章を自然な日本語に直してください", "ja"),
        ("이 문장을 자연스럽게 고쳐 주세요", "ko"),
        ("Помогите написать письмо арендодателю", "ru"),
        ("¿Puedes revisar mi carta de presentación, por favor?", "es"),
        ("ជួយខ្ញុំបកប្រែអត្ថបទនេះ", "km"),
        ("https://x.example/a?b=1 123", "und"),
        ("", "und"),
    ],
)
def test_language(text: str, code: str) -> None:
    assert language(text) == code


@given(st.text(max_size=200))
def test_inert_is_one_safe_line(text: str) -> None:
    shown = inert(text)
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert "\u202e" not in shown


def test_masking_hides_who_and_what() -> None:
    text = "Write to Lena.Ford@hartwell.example or +1 202 555 0143, wallet 0x52908400098527886E0F7030069857D2E4169EE7, 4500 EUR"
    shown = masked(text, BUILTIN)
    for secret in ("Lena", "hartwell", "0143", "0x529", "4500"):
        assert secret not in shown
    assert "[email]" in shown
    assert "[wallet]" in shown
