"""Behaviour reading on what it never saw: authors, languages, sources; beside two baselines; under evasion; and its cost.

    python bench/quality/behaviour/run.py --cache /tmp/vectors --out docs/evaluation-behaviour.md
    python bench/quality/behaviour/run.py --parts speed --log demo/events.jsonl

Everything is trained anew without what it is tested on. All texts but those of --shared were written by this project (by
instances of one language model with different briefs), which flatters every figure; the scenario packs were written by
other briefs and never train.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.machine import lines, machine
from bench.quality.behaviour import authors, dependence, evasion, languages, screening, speed, strangers
from bench.quality.behaviour.data import load
from counterveil.settings import usable_cpus

PARTS = {
    "authors": authors.report,
    "dependence": dependence.report,
    "languages": languages.report,
    "strangers": strangers.report,
    "evasion": evasion.report,
    "screening": screening.report,
    "speed": speed.report,
}
SEED = 20261124


def main() -> None:
    """Measure the chosen parts and print (or write) one Markdown page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=sorted(PARTS), default=list(PARTS))
    parser.add_argument("--cache", type=Path, default=Path(".cache/vectors"), help="folder that keeps vectors")
    parser.add_argument("--second", choices=["e5", "none"], default="e5", help="second encoder")
    parser.add_argument("--shared", type=Path, help="folder with outside data (content.parquet); optional")
    parser.add_argument("--out", type=Path, help="write the page here instead of standard output")
    args = parser.parse_args()
    facts = lines(machine(seed=SEED, workers=usable_cpus()))
    print(facts, file=sys.stderr)
    data = load(args.cache, args.second, args.shared)
    page = [_HEAD.format(facts=facts)]
    for part in args.parts:
        print(f"{part} …", file=sys.stderr, flush=True)
        page.append(PARTS[part](data))
    text = "\n\n".join(page) + "\n"
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        print(text)


_HEAD = """# Evaluation of behaviour reading

What `bench/quality/behaviour` prints. Every figure is on accounts, languages or sources that the tested weights never saw. The
texts were written for this project (training accounts by twenty briefs, scenario packs by others; all by instances of one
language model), which flatters every figure; outside sources are named where they occur. Intervals resample whole
authors or groups.

```text
{facts}
```"""
