"""The program: ``counterveil NOUN VERB``."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from counterveil import __version__
from counterveil.cli import accounts, config, judge, lab, leads, links, operations, quality, scan, weights
from counterveil.cli.exits import INTERRUPTED, USAGE
from counterveil.cli.options import Json
from counterveil.cli.render import json_out, out, table
from counterveil.logs import set_up
from counterveil.service.health import about
from counterveil.service.scanning import formats

app = typer.Typer(
    name="counterveil",
    help="From an AI service's own usage logs to suspected operations, with evidence that a person can check.",
    epilog="Begin with: counterveil scan LOGS…   then: counterveil leads list",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("scan")(scan.scan)
app.command("ingest")(scan.ingest)
app.add_typer(leads.app, name="leads")
app.add_typer(operations.app, name="operations")
app.add_typer(links.app, name="links")
app.add_typer(accounts.app, name="accounts")
app.add_typer(judge.app, name="judge")
app.add_typer(weights.app, name="weights")
app.add_typer(quality.app, name="quality")
app.add_typer(config.app, name="config")
app.add_typer(lab.app, name="lab")
app.command("doctor")(config.doctor)


@app.command("sources")
def sources(*, as_json: Json = False) -> None:
    """List the log formats that can be read."""
    rows = formats()
    if as_json:
        json_out("sources", [{"name": name, "title": title} for name, title in rows])
    else:
        out().print(table([("format", "left"), ("what it is", "left")], rows))


def _version(*, value: bool) -> None:
    if value:
        sys.stdout.write("".join(f"{name} {number}\n" for name, number in about().items()))
        raise typer.Exit


@app.callback()
def options(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more on standard error.")] = False,
    version: Annotated[  # noqa: ARG001 (its callback does the work)
        bool,
        typer.Option("--version", help="Versions of Counterveil and its engines.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Options before the command."""
    set_up(verbose=verbose)


def run() -> None:
    """Entry point: usage faults and crashes end with 2, an interruption with 130, a broken pipe quietly."""
    try:
        app(prog_name="counterveil")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(USAGE)
    except Exception:  # noqa: BLE001 (Python's own code for a crash is 1, which here means that a check found something)
        traceback.print_exc()
        sys.exit(USAGE)


__all__ = ["__version__", "app", "run"]
