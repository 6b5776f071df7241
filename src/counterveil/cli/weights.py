"""``counterveil weights``: what people's decisions propose, reviewed by another person, taken back at any time."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer
from rich.console import Console

from counterveil.cli.exits import handled
from counterveil.cli.options import Home, Json, settings_of
from counterveil.cli.render import cell, json_out, out, table
from counterveil.service import weights

app = typer.Typer(
    help="Weights of groups, adjusted by decisions: proposed by one, applied by another.", no_args_is_help=True
)
Version = Annotated[str, typer.Argument(help="A version (W-…), or its beginning.")]


@app.command("propose")
@handled
def propose(
    *,
    author: Annotated[str | None, typer.Option("--by", help="Who proposes; your login name by default.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Fit a small correction to dismissed and confirmed leads, and show what it would change. Nothing is applied."""
    found = weights.propose(settings_of(home), author=author or getpass.getuser())
    _print(found, as_json=as_json)


@app.command("show")
@handled
def show(version: Version, *, home: Home = None, as_json: Json = False) -> None:
    """Show a version: weights now and then, and the operations whose confidence would change."""
    _print(weights.show(settings_of(home), version), as_json=as_json)


@app.command("apply")
@handled
def apply(
    version: Version,
    *,
    reviewer: Annotated[str, typer.Option("--reviewer", help="Who reviewed it: not who proposed it.")],
    home: Home = None,
) -> None:
    """Put a version in force; the next scan uses it."""
    found = weights.apply(settings_of(home), version, reviewer=reviewer)
    out().print(cell(f"{found['in_force']} is in force. `counterveil scan` without paths weighs anew."))


@app.command("revert")
@handled
def revert(
    *,
    author: Annotated[str | None, typer.Option("--by", help="Who reverts; your login name by default.")] = None,
    home: Home = None,
) -> None:
    """Take back the latest version applied; what was in force before it is so again, byte for byte."""
    found = weights.revert(settings_of(home), author=author or getpass.getuser())
    out().print(cell(f"{found['in_force'] or 'The shipped weights'} in force again. `counterveil scan` weighs anew."))


@app.command("list")
@handled
def list_versions(*, home: Home = None, as_json: Json = False) -> None:
    """List what was proposed, applied and reverted, and how many decisions there are to learn from."""
    found = weights.list_versions(settings_of(home))
    if as_json:
        json_out("weights", found)
        return
    console = out()
    if found["events"]:
        heads = [("when", "left"), ("version", "left"), ("what", "left"), ("by", "left")]
        rows = [[cell(e["at"][:16]), cell(e["version"]), cell(e["kind"]), cell(e["author"])] for e in found["events"]]
        console.print(table(heads, rows))
    console.print(cell(f"In force: {found['in_force'] or 'the shipped weights'}."))
    console.print(
        f"{found['n_confirmed']} confirmed and {found['n_dismissed']} dismissed leads about operations; "
        f"a proposal needs {found['needed']} of each."
    )


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        json_out("weights_version", found)
        return
    console = out()
    console.print(
        cell(
            f"{found['version']}  proposed by {found['proposed_by']} on {found['proposed_at'][:16]} "
            f"from {found['n_confirmed']} confirmed and {found['n_dismissed']} dismissed leads",
            style="bold",
        )
    )
    _changes(console, found)
    console.print(cell(f"Apply, as another person: counterveil weights apply {found['version']} --reviewer NAME"))


def _changes(console: Console, found: dict[str, Any]) -> None:
    heads = [("consideration", "left"), ("multiplied now", "right"), ("then", "right")]
    rows = [[cell(c["consideration"]), cell(f"{c['now']:.2f}"), cell(f"{c['then']:.2f}")] for c in found["changes"]]
    console.print(table(heads, rows))
    if not found["operations"]:
        console.print("No operation's confidence would change.")
        return
    heads = [("operation", "left"), ("confidence now", "right"), ("then", "right"), ("verdict", "left")]
    rows = [
        [
            cell(o["operation_id"]),
            cell(f"{o['now']:.2f}"),
            cell(f"{o['then']:.2f}"),
            cell(o["verdict"] if o["verdict"] == o["verdict_then"] else f"{o['verdict']} → {o['verdict_then']}"),
        ]
        for o in found["operations"]
    ]
    console.print(table(heads, rows))
