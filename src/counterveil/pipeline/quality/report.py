"""The standing quality report: made at the end of each scan, kept as one small fact of the workspace."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from counterveil.ids import digest_hex, utc_now
from counterveil.pipeline.assess import SCORE_SCHEMA
from counterveil.pipeline.contents import replace, written
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.quality.figures import log_figures
from counterveil.pipeline.quality.snapshot import Snapshot, snapshot
from counterveil.pipeline.quality.topics import CONCERNING, topics
from counterveil.pipeline.tables import live_paths
from counterveil.pipeline.workspace import Workspace
from counterveil.quality.drift import Change, compare
from counterveil.quality.health import Check, Status, checks
from counterveil.quality.quadrant import Quadrant, disagreement
from counterveil.store import batches, findings

REPORT, REFERENCE = "quality", "quality_reference"
# Weeks begin on Mondays; 1970 began on a Thursday.
_MONDAY = datetime(1969, 12, 29, tzinfo=UTC)


def standing_report(workspace: Workspace, progress: Progress) -> dict[str, Any]:
    """Make and keep the report; the first one freezes the reference for drift. Returns its summary."""
    progress.step("quality", 3, "parts")
    found = topics(workspace)
    flags = flagged(workspace)
    placed = disagreement(found.uses, flags, concerning=CONCERNING)
    progress.advance(1)
    tested = checks(log_figures(workspace))
    progress.advance(1)
    changes = drift(workspace)
    if changes is None:
        freeze(workspace)
    progress.advance(1)
    by_quadrant = {q: [s for s in placed.standings if s.quadrant is q] for q in Quadrant}
    summary = {
        "n_topics": len(found.described),
        "n_blind_spots": len(by_quadrant[Quadrant.BLIND_SPOT]),
        "n_subjects_in_blind_spots": sum(s.n_to_look_at for s in by_quadrant[Quadrant.BLIND_SPOT]),
        "n_possible_false_alarms": sum(s.n_to_look_at > 0 for s in by_quadrant[Quadrant.POSSIBLE_FALSE_ALARM]),
        "health": {status.value: sum(c.status is status for c in tested) for status in Status},
        "bad_checks": [c.name for c in tested if c.status is Status.BAD],
        "n_drifted": sum(c["level"] in ("moderate", "large") for c in (changes or {}).get("changes", [])),
    }
    report = {
        "at": utc_now().isoformat(),
        "n_texts": found.n_texts,
        "n_texts_left_out": found.n_texts_left_out,
        "n_flagged": len(flags),
        "topics": found.described,
        "disagreement": asdict(placed),
        "summary": summary,
    }
    row = written(
        workspace, "topics", found.centres, digest_hex(orjson.dumps(sorted(found.centres["topic"].to_pylist())))
    )
    with workspace.database.begin() as connection:
        gone = replace(connection, [row])
        batches.set_fact(connection, REPORT, report)
    workspace.lake.remove(gone)
    return summary


def flagged(workspace: Workspace) -> frozenset[str]:
    """Subjects that something points at: members (not contacts) of suspected operations, and lone leads, twins among them."""
    with workspace.database.begin() as connection:
        suspected = {o["operation_id"] for o in findings.operations(connection) if o["verdict"] == "suspected"}
        queue = findings.leads(connection)
    lone = {row["about"] for lead in queue for row in (lead, *lead.get("twins", ())) if row["kind"] == "subject"}
    columns = ["subject_id", "operation_id", "standing"]
    rows = workspace.lake.read(live_paths(workspace, "scores"), SCORE_SCHEMA, columns).to_pylist()
    inside = {r["subject_id"] for r in rows if r["operation_id"] in suspected and r["standing"] != "contact"}
    return frozenset(inside | lone)


def health(workspace: Workspace) -> list[Check]:
    """The checks of the data, as they are now."""
    return checks(log_figures(workspace))


def freeze(workspace: Workspace) -> Snapshot:
    """Make what the log is now the reference for drift."""
    found, _ = snapshot(workspace)
    with workspace.database.begin() as connection:
        batches.set_fact(connection, REFERENCE, {**found.as_dict(), "at": utc_now().isoformat()})
    return found


def drift(workspace: Workspace) -> dict[str, Any] | None:
    """Against the reference, and week against week; None without a reference.

    Compared is what came after the reference; where nothing did, the same log as it is read now (other weights or settings).
    """
    with workspace.database.begin() as connection:
        reference = batches.get_fact(connection, REFERENCE)
    if reference is None:
        return None
    whole, weeks = snapshot(workspace)
    newer = whole.until > reference["until"]
    compared = snapshot(workspace, since=reference["until"])[0] if newer else whole
    changes = compare(reference["distributions"], compared.distributions)
    return {
        "reference_at": reference["at"],
        "reference_until": _at(reference["until"]),
        "compared": "subjects active after the reference" if newer else "the same log, as it is read now",
        "reader_changed": reference["reader"] != whole.reader,
        "counts": {k: [reference["counts"].get(k, 0), v] for k, v in whole.counts.items()},
        "changes": [asdict(c) for c in changes],
        "weeks": [asdict(c) for c in _week_by_week(weeks)],
    }


def _week_by_week(weeks: dict[int, dict[str, dict[str, int]]]) -> list[Change]:
    """Each week against the one before; all of them corrected together."""
    before, now = {}, {}
    for week, found in weeks.items():
        if previous := weeks.get(week - 1):
            for name in sorted({*previous, *found}):
                label = f"{name}, week of {_MONDAY + timedelta(weeks=week):%Y-%m-%d}"
                before[label], now[label] = previous.get(name, {}), found.get(name, {})
    return compare(before, now)


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
