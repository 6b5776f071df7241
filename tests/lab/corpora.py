"""A training corpus small enough for a test: twelve accounts by three authors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

Record = dict[str, Any]
AUTHORS = ("t01", "t02", "t03")
_PLACES = {"t01": "harbour", "t02": "market", "t03": "valley"}


def turn(number: int, *parts: tuple[str, str], **more: Any) -> Record:
    """One ordinary question unless said otherwise."""
    usual: Record = {"conv": number, "lang": "en", "stance": "ordinary", "form": "ask", "tags": []}
    return usual | {"parts": [list(part) for part in parts]} | more


def operator(name: str, author: str, about: str) -> Record:
    """Comments by made-up neighbours, a pasted draft, a report, and a harmless question."""
    place = _PLACES[author]
    doing: Record = {"stance": "doing", "about": about}
    return {
        "account": name,
        "author": author,
        "kind": "operator",
        "operation": f"{author}-op1",
        "behaviours": [about],
        "role": "writer",
        "turns": [
            turn(1, ("ask", f"Write ten comments about the {place}, each as another made-up neighbour."), **doing)
            | {"form": "batch", "tags": ["persona"]},
            turn(
                1,
                ("ask", "Make it sound as if no office wrote it:\n\n"),
                ("paste:own", f"The {place} is ours."),
                **doing,
            )
            | {"form": "edit", "tags": ["conceal"]},
            turn(
                2, ("context", "Our team of six has a quota. "), ("ask", f"Report on the {place} to the boss."), **doing
            )
            | {"form": "report", "tags": ["selfdesc"]},
            turn(3, ("ask", f"Where do I park near the {place}?")),
        ],
    }


def innocent(name: str, author: str, kind: str) -> Record:
    """Somebody who studies such comments, or nobody in particular."""
    place = _PLACES[author]
    about: Record = {"stance": "analysing", "about": "IO-2"} if kind == "lookalike" else {}
    found: Record = {
        "account": name,
        "author": author,
        "kind": kind,
        "turns": [
            turn(
                1, ("ask", "Which of these look copied?\n\n"), ("paste:source", f"The {place} is lovely. " * 3), **about
            ),
            turn(1, ("ask", f"How old is the {place}, and who built it?")),
            turn(2, ("ask", "Translate to English:\n\n"), ("paste:source", "Das Boot liegt im Hafen."))
            | {"form": "translate"},
            turn(3, ("ask", f"A recipe for four with fish from the {place}, please.")),
        ],
    }
    return found | ({"twin": "researcher"} if kind == "lookalike" else {})


def accounts(author: str) -> list[Record]:
    """Two operators, a look-alike, somebody ordinary."""
    return [
        operator(f"{author}-a1", author, "IO-2"),
        operator(f"{author}-a2", author, "EL-1"),
        innocent(f"{author}-a3", author, "lookalike"),
        innocent(f"{author}-a4", author, "ordinary"),
    ]


def write_corpus(folder: Path, **changed: list[Record]) -> Path:
    """One file an author; some of them given."""
    folder.mkdir(parents=True, exist_ok=True)
    for author in AUTHORS:
        lines = changed.get(author, accounts(author))
        (folder / f"{author}_1.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return folder
