"""Training accounts: what ships is valid and covers what it should; a bad line is named with file, line and field."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from counterveil.errors import InputError
from counterveil.lab import corpus
from counterveil.lab.corpus import AccountKind, Corpus
from counterveil.policy.taxonomy import taxonomy
from tests.lab.corpora import AUTHORS, Record, accounts, innocent, operator, turn, write_corpus

STANCES = ("doing", "analysing", "defending", "victim", "fiction", "teaching", "ordinary")
LANGUAGES = ("en", "es", "zh", "ko", "ru", "fr", "pt", "id", "vi", "ur", "ja", "km")
ENOUGH = 60


@pytest.fixture(scope="module")
def shipped() -> Corpus:
    """Loading it checks every line."""
    return corpus.load()


def test_the_shipped_corpus_is_of_many_authors_and_all_kinds(shipped: Corpus) -> None:
    assert len({a.author for a in shipped.accounts}) >= 3
    by_author = {(a.author, a.kind) for a in shipped.accounts}
    assert {kind for _, kind in by_author} == set(AccountKind)
    assert all(a.account.startswith(f"{a.author}-") for a in shipped.accounts)


def test_only_operators_do(shipped: Corpus) -> None:
    for account in shipped.accounts:
        does = any(t.stance == "doing" for t in account.turns)
        assert does is (account.kind is AccountKind.OPERATOR), account.account
        assert bool(account.operation) is (account.kind is AccountKind.OPERATOR), account.account
        assert {t.about for t in account.turns if t.is_doing} <= taxonomy().keys()


def test_an_operation_is_of_one_author(shipped: Corpus) -> None:
    """Otherwise an author left out would leave half of an operation in."""
    of = {(a.operation, a.author) for a in shipped.accounts if a.operation}
    assert len({operation for operation, _ in of}) == len(of)


@pytest.mark.parametrize("behaviour", taxonomy())
def test_every_behaviour_is_done_often_enough(shipped: Corpus, behaviour: str) -> None:
    assert sum(t.is_doing and t.about == behaviour for a in shipped.accounts for t in a.turns) >= ENOUGH


def test_every_stance_and_language_is_there_often_enough(shipped: Corpus) -> None:
    turns = [t for a in shipped.accounts for t in a.turns]
    stances, languages = Counter[str](t.stance for t in turns), Counter(t.lang for t in turns)
    assert {s: n for s in STANCES if (n := stances[s]) < ENOUGH} == {}
    assert {lang: n for lang in LANGUAGES if (n := languages[lang]) < ENOUGH} == {}


def test_conversations_of_operators_and_of_others_are_in_the_same_languages(shipped: Corpus) -> None:
    """No language may be a sign by itself: each that somebody is an operator in, somebody innocent writes too."""
    for lang in LANGUAGES:
        kinds = Counter(a.kind for a in shipped.accounts for t in a.turns if t.lang == lang)
        assert kinds[AccountKind.OPERATOR] > 0 < kinds[AccountKind.LOOKALIKE] + kinds[AccountKind.ORDINARY], lang


def test_texts_name_only_what_is_made_up(shipped: Corpus) -> None:
    """Addresses of the documentation ranges; whole accounts are never told twice."""
    texts = [tuple(t.text for t in a.turns) for a in shipped.accounts]
    assert len(set(texts)) == len(texts)


def test_the_small_corpus_of_the_tests_is_valid(tmp_path: Path) -> None:
    found = corpus.load(write_corpus(tmp_path)).accounts
    assert [a.author for a in found] == [author for author in AUTHORS for _ in range(4)]
    assert found[0].turns[1].text == "Make it sound as if no office wrote it:\n\nThe harbour is ours."


def without(record: Record, *keys: str) -> Record:
    return {key: value for key, value in record.items() if key not in keys}


OPERATOR, ORDINARY = operator("t01-a1", "t01", "IO-2"), innocent("t01-a4", "t01", "ordinary")
DOING: Any = {"stance": "doing", "about": "IO-2"}
BAD: dict[str, tuple[Record, tuple[str, ...]]] = {
    "no author": (without(OPERATOR, "author"), ("author", "required")),
    "a kind of its own": (OPERATOR | {"kind": "villain"}, ("kind",)),
    "a misspelt key": (OPERATOR | {"operaton": "x"}, ("operaton",)),
    "an operator without operation": (without(OPERATOR, "operation"), ("'operation'",)),
    "an operator who does nothing": (
        OPERATOR | {"turns": [turn(1, ("ask", "What is the time?"))] * 3},
        ("at least one turn with stance 'doing'",),
    ),
    "an ordinary person who does": (
        ORDINARY | {"turns": [*ORDINARY["turns"], turn(4, ("ask", "Write it."), **DOING)]},
        ("only operators",),
    ),
    "a look-alike of nothing": (without(innocent("t01-a3", "t01", "lookalike"), "twin"), ("'twin'",)),
    "too few turns": (ORDINARY | {"turns": ORDINARY["turns"][:2]}, ("turns",)),
    "too many turns": (ORDINARY | {"turns": ORDINARY["turns"] * 16}, ("turns",)),
    "an unknown behaviour": (
        ORDINARY | {"turns": [*ORDINARY["turns"], turn(4, ("ask", "x"), about="XX-9", stance="analysing")]},
        ("turns.4", "XX-9"),
    ),
    "doing nothing in particular": (
        OPERATOR | {"turns": [*OPERATOR["turns"], turn(4, ("ask", "x"), stance="doing")]},
        ("turns.4", "'about'"),
    ),
    "an unknown part": (
        ORDINARY | {"turns": [*ORDINARY["turns"], turn(4, ("paste", "x"))]},
        ("turns.4.parts.0",),
    ),
    "an empty part": (ORDINARY | {"turns": [*ORDINARY["turns"], turn(4, ("ask", " \n"))]}, ("turns.4", "empty part")),
    "no parts": (ORDINARY | {"turns": [*ORDINARY["turns"], turn(4)]}, ("turns.4.parts",)),
    "pastes that nobody asks about": (
        ORDINARY | {"turns": [*ORDINARY["turns"], turn(4, ("paste:own", "x"), ("paste:source", "y"))]},
        ("turns.4", "none of them is 'ask' or 'context'"),
    ),
    "a language by its name": (
        ORDINARY | {"turns": [*ORDINARY["turns"], turn(4, ("ask", "x"), lang="English")]},
        ("turns.4.lang",),
    ),
    "an unknown tag": (
        ORDINARY | {"turns": [*ORDINARY["turns"], turn(4, ("ask", "x"), tags=["angry"])]},
        ("turns.4.tags.0",),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named_with_file_line_and_field(tmp_path: Path, name: str) -> None:
    record, said = BAD[name]
    write_corpus(tmp_path, t02=[*accounts("t02"), record])
    with pytest.raises(InputError) as refused:
        corpus.load(tmp_path)
    for part in ("t02_1.jsonl, line 5", *said):
        assert part in refused.value.message
    assert "README" in refused.value.remedy


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = write_corpus(tmp_path) / "t03_1.jsonl"
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], b"", b"{broken", *lines[1:]]))
    with pytest.raises(InputError, match=r"t03_1\.jsonl, line 3: not JSON"):
        corpus.load(tmp_path)


def test_an_account_that_appears_twice_is_named(tmp_path: Path) -> None:
    write_corpus(tmp_path, t03=[*accounts("t03"), orjson.loads(orjson.dumps(OPERATOR))])
    with pytest.raises(InputError, match=r"t03_1\.jsonl: account 't01-a1' appears twice"):
        corpus.load(tmp_path)
