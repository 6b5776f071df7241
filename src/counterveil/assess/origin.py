"""Where an operation works from: only what outside statements say of things that its members share.

Language, country, hours and VPN prove nothing and are not looked at here (DESIGN.md §3.2). Words: likelihood as in ICD 203
(Analytic Standards, Office of the Director of National Intelligence, 2015), confidence low, moderate or high; never both in one
sentence, as ICD 203 asks. Trust in a source is the Admiralty code's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from counterveil.model.hypothesis import Anchor, Origin
from counterveil.model.operation import Operation
from counterveil.model.signal import EvidenceClass

# Upper ends of probability, and the word below it; ICD 203's table.
LIKELIHOOD = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
)
_RANGES = ("1–5 %", "5–20 %", "20–45 %", "45–55 %", "55–80 %", "80–95 %", "95–99 %")
# Log-odds of one statement by credibility (1 confirmed … 6 cannot be judged), scaled by the source's reliability. Chosen by us:
# one confirmed statement of a reliable source is "very likely", one probably true "likely"; what cannot be judged is nothing.
_CREDIBILITY = {1: 2.0, 2: 1.0, 3: 0.4, 4: 0.0, 5: -0.7, 6: 0.0}
_RELIABILITY = {"A": 1.0, "B": 0.8, "C": 0.5, "D": 0.2, "E": 0.0, "F": 0.0}
_RELIABLE = frozenset("AB")
_LEAST = 0.2
_SHARED = 2
CONTEXT = (
    "Hours of activity and languages are context. They prove nothing about where anybody works from: people work at night, "
    "travel, use VPNs and write languages that are not their own."
)


def word(probability: float) -> tuple[str, str]:
    """The ICD 203 word for a probability, and its range.

    >>> word(0.7), word(0.5)[0]
    (('likely', '55–80 %'), 'roughly even chance')
    """
    at = next(i for i, (end, _) in enumerate(LIKELIHOOD) if probability <= end)
    return LIKELIHOOD[at][1], _RANGES[at]


def origin(
    operation: Operation,
    anchors: Sequence[Anchor],
    holders: Mapping[str, tuple[frozenset[str], EvidenceClass]] | None = None,
) -> Origin:
    """The origin that statements about the operation's own evidence bear out, or none.

    A statement counts where it is about a member account, or about a thing that members share as class A or B evidence:
    listed by a link, or (``holders``: by anchor, who has the thing, and its class) held by two of them. Each source counts
    once per place, by the best that it says.
    """
    known = holders or {}
    touching = {a.anchor_id: order for a in anchors if (order := _touches(operation, a, known)) is not None}
    used = [a for a in anchors if a.anchor_id in touching]
    said: dict[str, dict[str, float]] = {}
    for anchor in used:
        weight = _CREDIBILITY[anchor.credibility] * _RELIABILITY[anchor.reliability]
        of_place = said.setdefault(anchor.origin, {})
        of_place[anchor.source] = max(weight, of_place.get(anchor.source, -math.inf))
    # Whole thousandths, so that the order of statements does not matter.
    totals = {place: sum(round(1000 * w) for w in by.values()) / 1000 for place, by in said.items()}
    ranked = sorted(totals, key=lambda place: (-totals[place], place))
    if not ranked or totals[ranked[0]] < _LEAST:
        return Origin()
    # Beside the places named, "somewhere else" stands with log-odds 0.
    weight_of_all = 1.0 + math.fsum(sorted(math.exp(t) for t in totals.values()))
    best = ranked[0]
    likelihood, bounds = word(math.exp(totals[best]) / weight_of_all)
    basis = [
        a for a in used if a.origin == best and _CREDIBILITY[a.credibility] > 0 and _RELIABILITY[a.reliability] > 0
    ]
    confidence = _confidence(basis, touching)
    sources = sorted({a.source for a in basis})
    return Origin(
        place=best,
        likelihood=likelihood,
        confidence=confidence,
        sentences=(
            f"Working from {best}: {likelihood} ({bounds}).",
            f"Confidence is {confidence}: {len(basis)} outside statements of {len(sources)} sources, about things that link members.",
        ),
        anchors=tuple(sorted(a.anchor_id for a in basis)),
        alternatives=tuple(ranked[1:]),
    )


def _touches(
    operation: Operation, anchor: Anchor, holders: Mapping[str, tuple[frozenset[str], EvidenceClass]]
) -> EvidenceClass | None:
    """The class of what the statement is about, in this operation; None where it is about nothing here."""
    members = {m.subject_id for m in operation.members}
    if anchor.kind == "account":
        named = any(m == anchor.value or m.startswith(f"{anchor.value} / ") for m in members)
        return EvidenceClass.A if named else None
    classes = {
        thing.evidence_class
        for link in operation.links
        if members.issuperset((link.left, link.right))
        for thing in link.shared
        if (thing.kind, thing.value) == (anchor.kind, anchor.value) and thing.bits > 0
    }
    having, order = holders.get(anchor.anchor_id, (frozenset(), EvidenceClass.C))
    if len(having & members) >= _SHARED:
        classes.add(order)
    return min(classes - {EvidenceClass.C}, default=None)


def _confidence(basis: Sequence[Anchor], touching: dict[str, EvidenceClass]) -> str:
    """Two independent reliable sources and class A: high; two sources: moderate; one: low. Chosen by us."""
    sources = {a.source for a in basis}
    reliable = {a.source for a in basis if a.reliability in _RELIABLE}
    if len(reliable) > 1 and any(touching[a.anchor_id] is EvidenceClass.A for a in basis):
        return "high"
    return "moderate" if len(sources) > 1 else "low"
