"""What the figures of one run say, good or bad."""

from __future__ import annotations

from bench.real.score import Scored
from counterveil.lab.measures import Proportion

# Half of the operator's accounts is the least that would let an investigator see the whole.
_MOST = 0.5


def judged(scored: Scored) -> list[str]:
    """The result in one sentence, and every way in which it is poor."""
    rows = {row.name: row for row in scored.rows}
    trolls, ordinary, talking = (rows[name].suspected for name in ("all trolls", "ordinary posters", "conversations"))
    innocents = f"{share(ordinary)} of the ordinary posters, {share(talking)} of the conversations"
    said = [f"Result: in suspected operations are {share(trolls)} of the trolls, {innocents}."]
    if trolls.low <= max(p.high for p in (ordinary, talking) if p.total):
        said.append(
            "POOR: the intervals of trolls and innocents overlap: being suspected does not tell them apart here."
        )
    if (trolls.value or 0) < _MOST:
        said.append("POOR: most troll accounts are missed.")
    mixed = [group for group in (scored.groups, scored.suspected_groups) if group.mixed]
    if mixed:
        said.append(f"POOR: {mixed[0].mixed} linked groups hold both trolls and innocents.")
    first, *others = scored.methods
    for what, names in (
        ("ranks no better than", [m.name for m in others if (m.auc or 0) >= (first.auc or 0)]),
        (
            "at 0.1 % false positives flags fewer trolls than",
            [m.name for m in others if m.at[1][1].hits > first.at[1][1].hits],
        ),
        (
            "puts fewer trolls into groups than",
            [m.name for m in others if m.grouped_trolls.hits > first.grouped_trolls.hits],
        ),
    ):
        if names:
            said.append(f"POOR: Counterveil {what} {', '.join(names)}.")
    return said


def share(p: Proportion) -> str:
    """Hits of total, with the 95 % interval."""
    if p.value is None:
        return "– (there are none)"
    return f"{p.hits}/{p.total} = {p.value:.1%} [{p.low:.1%}, {p.high:.1%}]"
