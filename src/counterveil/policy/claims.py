"""How people describe the work itself, the stages of fraud by chat, and attempts to steer a judge, as data."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from counterveil.errors import SettingsError
from counterveil.policy.read import tables

FILE = "claims.toml"
STAGES_FILE = "stages.toml"
STEERING_FILE = "steering.toml"
STAGE = "stage_"
STEER = "steer_"
Slot = Literal[
    "role",
    "client",
    "quota",
    "kpi",
    "team",
    "tool",
    "report",
    "pay",
    "targets",
    "stage_contact",
    "stage_trust",
    "stage_money",
    "stage_obstacle",
    "steer_judge",
    "steer_model",
]
# An escaped character or a set: what looks like a repetition inside them is none.
_INERT = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")


class ClaimRule(BaseModel):
    """One pattern of one language (``any``: all), with texts that it must and must not find."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slot: Slot
    lang: Annotated[str, Field(pattern="^(?:[a-z]{2}|any)$")]
    pattern: str
    finds: Annotated[tuple[str, ...], Field(min_length=2)]
    passes: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        try:
            compiled = self.compiled()
        except re.error as error:
            raise ValueError(f"pattern: {error}") from error
        if _UNBOUNDED.search(_INERT.sub("x", self.pattern)):
            raise ValueError("pattern: a repetition without bound, write {0,40}")
        if compiled.search(""):
            raise ValueError("pattern: it finds the empty text")
        return self

    def compiled(self) -> re.Pattern[str]:
        """The pattern ready for use: case does not matter."""
        return re.compile(self.pattern, re.IGNORECASE)


def rules_of(text: str, file: str = FILE) -> tuple[ClaimRule, ...]:
    """The rules of a file's text, checked; ``file`` is its name in messages.

    Raises:
        SettingsError: not TOML, no rules, or a rule that cannot be used, by its number, slot and language.
    """
    rows = tables(text, file).get("claim")
    if not isinstance(rows, list) or not rows:
        raise SettingsError(f"{file}: no rules", remedy="Write each rule as a [[claim]] table.")
    rules = tuple(_rule(file, number, row) for number, row in enumerate(rows, 1))
    seen: dict[tuple[str, str, str], int] = {}
    for number, rule in enumerate(rules, 1):
        first = seen.setdefault((rule.slot, rule.lang, rule.pattern), number)
        if first != number:
            raise SettingsError(f"{file}: rule {number} repeats rule {first}", remedy="Remove one of the two.")
    return rules


def _rule(file: str, number: int, row: object) -> ClaimRule:
    try:
        return ClaimRule.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        told = f"({row.get('slot', '?')}, {row.get('lang', '?')})" if isinstance(row, dict) else "(no table)"
        raise SettingsError(
            f"{file}: rule {number} {told}: {f'{key}: ' if key else ''}{first['msg'].removeprefix('Value error, ')}",
            remedy="Correct this rule: slot, lang, a pattern with bounded repetitions, two `finds`, one of `passes`.",
        ) from error


@lru_cache(maxsize=1)
def claim_rules() -> tuple[ClaimRule, ...]:
    """The shipped rules, checked: self-description, then stages, then steering."""
    folder = files("counterveil.policy")
    return tuple(
        rule
        for file in (FILE, STAGES_FILE, STEERING_FILE)
        for rule in rules_of((folder / file).read_text(encoding="utf-8"), file)
    )
