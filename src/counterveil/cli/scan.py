"""``counterveil scan`` and ``counterveil ingest``."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console

from counterveil.cli.exits import FINE, PARTIAL, handled
from counterveil.cli.judge import report_data, report_lines
from counterveil.cli.leads import lead_table
from counterveil.cli.options import Format, Home, Identity, Json, Map, Paths, Quiet, Workers, choice_of, settings_of
from counterveil.cli.progress import Shown
from counterveil.cli.render import cell, json_out, out
from counterveil.errors import UsageError
from counterveil.service import leads, scanning
from counterveil.service.scanning import STRATA, IngestReport, ScanReport
from counterveil.service.words import inert
from counterveil.settings import Settings


@handled
def scan(
    paths: Paths = None,
    *,
    format_name: Format = None,
    maps: Map = None,
    identity: Identity = None,
    home: Home = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Read logs and run every stage: turns, artefacts, links, operations, leads.

    Incremental: what was read before is not read again. With no paths, analyse what is in the workspace.
    Exits with 3 when some records were rejected (see rejects.jsonl in the workspace) or a judge did not answer.
    """
    settings = settings_of(home, workers)
    if not paths and not (settings.home / "state.db").exists():
        raise UsageError("nothing to scan", remedy="Give log files: counterveil scan LOGS…")
    with Shown(quiet=quiet) as progress:
        report = scanning.scan(settings, choice_of(paths, format_name, maps, identity), progress)
    if as_json:
        json_out("scan", scan_data(report, settings))
    else:
        console = out()
        ingest_lines(console, report.ingest, settings)
        scan_lines(console, report)
        queue = leads.list_leads(settings)
        if queue:
            console.print(lead_table(queue[:10]))
            console.print(
                f"{len(queue)} leads. Next: counterveil operations show {_first_operation(queue)}{_home(settings)}"
            )
        else:
            console.print(
                "No leads: no linked group looks like abuse. Linked groups: counterveil operations list --all"
            )
        quality_line(console, report.quality, settings)
    unanswered = report.judged is not None and report.judged.is_partial
    raise typer.Exit(PARTIAL if report.ingest.n_rejects or unanswered else FINE)


@handled
def ingest(
    paths: Paths = None,
    *,
    format_name: Format = None,
    maps: Map = None,
    identity: Identity = None,
    home: Home = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Read logs into the workspace without analysing them. Repeatable and resumable: an event counts once."""
    settings = settings_of(home, workers)
    if not paths:
        raise UsageError("nothing to read", remedy="Give files, folders, globs, or - for standard input.")
    with Shown(quiet=quiet) as progress:
        report = scanning.ingest(settings, choice_of(paths, format_name, maps, identity), progress)
    if as_json:
        json_out("ingest", ingest_data(report))
    else:
        ingest_lines(out(), report, settings)
    raise typer.Exit(PARTIAL if report.n_rejects else FINE)


def ingest_lines(console: Console, report: IngestReport, settings: Settings) -> None:
    """What came in, what did not and why."""
    if not report.n_files:
        return
    formats = ", ".join(sorted(report.formats)) or "nothing new"
    console.print(
        f"{report.n_files} files ({formats}): {report.n_events:,} new events, {report.n_duplicates:,} duplicates, "
        f"{report.n_accounts:,} account records, {report.n_rejects:,} rejects"
        + (f", {report.known_units:,} units of input were in already" if report.known_units else "")
    )
    for reason, n in report.skipped.most_common():
        console.print(f"  not events: {n:,} × {reason}")
    if report.n_rejects:
        console.print(
            f"  rejected records, with file, line, field and remedy: {inert(str(settings.home / 'rejects.jsonl'))}"
        )


def ingest_data(report: IngestReport) -> dict[str, Any]:
    """The report as plain values (``asdict`` would count a Counter's pairs instead of copying it)."""
    return {name: getattr(report, name) for name in IngestReport.__dataclass_fields__}


def scan_lines(console: Console, report: ScanReport) -> None:
    """One line a stage."""
    funnel = report.linked.funnel
    console.print(
        f"{report.linked.n_population:,} subjects; {report.n_observed:,} new texts observed, {report.read.n_texts:,} read, "
        f"{report.read.n_second:,} of them or others read again closely"
        + (
            f"; {report.read.n_subjects_unread:,} subjects unread (no text, or budget)"
            if report.read.n_subjects_unread
            else ""
        )
        + (
            f"; {report.read.n_texts_not_covered:,} texts in languages not covered"
            if report.read.n_texts_not_covered
            else ""
        )
    )
    console.print(
        f"{funnel['n_shared_things']:,} shared things, {funnel['n_hubs']:,} hubs ignored; {funnel['n_pairs']:,} pairs met, "
        f"{funnel['n_links']:,} links, {len(report.linked.groups):,} groups"
    )
    for name, found in zip(STRATA, report.linked.discoveries, strict=True):
        console.print(
            f"  links by {name}: sure from {found.bits:.1f} bits, {found.n_observed:,} of them; chance makes {found.n_null:.1f} "
            f"(false discovery rate {found.rate:.1%})"
        )
    if report.judged is not None:
        report_lines(console, report.judged)


def quality_line(console: Console, summary: Mapping[str, Any], settings: Settings) -> None:
    """One line, and only where the view of the log has a hole: blind spots, bad data, drift."""
    parts = []
    if n := summary["n_blind_spots"]:
        parts.append(
            f"{n} topics read as concerning and nothing flags them ({summary['n_subjects_in_blind_spots']:,} subjects: quality disagreement)"
        )
    if bad := summary["bad_checks"]:
        parts.append(f"the data have faults: {', '.join(bad)} (quality health)")
    if n := summary["n_drifted"]:
        parts.append(f"{n} distributions have moved since the reference (quality drift)")
    if parts:
        console.print(cell(f"Quality: {'; '.join(parts)}. Each: counterveil quality …{_home(settings)}"))


def scan_data(report: ScanReport, settings: Settings) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "home": str(settings.home),
        "ingest": ingest_data(report.ingest),
        "n_observed": report.n_observed,
        "n_buckets_recomputed": report.n_buckets,
        "read": asdict(report.read),
        "linking": {
            "n_population": report.linked.n_population,
            "threshold_bits": report.linked.threshold_bits,
            "discoveries": [
                {
                    "stratum": name,
                    "sure_bits": d.bits,
                    "n_sure": d.n_observed,
                    "n_by_chance": d.n_null,
                    "false_discovery_rate": d.rate,
                }
                for name, d in zip(STRATA, report.linked.discoveries, strict=True)
            ],
            **report.linked.funnel,
        },
        "n_operations": sum(o.verdict.value == "suspected" for o in report.assessed.operations),
        "n_groups": len(report.assessed.operations),
        "n_leads": len(report.assessed.leads),
        "operation_changes": asdict(report.assessed.operation_changes),
        "lead_changes": asdict(report.assessed.lead_changes),
        "judge": None if report.judged is None else report_data(report.judged),
        "quality": report.quality,
        "seconds": report.seconds,
    }


def _first_operation(queue: list[dict[str, Any]]) -> str:
    return next((str(lead["about"]) for lead in queue if lead["kind"] == "operation"), "ID")


def _home(settings: Settings) -> str:
    return f" --home {shlex.quote(inert(str(settings.home)))}"
