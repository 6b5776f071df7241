"""Scorecards of ``lab evaluate --pack --json`` as one Markdown page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
_METHODS = (
    ("**Counterveil**", "counterveil"),
    ("keyword rules per event", "keywords"),
    ("exact duplicate prompts", "duplicates"),
)
_HEAD = """# Evaluation of the shipped scenario

What `counterveil lab evaluate --pack` measured on packs of the shipped scenario (`bench/quality/run.py` writes this page).
**Synthetic text and accounts, written by this project**: nine operations with 86 accounts and 155 look-alikes of twenty kinds,
among generated ordinary accounts. Seeds change who says what when, not the texts; linking and assessment were developed while
looking at seeds 1 and 2; a pack is named after its seed. An operation counts as found when at least half of its members are above the threshold that flags at most
the given share of all benign accounts. *Queue*: what the product itself shows as leads, no threshold tuned. Brackets: 95 %
intervals (Wilson; bootstrap for B³). B³ of *suspected*: only members of suspected operations are grouped.
"""


def page(cards: Sequence[Row]) -> str:
    """The whole page; cards of one pack follow each other."""
    runs = [(card, run) for card in cards for run in card["runs"]]
    parts = [_HEAD, _main(runs), _queue(runs), _costs(runs)]
    parts += [part for card, run in runs for part in _details(card, run)]
    return "\n".join(parts).rstrip() + "\n"


def _pack(card: Row) -> str:
    return Path(card["pack"]).name


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)) + "\n"


def _p(p: Row) -> str:
    return "–" if not p["total"] else f"{p['hits']}/{p['total']} [{p['low']:.2f}, {p['high']:.2f}]"


def _n(p: Row) -> str:
    return f"{p['hits']}/{p['total']}" if p["total"] else "–"


def _e(e: Row) -> str:
    return "–" if e["value"] is None else f"{e['value']:.2f} [{e['low']:.2f}, {e['high']:.2f}]"


def _rates(measured: Row) -> list[str]:
    return [f"{100 * at['rate']:g} %" for at in measured["at"]]


def _main(runs: Sequence[tuple[Row, Row]]) -> str:
    rates = _rates(runs[0][1]["measured"]["counterveil"])
    head = [
        "pack",
        "run",
        "method",
        "AUC",
        *(f"operations at {r}" for r in rates),
        *(f"accounts at {r}" for r in rates),
    ]
    rows = []
    for card, run in runs:
        for label, name in _METHODS:
            e = run["measured"][name]
            auc = "–" if e["auc"] is None else f"{e['auc']:.3f}"
            found = [_p(at["operations"]) for at in e["at"]] + [_p(at["accounts"]) for at in e["at"]]
            rows.append([_pack(card), run["name"], label, auc, *found])
    return _table(head, rows)


def _queue(runs: Sequence[tuple[Row, Row]]) -> str:
    head = [
        "pack",
        "run",
        "leads",
        "of them right",
        "operations in it",
        "accounts in it",
        "of those shown, malicious",
        "benign shown",
    ]
    head += ["B³ precision, suspected", "B³ recall, suspected", "B³ precision, all links", "B³ recall, all links"]
    rows = []
    for card, run in runs:
        e, q = run["measured"]["counterveil"], run["measured"]["queue"]
        bcubed = [
            _e(e[which][side]) for which in ("suspected_grouping", "grouping") for side in ("precision", "recall")
        ]
        shown = [_p(q[name]) for name in ("right", "operations", "accounts", "precision", "benign")]
        rows.append([_pack(card), run["name"], str(q["leads"]), *shown, *bcubed])
    return "## The queue as shipped\n\n" + _table(head, rows)


def _costs(runs: Sequence[tuple[Row, Row]]) -> str:
    head = [
        "pack",
        "run",
        "events",
        "conversations",
        "texts read",
        "wall min",
        "CPU s",
        "per 100,000 conversations: wall min",
        "US$",
    ]
    rows = []
    for card, run in runs:
        c = run["cost"]
        rows.append(
            [
                _pack(card),
                run["name"],
                f"{c['events']:,}",
                f"{c['conversations']:,}",
                f"{c['texts_read']:,}",
                f"{c['wall_s'] / 60:.1f}",
                f"{c['cpu_s']:,.0f}",
                f"{c['per_100k_wall_minutes']:.0f}",
                f"{c['per_100k_usd']:.2f}",
            ]
        )
    cost = runs[0][1]["cost"]
    said = f"At ${cost['cpu_hour_usd']:g} a CPU hour (chosen by us), without a judge; Clio reports ${cost['clio_per_100k_usd']} per 100,000."
    return f"## Cost of a sweep\n\n{said}\n\n" + _table(head, rows)


def _details(card: Row, run: Row) -> list[str]:
    e = run["measured"]["counterveil"]
    rates = _rates(e)
    name = f"{_pack(card)}, {run['name']}"
    operations = [
        [
            o["operation_id"],
            str(o["members"]),
            *(_n(p) for p in o["flagged"]),
            _n(o["group_share"]),
            "–" if o["purity"] is None else f"{o['purity']:.2f}",
        ]
        for o in e["operations"]
    ]
    kinds = [
        [
            k["kind"],
            k["label"],
            str(k["accounts"]),
            *(_n(p) for p in k["flagged"]),
            _n(k["suspected"]),
            _n(k["grouped"]),
        ]
        for k in e["benign_kinds"]
    ]
    languages = [
        [x["language"], *(_n(p) for p in x["recall"]), *(_n(p) for p in x["false_positive"])] for x in e["languages"]
    ]
    wrong = [
        [
            m["kind"], m["language"], f"{m['score']:.2f}", ", ".join(f"{100 * r:g} %" for r in m["flagged_at"]) or "–",
            "yes" if m["in_queue"] else "no", m["operation_id"] or "–", _reasons(m["speaks_for"]), _reasons(m["speaks_against"]),
        ]
        for m in run["measured"]["false_positives"]
    ]  # fmt: skip
    return [
        f"## {name}: operations\n",
        _table(["operation", "members", *(f"flagged at {r}" for r in rates), "in one group", "purity"], operations),
        f"## {name}: innocent accounts\n",
        _table(
            ["kind", "label", "accounts", *(f"flagged at {r}" for r in rates), "in a suspected operation", "linked"],
            kinds,
        ),
        f"## {name}: languages\n",
        _table(["language", *(f"recall at {r}" for r in rates), *(f"benign flagged at {r}" for r in rates)], languages),
        f"## {name}: false positives one by one\n",
        _table(["kind", "language", "score", "above the line of", "in the queue", "operation", "for", "against"], wrong)
        if wrong
        else "None at these lines, none in the queue.\n",
    ]


def _reasons(found: Sequence[Row]) -> str:
    return "; ".join(f"{r['name']} {r['log_odds']:+.1f}" for r in found)
