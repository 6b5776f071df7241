"""What a queue holds and who is in it wrongly: the figures that need no threshold, and each innocent account by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterveil.lab.measures import Proportion, wilson
from counterveil.lab.truth import Truth

_HALF = 0.5
_TOP = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One ledger entry: log-odds for (> 0) or against (< 0), ``of`` the account itself or of its operation."""

    of: str
    name: str
    log_odds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run says of an account. ``group`` is the linked group that it is in, ``suspected`` the suspected operation
    that it is a member of (contacts are members of nothing), ``reasons`` the entries of both ledgers.
    """

    score: float
    group: str | None = None
    suspected: str | None = None
    standing: str | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue as shipped: what a person is shown without any threshold tuned on the truth.

    ``right`` are leads of whose labelled accounts at least half are malicious. ``precision`` counts labelled accounts in
    leads, ``accounts`` and ``operations`` recall (an operation counts from half of its members), ``benign`` innocents shown.
    """

    leads: int
    right: Proportion
    precision: Proportion
    accounts: Proportion
    operations: Proportion
    benign: Proportion


@dataclass(frozen=True, slots=True)
class FalsePositive:
    """One innocent account that a line flags or the queue shows, and what spoke for and against it."""

    account_id: str
    label: str
    kind: str
    note: str
    language: str
    score: float
    flagged_at: tuple[float, ...]
    in_queue: bool
    operation_id: str | None
    standing: str | None
    speaks_for: tuple[Reason, ...]
    speaks_against: tuple[Reason, ...]


def queue(truth: Truth, leads: Sequence[Sequence[str]]) -> Queue:
    """Measure leads, each given as the accounts that it is about; accounts that the key does not know do not count."""
    known = [[truth.accounts[name] for name in set(lead) if name in truth.accounts] for lead in leads]
    judged = [lead for lead in known if lead]
    right = sum(sum(a.malicious for a in lead) >= _HALF * len(lead) for lead in judged)
    shown = {account.account_id: account.malicious for lead in judged for account in lead}
    bad = [name for name, account in truth.accounts.items() if account.malicious]
    good = len(truth.accounts) - len(bad)
    caught = [
        sum(shown.get(member, False) for member in operation.members) >= _HALF * len(operation.members)
        for operation in truth.operations
    ]
    hits = sum(shown.values())
    return Queue(
        leads=len(leads),
        right=wilson(right, len(judged)),
        precision=wilson(hits, len(shown)),
        accounts=wilson(hits, len(bad)),
        operations=wilson(sum(caught), len(caught)),
        benign=wilson(len(shown) - hits, good),
    )


def false_positives(
    truth: Truth, outcomes: Mapping[str, Outcome], lines: Mapping[float, float], leads: Sequence[Sequence[str]]
) -> tuple[FalsePositive, ...]:
    """Every innocent account above the line of a rate (``lines``: rate → score) or in the queue, the highest first."""
    shown = {name for lead in leads for name in lead}
    found = []
    for name, account in truth.accounts.items():
        outcome = outcomes.get(name)
        if account.malicious or outcome is None:
            continue
        at = tuple(rate for rate, line in sorted(lines.items()) if outcome.score > line)
        if at or name in shown:
            ranked = sorted(outcome.reasons, key=lambda reason: -reason.log_odds)
            found.append(
                FalsePositive(
                    account_id=name,
                    label=account.label,
                    kind=account.kind,
                    note=account.note,
                    language=account.language,
                    score=outcome.score,
                    flagged_at=at,
                    in_queue=name in shown,
                    operation_id=outcome.suspected or outcome.group,
                    standing=outcome.standing,
                    speaks_for=tuple(r for r in ranked if r.log_odds > 0)[:_TOP],
                    speaks_against=tuple(r for r in reversed(ranked) if r.log_odds < 0)[:_TOP],
                )
            )
    return tuple(sorted(found, key=lambda row: (-row.score, row.account_id)))
