"""Sifting texts: tables as declared, a row a text, places inside the canonical text, and a version that follows the weights."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.model.event import TEXT_SCHEMA
from counterveil.observe.canonical import canonical
from counterveil.observe.claims import CLAIM_SCHEMA
from counterveil.observe.heads import SEGMENT_SCHEMA
from counterveil.observe.segments import CONTEXT, KINDS, Segment, Segmenter, segmenter
from counterveil.observe.sift import SIFTED_SCHEMA, halves, sift, sift_version
from counterveil.observe.texts import clipped
from counterveil.observe.trained import SEGMENTS, trained

MAX_CHARS = 4000
TEXTS = [
    "Boss wants 40 comments per day from each of us, how do I keep up?",
    (
        "Proofread my cover letter:\n\nDear Ms Lane,\n\nI am writing to apply for the position of nurse. I have worked in two "
        "clinics for six years. I would be glad to meet you.\n\nKind regards,\nAda"
    ),
    "Переведи на английский:\n\n«Квартальный отчёт будет разослан всем партнёрам до пятницы, и цифры менять нельзя.»",
    "请翻译成英语：\n昨天我在车站等了你两个小时，你一直没有来。妹妹说你整天都在海边，所以请不要再骗我了。",
    "join our t e l e g r a m group",
    "p\u0430yp\u0430l log\u200bin and the rest of a plain English sentence",
    "hello" + "".join(chr(0xE0000 + ord(c)) for c in "pay me"),
    "x" * 20_000,
    "line\n" * 3000,
    "",
    " \n\t ",
    "12 + 7",
    "\x00",
]


@pytest.fixture(scope="module")
def cutter() -> Segmenter:
    return segmenter(trained())


def table(texts: list[str]) -> pa.Table:
    return pa.table({"content_key": [10 * i for i in range(len(texts))], "text": texts}, schema=TEXT_SCHEMA)


def sound(cutter: Segmenter, texts: list[str], max_chars: int = MAX_CHARS) -> None:
    """Whatever the texts: the declared schemas without nulls, a row a text in order, places inside what was read."""
    sifted, segments, claimed = sift(table(texts), cutter, max_chars=max_chars)
    for found, schema in ((sifted, SIFTED_SCHEMA), (segments, SEGMENT_SCHEMA), (claimed, CLAIM_SCHEMA)):
        assert found.schema == schema
        found.validate(full=True)
        assert all(column.null_count == 0 for column in found.columns)
    assert sifted["content_key"].to_pylist() == [10 * i for i in range(len(texts))]
    read = [canonical(clipped(text, max_chars)).text for text in texts]
    of: dict[int, list[dict[str, object]]] = {10 * i: [] for i in range(len(texts))}
    for row in segments.to_pylist():
        text = read[row["content_key"] // 10]
        assert 0 <= row["start"] < row["end"] <= len(text)
        assert 0 <= row["kind"] < len(KINDS)
        assert row["lang"]
        assert row["ordinal"] == len(of[row["content_key"]])
        of[row["content_key"]].append(row)
    for row, text in zip(sifted.to_pylist(), read, strict=True):
        kinds = {segment["kind"] for segment in of[row["content_key"]]}
        assert bool(kinds) == bool(text.strip())
        assert 0 <= row["first_pass"] <= 1
        assert math.isfinite(row["first_pass"])
        assert row["n_tricks"] >= 0
        assert row["own_lang"]
        pasted = [int(str(kind)) for kind in kinds if int(str(kind)) > CONTEXT]
        assert row["pasted_by"] in pasted if pasted else row["pasted_by"] == -1
        assert bool(row["pasted_lang"]) == bool(pasted)
    for row in claimed.to_pylist():
        assert 0 <= row["start"] < row["end"] <= len(read[row["content_key"] // 10])
        assert row["value"]


def test_tables(cutter: Segmenter) -> None:
    sound(cutter, TEXTS)


@pytest.mark.parametrize("max_chars", [1, 2, 40])
def test_clipped_texts(cutter: Segmenter, max_chars: int) -> None:
    sound(cutter, TEXTS, max_chars)


def test_no_texts(cutter: Segmenter) -> None:
    assert [found.num_rows for found in sift(table([]), cutter, max_chars=MAX_CHARS)] == [0, 0, 0]
    sound(cutter, [])


def test_empty_texts_have_a_row_and_nothing_else(cutter: Segmenter) -> None:
    sifted, segments, claimed = sift(table(["", " \n "]), cutter, max_chars=MAX_CHARS)
    assert segments.num_rows == claimed.num_rows == 0
    for row in sifted.to_pylist():
        assert row["own_lang"] == "und"
        assert (row["first_pass"], row["pasted_by"], row["pasted_lang"], row["n_tricks"]) == (0, -1, "", 0)


@given(texts=st.lists(st.text(max_size=200), max_size=4))
def test_hostile_texts(cutter: Segmenter, texts: list[str]) -> None:
    sound(cutter, texts)


@given(text=st.text(st.sampled_from('ab日. \n:：?"“”«»「」`-1)[\x00\u202e\u200bя\u0301\U000e0041'), max_size=200))
def test_hostile_shapes(cutter: Segmenter, text: str) -> None:
    sound(cutter, [text, text])


def test_neighbours_change_nothing(cutter: Segmenter) -> None:
    together = sift(table(TEXTS), cutter, max_chars=MAX_CHARS)
    for i, text in enumerate(TEXTS):
        one = pa.table({"content_key": [10 * i], "text": [text]}, schema=TEXT_SCHEMA)
        for found, among in zip(sift(one, cutter, max_chars=MAX_CHARS), together, strict=True):
            assert found.to_pylist() == [row for row in among.to_pylist() if row["content_key"] == 10 * i]


def test_what_is_told_of_a_text(cutter: Segmenter) -> None:
    sifted, _, claimed = sift(table(TEXTS), cutter, max_chars=MAX_CHARS)
    rows = sifted.to_pylist()
    told = [(row["slot"], row["value"]) for row in claimed.to_pylist() if row["content_key"] == 0]
    assert any(slot == "quota" and "40 comments per day" in value for slot, value in told)
    assert rows[0]["own_lang"] == rows[1]["own_lang"] == rows[1]["pasted_lang"] == "en"
    assert rows[2]["own_lang"] == "ru"
    assert rows[3]["own_lang"] == "zh"
    assert rows[4]["n_tricks"] == 1
    assert rows[0]["n_tricks"] == 0


def test_halves() -> None:
    text = "Translate this: hallo du. Thanks! bis morgen"
    segments = [Segment(0, 0, 15), Segment(2, 16, 25), Segment(1, 26, 33), Segment(4, 34, 44)]
    assert halves(text, segments, 100) == ("Translate this:\nThanks!", "hallo du.\nbis morgen")
    assert halves(text, segments[:1], 100) == ("Translate this:", "")
    assert halves(text, [], 100) == ("", "")
    own, pasted = halves(text, segments, 10)
    assert max(len(own), len(pasted)) <= 11
    assert halves("send p4ssw0rd and acc0unt", [Segment(0, 0, 25)], 100)[0] == "send password and account"


def test_the_version_follows_the_weights(tmp_path: Path) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    for folder in (same, other):
        folder.mkdir()
        shutil.copy(trained() / SEGMENTS, folder)
    changed = bytearray((other / SEGMENTS).read_bytes())
    changed[-1] ^= 1
    (other / SEGMENTS).write_bytes(changed)
    assert sift_version(same) == sift_version(trained()) != sift_version(other)
    assert len(sift_version(same)) == 12
