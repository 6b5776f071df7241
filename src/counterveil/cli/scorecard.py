"""An evaluation as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from counterveil.cli.render import cell, table
from counterveil.service.lab import (
    Estimate,
    Evaluation,
    FalsePositive,
    Measured,
    Proportion,
    Reason,
    Run,
    Scorecard,
)

_METHODS = (
    ("Counterveil", "counterveil"),
    ("keyword rules per event", "keywords"),
    ("exact duplicate prompts", "duplicates"),
)
_MOST_SHOWN = 20


def measured_tables(console: Console, measured: Measured, *, brief: bool) -> None:
    """One run: summary, queue and operations; unless ``brief`` also look-alikes, languages, harms and false positives."""
    _summary(console, measured)
    console.print(_groups(measured))
    _queue(console, measured)
    console.print(_operations(measured.counterveil))
    if not brief:
        console.print(_kinds(measured.counterveil))
        console.print(_languages(measured.counterveil))
        console.print(_harms(measured.counterveil))
        _mistakes(console, measured.false_positives)


def scorecard_tables(console: Console, card: Scorecard, *, brief: bool) -> None:
    """All runs in one table, then each run."""
    console.print(
        f"{card.pack}: {card.events or 0:,} events, {card.malicious:,} malicious accounts in {card.operations} operations, "
        f"{card.innocent:,} innocent ones. Background: {card.background}. Seed {card.seed}, Counterveil {card.version}."
    )
    for note in card.notes:
        console.print(f"  note: {note}")
    _runs(console, card.runs)
    console.print(_costs(card.runs))
    for run in card.runs:
        console.print(
            Text(f"\n{run.name}: {run.background:,} background accounts, {run.ratio:g} per malicious one", style="bold")
        )
        measured_tables(console, run.measured, brief=brief)


def _runs(console: Console, runs: Sequence[Run]) -> None:
    """Two tables, so that no line breaks: operations, then accounts."""
    operations: list[list[Text | str]] = []
    accounts: list[list[Text | str]] = []
    for run in runs:
        e, q = run.measured.counterveil, run.measured.queue
        auc = "–" if e.auc is None else f"{e.auc:.3f}"
        operations.append(
            [run.name, f"{run.ratio:g}", auc, *(_counted(at.operations) for at in e.at), _counted(q.operations)]
        )
        shares = (*(at.accounts for at in e.at), q.accounts, q.precision)
        accounts.append([run.name, *(_share(p) for p in shares), _counted(q.benign)])
    first = [
        ("run", "left"),
        ("ratio", "right"),
        ("AUC", "right"),
        *((f"operations, FPR {r}", "right") for r in _RATES),
    ]
    console.print(table([*first, ("in queue", "right")], operations))
    second = [("run", "left"), *((f"accounts, FPR {r}", "right") for r in _RATES), ("in queue", "right")]
    console.print(table([*second, ("queue precision", "right"), ("benign in queue", "right")], accounts))


_RATES = ("0 %", "0.1 %", "1 %")


def _costs(runs: Iterable[Run]) -> Table:
    rows: list[list[Text | str]] = [
        [
            run.name,
            f"{c.wall_s / 60:.1f}",
            f"{c.cpu_s:,.0f}",
            f"{c.events:,}",
            f"{c.events_per_s:,.0f}",
            f"{c.texts_read:,}",
            f"{c.conversations:,}",
            "–" if c.per_100k_wall_minutes is None else f"{c.per_100k_wall_minutes:,.0f}",
            "–" if c.per_100k_usd is None else f"${c.per_100k_usd:.2f} (at ${c.cpu_hour_usd:g} per CPU hour)",
            f"${c.clio_per_100k_usd:.2f}",
        ]
        for run in runs
        if (c := run.cost) is not None
    ]
    columns = [("run", "left"), ("minutes", "right"), ("CPU s", "right"), ("events", "right"), ("events/s", "right"),
               ("texts read", "right"), ("conversations", "right"), ("minutes per 100k", "right"),
               ("cost per 100k conversations", "right"), ("Clio, published", "right")]  # fmt: skip
    return table(columns, rows)


def _groups(measured: Measured) -> Table:
    """Two readings: members of suspected operations are what a person is shown; all linked groups are what linking does."""
    readings = (
        ("members of suspected operations", measured.counterveil.suspected_grouping),
        ("all linked groups", measured.counterveil.grouping),
        ("exact duplicate prompts", measured.duplicates.grouping),
    )
    rows: list[list[Text | str]] = [
        [name, str(b.items), _estimate(b.precision), _estimate(b.recall), _estimate(b.f1)] for name, b in readings
    ]
    columns = [("groups (B-cubed)", "left"), ("accounts", "right"), ("precision", "right"), ("recall", "right"),
               ("F1", "right")]  # fmt: skip
    return table(columns, rows)


def _queue(console: Console, measured: Measured) -> None:
    q = measured.queue
    console.print(
        f"Queue as shipped, no threshold tuned: {q.leads:,} leads, {_counts(q.right)} of them right; accounts in it: "
        f"precision {_share(q.precision)}, recall {_share(q.accounts)}; operations {_counted(q.operations)}; "
        f"benign accounts shown {_counted(q.benign)}."
    )


def _summary(console: Console, measured: Measured) -> None:
    first = measured.counterveil
    ratio = f"{first.ratio:.1f}" if first.ratio is not None else "–"
    console.print(
        f"{first.malicious} malicious accounts in {len(first.operations)} operations, {first.benign:,} benign accounts ({ratio} per malicious one). "
        "95 % intervals in brackets (Wilson; bootstrap for B-cubed)."
    )
    rates = [f"{100 * at.rate:g} %" for at in first.at]
    rows: list[list[Text | str]] = []
    for label, name in _METHODS:
        e: Evaluation = getattr(measured, name)
        rows.append(
            [
                label,
                "–" if e.auc is None else f"{e.auc:.3f}",
                *(_counted(at.operations) for at in e.at),
                *(_share(at.accounts) for at in e.at),
            ]
        )
    columns = [
        ("method", "left"),
        ("AUC", "right"),
        *((f"operations at FPR {r}", "right") for r in rates),
        *((f"accounts at FPR {r}", "right") for r in rates),
    ]
    console.print(table(columns, rows))


def _operations(e: Evaluation) -> Table:
    rows: list[list[Text | str]] = [
        [
            cell(row.operation_id),
            str(row.members),
            *(_counts(p) for p in row.flagged),
            cell(row.largest_group),
            _counts(row.group_share),
            "–" if row.purity is None else f"{row.purity:.2f}",
        ]
        for row in e.operations
    ]
    columns = [
        ("planted operation", "left"),
        ("members", "right"),
        *((f"flagged at FPR {100 * at.rate:g} %", "right") for at in e.at),
        ("found as", "left"),
        ("members in it", "right"),
        ("purity", "right"),
    ]
    return table(columns, rows)


def _kinds(e: Evaluation) -> Table:
    rows: list[list[Text | str]] = [
        [
            cell(row.kind),
            row.label,
            str(row.accounts),
            *(_counts(p) for p in row.flagged),
            _counts(row.grouped),
            _counts(row.suspected),
        ]
        for row in e.benign_kinds
    ]
    columns = [
        ("innocent accounts", "left"),
        ("label", "left"),
        ("accounts", "right"),
        *((f"flagged at FPR {100 * at.rate:g} %", "right") for at in e.at),
        ("linked to someone", "right"),
        ("in a suspected operation", "right"),
    ]
    return table(columns, rows)


def _languages(e: Evaluation) -> Table:
    rows: list[list[Text | str]] = [
        [row.language, *(_counts(p) for p in row.recall), *(_counts(p) for p in row.false_positive)]
        for row in e.languages
    ]
    columns = [
        ("main language", "left"),
        *((f"recall at FPR {100 * at.rate:g} %", "right") for at in e.at),
        *((f"benign flagged at {100 * at.rate:g} %", "right") for at in e.at),
    ]
    return table(columns, rows)


def _harms(e: Evaluation) -> Table:
    rows: list[list[Text | str]] = [
        [cell(row.harm), str(row.accounts), *(_counts(p) for p in row.recall), _counts(row.suspected)]
        for row in e.harms
    ]
    columns = [
        ("harm", "left"),
        ("accounts", "right"),
        *((f"recall at FPR {100 * at.rate:g} %", "right") for at in e.at),
        ("in a suspected operation", "right"),
    ]
    return table(columns, rows)


def _mistakes(console: Console, rows: tuple[FalsePositive, ...]) -> None:
    if not rows:
        console.print("No false positives: no innocent account is above a line or in the queue.")
        return
    more = f", the highest {_MOST_SHOWN} (all with --json or --html)" if len(rows) > _MOST_SHOWN else ""
    shown: list[list[Text | str]] = [
        [
            cell(row.account_id),
            cell(row.kind),
            row.language,
            f"{row.score:.3f}",
            " ".join([*(f"{100 * rate:g} %" for rate in row.flagged_at), *(["queue"] if row.in_queue else [])]),
            cell(row.operation_id),
            _reasons(row.speaks_for),
            _reasons(row.speaks_against),
        ]
        for row in rows[:_MOST_SHOWN]
    ]
    columns = [("innocent account", "left"), ("what it is", "left"), ("language", "left"), ("score", "right"),
               ("flagged at", "left"), ("in", "left"), ("for", "left"), ("against", "left")]  # fmt: skip
    console.print(table(columns, shown, title=f"{len(rows):,} false positives{more}"))


def _reasons(some: tuple[Reason, ...]) -> Text:
    return cell("; ".join(f"{r.name} {r.log_odds:+.1f}" for r in some))


def _counts(p: Proportion) -> str:
    return f"{p.hits}/{p.total}" if p.total else "–"


def _counted(p: Proportion) -> str:
    return f"{p.hits}/{p.total} [{p.low:.2f}, {p.high:.2f}]" if p.total else "–"


def _share(p: Proportion) -> str:
    return "–" if p.value is None else f"{p.value:.2f} [{p.low:.2f}, {p.high:.2f}]"


def _estimate(e: Estimate) -> str:
    return "–" if e.value is None else f"{e.value:.2f} [{e.low:.2f}, {e.high:.2f}]"
