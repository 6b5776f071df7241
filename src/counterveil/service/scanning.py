"""The verbs that read logs: ingest and scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from counterveil.link.statements import STRATA
from counterveil.pipeline import ingest as ingest_stage
from counterveil.pipeline import scan as scan_stage
from counterveil.pipeline.ingest import IngestReport
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.scan import ScanReport
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings
from counterveil.sources.registry import BUILTIN


@dataclass(frozen=True, slots=True)
class InputChoice:
    """What to read and how: patterns, a named format, field overrides, the order of places of the account id."""

    patterns: Sequence[str]
    format_name: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    identity: Sequence[str] = ()


__all__ = ["STRATA", "IngestReport", "InputChoice", "Progress", "ScanReport", "formats", "ingest", "scan"]


def ingest(settings: Settings, choice: InputChoice, progress: Progress) -> IngestReport:
    """Take logs in without analysing them."""
    with for_writing(settings) as workspace:
        return ingest_stage.ingest(
            workspace,
            choice.patterns,
            format_name=choice.format_name,
            overrides=choice.overrides,
            identity=choice.identity,
            progress=progress,
        )


def scan(settings: Settings, choice: InputChoice, progress: Progress) -> ScanReport:
    """Take logs in and run every stage; with no patterns, analyse what is in."""
    with for_writing(settings) as workspace:
        return scan_stage.scan(
            workspace,
            choice.patterns,
            format_name=choice.format_name,
            overrides=choice.overrides,
            identity=choice.identity,
            progress=progress,
        )


def formats() -> list[tuple[str, str]]:
    """The log formats that ship: name and what it is."""
    return [(source.name, source.title) for source in BUILTIN]
