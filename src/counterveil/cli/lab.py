"""``counterveil lab``: made-up logs with planted operations, and what was found of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from counterveil.cli.evaluate import evaluate
from counterveil.cli.exits import handled
from counterveil.cli.options import Home, Json, Quiet, Workers, settings_of
from counterveil.cli.progress import Shown
from counterveil.cli.render import json_out, out, table
from counterveil.service import lab

app = typer.Typer(help="Laboratory: scenario logs with planted operations, and measurement.", no_args_is_help=True)


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


app.command("evaluate")(evaluate)
