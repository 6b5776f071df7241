"""The weights that people's decisions propose: proposed by one, applied by another, taken back at any time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from counterveil.assess.feedback import LEAST_DECISIONS, fit
from counterveil.assess.ledger import confidence, entry
from counterveil.assess.queue import in_force
from counterveil.errors import NotFoundError, UsageError
from counterveil.ids import short_id, utc_now
from counterveil.model.case import DecisionKind
from counterveil.pipeline.workspace import for_reading, for_writing, must_exist
from counterveil.policy.adjustment import APPLIED, FOLDER, Adjustment, applied, load_adjustment, written
from counterveil.policy.assessment import assessment
from counterveil.settings import Settings
from counterveil.store import findings
from counterveil.store import leads as stored

PROPOSED, APPLY, REVERT = "proposed", "applied", "reverted"


def propose(settings: Settings, *, author: str) -> dict[str, Any]:
    """Fit a correction to the decisions about operations that are in force, and write it as a version; nothing is applied.

    Raises:
        UsageError: too few decisions of either side, or they say that nothing should change.
    """
    must_exist(settings)
    now = applied(settings.home)
    factors = now.multiplier if now else {}
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        decided = _decided(connection)
        n_confirmed = sum(confirmed for _, confirmed in decided)
        n_dismissed = len(decided) - n_confirmed
        if min(n_confirmed, n_dismissed) < LEAST_DECISIONS:
            raise UsageError(
                f"{n_confirmed} confirmed and {n_dismissed} dismissed leads about operations: too few",
                remedy=f"At least {LEAST_DECISIONS} of each are needed; with fewer, one mistake would move the weights.",
            )
        found = fit(decided, factors)
        if found == factors:
            raise UsageError("the decisions agree with the weights", remedy="There is nothing to change.")
        made = Adjustment(
            version=short_id("W", [repr(sorted(found.items())), repr(sorted(decided)), now.version if now else ""]),
            proposed_by=author,
            proposed_at=utc_now().isoformat(timespec="seconds"),
            assessment_version=assessment().version,
            n_confirmed=n_confirmed,
            n_dismissed=n_dismissed,
            multiplier=found,
        )
        path = _path(settings, made.version)
        if not path.is_file():
            _put(path, written(made))
            stored.note_weights(connection, made.version, PROPOSED, author, utc_now())
    return show(settings, made.version)


def show(settings: Settings, version: str) -> dict[str, Any]:
    """A version beside the weights in force: multipliers old and new, and the operations whose verdict would change."""
    proposal = _version(settings, version)
    now = applied(settings.home)
    old = now.multiplier if now else {}
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        operations = findings.operations(connection)
    names = sorted({*old, *proposal.multiplier})
    return {
        **proposal.model_dump(),
        "in_force": now.version if now else "",
        "changes": [
            {"consideration": n, "now": old.get(n, 1.0), "then": proposal.multiplier.get(n, 1.0)} for n in names
        ],
        "operations": [row for o in operations if (row := _preview(o, old, proposal.multiplier))["changes"]],
    }


def apply(settings: Settings, version: str, *, reviewer: str) -> dict[str, Any]:
    """Put a version in force; the next scan uses it. Raises UsageError where the reviewer is who proposed it."""
    proposal = _version(settings, version)
    if reviewer.strip().casefold() == proposal.proposed_by.strip().casefold():
        raise UsageError(
            f"{proposal.version} was proposed by {proposal.proposed_by}",
            remedy="Somebody else must review and apply it.",
        )
    now = applied(settings.home)
    if now and now.version == proposal.version:
        raise UsageError(f"{now.version} is in force already", remedy="See `counterveil weights list`.")
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        stored.note_weights(connection, proposal.version, APPLY, reviewer, utc_now())
        _put(settings.home / FOLDER / APPLIED, _path(settings, proposal.version).read_bytes())
    return {"in_force": proposal.version, "before": now.version if now else ""}


def revert(settings: Settings, *, author: str) -> dict[str, Any]:
    """Take back the latest version applied: the one before it, or the shipped weights, are in force again, byte for byte."""
    must_exist(settings)
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        stack = _stack(connection)
        if not stack:
            raise UsageError("the shipped weights are in force", remedy="There is nothing to revert.")
        stored.note_weights(connection, stack[-1], REVERT, author, utc_now())
        before = stack[-2] if len(stack) > 1 else ""
        target = settings.home / FOLDER / APPLIED
        if before:
            _put(target, _path(settings, before).read_bytes())
        else:
            target.unlink(missing_ok=True)
    return {"in_force": before, "before": stack[-1]}


def list_versions(settings: Settings) -> dict[str, Any]:
    """What was proposed, applied and reverted, in order, and what is in force."""
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        events, stack = list(stored.weight_events(connection)), _stack(connection)
        decided = _decided(connection)
    n_confirmed = sum(confirmed for _, confirmed in decided)
    return {
        "in_force": stack[-1] if stack else "",
        "events": events,
        "n_confirmed": n_confirmed,
        "n_dismissed": len(decided) - n_confirmed,
        "needed": LEAST_DECISIONS,
    }


def _decided(connection: Connection) -> list[tuple[tuple[tuple[str, float], ...], bool]]:
    """The ledgers of leads about operations that were confirmed or dismissed, with which of the two is in force."""
    latest = [in_force(of_lead) for of_lead in stored.decisions(connection).values()]
    return [
        (d.ledger, d.kind is DecisionKind.CONFIRMED)
        for d in latest
        if d is not None and d.ledger and d.kind is not DecisionKind.SNOOZED
    ]


def _stack(connection: Connection) -> list[str]:
    stack: list[str] = []
    for event in stored.weight_events(connection):
        if event["kind"] == APPLY:
            stack.append(event["version"])
        elif event["kind"] == REVERT and stack:
            stack.pop()
    return stack


def _put(path: Path, data: bytes) -> None:
    """A file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def _path(settings: Settings, version: str) -> Path:
    return settings.home / FOLDER / f"{version}.toml"


def _version(settings: Settings, version: str) -> Adjustment:
    must_exist(settings)
    folder = settings.home / FOLDER
    found = [p for p in sorted(folder.glob("W-*.toml")) if p.stem.lower().startswith(version.lower())]
    if len(found) != 1:
        many = f"{len(found)} match" if found else "none matches"
        raise NotFoundError(f"{version!r}: {many}", remedy="See `counterveil weights list`.")
    return load_adjustment(found[0])


def _preview(operation: Mapping[str, Any], old: Mapping[str, float], new: Mapping[str, float]) -> dict[str, Any]:
    """What an operation's confidence would become, from the ledger as stored."""
    then = confidence(
        entry(e["name"], e["log_odds"] * new.get(e["name"], 1.0) / old.get(e["name"], 1.0), "")
        for e in operation["ledger"]
    )
    verdict = "suspected" if then >= assessment().verdict.suspected else "cohort"
    return {
        "operation_id": operation["operation_id"],
        "now": operation["confidence"],
        "then": then,
        "verdict": operation["verdict"],
        "verdict_then": verdict,
        "changes": verdict != operation["verdict"] or then != operation["confidence"],
    }
