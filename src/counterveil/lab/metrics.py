"""How good scores and groups are against the answer key: per account, operation, look-alike and language.

Pure: no file is read here. Every share has its denominator and a 95 % interval (DESIGN.md §3.9).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from counterveil.errors import InputError
from counterveil.lab.curves import ReliabilityBin, RocPoint, reliability, roc
from counterveil.lab.measures import BCubed, Proportion, bcubed, cutoff, roc_auc, wilson
from counterveil.lab.truth import Truth, TruthAccount, TruthOperation

RATES = (0.0, 0.001, 0.01)
# An operation counts as found when at least this share of its accounts is flagged: an investigator then has the rest
# within reach, and a lucky hit on one account does not count.
_FOUND_SHARE = 0.5
_SAMPLES = 500


@dataclass(frozen=True, slots=True)
class AtRate:
    """What is caught when so many innocents at most may be flagged (``rate``), and how many were (``benign``)."""

    rate: float
    cutoff: float
    benign: Proportion
    accounts: Proportion
    operations: Proportion


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation: the share of its members flagged at each rate, and the found group that holds most of them.

    ``purity`` is the share of that group which belongs to the operation; None where no member was put in a group.
    """

    operation_id: str
    kind: str
    members: int
    flagged: tuple[Proportion, ...]
    largest_group: str | None
    group_share: Proportion
    purity: float | None


@dataclass(frozen=True, slots=True)
class BenignRow:
    """One kind of innocent accounts: how many would have been flagged at each rate, how many were grouped, and how many
    are members of operations that the product calls suspected.
    """

    label: str
    kind: str
    accounts: int
    flagged: tuple[Proportion, ...]
    grouped: Proportion
    suspected: Proportion


@dataclass(frozen=True, slots=True)
class HarmRow:
    """One harm that the key names: its malicious accounts caught at each rate, and those in suspected operations."""

    harm: str
    accounts: int
    recall: tuple[Proportion, ...]
    suspected: Proportion


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """One main language: malicious accounts caught and innocent accounts flagged, at each rate."""

    language: str
    recall: tuple[Proportion, ...]
    false_positive: tuple[Proportion, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured on one scenario; ``ratio`` is benign accounts per malicious one: no rate holds without it.

    Groups are measured twice. ``grouping`` takes every linked group, also those with an innocent explanation: what linking
    does. ``suspected_grouping`` takes the members of suspected operations only: what a person is shown.
    """

    malicious: int
    benign: int
    ratio: float | None
    auc: float | None
    at: tuple[AtRate, ...]
    grouping: BCubed
    suspected_grouping: BCubed
    operations: tuple[OperationRow, ...]
    benign_kinds: tuple[BenignRow, ...]
    languages: tuple[LanguageRow, ...]
    harms: tuple[HarmRow, ...]
    roc: tuple[RocPoint, ...]
    reliability: tuple[ReliabilityBin, ...]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def evaluate(
    truth: Truth,
    scores: Mapping[str, float],
    groups: Mapping[str, str | None],
    *,
    suspected: Mapping[str, str | None] | None = None,
    rates: Sequence[float] = RATES,
    seed: int = 0,
) -> Evaluation:
    """Measure scores in [0, 1] and found groups; ``suspected`` are the groups called operations (default: all of them).

    An account without a score has 0 (nothing was seen); one without a group stands alone.

    Raises:
        InputError: a score or group for an account that the key does not know, or a score outside [0, 1].
    """
    _check(truth, scores, groups)
    called = groups if suspected is None else suspected
    accounts = [truth.accounts[name] for name in sorted(truth.accounts)]
    bad = [account for account in accounts if account.malicious]
    good = [account for account in accounts if not account.malicious]
    bad_scores = [scores.get(account.account_id, 0.0) for account in bad]
    good_scores = [scores.get(account.account_id, 0.0) for account in good]
    cutoffs = [cutoff(good_scores, rate) for rate in rates]

    def flagged(some: Iterable[TruthAccount]) -> tuple[Proportion, ...]:
        values = [scores.get(account.account_id, 0.0) for account in some]
        return tuple(wilson(sum(value > line for value in values), len(values)) for line in cutoffs)

    return Evaluation(
        malicious=len(bad),
        benign=len(good),
        ratio=len(good) / len(bad) if bad else None,
        auc=roc_auc(bad_scores, good_scores),
        at=_at(truth, rates, cutoffs, flagged),
        grouping=_grouping(accounts, groups, seed),
        suspected_grouping=_grouping(accounts, called, seed),
        operations=_operations(truth, groups, flagged),
        benign_kinds=_benign(good, (groups, called), flagged),
        languages=_languages(bad, good, flagged),
        harms=_harms(bad, called, flagged),
        roc=roc(bad_scores, good_scores),
        reliability=reliability(bad_scores, good_scores),
    )


_Flagged = Callable[[Iterable[TruthAccount]], tuple[Proportion, ...]]


def _at(truth: Truth, rates: Sequence[float], cutoffs: Sequence[float], flagged: _Flagged) -> tuple[AtRate, ...]:
    good = flagged(account for account in truth.accounts.values() if not account.malicious)
    bad = flagged(account for account in truth.accounts.values() if account.malicious)
    shares = [flagged(_members(truth, operation)) for operation in truth.operations]
    rows = []
    for index, (rate, line) in enumerate(zip(rates, cutoffs, strict=True)):
        found = sum((share[index].value or 0.0) >= _FOUND_SHARE for share in shares)
        rows.append(AtRate(rate, line, good[index], bad[index], wilson(found, len(shares))))
    return tuple(rows)


def _grouping(accounts: Sequence[TruthAccount], groups: Mapping[str, str | None], seed: int) -> BCubed:
    """Over all malicious accounts and every innocent one that was drawn into a group.

    An innocent account belongs with nobody, even if it knows the others: a school class is no operation.
    """
    true: dict[str, str] = {}
    found: dict[str, str] = {}
    for account in accounts:
        name = account.account_id
        group = groups.get(name)
        if account.malicious or group is not None:
            alone = f"\0{name}"
            true[name] = account.group if account.malicious and account.group is not None else alone
            found[name] = alone if group is None else group
    return bcubed(true, found, samples=_SAMPLES, seed=seed)


def _operations(truth: Truth, groups: Mapping[str, str | None], flagged: _Flagged) -> tuple[OperationRow, ...]:
    sizes = Counter(group for group in groups.values() if group is not None)
    rows = []
    for operation in sorted(truth.operations, key=lambda operation: operation.operation_id):
        held = Counter(group for member in operation.members if (group := groups.get(member)) is not None)
        largest = min(held, key=lambda group: (-held[group], group)) if held else None
        inside = held[largest] if largest is not None else 0
        rows.append(
            OperationRow(
                operation_id=operation.operation_id,
                kind=operation.kind,
                members=len(operation.members),
                flagged=flagged(_members(truth, operation)),
                largest_group=largest,
                group_share=wilson(inside, len(operation.members)),
                purity=inside / sizes[largest] if largest is not None else None,
            )
        )
    return tuple(rows)


def _benign(
    good: Sequence[TruthAccount], found: tuple[Mapping[str, str | None], Mapping[str, str | None]], flagged: _Flagged
) -> tuple[BenignRow, ...]:
    kinds: defaultdict[tuple[str, str], list[TruthAccount]] = defaultdict(list)
    for account in good:
        kinds[account.label, account.kind].append(account)
    rows = []
    # Look-alikes first: they are what the rates are about.
    for (label, kind), some in sorted(kinds.items(), key=lambda item: (item[0][0] != "lookalike", item[0])):
        rows.append(BenignRow(label, kind, len(some), flagged(some), *(_inside(some, groups) for groups in found)))
    return tuple(rows)


def _harms(bad: Sequence[TruthAccount], called: Mapping[str, str | None], flagged: _Flagged) -> tuple[HarmRow, ...]:
    harms: defaultdict[str, list[TruthAccount]] = defaultdict(list)
    for account in bad:
        harms[account.harm or account.kind].append(account)
    return tuple(HarmRow(harm, len(some), flagged(some), _inside(some, called)) for harm, some in sorted(harms.items()))


def _inside(some: Sequence[TruthAccount], groups: Mapping[str, str | None]) -> Proportion:
    return wilson(sum(groups.get(account.account_id) is not None for account in some), len(some))


def _languages(bad: Sequence[TruthAccount], good: Sequence[TruthAccount], flagged: _Flagged) -> tuple[LanguageRow, ...]:
    names = sorted({account.language for account in (*bad, *good)})
    return tuple(
        LanguageRow(
            name,
            flagged(account for account in bad if account.language == name),
            flagged(account for account in good if account.language == name),
        )
        for name in names
    )


def _members(truth: Truth, operation: TruthOperation) -> list[TruthAccount]:
    return [truth.accounts[member] for member in operation.members]


def _check(truth: Truth, scores: Mapping[str, float], groups: Mapping[str, str | None]) -> None:
    for name in (*scores, *groups):
        if name not in truth.accounts:
            raise InputError(
                f"{name}: not in the answer key", remedy="Evaluate against the truth of the same scenario."
            )
    for name, value in scores.items():
        # The comparison is written so that NaN fails it.
        if not 0.0 <= value <= 1.0:
            raise InputError(
                f"{name}: score {value} is outside [0, 1]", remedy="Calibrate scores before measuring them."
            )
