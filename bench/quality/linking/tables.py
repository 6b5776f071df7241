"""Outcomes of several seeds as Markdown. Intervals over seeds are mean (least–most); of shares, Wilson's 95 %."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.machine import MIB
from bench.quality.linking.metrics import Agreement, Report
from bench.quality.linking.outcome import Outcome
from counterveil.lab.measures import Proportion, wilson
from counterveil.link.statements import STRATA

_ALL = "all"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is words and the others are figures."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def levels(outcomes: Sequence[Outcome]) -> str:
    """What was found of the operations, by level."""
    rows = [
        [
            str(level) if level else _ALL,
            _counted([o.members.found[level] for o in outcomes]),
            spread([o.members.found[level].value for o in outcomes]),
            spread([o.members.grouped[level].value for o in outcomes]),
            spread([o.attached.grouped[level].value for o in outcomes]),
        ]
        for level in sorted(
            {level for o in outcomes for level in o.members.found}, key=lambda level: (level == 0, level)
        )
    ]
    return markdown(["level", "found", "a seed", "accounts grouped", "with contacts"], rows)


def groups(outcomes: Sequence[Outcome]) -> str:
    """Whom the groups hold, and how well they are the operations."""
    rows = [[name, *(of([which(o) for o in outcomes]) for which in (_members, _attached))] for name, of in _MEASURES]
    rows.append(["groups of no one kind (members in them)", _odd(outcomes), ""])
    return markdown(["", "members", "with contacts"], rows)


def links(outcomes: Sequence[Outcome]) -> str:
    """Thresholds, and how many of the links are false, as estimated and in truth."""
    rows = [["bits that any link needs", spread([o.threshold_bits for o in outcomes], ".1f"), "", ""]]
    for at, name in enumerate(STRATA):
        found = [o.discoveries[at] for o in outcomes]
        rows.append(
            [
                f"sure, by {name}",
                spread([d["bits"] for d in found], ".1f"),
                spread([float(d["n_observed"]) for d in found], ",.0f"),
                spread([d["rate"] for d in found], ".2%"),
            ]
        )
    for name, of in (("sure, in truth", _sure), ("probable, in truth", _probable)):
        shares = [of(o) for o in outcomes]
        rows.append(
            [
                name,
                "",
                spread([float(p.total) for p in shares], ",.0f"),
                f"{_pooled(shares)}; {spread([p.value for p in shares], '.2%')}",
            ]
        )
    return markdown(["links", "bits", "how many", "false"], rows)


def ledgers(outcomes: Sequence[Outcome]) -> str:
    """Whether cited things made the links, in a sentence."""
    broken, whole = (_pooled([getattr(o.ledgers, name) for o in outcomes]) for name in ("broken", "whole"))
    full = sum(o.ledgers.n_full for o in outcomes)
    return (
        f"Ledgers of sure links, a sample: without what they cite, {broken} fall below the bits that any link needs; in {whole} the cited "
        f"things alone add up to all of the link's bits; {full} cite as much as a ledger lists. This takes cited bits off the ledger "
        "of the finished scan. It does not scan a log without the cited texts and devices."
    )


def cost(outcomes: Sequence[Outcome]) -> str:
    """Time and memory of the stages that link."""
    by_stage = [[next(s for s in o.stages if s.name == stage.name) for o in outcomes] for stage in outcomes[0].stages]
    rows = [
        [
            found[0].name,
            spread([s.wall_s for s in found], ".1f"),
            spread([s.cpu_s for s in found], ".1f"),
            spread([s.peak_bytes / MIB for s in found], ",.0f"),
        ]
        for found in by_stage
    ]
    sums = [[sum(s.wall_s for s in o.stages), sum(s.cpu_s for s in o.stages)] for o in outcomes]
    rows.append(
        [
            "linking, together",
            spread([wall for wall, _ in sums], ".1f"),
            spread([cpu for _, cpu in sums], ".1f"),
            spread([max(s.peak_bytes for s in o.stages) / MIB for o in outcomes], ",.0f"),
        ]
    )
    rows.append(
        ["the whole scan", spread([o.wall_s for o in outcomes], ".1f"), spread([o.cpu_s for o in outcomes], ".1f"), ""]
    )
    n_met, n_pairs = (spread([float(o.funnel[name]) for o in outcomes], ",.0f") for name in ("n_meetings", "n_pairs"))
    n_read = spread([float(o.n_read) for o in outcomes], ",.0f")
    told = (
        f"{n_met} meetings of texts; {n_pairs} pairs weighed; {n_read} texts of linked groups still read. Memory is looked at ten "
        "times a second: the peak of a stage may be that of the end of the one before it."
    )
    return f"{markdown(['stage', 'wall s', 'CPU s', 'peak MiB'], rows)}\n\n{told}"


def side_by_side(named: Sequence[tuple[str, Sequence[Outcome]]]) -> str:
    """A row for each variant of a world."""
    every = sorted({level for _, outcomes in named for o in outcomes for level in o.members.found if level})
    rows = [
        [
            name,
            *(_counted([o.members.found[level] for o in outcomes if level in o.members.found]) for level in every),
            _counted([o.members.found[0] for o in outcomes]),
            spread([o.members.grouped[0].value for o in outcomes]),
            _pooled([o.members.independents for o in outcomes]),
            spread([o.members.pairs.precision for o in outcomes]),
            spread([o.members.bcubed.f1 for o in outcomes]),
            spread([o.sure.value for o in outcomes], ".2%"),
        ]
        for name, outcomes in named
    ]
    heads = [*(f"level {level}" for level in every), _ALL, "accounts grouped", "independents", "pairs P", "B³ F1"]
    return markdown(["", *heads, "sure links false"], rows)


def spread(values: Sequence[float | None], form: str = ".2f") -> str:
    """Mean (least–most); "–" where there is nothing.

    >>> spread([1.0, None, 2.0])
    '1.50 (1.00–2.00)'
    """
    there = [value for value in values if value is not None]
    if not there:
        return "–"
    mean = format(sum(there) / len(there), form)
    return mean if len(there) == 1 else f"{mean} ({format(min(there), form)}–{format(max(there), form)})"


def _counted(shares: Sequence[Proportion]) -> str:
    """Hits of total over all seeds."""
    return f"{sum(p.hits for p in shares)}/{sum(p.total for p in shares)}"


def _pooled(shares: Sequence[Proportion]) -> str:
    every = wilson(sum(p.hits for p in shares), sum(p.total for p in shares))
    return (
        "–"
        if every.value is None
        else f"{every.hits:,}/{every.total:,} = {every.value:.2%} [{every.low:.2%}, {every.high:.2%}]"
    )


def _odd(outcomes: Sequence[Outcome]) -> str:
    return f"{spread([float(o.odd[0]) for o in outcomes], '.1f')}; {spread([float(o.odd[1]) for o in outcomes], '.1f')}"


def _agreement(what: str, side: str) -> Callable[[Sequence[Report]], str]:
    def told(reports: Sequence[Report]) -> str:
        agreements: list[Agreement] = [getattr(r, what) for r in reports]
        return spread([getattr(a, side) for a in agreements])

    return told


def _members(found: Outcome) -> Report:
    return found.members


def _attached(found: Outcome) -> Report:
    return found.attached


def _sure(found: Outcome) -> Proportion:
    return found.sure


def _probable(found: Outcome) -> Proportion:
    return found.probable


_MEASURES: tuple[tuple[str, Callable[[Sequence[Report]], str]], ...] = (
    ("groups", lambda reports: spread([float(r.n_groups) for r in reports], ".1f")),
    ("independents flagged", lambda reports: _pooled([r.independents for r in reports])),
    ("independents grouped with flatmates alone", lambda reports: _pooled([r.households for r in reports])),
    ("accounts of cohorts grouped", lambda reports: _pooled([r.cohorts for r in reports])),
    ("pairs, precision", _agreement("pairs", "precision")),
    ("pairs, recall", _agreement("pairs", "recall")),
    ("B³ precision", _agreement("bcubed", "precision")),
    ("B³ recall", _agreement("bcubed", "recall")),
    ("B³ F1", _agreement("bcubed", "f1")),
)
