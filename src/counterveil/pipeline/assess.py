"""Assessment over the whole workspace: operations, lone subjects, leads and the score of every subject."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import pyarrow as pa

from counterveil.assess import groups, judged, leads, subjects
from counterveil.assess.facts import SubjectFacts
from counterveil.assess.hypotheses import board
from counterveil.assess.items import items
from counterveil.assess.ledger import confidence
from counterveil.assess.operations import Base, operation
from counterveil.assess.origin import origin
from counterveil.ids import digest_hex, short_id, utc_now
from counterveil.link.groups import belongings
from counterveil.link.identity import identify
from counterveil.model.case import Lead
from counterveil.model.operation import Entry, Named, Operation, Standing, Verdict
from counterveil.model.signal import SIGNAL_SCHEMA, Signal
from counterveil.pipeline.anchors import anchors, holders
from counterveil.pipeline.contents import replace, written
from counterveil.pipeline.facts import base_rates, subject_facts
from counterveil.pipeline.linking.link import Linked
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.reader import account_policy
from counterveil.pipeline.twins import listed
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.adjustment import adjusted
from counterveil.policy.assessment import AssessmentPolicy
from counterveil.policy.hypotheses import hypotheses
from counterveil.store import batches, findings, opinions
from counterveil.store.findings import Changes
from counterveil.store.history import given_ids, known_operations, remember

SCORE_SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("operation_id", pa.string()),
        pa.field("standing", pa.string()),
        pa.field("n_read", pa.int64(), nullable=False),
        pa.field("n_not_covered", pa.int64(), nullable=False),
        # The account score's ledger: it sums to the log-odds of ``confidence``.
        pa.field("confidence", pa.float64()),
        pa.field(
            "ledger",
            pa.list_(pa.struct([("name", pa.string()), ("log_odds", pa.float64()), ("reason", pa.string())])),
            nullable=False,
        ),
        pa.field(
            "behaviours", pa.list_(pa.struct([("behaviour", pa.string()), ("score", pa.float64())])), nullable=False
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What assessment found and how the stored findings changed."""

    operations: tuple[Operation, ...]
    leads: tuple[Lead, ...]
    operation_changes: Changes
    lead_changes: Changes


def assess(workspace: Workspace, linked: Linked, progress: Progress) -> Assessed:
    """Assess every group and every lone subject, and store what is found."""
    progress.step("assess", len(linked.groups) + 1, "groups")
    policy, version = adjusted(workspace.home)
    said = anchors(workspace.home)
    held = holders(workspace, said)
    facts, signals = subject_facts(workspace)
    usual = {name: known.usual for name, known in account_policy(workspace.settings).signal.items()}
    base = base_rates(facts, account_policy(workspace.settings).innocent_quartile)
    weights = {pair: link.bits for pair, link in linked.links.items()}
    sure = {pair for pair, link in linked.links.items() if link.sure}
    found = []
    with workspace.database.begin() as connection:
        known, given = known_operations(connection), given_ids(connection)
        judgements = opinions.in_force(connection)
    named = identify(linked.groups, known, lambda members: _new_id(members, facts), given)
    for name, group in zip((n.operation_id for n in named), linked.groups, strict=True):
        inside = set(group)
        of_group = {b.subject: b for b in belongings(group, weights, sure, threshold_bits=linked.threshold_bits)}
        links = [link for (left, right), link in linked.links.items() if left in inside and right in inside]
        drawn = operation(name, [facts[s] for s in group], of_group, links, base=base, policy=policy)
        drawn = judged.operation(drawn, judgements.get(name, ()), policy)
        found.append(dataclasses.replace(_explained(drawn, facts, signals, usual), origin=origin(drawn, said, held)))
        progress.advance(1)
    ledgers = {
        name: subjects.ledger(
            of_one,
            policy.subject,
            base.shift,
            prevalence=workspace.settings.prevalence,
            decay=policy.decay,
            end=base.end,
        )
        for name, of_one in sorted(facts.items())
    }
    for name, ledger in ledgers.items():
        if ledger:
            read = facts[name].reading - base.shift
            ledgers[name] = (*ledger, *judged.raised_by(judgements.get(name, ()), read, policy.judge))
    lone = _lone_leads(facts, {m.subject_id for o in found for m in o.members}, ledgers, base, policy)
    of_operations = [leads.of_operation(o, version) for o in found if o.verdict is Verdict.SUSPECTED]
    queue = listed(workspace, of_operations + lone, found)
    table = _scores(facts, found, ledgers, base, policy)
    changes = _store(
        workspace, found, queue, {"scores": table, "signals": _signals(signals)}, linked=linked, named=named
    )
    progress.advance(1)
    return Assessed(tuple(found), queue, *changes)


def _explained(
    drawn: Operation,
    facts: Mapping[str, SubjectFacts],
    signals: Mapping[str, tuple[Signal, ...]],
    usual: Mapping[str, float],
) -> Operation:
    """An operation with what it may be for."""
    known = hypotheses()
    of_members = [facts[m.subject_id] for m in drawn.members]
    evidence = items(drawn, of_members, signals, usual=usual, policy=known)
    return dataclasses.replace(drawn, board=board(evidence, known))


def _new_id(members: Sequence[str], facts: Mapping[str, SubjectFacts]) -> str:
    """From the member that was seen first; with more than the members, from all of them."""
    if not facts.keys() >= set(members):
        return short_id("OP", members)
    return short_id("OP", [min(members, key=lambda s: (str(facts[s].first_seen), s))])


def _lone_leads(
    facts: Mapping[str, SubjectFacts],
    grouped: set[str],
    ledgers: Mapping[str, tuple[Entry, ...]],
    base: Base,
    policy: AssessmentPolicy,
) -> list[Lead]:
    found = []
    for subject_id, subject in sorted(facts.items()):
        if subject_id in grouped:
            continue
        ledger = ledgers[subject_id]
        score = subjects.score(ledger, policy.subject)
        if score >= policy.subject.min_confidence:
            shown = groups.behaviours([subject], base.behaviours)
            found.append(
                leads.of_subject(
                    subject,
                    behaviours=[name for name, _, _ in shown],
                    severity=groups.severity(shown),
                    confidence=score,
                    ledger=ledger,
                )
            )
    return found


def _scores(
    facts: Mapping[str, SubjectFacts],
    found: list[Operation],
    ledgers: Mapping[str, tuple[Entry, ...]],
    base: Base,
    policy: AssessmentPolicy,
) -> pa.Table:
    """One row a subject: belief that it takes part in abuse, through its group or by its own texts."""
    place = {m.subject_id: (o, m) for o in found for m in (*o.members, *o.contacts)}
    rows = []
    for subject_id, subject in sorted(facts.items()):
        ledger = ledgers[subject_id]
        own = subjects.score(ledger, policy.subject)
        telling = groups.behaviours([subject], base.behaviours)
        operation_of, member = place.get(subject_id, (None, None))
        score = own
        if operation_of is not None and member is not None and member.standing is not Standing.CONTACT:
            score = max(own, round(operation_of.confidence * member.confidence, 4))
        rows.append(
            {
                "subject_id": subject_id,
                "account_id": subject.account_id,
                "score": score,
                "operation_id": operation_of.operation_id if operation_of else None,
                "standing": member.standing.value if member else None,
                "n_read": subject.n_read,
                "n_not_covered": subject.n_not_covered,
                "confidence": confidence(ledger) if ledger else None,
                "ledger": [asdict(e) for e in ledger],
                "behaviours": [{"behaviour": name, "score": mean} for name, mean, _ in telling],
            }
        )
    return pa.Table.from_pylist(rows, schema=SCORE_SCHEMA)


def _store(
    workspace: Workspace,
    found: list[Operation],
    queue: Sequence[Lead],
    tables: Mapping[str, pa.Table],
    *,
    linked: Linked,
    named: Sequence[Named],
) -> tuple[Changes, Changes]:
    operations = {
        o.operation_id: _body(o, verdict=o.verdict.value, confidence=o.confidence, n_members=len(o.members))
        for o in found
    }
    bodies = {
        lead.lead_id: _body(lead, kind=lead.kind.value, about=lead.about, rank_score=lead.rank_score) for lead in queue
    }
    files = [
        written(workspace, kind, table, digest_hex(orjson.dumps(table.to_pylist()))) for kind, table in tables.items()
    ]
    now = utc_now()
    with workspace.database.begin() as connection:
        changed = findings.put_operations(connection, operations, now), findings.put_leads(connection, bodies, now)
        remember(connection, named, now)
        gone = replace(connection, files)
        batches.set_fact(connection, "hubs", [asdict(hub) for hub in linked.hubs])
        batches.set_fact(
            connection,
            "linking",
            {
                "n_population": linked.n_population,
                "threshold_bits": round(linked.threshold_bits, 3),
                "discoveries": [asdict(d) | {"rate": round(d.rate, 5)} for d in linked.discoveries],
                **linked.funnel,
            },
        )
    workspace.lake.remove(gone)
    return changed


def _signals(signals: Mapping[str, tuple[Signal, ...]]) -> pa.Table:
    """One row a subject and detector that saw something of its pattern."""
    rows = [asdict(signal) for _, of_subject in sorted(signals.items()) for signal in of_subject if signal.score > 0]
    return pa.Table.from_pylist(rows, schema=SIGNAL_SCHEMA)


def _body(value: Operation | Lead, **columns: object) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(orjson.dumps(asdict(value), default=str))
    return body | columns
