"""Quality on the shipped scenario as packs: seeds × background ratios, beside two naive baselines, as one Markdown page.

    python bench/quality/run.py --seeds 3 --ratios 1 10 100 --out docs/evaluation.md
    python bench/quality/run.py --from card.json                # what `lab evaluate --pack … --json` printed

The scenario is synthetic and written by this project; different seeds change who says what when, from where and with which
accounts, not the texts. Everything is measured by ``counterveil lab evaluate --pack``: this script only writes the page.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.machine import lines, machine
from bench.quality.page import page
from counterveil.service import lab
from counterveil.settings import usable_cpus


def main() -> None:
    """Generate, evaluate and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3])
    parser.add_argument("--ratios", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument("--ablate", action="store_true", help="also with context fields taken from everybody")
    parser.add_argument("--from", dest="cards", type=Path, nargs="+", help="scorecards in JSON instead of new runs")
    parser.add_argument("--out", type=Path, help="write the page here instead of standard output")
    args = parser.parse_args()
    print(lines(machine(seed=args.seeds[0], workers=usable_cpus())), file=sys.stderr)
    if args.cards:
        cards = [orjson.loads(path.read_bytes())["data"] for path in args.cards]
    else:
        cards = [_evaluated(seed, args.ratios, ablate=args.ablate) for seed in args.seeds]
    text = page(cards)
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


def _evaluated(seed: int, ratios: list[float], *, ablate: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as temporary:
        pack = Path(temporary) / f"seed{seed}"
        lab.generate(pack, seed=seed, background=0, events=None, days=30, progress=lambda _n: None)
        command = [sys.executable, "-m", "counterveil", "lab", "evaluate", "--pack", str(pack), "--json"]
        command += [part for ratio in ratios for part in ("--ratio", f"{ratio:g}")]
        command += ["--ablate", "context"] if ablate else []
        command += ["--seed", str(seed)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = orjson.loads(done.stdout)["data"]
    return found


if __name__ == "__main__":
    main()
