"""Quality on the shipped scenario: seeds × background ratios, Counterveil beside two naive baselines.

    python bench/quality/run.py --seeds 1 2 3 --backgrounds 1 10 100

Prints a Markdown table (the one in the README) and writes every evaluation as JSON into --out. The scenario is synthetic and
written by this project; different seeds change who says what when, from where and with which accounts, not the texts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.machine import lines, machine
from counterveil.pipeline.progress import Silent
from counterveil.service import lab, scanning
from counterveil.service.lab import Evaluation, Measured, Proportion
from counterveil.settings import load, usable_cpus

METHODS = (
    ("Counterveil", "counterveil"),
    ("keyword rules per event", "keywords"),
    ("exact duplicate prompts", "duplicates"),
)


def main() -> None:
    """Generate, scan, evaluate and print, one scenario after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--backgrounds", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument(
        "--out", type=Path, help="keep scenarios, workspaces and evaluations here (default: a temporary folder)"
    )
    args = parser.parse_args()
    print(lines(machine(seed=args.seeds[0], workers=usable_cpus())), file=sys.stderr)
    with tempfile.TemporaryDirectory() as temporary:
        out = args.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        print(
            f"| background | seed | method | AUC | {_heads('operations')} | {_heads('accounts')} | B³ precision | B³ recall |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|---|---|")
        for background in args.backgrounds:
            for seed in args.seeds:
                _one(out, background, seed)


def _heads(what: str) -> str:
    return " | ".join(f"{what} at {rate}" for rate in ("0", "0.1 %", "1 %"))


def _one(out: Path, background: float, seed: int) -> None:
    folder = out / f"b{background:g}-s{seed}"
    begun = time.perf_counter()
    lab.generate(folder, seed=seed, background=background, events=None, days=30, progress=lambda _n: None)
    settings = load({"home": folder / "run"})[0]
    paths = (str(folder / "events.jsonl"), str(folder / "accounts.jsonl"))
    scanning.scan(settings, scanning.InputChoice(paths), Silent())
    measured = lab.evaluate(settings, folder / "truth")
    (folder / "evaluation.json").write_bytes(orjson.dumps(asdict(measured), option=orjson.OPT_INDENT_2))
    for label, name in METHODS:
        print(_row(background, seed, label, measured, name), flush=True)
    print(f"b{background:g} s{seed}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)


def _row(background: float, seed: int, label: str, measured: Measured, name: str) -> str:
    e: Evaluation = getattr(measured, name)
    auc = "–" if e.auc is None else f"{e.auc:.2f}"
    operations = " | ".join(
        f"{at.operations.hits}/{at.operations.total} [{at.operations.low:.2f}, {at.operations.high:.2f}]" for at in e.at
    )
    accounts = " | ".join(_share(at.accounts) for at in e.at)
    precision, recall = e.grouping.precision, e.grouping.recall
    return (
        f"| {background:g}× | {seed} | {label} | {auc} | {operations} | {accounts} | "
        f"{precision.value:.2f} [{precision.low:.2f}, {precision.high:.2f}] | {recall.value:.2f} [{recall.low:.2f}, {recall.high:.2f}] |"
    )


def _share(p: Proportion) -> str:
    return "–" if p.value is None else f"{p.value:.2f} [{p.low:.2f}, {p.high:.2f}]"


if __name__ == "__main__":
    main()
