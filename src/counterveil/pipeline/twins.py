"""What leads and cohorts have that few others have: for telling near duplicates."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from counterveil.assess.twins import Possible, Thing, with_twins
from counterveil.model.case import Lead, LeadKind
from counterveil.model.operation import Operation, Verdict
from counterveil.model.signal import Family
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.evidence import evidence

# Who of the subjects asked for has which thing, where so few have it that it may be evidence.
_RARE = """
with near as (select distinct kind, thing_key from subject_things join asked_for using (subject_id) join limits using (kind)),
counted as (
  select kind, thing_key, count(distinct subject_id) as n from subject_things join near using (kind, thing_key) group by kind, thing_key
)
select distinct e.subject_id, e.kind, e.thing_key from subject_things e join asked_for using (subject_id)
join counted using (kind, thing_key) join limits using (kind) where n between 2 and most
"""
# A cohort has what at least this share of its members has: one member's texts do not make the others a twin. Chosen by us.
_HELD = 0.5
# Rare is what may be class A; of kinds that never are, a quarter of what may be class B. Chosen by us.
_B_RARER = 4
# An operation has what at least so many of its members have.
_MEMBERS = 2


def listed(workspace: Workspace, leads: Sequence[Lead], operations: Sequence[Operation]) -> tuple[Lead, ...]:
    """The leads with their twins: lone subjects and cohorts that have nearly the same."""
    of = {o.operation_id: [m.subject_id for m in o.members] for o in operations}
    lone = [lead.about for lead in leads if lead.kind is LeadKind.SUBJECT]
    rare = _rare(workspace, {*lone, *(m for members in of.values() for m in members)})
    kinds = evidence().kinds

    def possible(about: str, kind: str, behaviour: str, confidence: float) -> Possible:
        members = of.get(about, [about])
        least = min(len(members), _MEMBERS if kind == LeadKind.OPERATION else max(1, math.ceil(_HELD * len(members))))
        held = Counter(thing for m in members for thing in rare.get(m, ()))
        things = frozenset(thing for thing, n in held.items() if n >= least)
        texts = frozenset(t for t in things if kinds[t[0]].family is Family.CONTENT)
        return Possible(about, kind, behaviour, confidence, texts, things - texts)

    what = {lead.about: possible(lead.about, lead.kind.value, lead.behaviour, lead.confidence) for lead in leads}
    cohorts = [
        possible(o.operation_id, o.verdict.value, o.behaviours[0][0] if o.behaviours else "", o.confidence)
        for o in operations
        if o.verdict is Verdict.COHORT
    ]
    return with_twins(leads, what, cohorts)


def _rare(workspace: Workspace, subjects: Iterable[str]) -> dict[str, frozenset[Thing]]:
    wanted = {Family.CONTENT, Family.ARTEFACT}
    limits = [
        {"kind": name, "most": kind.a_max or kind.b_max // _B_RARER}
        for name, kind in evidence().kinds.items()
        if kind.family in wanted
    ]
    with workspace.engine() as engine:
        mount(workspace, engine, "subject_things")
        engine.table("asked_for", pa.table({"subject_id": pa.array(sorted(subjects), pa.string())}))
        engine.table("limits", pa.Table.from_pylist(limits))
        found: dict[str, set[Thing]] = {}
        for row in engine.rows(_RARE):
            found.setdefault(row["subject_id"], set()).add((row["kind"], row["thing_key"]))
    return {subject: frozenset(things) for subject, things in found.items()}
