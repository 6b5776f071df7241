"""``counterveil leads``: the queue."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from counterveil.cli.exits import handled
from counterveil.cli.options import Home, Json, home_option, settings_of
from counterveil.cli.render import cell, json_out, ledger, out, percent, table
from counterveil.service import findings
from counterveil.service.words import inert

app = typer.Typer(help="The queue: what the machine thinks a person should look at.", no_args_is_help=True)


def lead_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Leads, one a row, the first to look at on top."""
    return table(
        [
            ("lead", "left"),
            ("about", "left"),
            ("what", "left"),
            ("severity", "left"),
            ("confidence", "right"),
            ("rank", "right"),
            ("strongest reason", "left"),
        ],
        [
            [
                cell(lead["lead_id"]),
                cell(lead["about"], width=26),
                cell(lead["title"]),
                cell(f"S{lead['severity']}"),
                percent(lead["confidence"]),
                cell(f"{lead['rank_score']:.2f}"),
                cell(_why(lead), width=60),
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
) -> None:
    """List the queue, ranked by severity × confidence × reach."""
    rows = findings.list_leads(settings_of(home))
    if as_json:
        json_out("leads", rows)
        return
    console = out()
    if not rows:
        console.print("No leads. Linked groups with an innocent explanation: counterveil operations list --all")
        return
    console.print(lead_table(rows[:limit]))
    console.print(
        f"{min(limit, len(rows))} of {len(rows)} leads. One of them: counterveil leads show {rows[0]['lead_id']}{inert(home_option(home))}"
    )


@app.command("show")
@handled
def show_lead(
    lead_id: Annotated[str, typer.Argument(help="Lead id, or its beginning.")],
    *,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show one lead with its ledger, for and against."""
    lead = findings.show_lead(settings_of(home), lead_id)
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
    ledger(console, lead["ledger"], lead["confidence"])
    if lead["kind"] == "subject":
        console.print("A lone subject's confidence is scaled to at most 0.45: one account's texts alone never suffice.")
    console.print(cell(f"Best innocent explanation: {lead['innocent_explanation']}."))
    what = "operations" if lead["kind"] == "operation" else "accounts"
    # An account chose its name: what is pasted from here must be one word to the shell.
    console.print(f"Evidence: counterveil {what} show {shlex.quote(inert(lead['about']))}")


def _why(lead: dict[str, Any]) -> str:
    best = max(lead["ledger"], key=lambda e: e["log_odds"], default=None)
    return f"{best['name']}: {best['reason']}" if best else ""
