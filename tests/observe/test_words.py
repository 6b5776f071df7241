"""Words as hashed sets: what is the same text to them, what is not, and whatever comes in."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.observe.words import WORDS_SCHEMA, word_table, words_of


def hashes(*words: str) -> list[int]:
    return sorted(zlib.crc32(word.encode()) - (1 << 31) for word in words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Pay the bill", ("pay", "the", "bill")),
        ("the BILL, the bill; The Bill!", ("the", "bill")),
        ("pay 20 or 3,500.25 by 1 May", ("pay", "or", "by", "may")),
        ("\u0662\u0660 dirham", ("dirham",)),  # Arabic-Indic digits are digits
        ("covid19 and 4chan", ("covid19", "and", "4chan")),
        ("don't re-open snake_case", ("don", "t", "re", "open", "snake", "case")),
        ("see https://Shop.example/a?b=1&c=2 now", ("see", "https://shop.example/a?b=1&c=2", "now")),
        ("write to Jo.Doe+x@mail.example.org", ("write", "to", "jo.doe+x@mail.example.org")),
        ("Школа №5 закрыта", ("школа", "закрыта")),
        ("مدرسة جديدة", ("مدرسة", "جديدة")),
        ("北京大学", ("北京", "京大", "大学")),
        ("我 爱", ("我", "爱")),
        ("ひらがな", ("ひら", "らが", "がな")),
        ("สวัสดี", ("สว", "วั", "ัส", "สด", "ดี")),
        ("GPT是模型", ("gpt", "是模", "模型")),
        ("", ()),
        ("... !? 12 345", ()),
    ],
)
def test_words_by_hand(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == hashes(*words)


def test_numbers_do_not_matter() -> None:
    form = "Dear customer {}, your parcel {} waits; pay {} euro within {} days"
    assert words_of(form.format(1, 20931, "2.50", 3)) == words_of(form.format(88812, 7, 1999, 14))
    assert words_of("Seite １２ von ３０") == words_of("Seite 1 von 2")


def test_order_case_and_repetition_do_not_matter() -> None:
    assert words_of("one two three two") == words_of("Three TWO one")


def test_chinese_texts_that_differ_in_a_word_share_most_pairs() -> None:
    a, b = set(words_of("请为我们的客户写一篇关于港口的文章")), set(words_of("请为我们的客户写一篇关于铁路的文章"))
    assert a != b
    assert len(a & b) / len(a | b) >= 0.6


def test_a_long_text_is_cut_to_its_start_and_its_end() -> None:
    text = " ".join(f"w{i}" for i in range(1000))
    assert words_of(text) == hashes(*(f"w{i}" for i in (*range(300), *range(700, 1000))))
    assert words_of(" ".join(f"w{i}" for i in range(600))) == hashes(*(f"w{i}" for i in range(600)))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "http://" * 20_000,
        "https://" + "a" * 200_000,
        "a@" * 50_000,
        "@" * 100_000,
        "a." * 50_000,
        "x" * 64 + "@" + "." * 100_000,
        "北" * 100_000,
        "\u0e31" * 100_000,
        "\x00\x01\ufeff\u202e\u200d" * 10_000,
        "\ud800 lone surrogate \udfff",
        "e" + "\u0301" * 50_000,
        "_" * 100_000,
        "\U000e0041" * 50_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_hostile_text_costs_little_and_stays_small(text: str) -> None:
    found = words_of(text)
    assert found == sorted(set(found))
    assert len(found) <= 600
    assert word_table([1], [text]).schema == WORDS_SCHEMA


@given(text=st.text(max_size=300))
def test_whatever_comes_in(text: str) -> None:
    """Sorted, distinct, 32 bits, the same again; numbers in front and case change nothing."""
    found = words_of(text)
    assert found == sorted(set(found)) == words_of(text)
    assert all(-(1 << 31) <= word < 1 << 31 for word in found)
    assert words_of(f"17 {text} 4,000") == found
    assert words_of(text.lower()) == found


@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=8))
def test_a_table_has_a_row_a_text(texts: list[str]) -> None:
    table = word_table(range(len(texts)), texts)
    assert table.schema == WORDS_SCHEMA
    assert table["content_key"].to_pylist() == list(range(len(texts)))
    assert table["words"].to_pylist() == [words_of(text) for text in texts]
