"""How policy files are read: frozen tables that know all of their fields, and errors that name the file."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from counterveil.errors import SettingsError


class Frozen(BaseModel):
    """A table of a policy file: nothing in it is unknown, and nothing changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def tables(
    source: str | Path | Traversable, file: str, remedy: str = "Correct the line that is named."
) -> dict[str, Any]:
    """What a file, or its text, holds; ``file`` is its name in messages.

    Raises:
        SettingsError: not TOML, with file and line.
    """
    try:
        return tomllib.loads(source if isinstance(source, str) else source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not valid TOML: {error}", remedy=remedy) from error


def shipped(file: str) -> dict[str, Any]:
    """What a file of the package holds."""
    return tables(files("counterveil.policy") / file, file)
