"""The evidence packages of candidates, from the texts of the workspace; what leaves here is masked."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from counterveil.detectors import BUILTIN
from counterveil.engine.duck import Engine
from counterveil.judge.escalate import Candidate
from counterveil.judge.package import AGAINST, FOR, MAX_PIECE, ORDINARY, Package, Piece, package
from counterveil.observe.canonical import canonical
from counterveil.observe.mask import masked
from counterveil.observe.texts import clipped
from counterveil.pipeline.judging.candidates import STEERING, Stored
from counterveil.pipeline.reader import reading_columns
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.evidence import evidence
from counterveil.policy.taxonomy import taxonomy

# Candidates whose texts are fetched together; accounts of one that are shown; turns of an account that are looked at.
_CHUNK, _ACCOUNTS, _BEST, _OTHERS = 32, 24, 30, 15
# A longer text is masked at its ends only: what lies between is not shown.
_MOST_CHARS = 8_000
# From which score on a signal's turns stand for it, and a reading speaks for its behaviour. Chosen by us: even odds, and below.
_PLAIN, _EVEN = 0.3, 0.5
_HIDDEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")

_TEXTS = """
with own as (
  select subject_id, content_key, min(event_id) as event_id from turns join shown using (subject_id)
  where side = 0 and role = 'user' group by subject_id, content_key
), scored as (
  select own.*, {best} as best, r.* exclude (content_key) from own left join readings r using (content_key)
), placed as (
  select *, row_number() over (partition by subject_id order by best desc nulls last, content_key) as by_score,
         row_number() over (partition by subject_id order by content_key) as by_chance
  from scored
)
select p.*, t.text from placed p join texts t using (content_key)
where by_score <= {n_best} or by_chance <= {n_others} or event_id in (select event_id from spans)
order by subject_id, content_key
"""


def shown_text(text: str) -> str:
    """A text as the judge may see it: canonical, masked, one line; what was hidden in it is named at its end.

    Reordering marks and characters without width are taken out before masking (a number cut in two by one would not be
    found) and told by name, so that the judge knows that somebody hid something.
    """
    hidden = Counter(
        unicodedata.name(c, "UNNAMED").split(" LETTER")[0].split(" SMALL")[0] for c in _HIDDEN.findall(text)
    )
    plain = masked(canonical(text).text, BUILTIN)
    names = ", ".join(sorted(hidden))
    return f"{plain} [hidden characters were here: {names}]" if hidden else plain


def piece_text(raw: str) -> str:
    """What is shown of a turn: the start and end of its masked text. The same for the same text: quotes are found again.

    Masked before it is cut: half of an address would not be known as one.
    """
    text = shown_text(clipped(raw, _MOST_CHARS))
    half = MAX_PIECE // 2
    return text if len(text) <= MAX_PIECE else f"{text[:half]} … {text[-half:]}"


def packages(workspace: Workspace, known: Stored, wanted: Sequence[Candidate]) -> Iterator[tuple[Candidate, Package]]:
    """The package of each candidate, in their order; texts are fetched a few candidates at a time."""
    max_chars = workspace.settings.judge_max_chars
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts", "readings")
        names = [name for name in taxonomy() if name in reading_columns(workspace.settings)]
        for at in range(0, len(wanted), _CHUNK):
            some = wanted[at : at + _CHUNK]
            rows = _rows(engine, known, some, names)
            for candidate in some:
                yield candidate, _package(candidate, known, rows, max_chars)


def _shown(candidate: Candidate, known: Stored) -> list[str]:
    """The accounts of which texts are shown: those with the strongest signals, in the order of their ids."""

    def strength(subject: str) -> float:
        return sum((float(s["score"]) for s in known.signals.get(subject, ()) if s["bearing"] == FOR), 0.0)

    return sorted(sorted(candidate.subjects, key=lambda s: (-strength(s), s))[:_ACCOUNTS])


def _rows(
    engine: Engine, known: Stored, some: Sequence[Candidate], names: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    subjects = sorted({s for candidate in some for s in _shown(candidate, known)})
    spans = sorted(
        {span["event_id"] for s in subjects for signal in known.signals.get(s, ()) for span in signal["spans"]}
    )
    engine.table("shown", pa.table({"subject_id": pa.array(subjects, pa.string())}))
    engine.table("spans", pa.table({"event_id": pa.array(spans, pa.string())}))
    quoted = ", ".join(f'r."{name}"' for name in names)
    best = f"greatest({quoted})" if names else "0.0"
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in engine.rows(_TEXTS.format(best=best, n_best=_BEST, n_others=_OTHERS)):
        found[row["subject_id"]].append(row)
    return found


def _package(
    candidate: Candidate, known: Stored, rows: Mapping[str, Sequence[dict[str, Any]]], max_chars: int
) -> Package:
    subjects = _shown(candidate, known)
    pieces = [
        _piece(index, row, candidate, known.signals.get(subject, ()))
        for index, subject in enumerate(subjects)
        for row in rows.get(subject, ())
    ]
    return package(
        target=candidate.target,
        kind=candidate.kind,
        subjects=candidate.subjects,
        heading=_heading(candidate, known),
        accounts=[_account(i, s, known) for i, s in enumerate(subjects, 1)],
        pieces=pieces,
        max_chars=max_chars,
        mask=piece_text,
    )


def _piece(index: int, row: Mapping[str, Any], candidate: Candidate, signals: Sequence[Mapping[str, Any]]) -> Piece:
    in_spans = {FOR: 0.0, AGAINST: 0.0}
    for signal in signals:
        plain = signal["score"] >= _PLAIN or signal["detector"] == STEERING
        if plain and any(span["event_id"] == row["event_id"] for span in signal["spans"]):
            in_spans[signal["bearing"]] = max(in_spans[signal["bearing"]], signal["score"])
    read = max((row.get(b) or 0.0 for b in candidate.behaviours), default=0.0)
    if in_spans[FOR] > in_spans[AGAINST] or read >= _EVEN:
        bearing, telling = FOR, read + in_spans[FOR]
    elif in_spans[AGAINST] > 0:
        bearing, telling = AGAINST, in_spans[AGAINST]
    else:
        # Keys are digests under the workspace's secret: an order by them is by chance, and always the same.
        bearing, telling = ORDINARY, (row["content_key"] % 9973) / 9973
    return Piece(index, row["event_id"], row["content_key"], row["text"], round(telling, 4), bearing)


def _heading(candidate: Candidate, known: Stored) -> str:
    if candidate.kind == "subject":
        return "One account."
    kinds: Counter[str] = Counter()
    for link in known.operations[candidate.target]["links"]:
        kinds.update(
            {thing["kind"] for thing in link["shared"] if thing["evidence_class"] != "C" and thing["bits"] > 0}
        )
    labels = evidence().kinds
    joined = ", ".join(f"{labels[k].label if k in labels else k} ({n} pairs)" for k, n in sorted(kinds.items()))
    return f"A group of {len(candidate.subjects)} accounts, joined by: {joined or 'nothing that counts'}."


def _account(number: int, subject: str, known: Stored) -> str:
    """An account in one line of numbers: what was read and which patterns its turns show, on both sides."""
    sides = {
        side: ", ".join(
            f"{s['detector'].replace('_', ' ')} {s['score']:.1f}"
            for s in sorted(known.signals.get(subject, ()), key=lambda s: (-s["score"], s["detector"]))
            if s["bearing"] == side and s["score"] >= _PLAIN
        )
        for side in (FOR, AGAINST)
    }
    n_read = known.scores[subject]["n_read"] if subject in known.scores else 0
    return (
        f"A{number}: {n_read} turns measured; patterns for: {sides[FOR] or 'none'}; against: {sides[AGAINST] or 'none'}"
    )
