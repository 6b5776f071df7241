"""What it costs an operator to hide: recall of operators' accounts before and after each way of evading.

Each author's accounts are read by heads and weights that never saw that author. Paraphrases and translations were written
by hand for some of the accounts (``evasion.jsonl``, this project's own text).
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bench.quality.behaviour.data import Data, activities_of, read
from counterveil.lab.corpus import AccountKind
from counterveil.observe.canonical import canonical
from counterveil.observe.heads import Heads
from counterveil.pipeline.training.account import signal_matrix
from counterveil.pipeline.training.rows import Row

Trick = Callable[[list[str], random.Random], list[str]]
_PER_AUTHOR = 3
_HOMOGLYPHS = str.maketrans("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ")
_LEET = str.maketrans("aeios", "43105")
WRITTEN = Path(__file__).with_name("evasion.jsonl")


def _words(text: str, change: Callable[[str], str], share: float, rng: random.Random) -> str:
    return " ".join(change(w) if len(w) > 3 and rng.random() < share else w for w in text.split(" "))


def homoglyphs(texts: list[str], rng: random.Random) -> list[str]:
    """A third of the words with Cyrillic look-alikes."""
    return [_words(t, lambda w: w.translate(_HOMOGLYPHS), 0.33, rng) for t in texts]


def invisible(texts: list[str], rng: random.Random) -> list[str]:
    """Zero-width spaces inside every second word."""
    return [_words(t, lambda w: "\u200b".join((w[: len(w) // 2], w[len(w) // 2 :])), 0.5, rng) for t in texts]


def leet(texts: list[str], rng: random.Random) -> list[str]:
    """Digits for letters in a third of the words."""
    return [_words(t, lambda w: w.translate(_LEET), 0.33, rng) for t in texts]


def spacing(texts: list[str], rng: random.Random) -> list[str]:
    """A quarter of the words letter by letter."""
    return [_words(t, " ".join, 0.25, rng) for t in texts]


def splitting(texts: list[str], rng: random.Random) -> list[str]:
    """Every message sent as two, cut in the middle."""
    del rng
    halves = []
    for text in texts:
        at = text.find(" ", len(text) // 2)
        halves += [text] if at < 0 else [text[:at], text[at + 1 :]]
    return halves


TRICKS: dict[str, Trick] = {
    "homoglyphs": homoglyphs,
    "zero-width characters": invisible,
    "digits for letters": leet,
    "letters spaced out": spacing,
    "messages split in two": splitting,
}


def report(data: Data) -> str:
    """The table: share of operators above the thresholds of 1 and 5 % false positives, before and after."""
    innocent = np.sort(data.accounts[-1][~data.prepared.operator])
    limits = (float(np.quantile(innocent, 0.99)), float(np.quantile(innocent, 0.95)))
    chosen = _chosen(data)
    written = _written()
    harmless = [
        r.text
        for a, p in zip(data.prepared.accounts, data.prepared.places(), strict=True)
        if a.kind is AccountKind.ORDINARY
        for r in (data.prepared.rows[i] for i in p)
    ]
    readers = _Readers(data)
    before = readers.scores(chosen)
    rows = [_line("as written", before, limits)]
    for name, trick in TRICKS.items():
        rng = random.Random(7)
        rows.append(_line(name, readers.scores({a: trick(texts, rng) for a, texts in chosen.items()}), limits))
    rng = random.Random(7)
    padded = {
        a: [f"{rng.choice(harmless)[:200]}\n\n{t}\n\n{rng.choice(harmless)[:200]}" for t in texts]
        for a, texts in chosen.items()
    }
    rows.append(_line("each message padded with harmless text", readers.scores(padded), limits))
    mixed = {a: [m for t in texts for m in (t, rng.choice(harmless))] for a, texts in chosen.items()}
    rows.append(_line("as many harmless messages in between", readers.scores(mixed), limits))
    for kind in ("paraphrase", "translated"):
        some = {a: texts[kind] for a, texts in written.items()}
        if some:
            originals = _texts_of(data, set(some))
            rows.append(_line(f"before: the {len(some)} accounts of the next line", readers.scores(originals), limits))
            rows.append(_line(f"{kind} ({len(some)} accounts)", readers.scores(some), limits))
    return (
        f"## Evasion\n\nOperators' accounts ({len(chosen)}, at most {_PER_AUTHOR} an author), {data.readings[-1]}, authors left out; thresholds from innocent "
        "accounts as written. Change of the mean score in log-odds.\n\n| way | accounts | recall at FPR 1 % | at 5 % | mean score |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
    )


def _chosen(data: Data) -> dict[str, list[str]]:
    count: dict[str, int] = {}
    names = set()
    for account in data.prepared.accounts:
        if account.kind is AccountKind.OPERATOR and count.get(account.author, 0) < _PER_AUTHOR:
            count[account.author] = count.get(account.author, 0) + 1
            names.add(account.account)
    return _texts_of(data, names)


def _texts_of(data: Data, names: set[str]) -> dict[str, list[str]]:
    return {
        a.account: [data.prepared.rows[i].text for i in p]
        for a, p in zip(data.prepared.accounts, data.prepared.places(), strict=True)
        if a.account in names
    }


def _written() -> dict[str, dict[str, list[str]]]:
    if not WRITTEN.is_file():
        return {}
    rows = [json.loads(text) for text in WRITTEN.read_text(encoding="utf-8").splitlines() if text.strip()]
    return {row["account"]: {kind: row[kind] for kind in ("paraphrase", "translated")} for row in rows}


def _line(name: str, scores: dict[str, float], limits: Sequence[float]) -> str:
    values = np.array(list(scores.values()))
    recalls = " | ".join(f"{(values > limit).mean():.2f}" for limit in limits)
    return f"| {name} | {len(values)} | {recalls} | {values.mean():+.2f} |"


class _Readers:
    """Heads of every space and account weights for each author, from all the others."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._author = {a.account: a.author for a in data.prepared.accounts}
        self._langs = {row.account: row.lang for row in data.prepared.rows}
        self._heads: dict[str, list[Heads]] = {}

    def scores(self, texts: dict[str, list[str]]) -> dict[str, float]:
        """Log-odds of each account with these texts as its turns."""
        data = self._data
        rows = [
            Row(a, self._author[a], i // 3, self._langs[a], canonical(t).text, (), (), None, {})
            for a, of_account in texts.items()
            for i, t in enumerate(of_account)
        ]
        cutters = [data.prepared.segmenters[row.author] for row in rows]
        x = [data.vectors(rows, cutters, index) for index in range(len(data.spaces))]
        found: dict[str, float] = {}
        for author in sorted({row.author for row in rows}):
            here = np.array([row.author == author for row in rows])
            weights, intercept = data.account_weights(np.array([a != author for a in data.prepared.authors]))
            own = [row for row in rows if row.author == author]
            scores = np.mean(
                [read(h, of_space[here]) for h, of_space in zip(self._without(author), x, strict=True)], axis=0
            )
            activities = activities_of(own, scores, data.names, data.prepared.segmenters[author])
            for activity, signals in zip(activities, signal_matrix(activities), strict=True):
                found[activity.subject_id] = float(signals @ weights + intercept)
        return found

    def _without(self, author: str) -> list[Heads]:
        if author not in self._heads:
            others = np.array([row.author != author for row in self._data.prepared.rows])
            self._heads[author] = [self._data.heads_from(others, place) for place in range(len(self._data.spaces))]
        return self._heads[author]
