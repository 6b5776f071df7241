"""The scorecard's page: self-contained, the same bytes each time, and nothing in it that a log could inject."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from counterveil.lab.cost import cost
from counterveil.lab.labels import operations_of
from counterveil.lab.metrics import evaluate
from counterveil.lab.mistakes import Outcome, Reason, false_positives, queue
from counterveil.lab.page.page import page
from counterveil.lab.scorecard import Measured, Run, Scorecard
from counterveil.lab.truth import Truth, TruthAccount

_EVIL = "<script>alert(1)</script>"
_VOID = {"meta", "link", "br", "img", "input", "hr"}


def measured() -> Measured:
    accounts = {n: TruthAccount(n, "malicious", "SC-1", "op<b>", ("ru",), harm='"><img src=x>') for n in "abc"}
    accounts |= {n: TruthAccount(n, "lookalike", f"$x_{{1}} {_EVIL} 記者\u202e\x07", note=_EVIL) for n in ("p", "q")}
    truth = Truth(accounts, operations_of(accounts.values()))
    scores = {"a": 0.9, "b": 0.6, "c": 0.2, "p": 0.7, "q": 0.0}
    e = evaluate(truth, scores, {"a": "g", "p": "g"})
    outcomes = {
        n: Outcome(s, reasons=(Reason("account", _EVIL, 1.0, "quote \u202e " + _EVIL),)) for n, s in scores.items()
    }
    return Measured(
        e, e, e, queue(truth, [("a", "p")]), false_positives(truth, outcomes, {0.01: 0.65}, [("a", "p")]), ()
    )


def card(*names: str) -> Scorecard:
    spent = cost(
        wall_s=9, cpu_s=9, workers=2, events=9, conversations=9, texts_observed=9, texts_read=9, cpu_hour_usd=0.05
    )
    runs = tuple(
        Run(name, 1.0, 1.0, 3, "split" if n else None, None, measured(), spent) for n, name in enumerate(names)
    )
    return Scorecard(
        pack=_EVIL, malicious=3, operations=1, innocent=2, events=10, rejects=0, unlabelled=(), unseen=(), bystanders=0,
        background="none", background_available=None, seed=1, version="0", python="3", notes=(f"note {_EVIL}",), runs=runs,
    )  # fmt: skip


class Tags(HTMLParser):
    """Checks that tags close as they opened, and collects them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def made() -> str:
    return page(card("1x", "1x-split"))


def test_nothing_from_a_log_becomes_markup(made: str) -> None:
    tags = Tags()
    tags.feed(made)
    assert tags.open == []
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "iframe", "object", "link", "form", "a"}
    assert not [name for _, attributes in tags.seen for name in attributes if name.startswith("on")]
    assert "&lt;script&gt;" in made
    assert "\u202e" not in made
    assert "\x07" not in made


def test_nothing_is_fetched(made: str) -> None:
    # Names of XML vocabularies and of the paper are no addresses that a browser would call.
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", made))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", made)
    assert "@import" not in made


def test_the_same_card_the_same_bytes(made: str) -> None:
    assert page(card("1x", "1x-split")) == made


def test_it_says_what_a_reader_needs(made: str) -> None:
    for words in (
        '<html lang="en">',
        "prefers-color-scheme: dark",
        "@media print",
        "Limits",
        "synthetic",
        "48.81",
        "seed 1",
    ):
        assert words in made
    assert made.count("<svg") == 4
    assert made.count('aria-hidden="true"') == 4
    assert 'scope="col"' in made


def test_one_run_without_cost() -> None:
    run = Run("scan", None, 0.0, 0, None, None, measured(), None)
    plain = card("1x")
    found = page(
        Scorecard(**{f: getattr(plain, f) for f in plain.__dataclass_fields__} | {"runs": (run,), "seed": None})
    )
    assert "Cost of a sweep" not in found
