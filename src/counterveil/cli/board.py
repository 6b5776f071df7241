"""The hypotheses board of an operation, and its origin with what is only context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from counterveil.cli.render import cell, spark, table
from counterveil.service.words import CONTEXT

_STYLE = {"C": "green", "I": "bold red", "N": "dim"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def board(console: Console, found: Mapping[str, Any]) -> None:
    """Hypotheses × evidence, what would change our mind, and how to read it."""
    console.rule("Hypotheses: what it may be for", align="left")
    hypotheses: Sequence[Mapping[str, Any]] = found["hypotheses"]
    if not hypotheses:
        console.print("Not weighed yet. `counterveil scan` without paths weighs what is in the workspace.")
        return
    console.print(
        table(
            [
                ("", "left"),
                ("hypothesis", "left"),
                ("kind", "left"),
                ("against", "right"),
                ("for", "right"),
                ("what would change our mind", "left"),
            ],
            [
                [
                    Text(f"H{i}", style="bold"),
                    cell(h["name"]),
                    cell("innocent" if h["innocent"] else "abuse"),
                    cell(f"{h['inconsistency']:.2f}"),
                    cell(f"{h['consistency']:.2f}"),
                    cell(h["would_change"]),
                ]
                for i, h in enumerate(hypotheses, 1)
            ],
        )
    )
    if not found["evidence"]:
        console.print("No evidence tells them apart: nothing was read, and nothing is known of the accounts.")
        return
    heads = [("evidence", "left"), ("class", "left"), *((f"H{i}", "left") for i in range(1, len(hypotheses) + 1)), ("diagnostic", "right"), ("points", "right")]  # fmt: skip
    rows: list[list[Text | str]] = [
        [
            cell(w["item"]["label"], width=78),
            cell(f"{w['item']['evidence_class']} {w['item']['family']}"),
            *(Text(r, style=_STYLE[r]) for r in w["ratings"]),
            cell(f"{w['diagnosticity']:.2f}" if w["diagnosticity"] else "tells nothing"),
            cell(f"{w['points']:.2f}"),
        ]
        for w in found["evidence"]
    ]
    console.print(table(heads, rows))
    console.print(
        "C consistent, I inconsistent, N neutral. The hypothesis with least against it leads (near ties: most for it); what fits all tells nothing."
    )


def origin(console: Console, found: Mapping[str, Any]) -> None:
    """Where it may come from, one sentence at a time."""
    console.rule("Origin", align="left")
    for sentence in found["sentences"]:
        console.print(cell(sentence))
    if found["anchors"]:
        console.print(cell(f"Rests on: {', '.join(found['anchors'])}"))
    if found["alternatives"]:
        console.print(cell(f"Others say: {', '.join(found['alternatives'])}"))


def context(console: Console, schedule: Sequence[Sequence[int]], languages: Mapping[str, int]) -> None:
    """Hours and languages, with the sentence that they prove nothing."""
    console.rule("Context, never evidence", align="left")
    console.print(CONTEXT)
    shown = ", ".join(f"{code} {n}" for code, n in list(languages.items())[:8])
    console.print(cell(f"languages of user texts: {shown or 'none read'}"))
    top = max((n for row in schedule for n in row), default=0)
    if not top:
        return
    console.print(Text("hour, UTC   0     6     12    18    ", style="dim"))
    for name, row in zip(_DAYS, schedule, strict=True):
        # One scale for the week: `spark` takes the largest value it is given as full.
        console.print(Text(f"       {name}  {spark([*row, top])[:-1]}  {sum(row)}"))
