"""What customers declare that they use the service for, by class, as data."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from pydantic import Field

from counterveil.errors import SettingsError
from counterveil.policy.read import Frozen, shipped
from counterveil.policy.taxonomy import forms


class DeclaredClass(Frozen):
    """Words that name a use, and the kinds of work that it asks for."""

    words: Annotated[tuple[str, ...], Field(min_length=1)]
    forms: Annotated[tuple[str, ...], Field(min_length=1)]


class DeclaredPolicy(Frozen):
    """The whole of ``declared.toml``."""

    version: int
    fits_from: Annotated[float, Field(gt=0, le=1)]
    classes: Annotated[dict[str, DeclaredClass], Field(alias="class")]


@lru_cache(maxsize=1)
def declared() -> DeclaredPolicy:
    """The shipped classes, checked."""
    policy = DeclaredPolicy.model_validate(shipped("declared.toml"))
    unknown = {form for c in policy.classes.values() for form in c.forms} - forms().keys()
    if unknown:
        raise SettingsError(
            f"declared.toml: unknown forms {sorted(unknown)}", remedy="Forms are those of taxonomy.toml."
        )
    return policy
