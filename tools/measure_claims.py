"""How often a claim is found in the training accounts (`src/counterveil/lab/accounts`), by kind of account and language.

    python tools/measure_claims.py             # shares
    python tools/measure_claims.py --missed en # turns tagged selfdesc in which nothing is found
    python tools/measure_claims.py --found en  # claims found in turns of look-alikes and ordinary people

The rules were written with these turns at hand: the shares tell what is missed, not how rules do on texts nobody has read.
As in a scan, a turn is read by the rules of the language of the asking and of the language of most of what is pasted.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from counterveil.observe.canonical import canonical
from counterveil.observe.claims import Found, claims
from counterveil.observe.language import language

ACCOUNTS = Path(__file__).parents[1] / "src/counterveil/lab/accounts"
GROUPS = ("selfdesc", "other turns of operators", "look-alikes", "ordinary")
KINDS = {"operator": GROUPS[1], "lookalike": GROUPS[2], "ordinary": GROUPS[3]}


def turns() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every turn with the group that it counts in."""
    for path in sorted(ACCOUNTS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            account = json.loads(line)
            for turn in account["turns"]:
                yield GROUPS[0] if "selfdesc" in turn.get("tags", ()) else KINDS[account["kind"]], turn


def text_of(turn: dict[str, Any]) -> str:
    """The message as the service sees it."""
    return canonical("".join(text for _, text in turn["parts"])).text


def languages_of(turn: dict[str, Any]) -> list[str]:
    """Of the asking, and of what is pasted."""
    pasted = max((text for kind, text in turn["parts"] if kind.startswith("paste")), key=len, default="")
    return [turn["lang"], language(pasted)] if pasted else [turn["lang"]]


def found_in(turn: dict[str, Any]) -> list[Found]:
    """Claims of one turn."""
    return claims(text_of(turn), languages_of(turn))


def shares() -> None:
    """Print the table."""
    n: Counter[tuple[str, str]] = Counter()
    hit: Counter[tuple[str, str]] = Counter()
    asking_only = 0
    slots: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for group, turn in turns():
        found = found_in(turn)
        for lang in (turn["lang"], "all"):
            n[group, lang] += 1
            hit[group, lang] += bool(found)
        slots[group].update({claim.slot for claim in found})
        asking_only += group == GROUPS[0] and bool(claims(text_of(turn), [turn["lang"]]))
    print("lang  " + "  ".join(f"{group:>24}" for group in GROUPS))
    for lang in sorted({lang for _, lang in n}, key=lambda g: (g == "all", -n[GROUPS[0], g])):
        cells = (
            f"{hit[g, lang]:>5}/{n[g, lang]:<5} {hit[g, lang] / n[g, lang]:>6.1%}" if n[g, lang] else "-"
            for g in GROUPS
        )
        print(f"{lang:5} " + "  ".join(f"{cell:>24}" for cell in cells))
    print(f"selfdesc, rules of the asking language alone: {asking_only / n[GROUPS[0], 'all']:.1%}")
    for group in GROUPS:
        print(f"{group}: " + ", ".join(f"{slot} {count}" for slot, count in slots[group].most_common()))


def main() -> None:
    """Print shares, or single turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missed", metavar="LANG")
    parser.add_argument("--found", metavar="LANG")
    given = parser.parse_args()
    if not given.missed and not given.found:
        shares()
    for group, turn in turns():
        if group == GROUPS[0] and turn["lang"] == given.missed and not found_in(turn):
            print("-", text_of(turn)[:400].replace("\n", " / "))
        if group in GROUPS[2:] and turn["lang"] == given.found:
            for claim in found_in(turn):
                print(f"- {group} {claim.slot}: {claim.value}")


if __name__ == "__main__":
    main()
