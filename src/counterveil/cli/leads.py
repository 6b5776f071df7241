"""``counterveil leads``: the queue, and what people decide about its rows."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterveil.cli.exits import handled
from counterveil.cli.options import Home, Json, home_option, settings_of
from counterveil.cli.render import cell, json_out, ledger, out, percent, table
from counterveil.service import leads
from counterveil.service.leads import DecisionKind
from counterveil.service.words import inert

app = typer.Typer(help="The queue: what the machine thinks a person should look at.", no_args_is_help=True)

LeadId = Annotated[str, typer.Argument(help="Lead id, or its beginning.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is recorded.", metavar="WORDS")]
Author = Annotated[str | None, typer.Option("--by", help="Who decides; your login name by default.")]


def lead_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Leads, one a row, the first to look at on top, each with its three strongest reasons and its twins."""
    return table(
        [
            ("lead", "left"),
            ("about", "left"),
            ("what", "left"),
            ("severity", "left"),
            ("confidence", "right"),
            ("rank", "right"),
            ("age", "right"),
            ("new", "right"),
            ("strongest reasons, and twins", "left"),
        ],
        [
            [
                cell(lead["lead_id"]),
                cell(lead["about"], width=22),
                cell(lead["title"]),
                cell(f"S{lead['severity']}"),
                percent(lead["confidence"]),
                cell(f"{lead['rank_score']:.2f}"),
                cell(_age(lead["first_found_at"])),
                cell("new" if lead["decided"] is None else f"{100 * lead['novelty']:.0f} %"),
                _why(lead),
            ]
            for lead in rows
        ],
    )


@app.command("list")
@handled
def list_leads(
    *,
    home: Home = None,
    as_json: Json = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many.")] = 25,
    everything: Annotated[bool, typer.Option("--all", help="Also leads that people have put down.")] = False,
) -> None:
    """List the queue, ranked by severity × confidence × reach × novelty."""
    settings = settings_of(home)
    rows = leads.list_leads(settings, include_decided=everything)
    if as_json:
        json_out("leads", rows)
        return
    console = out()
    if not rows:
        n_down = 0 if everything else len(leads.list_leads(settings, include_decided=True))
        if n_down:
            console.print(f"Nothing waiting: {n_down} leads were decided. They are in: counterveil leads list --all")
        else:
            console.print("No leads. Linked groups with an innocent explanation: counterveil operations list --all")
        return
    console.print(lead_table(rows[:limit]))
    console.print(
        f"{min(limit, len(rows))} of {len(rows)} leads. One of them: counterveil leads show {rows[0]['lead_id']}{inert(home_option(home))}"
    )


@app.command("show")
@handled
def show_lead(lead_id: LeadId, *, home: Home = None, as_json: Json = False) -> None:
    """Show one lead with its ledger, for and against, its twins, and what was decided."""
    lead = leads.show_lead(settings_of(home), lead_id)
    if as_json:
        json_out("lead", lead)
        return
    console = out()
    console.print(cell(f"{lead['lead_id']}  {lead['title']}", style="bold"))
    console.print(
        cell(
            f"about {lead['about']} · severity S{lead['severity']} (harm if true) · first found {lead['first_found_at'][:16]}Z"
        )
    )
    console.print(
        cell(f"{lead['state']} · novelty {lead['novelty']:.2f} · rank {lead['rank_score']:.2f} · {lead['why']}")
    )
    ledger(console, lead["ledger"], lead["confidence"])
    if lead["kind"] == "subject":
        console.print("A lone subject's confidence is scaled to at most 0.45: one account's texts alone never suffice.")
    console.print(cell(f"Best innocent explanation: {lead['innocent_explanation']}."))
    for twin in lead["twins"]:
        console.print(cell(f"Twin: {twin['kind']} {twin['about']}, confidence {twin['confidence']:.2f}: {twin['why']}"))
    for made in lead["decisions"]:
        console.print(cell(f"{made['at'][:16]}Z  {made['kind']} by {made['author']}: {made['reason']}"))
    what = "operations" if lead["kind"] == "operation" else "accounts"
    # An account chose its name: what is pasted from here must be one word to the shell.
    console.print(f"Evidence: counterveil {what} show {shlex.quote(inert(lead['about']))}")


@app.command("dismiss")
@handled
def dismiss(lead_id: LeadId, *, reason: Reason, author: Author = None, home: Home = None) -> None:
    """Say that a lead is no abuse. It stays down until there is new evidence; dismissals teach the weights."""
    _decide(home, lead_id, DecisionKind.DISMISSED, author, reason)


@app.command("snooze")
@handled
def snooze(lead_id: LeadId, *, reason: Reason, author: Author = None, home: Home = None) -> None:
    """Put a lead away until there is new evidence, without saying what it is."""
    _decide(home, lead_id, DecisionKind.SNOOZED, author, reason)


@app.command("confirm")
@handled
def confirm(lead_id: LeadId, *, reason: Reason, author: Author = None, home: Home = None) -> None:
    """Say that a lead is abuse. It leaves the queue until there is new evidence; confirmations teach the weights."""
    _decide(home, lead_id, DecisionKind.CONFIRMED, author, reason)


@app.command("reopen")
@handled
def reopen(
    lead_id: LeadId,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is recorded.", metavar="WORDS")] = "",
    author: Author = None,
    home: Home = None,
) -> None:
    """Take back the decision in force; the one before it counts again. All decisions stay on record."""
    lead = leads.reopen(settings_of(home), lead_id, author=author or getpass.getuser(), reason=reason)
    out().print(cell(f"{lead['lead_id']} is {lead['state']} again."))


def _decide(home: Path | None, lead_id: str, kind: DecisionKind, author: str | None, reason: str) -> None:
    lead = leads.decide(settings_of(home), lead_id, kind, author=author or getpass.getuser(), reason=reason)
    out().print(
        cell(
            f"{lead['lead_id']} is {lead['state']} until there is new evidence. Take it back: leads reopen {lead['lead_id']}"
        )
    )


def _age(first_found_at: str) -> str:
    """How long ago a lead was first found: hours, then days."""
    hours = (datetime.now(UTC) - datetime.fromisoformat(first_found_at)).total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"


def _why(lead: dict[str, Any]) -> Text:
    lines = [cell(reason, width=58) for reason in lead["reasons"]]
    if lead["state"] == "re-raised" or not lead["waiting"]:
        lines.insert(0, cell(lead["why"], width=58))
    if lead["twins"]:
        lines.append(cell(f"+ {len(lead['twins'])} twins: {', '.join(t['about'] for t in lead['twins'])}", width=58))
    return Text("\n").join(lines)
