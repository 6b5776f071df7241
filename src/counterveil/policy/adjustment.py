"""Weights adjusted by people's decisions: a file of the workspace that says what the shipped weights are multiplied by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from counterveil.errors import SettingsError
from counterveil.policy.assessment import AssessmentPolicy, assessment
from counterveil.policy.read import Frozen, tables

FOLDER = "weights"
APPLIED = "applied.toml"
# How far decisions may move a weight in all, and in one step: never to another side. Chosen by us.
LEAST, MOST, STEP = 0.5, 2.0, 0.25
_REMEDY = "Run `counterveil weights revert`."


class Adjustment(Frozen):
    """One version of adjusted weights: who proposed it, from how many decisions, and the multipliers by consideration."""

    version: Annotated[str, Field(pattern=r"^W-[0-9a-f]+$")]
    proposed_by: Annotated[str, Field(min_length=1)]
    proposed_at: str
    assessment_version: int
    n_confirmed: int
    n_dismissed: int
    multiplier: dict[str, Annotated[float, Field(ge=LEAST, le=MOST)]]


def load_adjustment(path: Path) -> Adjustment:
    """A version's file, checked.

    Raises:
        SettingsError: names file and field.
    """
    try:
        return Adjustment.model_validate(tables(path, str(path), _REMEDY))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {place}: {first['msg']}", remedy=_REMEDY) from error


def written(adjustment: Adjustment) -> bytes:
    """The file of a version; the same version gives the same bytes."""
    head = [
        f'version = "{adjustment.version}"',
        f"proposed_by = {_quoted(adjustment.proposed_by)}",
        f'proposed_at = "{adjustment.proposed_at}"',
        f"assessment_version = {adjustment.assessment_version}",
        f"n_confirmed = {adjustment.n_confirmed}",
        f"n_dismissed = {adjustment.n_dismissed}",
        "",
        "[multiplier]",
    ]
    rows = [f"{_quoted(name)} = {float(value)!r}" for name, value in sorted(adjustment.multiplier.items())]
    return ("\n".join(head + rows) + "\n").encode()


def applied(home: Path) -> Adjustment | None:
    """The version in force in a workspace; None: the shipped weights.

    Raises:
        SettingsError: the file is damaged, or was fitted to another version of ``assessment.toml``.
    """
    path = home / FOLDER / APPLIED
    if not path.is_file():
        return None
    found = load_adjustment(path)
    if found.assessment_version != assessment().version:
        raise SettingsError(
            f"{path}: fitted to weights v{found.assessment_version}, these are v{assessment().version}",
            remedy="Run `counterveil weights revert`, then propose anew.",
        )
    return found


def adjusted(home: Path) -> tuple[AssessmentPolicy, str]:
    """The weights that a workspace uses, and the version of their adjustment (empty: as shipped)."""
    policy, found = assessment(), applied(home)
    if found is None:
        return policy, ""
    group = policy.group.model_copy(update={"multiplier": dict(found.multiplier)})
    return policy.model_copy(update={"group": group}), found.version


def _quoted(text: str) -> str:
    escaped = "".join(
        c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
        for c in text
    )
    return f'"{escaped}"'
