"""Leads that are nearly the same are one row of the queue: the best ranked is listed, the others under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterveil.model.case import Lead, Twin

Thing = tuple[str, int]
# So much of what something shares must be the lead's: one passage that went round makes no twin. Chosen by us.
_MUCH = 0.5


@dataclass(frozen=True, slots=True)
class Possible:
    """Something that may be a lead or its twin: what it has that few others have, texts and artefacts apart."""

    about: str
    kind: str
    behaviour: str
    confidence: float
    texts: frozenset[Thing]
    artefacts: frozenset[Thing]


def alike(one: Possible, other: Possible) -> str:
    """Why the first is nearly the same as the other, in words; empty where it is not.

    It is where much of the rare text that it shares with anybody is the other's, or both show one behaviour and much of its
    rare names, sites and numbers are the other's.
    """
    n = len(one.texts & other.texts)
    if n and n >= _MUCH * len(one.texts):
        return f"{n} of its {len(one.texts)} rare shared passages are this lead's"
    n = len(one.artefacts & other.artefacts)
    if n and n >= _MUCH * len(one.artefacts) and one.behaviour and one.behaviour == other.behaviour:
        return f"the same behaviour, and {n} of its {len(one.artefacts)} rare shared names, sites or numbers are this lead's"
    return ""


def with_twins(leads: Sequence[Lead], what: dict[str, Possible], cohorts: Sequence[Possible]) -> tuple[Lead, ...]:
    """The leads to list, in order of rank, each with its twins; ``what``: every lead's ``about`` as a possible twin.

    Only lone subjects and cohorts are ever put under another lead; an operation always has a row of its own.
    """
    listed: list[Lead] = []
    twins: dict[str, list[Twin]] = {}
    for lead in sorted(leads, key=lambda item: (item.kind != "operation", -item.rank_score, item.lead_id)):
        host, why = _host(what[lead.about], listed, what) if lead.kind == "subject" else (None, "")
        if host is None:
            listed.append(lead)
        else:
            twins.setdefault(host, []).append(Twin(lead.about, lead.kind.value, lead.confidence, why))
    for cohort in sorted(cohorts, key=lambda item: (-item.confidence, item.about)):
        host, why = _host(cohort, listed, what)
        if host is not None:
            twins.setdefault(host, []).append(Twin(cohort.about, cohort.kind, cohort.confidence, why))
    ranked = sorted(listed, key=lambda item: (-item.rank_score, item.lead_id))
    return tuple(replace(lead, twins=tuple(twins.get(lead.lead_id, ()))) for lead in ranked)


def _host(one: Possible, listed: Sequence[Lead], what: dict[str, Possible]) -> tuple[str | None, str]:
    """The best ranked listed lead that this is a twin of."""
    for lead in listed:
        if why := alike(one, what[lead.about]):
            return lead.lead_id, why
    return None, ""
