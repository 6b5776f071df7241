"""What customers declare that they use the service for, by class, as data."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from counterveil.errors import SettingsError
from counterveil.policy.taxonomy import forms


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeclaredClass(_Frozen):
    """Words that name a use, and the kinds of work that it asks for."""

    words: Annotated[tuple[str, ...], Field(min_length=1)]
    forms: Annotated[tuple[str, ...], Field(min_length=1)]


class DeclaredPolicy(_Frozen):
    """The whole of ``declared.toml``."""

    version: int
    fits_from: Annotated[float, Field(gt=0, le=1)]
    classes: Annotated[dict[str, DeclaredClass], Field(alias="class")]


@lru_cache(maxsize=1)
def declared() -> DeclaredPolicy:
    """The shipped classes, checked."""
    text = (files("counterveil.policy") / "declared.toml").read_text(encoding="utf-8")
    policy = DeclaredPolicy.model_validate(tomllib.loads(text))
    unknown = {form for c in policy.classes.values() for form in c.forms} - forms().keys()
    if unknown:
        raise SettingsError(
            f"declared.toml: unknown forms {sorted(unknown)}", remedy="Forms are those of taxonomy.toml."
        )
    return policy
