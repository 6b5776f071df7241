"""One run in words and tables. No text of the data is shown: only classes, counts and short shared artefacts, masked as the product masks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from bench.machine import MIB
from bench.real.overlay import Overlay, described
from bench.real.score import Method, Purity, Scored, mix
from bench.real.verdict import judged, share
from bench.watch import Watched
from counterveil.cli.render import cell, table
from counterveil.lab.measures import Proportion
from counterveil.lab.truth import Truth
from counterveil.service.reveals import masked_value
from counterveil.service.words import kind_label

_TOP = 10
# Passages are pieces of tweets: their number is told, never their words.
_SHOWN_KINDS = frozenset(("domain", "handle", "name", "wallet", "identifier", "file_name"))
_SHOWN_CHARS = 24


def show(console: Console, window: str, overlay: Overlay, watched: Watched, scored: Scored) -> None:
    """Everything measured on one log."""
    console.print(described(window, overlay))
    _run(console, overlay, watched, scored)
    _classes(console, scored)
    _purity(console, "linked groups", scored.groups)
    _purity(console, "suspected operations", scored.suspected_groups)
    _groups(console, scored, overlay.truth)
    _methods(console, scored)
    for line in judged(scored):
        console.print(line)


def _run(console: Console, overlay: Overlay, watched: Watched, scored: Scored) -> None:
    report = watched.report
    stages = ", ".join(f"{name} {seconds:,.1f}" for name, seconds in report["seconds"].items())
    taken, read = report["ingest"], report["read"]
    console.print(
        f"scan: {watched.wall_s:,.1f} s wall ({stages}), {report['cpu_s']:,.1f} CPU s; peak memory of all processes "
        f"{watched.peak_bytes / MIB:,.0f} MiB; {taken['n_rejects']:,} rejects, {taken['n_duplicates']:,} duplicates; "
        f"{report['n_observed']:,} distinct texts, {read['n_texts']:,} read, {read['n_subjects_unread']:,} accounts unread (budget); "
        f"{report['funnel']['n_pairs']:,} pairs met, {report['funnel']['n_links']:,} links of ≥ {report['threshold_bits']:.1f} bits"
    )
    told = "; ".join(
        f"{name}: {written:,} written, {counted:,} counted" for name, (written, counted) in scored.turns.items()
    )
    exact = all(written == counted for written, counted in scored.turns.values())
    console.print(
        f"turns: {overlay.n_user_messages_sent:,} user messages were sent, history included. {told}: "
        + ("exact" if exact else "NOT EXACT")
    )


def _classes(console: Console, scored: Scored) -> None:
    rows = [[row.name, share(row.grouped), share(row.suspected), str(row.alone.hits)] for row in scored.rows]
    heads = [("in a linked group", "right"), ("in a suspected operation", "right"), ("lead on its own", "right")]
    console.print(table([("accounts", "left"), *heads], rows))


def _purity(console: Console, name: str, found: Purity) -> None:
    if not found.n_groups:
        console.print(f"No {name}.")
        return
    only = ", ".join(f"{n} only {kind.rstrip('s')}s" for kind, n in sorted(found.only.items()))
    chance = "–" if found.by_chance is None else f"{found.by_chance:.1%}"
    console.print(
        f"{found.n_groups} {name}: pure {share(found.pure)} ({only or 'none'}; {found.mixed} mixed). Of those with trolls only, "
        f"one sub-team: {share(found.one_team)}. Pairs of trolls in one group that are of one sub-team: {share(found.same_team)}, "
        f"by chance {chance}."
    )


def _groups(console: Console, scored: Scored, truth: Truth) -> None:
    ranked = sorted(scored.operations, key=lambda o: (o["verdict"] != "suspected", -o["n_members"], o["operation_id"]))
    if not ranked:
        return
    rows = [
        [
            o["operation_id"],
            o["verdict"],
            f"{o['confidence']:.2f}",
            str(o["n_members"]),
            ", ".join(f"{n} {kind}" for kind, n in mix(o, truth).most_common(4)),
            cell(_shared(o), width=70),
        ]
        for o in ranked[:_TOP]
    ]
    title = f"{len(rows)} of {len(ranked)} groups, suspected first, the largest first"
    heads = [("group", "left"), ("verdict", "left"), ("confidence", "right"), ("accounts", "right")]
    console.print(table([*heads, ("who they are", "left"), ("what they share", "left")], rows, title=title))


def _shared(operation: Mapping[str, Any]) -> str:
    values: Counter[tuple[str, str]] = Counter()
    for link in operation["links"]:
        values.update({(thing["kind"], thing["value"]) for thing in link["shared"]})
    kinds = Counter(kind for kind, _ in values)
    counted = ", ".join(
        f"{kinds[kind]} × {kind_label(kind)}" for kind in sorted(kinds, key=lambda kind: (-kinds[kind], kind))
    )
    ranked = sorted(values, key=lambda thing: (-values[thing], thing))
    best = [masked_value(kind, value)[:_SHOWN_CHARS] for kind, value in ranked if kind in _SHOWN_KINDS][:2]
    return f"{counted} ({', '.join(best)})" if best else counted


def _methods(console: Console, scored: Scored) -> None:
    rates = [f"{100 * rate:g} %" for rate, _, _ in scored.methods[0].at]
    rows = [
        [
            m.name,
            _auc(m.auc),
            _auc(m.auc_ordinary),
            _auc(m.auc_english),
            *(f"{caught.hits} / {benign.hits}" for _, caught, benign in m.at),
            _part(m.grouped_trolls),
            _part(m.grouped_innocents),
            _b3(m),
        ]
        for m in scored.methods
    ]
    heads = ["AUC", "ordinary", "English", *(f"FPR ≤ {r}" for r in rates), "trolls grouped", "innocents grouped"]
    console.print(table([("method", "left"), *((h, "right") for h in heads), ("B³ P / R", "right")], rows))
    console.print(
        "AUC: trolls against all innocents; against ordinary posters; of both, accounts that write mostly English. FPR: trolls / "
        "innocents flagged at no more than that rate of innocents. B³: groups against sub-teams (one operator runs them all)."
    )


def _auc(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _part(p: Proportion) -> str:
    return f"{p.hits}/{p.total}"


def _b3(m: Method) -> str:
    grouping = m.evaluation.grouping
    if grouping.precision.value is None or grouping.recall.value is None:
        return "–"
    return f"{grouping.precision.value:.2f} / {grouping.recall.value:.2f}"
