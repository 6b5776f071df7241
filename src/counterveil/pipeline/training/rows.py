"""Training turns as rows: text, units with their true kinds, and what each learned column should say."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from counterveil.errors import InputError
from counterveil.lab.corpus import AccountKind, TrainingAccount
from counterveil.lab.packs import load_pack
from counterveil.observe.canonical import canonical
from counterveil.observe.heads import DOING, FORMS, OPERATOR, STANCES, TAGS, form_column, tag_column
from counterveil.observe.segments import features, units
from counterveil.policy.taxonomy import taxonomy

_PART_KINDS = {"ask": 0, "context": 1, "paste:target": 2, "paste:source": 3, "paste:own": 4}
_MIN_CHARS, _MAX_CHARS = 20, 4000
LINE_PACKS = ("train_behaviours", "train_benign")


@dataclass(frozen=True, slots=True)
class Row:
    """One user message. ``of_units`` are features a unit; ``unit_kinds`` the true kinds, none where parts are not marked.

    ``truth``: value of each column that is known of this row.
    """

    account: str
    author: str
    conversation: int
    lang: str
    text: str
    spans: tuple[tuple[int, int], ...]
    of_units: tuple[tuple[int, ...], ...]
    unit_kinds: tuple[int, ...] | None
    truth: dict[str, float]
    refused: bool = False
    weight: float = 1.0

    @property
    def is_line(self) -> bool:
        """A single line of a training pack, not a turn of an account."""
        return self.unit_kinds is None


def columns() -> tuple[str, ...]:
    """Everything that a head learns, behaviours first."""
    forms = [form_column(f) for f in FORMS]
    tags = [tag_column(t) for t in TAGS]
    return (*taxonomy(), DOING, OPERATOR, *STANCES, *forms, *tags)


def account_rows(account: TrainingAccount) -> list[Row]:
    """The turns of one account."""
    rows = []
    is_operator = float(account.kind is AccountKind.OPERATOR)
    for turn in account.turns:
        text = canonical(turn.text).text
        spans = units(text)
        truth = {name: float(turn.is_doing and turn.about == name) for name in taxonomy()}
        truth |= {DOING: float(turn.is_doing), OPERATOR: is_operator}
        truth |= {stance: float(turn.stance == stance) for stance in STANCES}
        truth |= {form_column(form): float(turn.form == form) for form in FORMS}
        truth |= {tag_column(tag): float(tag in turn.tags) for tag in TAGS}
        rows.append(
            Row(
                account=account.account,
                author=account.author,
                conversation=turn.conv,
                lang=turn.lang,
                text=text,
                spans=tuple(spans),
                of_units=tuple(tuple(f) for f in features(text, spans)),
                unit_kinds=_true_kinds(turn.parts, text, spans),
                truth=truth,
                refused="refused" in turn.tags,
            )
        )
    return rows


def _true_kinds(parts: Sequence[tuple[str, str]], text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The kind of most characters of each unit. Disguises change offsets a little; the parts' own lengths are canonical too."""
    kinds = np.zeros(len(text) + 1, dtype=np.int64)
    at = 0
    for kind, part in parts:
        size = len(canonical(part).text)
        kinds[at : at + size] = _PART_KINDS[kind]
        at += size
    return tuple(int(np.bincount(kinds[a:b], minlength=5).argmax()) for a, b in spans)


def line_rows() -> list[Row]:
    """The lines of the training packs: behaviour and stance are known of them, parts, form and account are not."""
    rows = []
    for pack in LINE_PACKS:
        for number, line in enumerate(load_pack(pack).lines):
            text = canonical(line.text).text
            spans = units(text)
            doing = line.stance == "doing"
            truth = {name: float(doing and line.behaviour == name) for name in taxonomy()}
            truth |= {DOING: float(doing)} | {s: float((line.stance or "ordinary") == s) for s in STANCES}
            rows.append(
                Row(
                    account=f"{pack}-{number}",
                    author="lines",
                    conversation=1,
                    lang=line.lang,
                    text=text,
                    spans=tuple(spans),
                    of_units=tuple(tuple(f) for f in features(text, spans)),
                    unit_kinds=None,
                    truth=truth,
                )
            )
    return rows


# Classes of an outside table that the taxonomy's stance of doing covers, and those that are plainly innocent.
_ABUSIVE = ("influence_operation", "scam_fraud", "malware_phishing", "surveillance", "deceptive_employment")
# A source counts as much as so many rows of ours, however many it has: it is one source, and none of its texts is a turn.
_SOURCE_WEIGHT, _PER_SOURCE = 60.0, 400


def outside_rows(path: Path) -> list[Row]:
    """Labelled texts of others: a Parquet table with ``text``, ``cls``, ``source``, ``lang`` (``cls``: an abuse class or ``none``).

    Only ``doing`` is known of them. Each source weighs the same, both its classes together.

    Raises:
        InputError: a column that is missing.
    """
    table = pq.read_table(path)
    if missing := {"text", "cls", "source", "lang"} - set(table.column_names):
        raise InputError(f"{path}: no column {', '.join(sorted(missing))}", remedy="It needs text, cls, source, lang.")
    of_source: dict[tuple[str, str], list[tuple[str, str]]] = {}
    columns_read = (table[name].to_pylist() for name in ("text", "cls", "source", "lang"))
    for text, cls, source, lang in zip(*columns_read, strict=True):
        if cls in (*_ABUSIVE, "none") and text and len(text) > _MIN_CHARS:
            of_source.setdefault((source, cls), []).append((text, lang or "und"))
    rows = []
    for (source, cls), texts in sorted(of_source.items()):
        chosen = sorted(texts, key=lambda t: zlib.crc32(t[0].encode("utf-8", "replace")))[:_PER_SOURCE]
        n_of_source = sum(min(_PER_SOURCE, len(t)) for (s, _), t in of_source.items() if s == source)
        for number, (text, lang) in enumerate(chosen):
            plain = canonical(text[:_MAX_CHARS]).text
            spans = units(plain)
            of_units = tuple(tuple(f) for f in features(plain, spans))
            truth = {DOING: float(cls != "none")}
            name = f"{source}-{cls}-{number}"
            weight = _SOURCE_WEIGHT / n_of_source
            rows.append(
                Row(name, f"outside:{source}", 1, lang, plain, tuple(spans), of_units, None, truth, weight=weight)
            )
    return rows


def targets(rows: Sequence[Row], names: Sequence[str]) -> npt.NDArray[np.float64]:
    """(n_rows, n_columns): 0 or 1, NaN where a row says nothing of a column."""
    return np.array([[row.truth.get(name, np.nan) for name in names] for row in rows], dtype=np.float64)
