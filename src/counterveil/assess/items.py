"""The pieces of evidence of one operation that hypotheses are weighed over: never context."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

from counterveil.assess.facts import SubjectFacts
from counterveil.assess.ledger import logit
from counterveil.model.hypothesis import Item
from counterveil.model.operation import Operation
from counterveil.model.signal import EvidenceClass, Family, Signal
from counterveil.policy.hypotheses import BoardWeights, HypothesisPolicy
from counterveil.policy.taxonomy import taxonomy

# Considerations of the ledger that are evidence by themselves, with where each comes from; the others sum up what is here
# already (prior, reading, stance, many families) or take it back.
CONSIDERATIONS = {
    "private names": (Family.ARTEFACT, EvidenceClass.A),
    "working template": (Family.CONTENT, EvidenceClass.A),
    "undisclosed": (Family.IDENTITY, EvidenceClass.B),
    "new accounts": (Family.IDENTITY, EvidenceClass.B),
    "one organisation": (Family.IDENTITY, EvidenceClass.A),
    "declared use": (Family.IDENTITY, EvidenceClass.B),
    "one household or office": (Family.IDENTITY, EvidenceClass.B),
    "nothing in the texts": (Family.CONTENT, EvidenceClass.B),
    "pasted once": (Family.CONTENT, EvidenceClass.B),
    "links alone": (Family.CONTENT, EvidenceClass.B),
    "long history": (Family.IDENTITY, EvidenceClass.B),
}
OTHERS = ("link infrastructure", "link identity", "opened together", "one kind of work", "several kinds of work")
# Members opened within so many days of each other; as many of them as that; one kind of work, several. Chosen by us.
_TOGETHER_DAYS, _MOST, _FEW = 14, 0.7, 0.5
_MIN_MEMBERS = 3
_FULL_LINKS = 4
_B_CONTENT, _B_IDENTITY = (Family.CONTENT, EvidenceClass.B), (Family.IDENTITY, EvidenceClass.B)


def items(
    operation: Operation,
    facts: Sequence[SubjectFacts],
    signals: Mapping[str, Sequence[Signal]],
    *,
    usual: Mapping[str, float],
    policy: HypothesisPolicy,
) -> tuple[Item, ...]:
    """All evidence of an operation, by key. ``facts``: of its members. ``usual``: each detector's mean among innocent accounts.

    Signals that no hypothesis names are no items: workflow detectors say again what behaviours say.
    """
    weights = policy.weights
    named = {key for rule in policy.hypothesis for key in (*rule.fits, *rule.against)}
    found = [
        *_behaviours(operation, weights),
        *_signals(
            [[s for s in signals.get(m.subject_id, ()) if s.detector in named] for m in facts if m.n_read],
            usual,
            weights,
        ),
        *_considerations(operation, weights),
        *_links(operation, weights),
        *_members(operation, facts, weights),
    ]
    return tuple(sorted((i for i in found if i.weight > 0.0), key=lambda i: i.key))


def _item(key: str, label: str, source: tuple[Family, EvidenceClass], share: float, weights: BoardWeights) -> Item:
    family, order = source
    most = weights.a if order is EvidenceClass.A else weights.b
    return Item(key, label, family, order, round(most * min(1.0, max(0.0, share)), 3))


def _behaviours(operation: Operation, weights: BoardWeights) -> list[Item]:
    known = taxonomy()
    return [
        _item(
            name,
            f"texts read as {known[name].name.lower()}: {mean:.2f}, {usual:.2f} in the log",
            _B_CONTENT,
            (logit(mean) - logit(usual)) / weights.behaviour_full,
            weights,
        )
        for name, mean, usual in operation.behaviours
        if name in known and logit(mean) - logit(usual) >= weights.behaviour_least
    ]


def _signals(of_members: Sequence[Sequence[Signal]], usual: Mapping[str, float], weights: BoardWeights) -> list[Item]:
    scores: dict[str, list[float]] = {}
    known: dict[str, Signal] = {}
    for signals in of_members:
        for signal in signals:
            if signal.evidence_class is not EvidenceClass.C:
                scores.setdefault(signal.detector, []).append(signal.score)
                known.setdefault(signal.detector, signal)
    found = []
    for detector, values in scores.items():
        mean, level = statistics.fmean(sorted(values)), usual.get(detector, 0.0)
        if mean - level >= weights.signal_least:
            label = f"{detector.replace('_', ' ')}: {mean:.2f} over {len(values)} members, usual {level:.2f}"
            signal = known[detector]
            share = (mean - level) / weights.signal_full
            found.append(_item(detector, label, (signal.family, signal.evidence_class), share, weights))
    return found


def _considerations(operation: Operation, weights: BoardWeights) -> list[Item]:
    return [
        _item(
            e.name,
            f"{e.name}: {e.reason}",
            CONSIDERATIONS[e.name],
            abs(e.log_odds) / weights.consideration_full,
            weights,
        )
        for e in operation.ledger
        if e.name in CONSIDERATIONS
    ]


def _links(operation: Operation, weights: BoardWeights) -> list[Item]:
    of_members = {m.subject_id for m in operation.members}
    found = []
    for family in (Family.INFRASTRUCTURE, Family.IDENTITY):
        things = [
            thing
            for link in operation.links
            if of_members.issuperset((link.left, link.right))
            for thing in link.shared
            if thing.family is family and thing.bits > 0 and thing.evidence_class is not EvidenceClass.C
        ]
        if things:
            strong = any(t.evidence_class is EvidenceClass.A for t in things)
            label = f"linked by {family}: {len({(t.kind, t.value) for t in things})} shared things"
            order = EvidenceClass.A if strong else EvidenceClass.B
            found.append(_item(f"link {family}", label, (family, order), len(things) / _FULL_LINKS, weights))
    return found


def _members(operation: Operation, facts: Sequence[SubjectFacts], weights: BoardWeights) -> list[Item]:
    if len(facts) < _MIN_MEMBERS:
        return []
    found = []
    opened = sorted(m.created_at for m in facts if m.created_at)
    most = max((sum(0 <= (b - a).days <= _TOGETHER_DAYS for b in opened) for a in opened), default=0)
    if most >= _MOST * len(facts):
        label = f"{most} of {len(facts)} accounts opened within {_TOGETHER_DAYS} days of each other"
        found.append(_item("opened together", label, _B_IDENTITY, most / len(facts), weights))
    roles = Counter(m.role for m in operation.members if m.role != "not read")
    if sum(roles.values()) >= _MIN_MEMBERS:
        role, n = min(roles.items(), key=lambda pair: (-pair[1], pair[0]))
        share = n / sum(roles.values())
        if share >= _MOST:
            label = f"one kind of work: {n} of {sum(roles.values())} members mostly do {role}"
            found.append(_item("one kind of work", label, _B_CONTENT, share, weights))
        elif share <= _FEW:
            label = f"several kinds of work: {len(roles)} among {sum(roles.values())} members"
            found.append(_item("several kinds of work", label, _B_CONTENT, 1 - share, weights))
    return found
