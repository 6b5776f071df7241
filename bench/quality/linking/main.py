"""Linking on worlds with planted operations, benign look-alikes and the truth beside them. Prints one Markdown page.

    python bench/quality/linking/run.py --parts study,hard --seeds 11,12,13 --out docs/evaluation-linking.md

Every figure is of the product's own scan in a child process, with reading off: the words of these worlds mean nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.machine import lines, machine
from bench.quality.linking import tables
from bench.quality.linking.ablation import ABLATIONS
from bench.quality.linking.outcome import Outcome, outcome
from bench.quality.linking.scans import scan
from bench.quality.linking.world import Spec, World, generate
from counterveil.settings import usable_cpus

_SHARES = (0.0005, 0.005, 0.05, 0.10)


@dataclass(frozen=True, slots=True)
class Asked:
    """What every part is given."""

    events: int
    accounts: int
    seeds: tuple[int, ...]
    workers: int


def study(asked: Asked) -> str:
    """The study's worlds."""
    return _whole("## The study's worlds", _STUDY, asked, Spec.study)


def hard(asked: Asked) -> str:
    """With the levels that hide better."""
    return _whole("## Harder worlds", _HARD, asked, Spec.hard)


def large(asked: Asked) -> str:
    """With operations of hundreds of accounts."""
    return _whole("## Large operations", _LARGE, asked, Spec.large)


def empty(asked: Asked) -> str:
    """Nothing but cohorts and households."""
    found = _runs("empty", asked, Spec.empty)
    n, members = (sum(o.odd[at] for o in found) for at in (0, 1))
    said = f"Beyond cohorts and households: {n} groups, {members} members in them, over all worlds ({len(found)})."
    parts = ["## No operation at all", _EMPTY, said, tables.groups(found), tables.links(found), tables.cost(found)]
    return "\n\n".join(parts)


def prevalent(asked: Asked) -> str:
    """From hardly any operation to a tenth of all accounts."""

    def of(share: float) -> Callable[[int, int, int], Spec]:
        return lambda events, accounts, seed: Spec.prevalent(events, accounts, seed, share=share)

    named = [(f"{share:.2%} of accounts", _runs(f"share {share:g}", asked, of(share))) for share in _SHARES]
    return "\n\n".join(["## How common operations are", _PREVALENT, tables.side_by_side(named)])


def ablation(asked: Asked) -> str:
    """The study's worlds without some of their evidence."""
    named = [(name, _runs(name, asked, Spec.study, change)) for name, change in ABLATIONS.items()]
    return "\n\n".join(["## Evidence taken out", _ABLATION, tables.side_by_side(named)])


PARTS: dict[str, Callable[[Asked], str]] = {
    "study": study,
    "hard": hard,
    "large": large,
    "empty": empty,
    "prevalent": prevalent,
    "ablation": ablation,
}


def main() -> None:
    """Measure the chosen parts and print (or write) one Markdown page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS), help="of " + ", ".join(PARTS))
    parser.add_argument("--events", type=int, default=100_000, help="events of a world")
    parser.add_argument("--accounts", type=int, default=5_000, help="accounts of a world")
    parser.add_argument("--seeds", default="11,12,13,14,15", help="a world of each part for each of them")
    parser.add_argument("--workers", type=int, default=usable_cpus(), help="processes of the product")
    parser.add_argument("--out", type=Path, help="write the page here instead of standard output")
    args = parser.parse_args()
    parts = args.parts.split(",")
    if unknown := sorted(set(parts) - PARTS.keys()):
        parser.error(f"--parts {', '.join(unknown)}: there are {', '.join(PARTS)}")
    asked = Asked(args.events, args.accounts, tuple(int(seed) for seed in args.seeds.split(",")), args.workers)
    facts = machine(seed=asked.seeds[0], workers=asked.workers) | {"seed": ", ".join(map(str, asked.seeds))}
    print(lines(facts), file=sys.stderr)
    page = [_HEAD.format(facts=lines(facts), events=asked.events, accounts=asked.accounts)]
    page += [PARTS[part](asked) for part in parts]
    text = "\n\n".join(page) + "\n"
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        print(text)


def _whole(title: str, about: str, asked: Asked, spec: Callable[[int, int, int], Spec]) -> str:
    found = _runs(spec.__name__, asked, spec)
    told = (tables.levels, tables.groups, tables.links, tables.ledgers, tables.cost)
    return "\n\n".join([title, about, *(of(found) for of in told)])


def _runs(
    name: str, asked: Asked, spec: Callable[[int, int, int], Spec], change: Callable[[World], World] | None = None
) -> Sequence[Outcome]:
    found = []
    for seed in asked.seeds:
        world = generate(spec(asked.events, asked.accounts, seed))
        world = change(world) if change else world
        found.append(outcome(world, scan(world, workers=asked.workers)))
        print(f"{name}, seed {seed}: {found[-1].wall_s:.0f} s", file=sys.stderr, flush=True)
    return found


_HEAD = """# Evaluation of linking on generated worlds

What `bench/quality/linking` prints: worlds of {events:,} events and {accounts:,} accounts in a made-up language, one for each
seed, scanned by the product with reading off. Only groups of four and more count. *Members*: contacts left out, as the
product leaves them out; *with contacts*: everybody attached to a group. An operation is *found* where one group holds half of
it and is four fifths of that group. *Flagged*: an independent account in a group with anybody outside its household. Pairs
within one operation, cohort or household are true; B³ is over accounts of operations. Figures over seeds are mean (least–most);
brackets are 95 % Wilson intervals over accounts or links of all seeds, which are not independent of each other.

```text
{facts}
```"""
_STUDY = """20 operations of 10–50 accounts: level 1 copies within minutes, 2 paraphrases, 3 paraphrases more loosely and keeps a few
names, 4 shares devices, cards and addresses and no words. Beside them 20 cohorts: classes with one assignment, firms with
one template."""
_HARD = """35 operations: levels 1–4 as above; 5 says the same in wholly other words, 6 drips paraphrases over ten days, 7 is a farm that
deals devices, cards and domains by threes. **Level 5 cannot be found by words alone, and reading is off here**: its copies
share no words, devices or addresses, so 0 is what is to be expected. It is no measure of linking by meaning."""
_LARGE = "The study's operations and three of 300–1,000 accounts, of levels 1, 2 and 4."
_EMPTY = """20 cohorts and the households, no operation. Cohorts are linked in truth; any other group is wrong."""
_PREVALENT = """Operations of levels 1–4 and 4–1,000 accounts that together hold a share of all accounts; at the smallest share there is one
operation of four. Operations found by level and in all; accounts of operations grouped; independents flagged."""
_ABLATION = """The study's worlds with one sort of evidence taken out of the log before it is written. Operations found by level and in all;
accounts of operations grouped; independents flagged."""


if __name__ == "__main__":
    main()
