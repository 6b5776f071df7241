"""Exit codes, and how errors reach a person. The only place that knows either."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from counterveil.errors import (
    BusyError,
    CounterveilError,
    EndpointError,
    InputError,
    NotFoundError,
    SettingsError,
    StateError,
    UsageError,
)
from counterveil.service.words import inert

FINE, FOUND, USAGE, PARTIAL, NOT_ALLOWED, WAITS, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

EXIT_CODES: dict[type[CounterveilError], int] = {
    UsageError: USAGE,
    SettingsError: USAGE,
    InputError: USAGE,
    NotFoundError: USAGE,
    BusyError: USAGE,
    StateError: USAGE,
    EndpointError: PARTIAL,
}

P = ParamSpec("P")
R = TypeVar("R")


def handled(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose expected failures become one clear sentence, a remedy and an exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CounterveilError as error:
            console = Console(stderr=True)
            console.print(Text.assemble(("error: ", "bold red"), inert(error.message)))
            if error.remedy:
                console.print(Text.assemble(("try:   ", "bold"), inert(error.remedy)))
            raise typer.Exit(EXIT_CODES.get(type(error), USAGE)) from error
        except KeyboardInterrupt as error:
            sys.stderr.write("\ninterrupted; what is finished is kept, run the same command to go on\n")
            raise typer.Exit(INTERRUPTED) from error

    return wrapped
