"""Options that several commands take, and how they become settings."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from counterveil.errors import UsageError
from counterveil.service.scanning import InputChoice
from counterveil.settings import Settings, load

Home = Annotated[Path | None, typer.Option("--home", help="Workspace folder.", rich_help_panel="Workspace")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON with a schema version instead of tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
Workers = Annotated[int | None, typer.Option("--workers", help="Processes to use.", rich_help_panel="Workspace")]
Reveal = Annotated[
    str | None,
    typer.Option(
        "--reveal", help="Show personal values unmasked, for this stated purpose; it is recorded.", metavar="PURPOSE"
    ),
]
Paths = Annotated[
    list[str] | None, typer.Argument(help="Files, folders, globs, or - for standard input.", show_default=False)
]
Format = Annotated[
    str | None,
    typer.Option("--format", help="Log format; told from the content if not given. See `counterveil sources`."),
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="FIELD=PATH in the raw record, or FIELD==CONSTANT. Repeatable.", show_default=False),
]
Identity = Annotated[
    str | None,
    typer.Option("--identity", help="Comma-separated places of the account id, the first filled one counts."),
]


def home_option(home: Path | None) -> str:
    """What to add to a command that is shown, so that it finds the same workspace."""
    return f" --home {shlex.quote(str(home))}" if home is not None else ""


def settings_of(home: Path | None, workers: int | None = None) -> Settings:
    """The settings with what the command line says."""
    return load({"home": home, "workers": workers})[0]


def choice_of(
    paths: list[str] | None, format_name: str | None, maps: list[str] | None, identity: str | None
) -> InputChoice:
    """What to read. Raises UsageError for a --map without ``=``."""
    overrides = {}
    for item in maps or []:
        name, equals, path = item.partition("=")
        if not equals or not name or not path:
            raise UsageError(
                f"--map {item}: not FIELD=PATH",
                remedy="For example --map account_id=metadata.team, or --map channel==api.",
            )
        overrides[name.strip()] = path.strip()
    places = tuple(p.strip() for p in (identity or "").split(",") if p.strip())
    return InputChoice(tuple(paths or ()), format_name, overrides, places)
