"""Who could be read by the judge, from what assessment has stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterveil.assess import leads
from counterveil.assess.account import shown
from counterveil.detectors.activity import ACTIVITY
from counterveil.judge.escalate import Candidate, worth
from counterveil.model.signal import SIGNAL_SCHEMA, Bearing
from counterveil.pipeline.assess import SCORE_SCHEMA
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.taxonomy import taxonomy
from counterveil.store import batches, findings

_FOR = frozenset(shown(d.info.name) for d in ACTIVITY if d.info.bearing is Bearing.FOR)
STEERING = "judge_steering"


@dataclass(frozen=True, slots=True)
class Stored:
    """What assessment left: operations by id, score rows and signal rows by subject, and what the leads are about."""

    operations: Mapping[str, Mapping[str, Any]]
    scores: Mapping[str, Mapping[str, Any]]
    signals: Mapping[str, Sequence[Mapping[str, Any]]]
    queue: frozenset[str]


def stored(workspace: Workspace) -> Stored:
    """Read it once."""
    with workspace.database.begin() as connection:
        operations = {o["operation_id"]: o for o in findings.operations(connection)}
        queue = frozenset(lead["about"] for lead in findings.leads(connection))
        paths = {kind: batches.paths(connection, kind) for kind in ("scores", "signals")}
    signals: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in workspace.lake.read(paths["signals"], SIGNAL_SCHEMA).to_pylist():
        signals[row["subject_id"]].append(row)
    scores = {row["subject_id"]: row for row in workspace.lake.read(paths["scores"], SCORE_SCHEMA).to_pylist()}
    return Stored(operations, scores, signals, queue)


def candidates(known: Stored) -> list[Candidate]:
    """Every linked group (cohorts too: a judge may raise one) and every subject outside of them that was read."""
    found = [_operation(body, known) for body in known.operations.values()]
    for subject_id, row in known.scores.items():
        if row["operation_id"] is None and row["ledger"]:
            behaviours = tuple(b["behaviour"] for b in row["behaviours"])
            found.append(
                Candidate(
                    target=subject_id,
                    kind="subject",
                    subjects=(subject_id,),
                    behaviours=behaviours,
                    signals=_signals([subject_id], known),
                    steering=_steering([subject_id], known),
                    value=leads.rank(_severity(behaviours), worth(row["score"]), 1),
                    in_queue=subject_id in known.queue,
                )
            )
    return found


def _operation(body: Mapping[str, Any], known: Stored) -> Candidate:
    members = tuple(sorted(m["subject_id"] for m in body["members"]))
    return Candidate(
        target=body["operation_id"],
        kind="operation",
        subjects=members,
        behaviours=tuple(b[0] for b in body["behaviours"]),
        signals=_signals(members, known),
        steering=_steering(members, known),
        value=leads.rank(body["severity"], worth(body["confidence"]), len(members)),
        in_queue=body["operation_id"] in known.queue,
    )


def _severity(behaviours: Sequence[str]) -> int:
    known = taxonomy()
    return known[behaviours[0]].severity if behaviours and behaviours[0] in known else 1


def _signals(subjects: Sequence[str], known: Stored) -> tuple[float, ...]:
    """Log-odds that signals towards abuse add, of all subjects together."""
    ledgers = (known.scores[s]["ledger"] for s in subjects if s in known.scores)
    return tuple(e["log_odds"] for ledger in ledgers for e in ledger if e["name"] in _FOR and e["log_odds"] > 0)


def _steering(subjects: Sequence[str], known: Stored) -> float:
    found = [s["score"] for subject in subjects for s in known.signals.get(subject, ()) if s["detector"] == STEERING]
    return max(found, default=0.0)
