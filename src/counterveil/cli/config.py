"""``counterveil config`` and ``counterveil doctor``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from counterveil.cli.exits import FINE, FOUND, handled
from counterveil.cli.options import Home, Json, settings_of
from counterveil.cli.render import cell, json_out, out, table
from counterveil.service import health
from counterveil.settings import Settings, load

app = typer.Typer(help="Settings.", no_args_is_help=True)


@app.command("show")
@handled
def show(
    *,
    home: Home = None,
    as_json: Json = False,
    origin: Annotated[bool, typer.Option("--origin", help="Where each value comes from.")] = False,
) -> None:
    """Show the settings in force."""
    settings, origins = load({"home": home})
    rows = [
        {"key": key, "value": str(getattr(settings, key)), "origin": origins[key], "meaning": field.description or ""}
        for key, field in Settings.model_fields.items()
    ]
    if as_json:
        json_out("config", rows)
        return
    columns = [("key", "left"), ("value", "left"), *([("origin", "left")] if origin else []), ("meaning", "left")]
    out().print(
        table(
            columns,
            [
                [cell(r["key"]), cell(r["value"]), *([cell(r["origin"])] if origin else []), cell(r["meaning"])]
                for r in rows
            ],
        )
    )


@handled
def doctor(*, home: Home = None, as_json: Json = False) -> None:
    """Try every part of the installation and the workspace. Exits with 1 when something is wrong."""
    checks = health.doctor(settings_of(home))
    if as_json:
        json_out("doctor", [asdict(c) for c in checks])
    else:
        console = out()
        rows = [
            [
                Text("ok" if c.ok else "FAULT", style="green" if c.ok else "bold red"),
                cell(c.name),
                cell(c.seen),
                cell("" if c.ok else c.remedy),
            ]
            for c in checks
        ]
        console.print(table([("", "left"), ("part", "left"), ("seen", "left"), ("remedy", "left")], rows))
    raise typer.Exit(FINE if all(c.ok for c in checks) else FOUND)
