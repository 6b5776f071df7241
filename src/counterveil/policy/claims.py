"""How people describe the work itself, in many languages, as data."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

Slot = Literal["role", "client", "quota", "kpi", "team", "tool", "report", "pay", "targets"]


class ClaimRule(BaseModel):
    """One pattern of one language (``any``: all), with texts that it must and must not find."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slot: Slot
    lang: str
    pattern: str
    finds: tuple[str, ...]
    passes: tuple[str, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        re.compile(value)
        return value


@lru_cache(maxsize=1)
def claim_rules() -> tuple[ClaimRule, ...]:
    """The shipped rules, checked."""
    text = (files("counterveil.policy") / "claims.toml").read_text(encoding="utf-8")
    return tuple(ClaimRule.model_validate(row) for row in tomllib.loads(text)["claim"])
