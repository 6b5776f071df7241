"""``counterveil lab evaluate``: a finished scan, or a whole pack with background and adversaries, against its key."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from counterveil.cli.exits import FINE, FOUND, PARTIAL, handled
from counterveil.cli.options import Json, Quiet, Workers, settings_of
from counterveil.cli.progress import Shown
from counterveil.cli.render import json_out, out
from counterveil.cli.scorecard import measured_tables, scorecard_tables
from counterveil.errors import UsageError
from counterveil.service import lab
from counterveil.service.evaluation import CPU_HOUR_USD, Plan, evaluate_pack

_PACK = "Evaluate a pack"
_ONE_OR_OTHER = "Either RUN and TRUTH, or --pack DIR. See `counterveil lab evaluate --help`."


@handled
def evaluate(
    run: Annotated[Path | None, typer.Argument(help="Workspace of a finished scan (its --home).")] = None,
    truth: Annotated[
        Path | None, typer.Argument(help="Its key: a scenario's truth folder, a pack's folder, or a labels.csv.")
    ] = None,
    *,
    pack: Annotated[
        Path | None,
        typer.Option("--pack", help="Folder with events.jsonl, accounts.jsonl and labels.csv.", rich_help_panel=_PACK),
    ] = None,
    background: Annotated[
        list[str] | None,
        typer.Option(
            "--background",
            help="Log of ordinary accounts, in any format that a scan reads. Repeatable.",
            show_default=False,
            rich_help_panel=_PACK,
        ),
    ] = None,
    background_format: Annotated[
        str | None,
        typer.Option(
            "--background-format", help="Its format; told from the content if not given.", rich_help_panel=_PACK
        ),
    ] = None,
    ratio: Annotated[
        list[float] | None,
        typer.Option(
            "--ratio",
            help="Background accounts per malicious account of the pack. Repeatable. Default: as many as there are. "
            "Without --background they are generated.",
            show_default=False,
            rich_help_panel=_PACK,
        ),
    ] = None,
    adversary: Annotated[
        list[str] | None,
        typer.Option(
            "--adversary",
            help="Also with this way to evade: paraphrase, split, low_and_slow, shared_vpn, padding, em_dash, lookalike, "
            "no_infrastructure, no_context, or all. Repeatable.",
            show_default=False,
            rich_help_panel=_PACK,
        ),
    ] = None,
    ablate: Annotated[
        list[str] | None,
        typer.Option(
            "--ablate",
            help="Also with something taken from all accounts: context (locale, country, user agent, network).",
            show_default=False,
            rich_help_panel=_PACK,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Chooses background accounts and dice.", rich_help_panel=_PACK)
    ] = 1,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep", help="Keep mixes and workspaces in this new folder; else they are removed.", rich_help_panel=_PACK
        ),
    ] = None,
    cpu_hour_usd: Annotated[
        float,
        typer.Option(
            "--cpu-hour-usd",
            min=0.0,
            help="Price of one CPU for an hour, for the cost of a sweep; the default was chosen by us.",
            rich_help_panel=_PACK,
        ),
    ] = CPU_HOUR_USD,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write one self-contained page with plots (extra `lab`).")
    ] = None,
    brief: Annotated[bool, typer.Option("--brief", help="Only the summary and the operations.")] = False,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Measure a finished scan against its truth (RUN TRUTH), or scan and measure a whole pack (--pack DIR).

    A pack is any folder with events.jsonl, labels.csv and, if there is one, accounts.jsonl: docs/evaluation-packs.md.
    With RUN TRUTH, exits with 1 when an operation has no member above the strictest threshold; with --pack, exits with 3
    when lines of the pack could not be read.
    """
    if html is not None:
        lab.check_page(html)
    if pack is None:
        if run is None or truth is None:
            raise UsageError("nothing to evaluate", remedy=_ONE_OR_OTHER)
        if background or ratio or adversary or ablate or keep or background_format:
            raise UsageError(
                "--background, --ratio, --adversary, --ablate and --keep need --pack", remedy=_ONE_OR_OTHER
            )
        settings = settings_of(run, workers)
        measured = lab.evaluate(settings, truth)
        if html is not None:
            lab.write_page(lab.card_of_run(truth, measured), html)
        if as_json:
            json_out("evaluation", asdict(measured))
        else:
            measured_tables(out(), measured, brief=brief)
        missed = any(row.flagged[0].hits == 0 for row in measured.counterveil.operations)
        raise typer.Exit(FOUND if missed and not sys.flags.interactive else FINE)
    if run is not None or truth is not None:
        raise UsageError("RUN and TRUTH are for a finished scan, --pack scans itself", remedy=_ONE_OR_OTHER)
    plan = Plan(
        pack=pack,
        background=tuple(background or ()),
        background_format=background_format,
        ratios=tuple(dict.fromkeys(ratio or ())),
        adversaries=tuple(adversary or ()),
        ablate=tuple(dict.fromkeys(ablate or ())),
        seed=seed,
        keep=keep,
        cpu_hour_usd=cpu_hour_usd,
    )
    with Shown(quiet=quiet) as progress:
        card = evaluate_pack(settings_of(None, workers), plan, progress)
    if html is not None:
        lab.write_page(card, html)
    if as_json:
        json_out("scorecard", asdict(card))
    else:
        scorecard_tables(out(), card, brief=brief)
    raise typer.Exit(PARTIAL if card.rejects else FINE)
