"""``counterveil lab``: made-up logs with planted operations, and what was found of them."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from counterveil.cli.exits import FINE, FOUND, handled
from counterveil.cli.options import Home, Json, Quiet, Workers, settings_of
from counterveil.cli.progress import Shown
from counterveil.cli.render import cell, json_out, out, table
from counterveil.service import lab
from counterveil.service.lab import Estimate, Evaluation, Measured, Proportion

app = typer.Typer(help="Laboratory: scenario logs with planted operations, and measurement.", no_args_is_help=True)
_METHODS = (
    ("Counterveil", "counterveil"),
    ("keyword rules per event", "keywords"),
    ("exact duplicate prompts", "duplicates"),
)


@app.command("generate")
@handled
def generate(
    folder: Annotated[Path, typer.Argument(help="New folder for the log, its accounts and the truth.")],
    *,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    background: Annotated[
        float, typer.Option("--background", min=0.0, help="Ordinary accounts per planted malicious account.")
    ] = 1.0,
    events: Annotated[
        int | None, typer.Option("--events", min=1, help="Add ordinary accounts until about so many events.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=7, max=365, help="Length of the log in days.")] = 30,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a made-up log: nine planted operations, some twenty kinds of innocent look-alikes, ordinary people.

    All text was written for this project; all accounts, names, addresses and times are invented.
    """
    with Shown(quiet=quiet) as progress:
        progress.step("generate", events, "events")
        summary = lab.generate(
            folder, seed=seed, background=background, events=events, days=days, progress=progress.advance
        )
    if as_json:
        json_out("scenario", summary.as_dict())
        return
    # A label that nobody bears is not counted: --background 0 has no ordinary account.
    n = {label: summary.accounts_by_label.get(label, 0) for label in ("malicious", "lookalike", "background")}
    out().print(
        f"{folder}: {summary.events:,} events of {summary.accounts:,} accounts ({n['malicious']:,} in {summary.operations} operations, "
        f"{n['lookalike']:,} look-alikes, {n['background']:,} ordinary), {summary.languages} languages, seed {seed}.\n"
        f"Next: counterveil scan {folder} --home {folder}/run && counterveil lab evaluate {folder}/run {folder}/truth"
    )


@app.command("train")
@handled
def train(
    folder: Annotated[
        Path, typer.Option("--out", help="Folder for the learned weights (a new one, or an earlier training).")
    ],
    *,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of training accounts (*.jsonl); default: those that ship.")
    ] = None,
    outside: Annotated[
        Path | None,
        typer.Option(
            "--outside",
            help="Parquet table of labelled texts of others (text, cls, source, lang); each source weighs the same.",
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", help="Folder that keeps vectors, so that the next training encodes only new texts."),
    ] = None,
    home: Home = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Learn segmenter, behaviour heads and account weights from whole accounts; write them with model card and manifest.

    Uses the encoders of the settings. Needs the extra `lab` (scikit-learn). A scan uses the folder with `trained = FOLDER`.
    """
    with Shown(quiet=quiet) as progress:
        report = lab.train(
            settings_of(home, workers), folder, data=data, outside=outside, cache=cache, progress=progress
        )
    if as_json:
        json_out("training", asdict(report))
        return
    console = out()
    console.print(
        f"{folder}: training {report.version} from {report.n_accounts:,} accounts, {report.n_turns:,} turns, {report.n_authors} authors.\n"
        "Accounts of authors that were left out:"
    )
    rows = [
        [space, f"{f.auc:.3f} [{f.low:.3f}, {f.high:.3f}]", *(f"{r:.2f}" for r in f.recall), f"{f.error:.3f}"]
        for space, f in report.figures.items()
        if f is not None
    ]
    columns = [
        ("vector space", "left"),
        ("AUC [95 %]", "right"),
        *((f"recall at FPR {r} %", "right") for r in (0, 1, 5)),
    ]
    console.print(table([*columns, ("calibration error", "right")], rows))
    console.print(f'Read {folder / "card.md"}. To use it: trained = "{folder}" in counterveil.toml, then scan again.')


@app.command("evaluate")
@handled
def evaluate(
    run: Annotated[Path, typer.Argument(help="Workspace of the scan (its --home).")],
    truth: Annotated[Path, typer.Argument(help="Folder with the truth files (or the scenario's folder).")],
    *,
    as_json: Json = False,
    brief: Annotated[bool, typer.Option("--brief", help="Only the summary and the operations.")] = False,
) -> None:
    """Measure a run against the truth, beside two naive baselines.

    Exits with 1 when an operation has no member above the strictest threshold.
    """
    measured = lab.evaluate(settings_of(run), truth)
    if as_json:
        json_out("evaluation", asdict(measured))
    else:
        console = out()
        _summary(console, measured)
        console.print(_operations(measured.counterveil))
        if not brief:
            console.print(_kinds(measured.counterveil))
            console.print(_languages(measured.counterveil))
    missed = any(row.flagged[0].hits == 0 for row in measured.counterveil.operations)
    raise typer.Exit(FOUND if missed and not sys.flags.interactive else FINE)


def _summary(console: Console, measured: Measured) -> None:
    first = measured.counterveil
    ratio = f"{first.ratio:.1f}" if first.ratio is not None else "–"
    console.print(
        f"{first.malicious} malicious accounts in {len(first.operations)} operations, {first.benign:,} benign accounts ({ratio} per malicious one). "
        "Synthetic scenario; 95 % intervals in brackets (Wilson; bootstrap for B-cubed)."
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
                _estimate(e.grouping.precision),
                _estimate(e.grouping.recall),
            ]
        )
    columns = [
        ("method", "left"),
        ("AUC", "right"),
        *((f"operations at FPR {r}", "right") for r in rates),
        *((f"accounts at FPR {r}", "right") for r in rates),
        ("B³ precision", "right"),
        ("B³ recall", "right"),
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
        [row.kind, row.label, str(row.accounts), *(_counts(p) for p in row.flagged), _counts(row.grouped)]
        for row in e.benign_kinds
    ]
    columns = [
        ("innocent accounts", "left"),
        ("label", "left"),
        ("accounts", "right"),
        *((f"flagged at FPR {100 * at.rate:g} %", "right") for at in e.at),
        ("linked to someone", "right"),
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


def _counts(p: Proportion) -> str:
    return f"{p.hits}/{p.total}" if p.total else "–"


def _counted(p: Proportion) -> str:
    return f"{p.hits}/{p.total} [{p.low:.2f}, {p.high:.2f}]" if p.total else "–"


def _share(p: Proportion) -> str:
    return "–" if p.value is None else f"{p.value:.2f} [{p.low:.2f}, {p.high:.2f}]"


def _estimate(e: Estimate) -> str:
    return "–" if e.value is None else f"{e.value:.2f} [{e.low:.2f}, {e.high:.2f}]"
