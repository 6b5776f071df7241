"""Who speaks in a prompt: units that lose nothing, segments that cover them, and pastes that are found."""

from __future__ import annotations

import itertools
import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.observe.segments import KINDS, N_HASHED, PASTED, Segment, Segmenter, features, script, segmenter, units
from counterveil.observe.trained import trained

# What cuts and quotes are made of, beside everything else.
SHAPES = st.text(st.sampled_from('ab日. \n\t:：。！?"“”«»「」『』`-1)[]#>她я한'), max_size=300)
ANY = st.text(st.characters(), max_size=300)
TEXTS = [
    "",
    " \n ",
    "Translate: hola amigo. gracias",
    "```\ncode\n\nmore\n``` and then?",
    "before```a```between```b```after",
    "``` never closed\n\nto the end",
    "他说：“一二三四五六七八九十一二三四五六七八九十。”好吗？",
    "one\n\n\n\ntwo\r\nthree",
    "x" * 20_000,
    "a. " * 5000,
    "line\n" * 3000,
]
each = pytest.mark.parametrize("text", TEXTS, ids=lambda t: f"{t[:12]!r} of {len(t)}")


@pytest.fixture(scope="module")
def cutter() -> Segmenter:
    return segmenter(trained())


def whole(text: str, spans: list[tuple[int, int]]) -> None:
    """Spans are ordered, disjoint, inside the text, not blank at either end, and only separators lie between them."""
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        # A closing quotation mark or bracket after a full stop belongs to the cut.
        assert not text[at:start].strip(" \t\r\n\"'”»)\v\f\x1c\x1d\x1e\x1f\x85\xa0\u3000").strip()
        at = end
    assert not text[at:].strip()


def covering(spans: list[tuple[int, int]], segments: list[Segment]) -> None:
    """Segments begin and end where units do, in order, and each unit is in one of them; neighbours differ."""
    assert all(s.start < s.end for s in segments)
    assert all(0 <= s.kind < len(KINDS) for s in segments)
    assert all(a.end <= b.start and a.kind != b.kind for a, b in itertools.pairwise(segments))
    assert all(sum(s.start <= start and end <= s.end for s in segments) == 1 for start, end in spans)
    assert {s.start for s in segments} <= {start for start, _ in spans}
    assert {s.end for s in segments} <= {end for _, end in spans}


@each
def test_units_lose_nothing(text: str) -> None:
    whole(text, units(text))


@given(text=SHAPES | ANY)
def test_units_lose_nothing_of_hostile_text(text: str) -> None:
    whole(text, units(text))


@each
def test_segments_cover_the_units(cutter: Segmenter, text: str) -> None:
    covering(units(text), cutter.cut(text))


@given(text=SHAPES | ANY)
def test_segments_cover_the_units_of_hostile_text(cutter: Segmenter, text: str) -> None:
    segments, guess = cutter.cut_and_guess(text)
    covering(units(text), segments)
    assert 0 <= guess <= 1
    assert bool(segments) == bool(text.strip())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Fix this:\n```\na = 1\n\nb = 2\n```\nThanks", ["Fix this:", "```\na = 1\n\nb = 2\n```", "Thanks"]),
        ("She wrote «Приезжай завтра утром, я жду» today", ["She wrote", "«Приезжай завтра утром, я жду»", "today"]),
        ("翻译：你好吗？我很好。", ["翻译：", "你好吗？", "我很好。"]),
        ("First. Second! Third? Fourth… Fifth", ["First.", "Second!", "Third?", "Fourth…", "Fifth"]),
        ("version 3.11 of a.b", ["version 3.11 of a.b"]),
    ],
)
def test_pieces(text: str, pieces: list[str]) -> None:
    assert [text[a:b] for a, b in units(text)] == pieces


def test_many_units_are_bounded_and_the_last_takes_the_rest() -> None:
    text = "line\n" * 3000
    spans = units(text)
    assert len(spans) == 120
    assert spans[-1][1] == len(text) - 1


@pytest.mark.parametrize("unit", ["“", '"', "```", "a: ", "\n1. ", "e. ", "«a", " ", "한", ":", ". ", "3a", '"a'])
def test_no_pattern_blows_up(cutter: Segmenter, unit: str) -> None:
    before = time.process_time()
    cutter.cut(unit * (60_000 // len(unit)))
    assert time.process_time() - before < 5


def test_the_same_text_gives_the_same_kinds(cutter: Segmenter) -> None:
    """Over calls, over loadings, and whatever was read between."""
    other = segmenter.__wrapped__(trained())
    before = [cutter.cut_and_guess(text) for text in TEXTS]
    order = list(range(len(TEXTS)))
    random.Random(3).shuffle(order)
    for i in order:
        assert cutter.cut_and_guess(TEXTS[i]) == before[i] == other.cut_and_guess(TEXTS[i])


def test_features_are_places_in_the_weights() -> None:
    for text in TEXTS:
        spans = units(text)
        found = features(text, spans)
        assert len(found) == len(spans)
        assert all(0 <= i < N_HASHED for unit in found for i in unit)
        assert all(len(unit) < 200 for unit in found)


def test_weights_have_the_shapes_of_the_code(cutter: Segmenter) -> None:
    n = len(KINDS)
    assert cutter.weights.shape == (N_HASHED, n)
    assert cutter.start.shape == (n,)
    assert cutter.moves.shape == (n, n)
    assert cutter.first_pass.shape == (N_HASHED,)
    assert all(np.isfinite(a).all() for a in (cutter.weights, cutter.start, cutter.moves, cutter.first_pass))


def test_the_chain_finds_the_best_path() -> None:
    """Viterbi against all 5^4 paths, on weights of chance."""
    rng = np.random.default_rng(5)
    chance = Segmenter(
        weights=rng.normal(size=(N_HASHED, 5)).astype(np.float32),
        start=rng.normal(size=5).astype(np.float32),
        moves=rng.normal(size=(5, 5)).astype(np.float32),
        first_pass=np.zeros(N_HASHED, dtype=np.float32),
    )
    found = [rng.integers(0, N_HASHED, size=6).tolist() for _ in range(4)]
    scores = np.stack([chance.weights[ids].sum(axis=0) for ids in found])
    paths = np.stack(np.meshgrid(*[np.arange(5)] * 4, indexing="ij")).reshape(4, -1).T
    total = chance.start[paths[:, 0]] + scores[np.arange(4), paths].sum(axis=1)
    total += chance.moves[paths[:, :-1], paths[:, 1:]].sum(axis=1)
    assert chance.kinds(found) == paths[total.argmax()].tolist()
    assert chance.kinds([]) == []


def test_nothing_said_guesses_nothing(cutter: Segmenter) -> None:
    assert cutter.cut_and_guess("") == ([], 0.0)
    assert cutter.guess([]) == 0.0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("12 + 7 = ?", 0),
        ("plain", 1),
        ("привет", 2),
        ("漢字", 3),
        ("ひらがな漢", 4),
        ("한국어", 5),
        ("سلام", 6),
    ],
)
def test_script(text: str, number: int) -> None:
    assert script(text) == number


def pasted(cutter: Segmenter, text: str) -> float:
    """Share of the text's segments, by length, that is somebody else's or an own draft."""
    segments = cutter.cut(text)
    return sum(s.end - s.start for s in segments if s.kind in PASTED) / sum(s.end - s.start for s in segments)


# The segmenter is statistical (trained/card.md: own words or pasted right for four characters in five): these are plain
# cases, most of each paste must be found. A training that loses one has lost more. It is weaker than this in Japanese,
# Korean, Arabic, German and Vietnamese, where a bare paste after "translate" is often taken for the request.
@pytest.mark.parametrize(
    "text",
    [
        (
            "Translate into Spanish:\n\n“I waited at the station for two hours and you never came. My sister told me that you "
            "were at the beach the whole day, so please do not lie to me again. I only want to know whether you still want to "
            "see me.”"
        ),
        (
            "Translate to Russian:\n\nHello dear, I hope this letter finds you well. I have been thinking about you since "
            "yesterday.\nThe weather here is cold and I stayed home.\nWrite me soon.\nYour Peter"
        ),
        (
            "What should I answer her?\n\n14:02 Marta: hi, are you there?\n14:03 Marta: I sent the papers yesterday\n14:05 "
            "Me: I have not seen them\n14:06 Marta: please look again, it is urgent"
        ),
        (
            "Is this a scam?\n\n[2026-03-01 10:02] Anna: Hello dear, how are you\n[2026-03-01 10:03] Anna: I made 3000 "
            "dollars this week with this platform\n[2026-03-01 10:09] Anna: You only need to deposit 500 first"
        ),
        (
            'Why does this fail?\n\n```\nTraceback (most recent call last):\n  File "a.py", line 3, in <module>\n    '
            "print(1/0)\nZeroDivisionError: division by zero\n```"
        ),
        (
            "Summarise this email for me:\n\nFrom: Tom Hart\nSubject: Meeting on Monday\nHi all,\nWe moved the meeting to 3 "
            "pm. Please bring the slides.\nTom"
        ),
        (
            "Proofread my cover letter:\n\nDear Ms Lane,\n\nI am writing to apply for the position of nurse. I have worked in "
            "two clinics for six years. I would be glad to meet you.\n\nKind regards,\nAda"
        ),
        "把下面的聊天翻译成英文：\n\n她：你今天怎么没来？我等了两个小时\n我：对不起，公司临时开会\n她：你总是这样说，我不想再听了",
        "请翻译成英语：\n昨天我在车站等了你两个小时，你一直没有来。妹妹说你整天都在海边，所以请不要再骗我了。我只想知道你还想不想见我。",
        "Что ей ответить?\n\nМарта: привет, ты здесь?\nМарта: я вчера отправила бумаги\nМарта: посмотри ещё раз, это срочно",
        (
            "Traduce al inglés:\n\nHola cariño, ayer te esperé dos horas en la estación y no viniste. Mi hermana dice que "
            "estuviste en la playa todo el día. Por favor, no me mientas más. Solo quiero saber si todavía quieres verme."
        ),
    ],
    ids=[
        "quotation",
        "letter",
        "chat",
        "stamped chat",
        "fence",
        "mail",
        "draft",
        "chat zh",
        "bare zh",
        "chat ru",
        "bare es",
    ],
)
def test_a_paste_is_found(cutter: Segmenter, text: str) -> None:
    assert pasted(cutter, text) > 0.6


@pytest.mark.parametrize(
    "text",
    [
        "How do I cook rice?",
        "Как правильно варить рис, чтобы он не слипался?",
        "怎么煮米饭才不会粘锅？",
        "¿Cómo cocino el arroz para que no se pegue?",
        "Wie koche ich Reis, ohne dass er anbrennt?",
    ],
)
def test_a_plain_question_has_no_paste(cutter: Segmenter, text: str) -> None:
    assert pasted(cutter, text) == 0
