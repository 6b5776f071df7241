"""The verbs of the quality report: topics of use, disagreement, drift, health of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterveil.errors import NotFoundError
from counterveil.pipeline.quality import report
from counterveil.pipeline.workspace import for_reading, for_writing
from counterveil.quality.health import Check, Status
from counterveil.quality.terms import MIN_SUBJECTS
from counterveil.service.scatter import scatter
from counterveil.settings import Settings
from counterveil.store import batches

__all__ = ["MIN_SUBJECTS", "Check", "Status", "disagreement", "drift", "freeze", "health", "map_of", "topics"]


def topics(settings: Settings) -> dict[str, Any]:
    """What the service is used for, as the last scan clustered it, the largest first. Raises NotFoundError before one."""
    return _last(settings)


def disagreement(settings: Settings) -> dict[str, Any]:
    """Every cluster's place between concern and flags, described, those to look at first. Raises NotFoundError before a scan."""
    stored = _last(settings)
    described = {topic["topic"]: topic for topic in stored["topics"]}
    standings = [described[s["topic"]] | s for s in stored["disagreement"]["standings"]]
    standings.sort(key=lambda s: (-s["n_to_look_at"], -(s["concern"]["value"] or 0.0), s["topic"]))
    return {**stored["disagreement"], "at": stored["at"], "n_flagged": stored["n_flagged"], "standings": standings}


def map_of(found: Mapping[str, Any]) -> str:
    """The disagreement as one self-contained SVG: flagged to the right, concern upwards, area by subjects."""
    return scatter(found)


def drift(settings: Settings) -> dict[str, Any]:
    """What has changed since the reference, and from week to week. Raises NotFoundError without a reference."""
    with for_reading(settings) as workspace:
        found = report.drift(workspace)
    if found is None:
        raise NotFoundError(
            "no reference to compare with",
            remedy="The first `counterveil scan` makes one, or `counterveil quality freeze`.",
        )
    return found


def freeze(settings: Settings) -> dict[str, Any]:
    """Make the present the reference; its plain counts."""
    with for_writing(settings) as workspace:
        return dict(report.freeze(workspace).counts)


def health(settings: Settings) -> list[Check]:
    """The checks of the data, as they are now."""
    with for_reading(settings) as workspace:
        return report.health(workspace)


def _last(settings: Settings) -> dict[str, Any]:
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        stored: dict[str, Any] | None = batches.get_fact(connection, report.REPORT)
    if stored is None:
        raise NotFoundError("no quality report yet", remedy="Run `counterveil scan` without paths: it ends with one.")
    return stored
