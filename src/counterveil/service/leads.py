"""The queue, and what people decide about its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from counterveil.assess.leads import lead_id as id_of
from counterveil.assess.queue import in_force, place
from counterveil.errors import UsageError
from counterveil.ids import utc_now
from counterveil.model.case import Decision, DecisionKind
from counterveil.pipeline.workspace import for_reading, for_writing, must_exist
from counterveil.policy.adjustment import FOLDER, load_adjustment
from counterveil.service.choosing import one
from counterveil.settings import Settings
from counterveil.store import findings
from counterveil.store import leads as stored

__all__ = ["DecisionKind", "decide", "list_leads", "reopen", "show_lead"]

_MIN_REASON = 3


def list_leads(settings: Settings, *, include_decided: bool = False) -> list[dict[str, Any]]:
    """The queue in order of rank with novelty; on request also what people have put down, after it."""
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        rows = _queue(connection)
    return [row for row in rows if include_decided or row["waiting"]]


def show_lead(settings: Settings, lead_id: str) -> dict[str, Any]:
    """One lead with its decisions, waiting or not. The lead of an operation that went up in another is shown as that one's.

    Raises:
        NotFoundError: no lead, or several, of that name.
    """
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        return _shown(connection, lead_id)


def decide(settings: Settings, lead_id: str, kind: DecisionKind, *, author: str, reason: str) -> dict[str, Any]:
    """Dismiss, snooze or confirm a lead; it stays down until there is new evidence.

    Raises:
        NotFoundError: no such lead. UsageError: it is down already, or no reason is given.
    """
    if len(reason.strip()) < _MIN_REASON:
        raise UsageError("a decision needs a reason", remedy="Say in a few words why: --reason …")
    must_exist(settings)
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        lead = _shown(connection, lead_id)
        if not lead["waiting"] and kind.value == lead["state"]:
            raise UsageError(
                f"{lead['lead_id']} is {lead['state']} already", remedy="Take it back first: leads reopen."
            )
        version = lead["weights"]
        factors = load_adjustment(settings.home / FOLDER / f"{version}.toml").multiplier if version else {}
        stored.decide(connection, _made(lead, kind, author, reason.strip(), factors))
        return _shown(connection, lead["lead_id"])


def reopen(settings: Settings, lead_id: str, *, author: str, reason: str = "") -> dict[str, Any]:
    """Take back the decision in force; the one before it counts again. Raises UsageError where there is none."""
    must_exist(settings)
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        lead = _shown(connection, lead_id)
        if lead["decided"] is None:
            raise UsageError(f"{lead['lead_id']}: nothing was decided", remedy="See `counterveil leads list --all`.")
        stored.decide(connection, _made(lead, DecisionKind.REOPENED, author, reason.strip(), {}))
        return _shown(connection, lead["lead_id"])


def _made(
    lead: Mapping[str, Any], kind: DecisionKind, author: str, reason: str, factors: Mapping[str, float]
) -> Decision:
    return Decision(
        lead_id=lead["lead_id"],
        kind=kind,
        author=author,
        reason=reason,
        evidence=frozenset(lead["evidence"]),
        ledger=tuple((e["name"], round(e["log_odds"] / factors.get(e["name"], 1.0), 4)) for e in lead["ledger"])
        if lead["kind"] == "operation"
        else (),
        at=utc_now(),
    )


def _queue(connection: Connection) -> list[dict[str, Any]]:
    made = stored.decisions(connection)
    split, _ = stored.lineage(connection)
    rows = []
    for found in findings.leads(connection):
        # A lead that an older version stored has none of these before the next scan.
        lead = {"reasons": [], "evidence": [], "twins": [], "weights": ""} | found
        history = _inherited(lead["about"], made, split)
        at = place(lead["rank_score"], lead["evidence"], history)
        decided = in_force(history)
        rows.append(
            {
                **lead,
                "rank_score": at.rank_score,
                "state": at.state.value,
                "waiting": at.waiting,
                "novelty": at.novelty,
                "why": at.why,
                "decided": decided.kind.value if decided else None,
                "decisions": [
                    {"kind": d.kind.value, "author": d.author, "reason": d.reason, "at": d.at.isoformat()}
                    for d in history
                ],
            }
        )
    return sorted(rows, key=lambda row: (not row["waiting"], -row["rank_score"], row["lead_id"]))


def _inherited(
    about: str, made: Mapping[str, Sequence[Decision]], split: Mapping[str, tuple[str, Any]]
) -> list[Decision]:
    """Decisions about an operation, after those that stood on the one it split from: what was put down stays down."""
    own = list(made.get(id_of(about), ()))
    seen = {about}
    while about in split and split[about][0] not in seen:
        about, when = split[about]
        seen.add(about)
        own = [d for d in made.get(id_of(about), ()) if d.at <= when] + own
    return own


def _shown(connection: Connection, lead_id: str) -> dict[str, Any]:
    rows = _queue(connection)
    _, merged = stored.lineage(connection)
    heirs = {id_of(old).lower(): old for old in merged}
    if not any(row["lead_id"].lower().startswith(lead_id.lower()) for row in rows) and lead_id.lower() in heirs:
        old = heirs[lead_id.lower()]
        while old in merged:
            old = merged[old]
        lead_id = id_of(old)
    return one(rows, "lead_id", lead_id, "leads list --all")
