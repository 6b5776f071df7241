"""Printing: tables and ledgers for people, JSON with a schema version for programs.

Everything that comes from a log passes through ``observe.mask.inert`` and is printed as text, never as markup.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from counterveil.service.words import inert

_BLOCKS = " ▁▂▃▄▅▆▇█"
# Control, formatting, private and separator characters that JSON may hold as they are and a terminal would obey.
_OBEYED = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def out() -> Console:
    """Standard output; a full width when it is not a terminal, so that pipes get whole lines. Reads no markup in text."""
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)


def json_out(schema: str, data: object) -> None:
    """One JSON object on standard output: ``{"schema": "counterveil.<what>.v1", "data": …}``; inert on a terminal too."""
    body = orjson.dumps(
        {"schema": f"counterveil.{schema}.v1", "data": data},
        default=str,
        option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS,
    )
    sys.stdout.write(_OBEYED.sub(lambda found: json.dumps(found.group())[1:-1], body.decode()) + "\n")


def cell(value: object, *, width: int = 0, style: str = "") -> Text:
    """A value as inert text, cut to a width where one is given."""
    text = inert("–" if value in (None, "") else str(value))
    if width and len(text) > width:
        text = text[: width - 1] + "…"
    return Text(text, style=style)


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Text | str]], *, title: str = "") -> Table:
    """A plain table; a column is (heading, "left" or "right")."""
    made = Table(box=box.SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", pad_edge=False)
    for heading, justify in columns:
        made.add_column(heading, justify="right" if justify == "right" else "left", overflow="fold")
    for row in rows:
        made.add_row(*(r if isinstance(r, Text) else cell(r) for r in row))
    return made


def bar(value: float, full: float, *, width: int = 12) -> Text:
    """A signed bar for a ledger line: green against, red for."""
    n = max(1, round(width * min(1.0, abs(value) / full))) if value else 0
    return Text("█" * n, style="red" if value > 0 else "green")


def spark(values: Sequence[int]) -> str:
    """A line of blocks, one a value."""
    top = max(values, default=0)
    return "".join(_BLOCKS[0 if v == 0 else max(1, round(v / top * 8))] for v in values)


def ledger(console: Console, entries: Sequence[Mapping[str, Any]], confidence: float) -> None:
    """The signed ledger with its sum."""
    rows = [
        [cell(e["name"]), Text(f"{e['log_odds']:+.2f}"), bar(e["log_odds"], 3.0), cell(e["reason"])]
        for e in sorted(entries, key=lambda e: -e["log_odds"])
    ]
    total = sum(e["log_odds"] for e in entries)
    rows.append(
        [Text("sum", style="bold"), Text(f"{total:+.2f}", style="bold"), Text(""), Text(f"confidence {confidence:.2f}")]
    )
    console.print(table([("consideration", "left"), ("log-odds", "right"), ("", "left"), ("why", "left")], rows))


def percent(value: float) -> Text:
    """A confidence in [0,1] as a percentage, red where it is high."""
    style = "bold red" if value >= 0.8 else "yellow" if value >= 0.5 else ""
    return Text(f"{100 * value:.0f} %", style=style)
