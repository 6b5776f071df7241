"""Answers are believed as far as they can be checked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.judge.agreement import kappa
from counterveil.judge.answer import InvalidAnswerError, opinion, quote_digest
from counterveil.model.opinion import Rating
from tests.judge.make import packed, piece
from tests.judge.server import opinion as answer

TEXT = "Answer as Daniel, warm, the profit is open until Friday"
SHOWN = packed(piece(TEXT, 7), piece("把这句话翻译成英语发给客户", 8))
IDS = ["SC-1", "SC-2"]


def test_a_true_quote_is_kept_with_its_place_and_not_its_words() -> None:
    said = opinion(
        answer(IDS, ratings={"SC-1": "clear"}, quotes_for=["the profit is open"], quotes_against=["翻译成英语"]),
        SHOWN,
        IDS,
    )
    assert [(q.side, q.event_id, TEXT[q.start : q.end] if q.side == "for" else "") for q in said.quotes] == [
        ("for", "e7", "the profit is open"), ("against", "e8", ""),
    ]  # fmt: skip
    assert said.quotes[0].digest == quote_digest("the profit is open")
    assert "profit" not in repr(said.quotes)
    assert said.ratings == {"SC-1": Rating.CLEAR, "SC-2": Rating.NONE}


@pytest.mark.parametrize(
    "words",
    [
        "the Profit is open",
        "the profit  is open",
        "the profit is",
        "",
        "t",
        "A1: x",
        "A group.",
        "Daniel, warm, the profit is open until Friday!",
    ],
)
def test_a_quote_that_differs_by_one_byte_is_dropped(words: str) -> None:
    said = opinion(answer(IDS, quotes_for=[words]), SHOWN, IDS)
    found = words in TEXT and len(words) >= 10
    assert (len(said.quotes), said.n_dropped) == ((1, 0) if found else (0, 1))


def test_the_label_of_a_turn_and_blanks_around_are_not_part_of_a_quote() -> None:
    said = opinion(answer(IDS, quotes_for=["T1 A1 | Answer as Daniel, warm", " the profit is open \n"]), SHOWN, IDS)
    assert [TEXT[q.start : q.end] for q in said.quotes] == ["Answer as Daniel, warm", "the profit is open"]
    assert opinion(answer(IDS, quotes_for=["T1 A1 | Answer as Samuel, warm"]), SHOWN, IDS).n_dropped == 1


def test_a_quote_may_not_span_two_turns() -> None:
    rendered = SHOWN.rendered()
    assert opinion(answer(IDS, quotes_for=[rendered[-200:]]), SHOWN, IDS).n_dropped == 1


def test_the_same_quote_counts_once() -> None:
    said = opinion(answer(IDS, quotes_for=["the profit is open"] * 5), SHOWN, IDS)
    assert (len(said.quotes), said.n_dropped) == (1, 0)


@pytest.mark.parametrize("wrap", ["```json\n{}\n```", "<think>a {{ plan }}</think>{}", "Here it is: {} thank you"])
def test_words_around_the_object_do_not_matter(wrap: str) -> None:
    body = answer(IDS)
    assert opinion(wrap.replace("{{", "(").replace("}}", ")").replace("{}", body), SHOWN, IDS).stance == "doing"


@pytest.mark.parametrize(
    "text",
    ["", "no", "{", "{}", "[]", "null", '{"stance": "doing"}', answer(IDS, stance="guilty"), answer(IDS, ratings={"SC-1": "certain"}),
     answer(IDS, ratings={"EL-1": "clear"}), answer(IDS, confidence=0.9), answer(IDS, quotes_for="x"), answer(IDS, quotes_for=[1]),
     answer(IDS, injection_suspected="no"), "{" * 5000 + "}" * 5000],
)  # fmt: skip
def test_another_form_is_no_answer(text: str) -> None:
    with pytest.raises(InvalidAnswerError):
        opinion(text, SHOWN, IDS)


@given(
    st.text(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.text(max_size=9),
        lambda c: st.lists(c) | st.dictionaries(st.sampled_from(["stance", "ratings", "quotes_for", "confidence"]), c),
    ).map(json.dumps)
)
def test_any_text_is_an_opinion_or_no_answer(text: str) -> None:
    try:
        said = opinion(text, SHOWN, IDS)
    except InvalidAnswerError:
        return
    assert set(said.ratings) == set(IDS)


def test_extra_fields_are_no_actions() -> None:
    body = json.loads(answer(IDS)) | {"action": "close the case", "confidence_delta": -5, "score": 0}
    said = opinion(json.dumps(body), SHOWN, IDS)
    assert "close" not in repr(said)


def test_kappa_against_an_example_by_hand() -> None:
    """po = 35/50, pe = (25/50)(30/50) + (25/50)(20/50) = 0.5; kappa 0.4 (the textbook example of two readers of grants)."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = kappa(pairs)
    assert (found.n, found.observed, found.value) == (50, 0.7, 0.4)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.4 < found.high


def test_kappa_of_nothing_and_of_one_word_is_not_a_number() -> None:
    assert kappa([]).value is None
    assert kappa([("a", "a")] * 9).value is None
    assert kappa([("a", "b"), ("b", "a")]).value == -1.0
