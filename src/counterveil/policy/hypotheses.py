"""Competing explanations of what an operation is for, as data."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from counterveil.errors import SettingsError
from counterveil.policy.read import Frozen, tables
from counterveil.policy.taxonomy import BehaviourId, Line, taxonomy

FILE = "hypotheses.toml"
_MIN_ABUSIVE, _MIN_INNOCENT = 2, 1


class HypothesisRule(Frozen):
    """One explanation and how evidence stands to it; see the head of ``hypotheses.toml``."""

    hypothesis_id: Annotated[str, Field(alias="id", pattern="^[a-z_]+$")]
    name: Line
    innocent: bool = False
    behaviours: tuple[BehaviourId, ...]
    related: tuple[BehaviourId, ...]
    fits: tuple[Line, ...]
    against: tuple[Line, ...]
    would_change: Line

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        both = (set(self.fits) & set(self.against)) | (set(self.behaviours) & set(self.related))
        if both:
            raise ValueError(f"both for and against: {', '.join(sorted(both))}")
        unknown = {*self.behaviours, *self.related} - taxonomy().keys()
        if unknown:
            raise ValueError(f"not in the taxonomy: {', '.join(sorted(unknown))}")
        return self


class BoardWeights(Frozen):
    """What items may count, and how many explanations are shown."""

    a: Annotated[float, Field(alias="A", gt=0, le=1)]
    b: Annotated[float, Field(alias="B", gt=0, le=1)]
    behaviour_full: Annotated[float, Field(gt=0)]
    behaviour_least: Annotated[float, Field(ge=0)]
    signal_least: Annotated[float, Field(ge=0, lt=1)]
    signal_full: Annotated[float, Field(gt=0)]
    consideration_full: Annotated[float, Field(gt=0)]
    step: Annotated[float, Field(ge=0.001)]
    abusive: Annotated[int, Field(ge=_MIN_ABUSIVE)]
    innocent: Annotated[int, Field(ge=_MIN_INNOCENT)]


class HypothesisPolicy(Frozen):
    """The whole of ``hypotheses.toml``."""

    version: Annotated[int, Field(strict=True, ge=1)]
    weights: BoardWeights
    hypothesis: tuple[HypothesisRule, ...]

    @model_validator(mode="after")
    def _can_compete(self) -> Self:
        ids = [h.hypothesis_id for h in self.hypothesis]
        if len(set(ids)) != len(ids):
            raise ValueError("an id is used twice")
        n_innocent = sum(h.innocent for h in self.hypothesis)
        if n_innocent < _MIN_INNOCENT or len(ids) - n_innocent < _MIN_ABUSIVE:
            raise ValueError("at least two explanations of abuse and an innocent one are needed")
        return self


def parse_hypotheses(text: str, file: str = FILE) -> HypothesisPolicy:
    """A file's text, checked.

    Raises:
        SettingsError: names file, place and what is wrong.
    """
    try:
        return HypothesisPolicy.model_validate(tables(text, file))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"{file}: {place}: {first['msg']}", remedy="Correct that field; the head of the file tells what it holds."
        ) from error


@lru_cache(maxsize=1)
def hypotheses() -> HypothesisPolicy:
    """The shipped explanations, checked."""
    return parse_hypotheses((files("counterveil.policy") / FILE).read_text(encoding="utf-8"))
