"""The main job: logs in, ranked leads out. Each stage does only what is new, so a second run is short."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from counterveil.chat.endpoint import ChatEndpoint
from counterveil.pipeline.assess import Assessed, assess
from counterveil.pipeline.ingest import IngestReport, ingest
from counterveil.pipeline.judging.ask import JudgeReport, ask_all, choice_of
from counterveil.pipeline.linking.link import Linked, linking
from counterveil.pipeline.observe import observe_new
from counterveil.pipeline.profile import profile
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.quality.report import standing_report
from counterveil.pipeline.read import ReadReport, read_some
from counterveil.pipeline.reader import check_fit
from counterveil.pipeline.sift import sift_new
from counterveil.pipeline.workspace import Workspace

Out = TypeVar("Out")


@dataclass(slots=True)
class ScanReport:
    """What a scan did, stage by stage, with each stage's wall time in seconds."""

    ingest: IngestReport
    n_observed: int
    n_buckets: int
    linked: Linked
    read: ReadReport
    assessed: Assessed
    # The summary of the quality report: blind spots, drift, bad checks of the data.
    quality: dict[str, Any]
    judged: JudgeReport | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def scan(
    workspace: Workspace,
    patterns: Sequence[str],
    *,
    format_name: str | None = None,
    overrides: Mapping[str, str] | None = None,
    identity: Sequence[str] = (),
    progress: Progress,
) -> ScanReport:
    """Ingest (nothing, when no patterns are given), then run every stage on what changed.

    Raises:
        SettingsError: an encoder without heads for its space, or a folder without weights; before anything is read.
        UsageError: a judge that is named and cannot be asked; before anything is read.
    """
    check_fit(workspace.settings)
    with_judge = workspace.settings.judge != "none"
    if with_judge:
        ChatEndpoint(choice_of(workspace.settings))
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Out]) -> Out:
        begun = time.perf_counter()
        done = work()
        seconds[name] = round(time.perf_counter() - begun, 3)
        return done

    taken = IngestReport()
    if patterns:
        taken = timed(
            "ingest",
            lambda: ingest(
                workspace, patterns, format_name=format_name, overrides=overrides, identity=identity, progress=progress
            ),
        )
    n_observed = timed("observe", lambda: observe_new(workspace, progress))
    buckets = timed("profile", lambda: profile(workspace, progress))
    timed("sift", lambda: sift_new(workspace, progress))
    with ExitStack() as stack:
        linker = timed("gather", lambda: stack.enter_context(linking(workspace, progress)))
        draft = timed("draft", linker.draft)
        read = timed("read", lambda: read_some(workspace, draft, progress))
        timed("meaning", linker.read_meaning)
        linked = timed("link", linker.draw)
    assessed = timed("assess", lambda: assess(workspace, linked, progress))
    judged = timed("judge", lambda: ask_all(workspace, progress)) if with_judge else None
    if judged is not None and judged.n_answered + judged.n_reused:
        # With what the judge said; how findings changed is told against what stood before this scan.
        again = timed("assess again", lambda: assess(workspace, linked, progress))
        assessed = replace(
            again,
            operation_changes=assessed.operation_changes + again.operation_changes,
            lead_changes=assessed.lead_changes + again.lead_changes,
        )
    quality = timed("quality", lambda: standing_report(workspace, progress))
    return ScanReport(taken, n_observed, len(buckets), linked, read, assessed, quality, judged, seconds)
