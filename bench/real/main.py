"""The main job on real text: a real influence operation's tweets among ordinary people's, as an AI service's log."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import asdict
from itertools import product
from pathlib import Path

import orjson
from rich.console import Console

from bench.machine import MIB, lines, machine
from bench.real.data import WINDOWS, Shares
from bench.real.overlay import STATEMENT, write
from bench.real.report import show
from bench.real.score import Scored, score
from bench.real.verdict import judged, share
from bench.watch import ROOT, Watched, watch
from counterveil.cli.render import out, table
from counterveil.settings import usable_cpus

_FILES = ("troll_tweets", "troll_accounts", "ordinary_posts", "benign_conversations")
# A group is only found where its members are in the sample, so more of the trolls than of the others are taken.
_SMALL = (0.2, 0.1, 0.04)


def main() -> int:
    """Exits with 0 whatever the figures are, with 2 when the data are not there."""
    asked = _arguments()
    console = out()
    shares = Shares(*(_SMALL if asked.small else (1.0, 1.0, 1.0)), seed=asked.seed)
    facts = machine(seed=asked.seed, workers=asked.workers)
    body = {"machine": facts, "statement": STATEMENT, "small": asked.small, "shares": asdict(shares)}
    console.print(lines(facts))
    console.print(STATEMENT)
    if asked.small:
        taken = f"{shares.troll:.0%} of the troll, {shares.ordinary:.0%} of the ordinary, {shares.conversation:.0%} of the conversation accounts"
        console.print(
            f"SMALL: a seeded sample, {taken}. Partners outside it cannot be found: figures differ from the whole."
        )
    runs: list[tuple[str, Watched, Scored]] = []
    with nullcontext(asked.out) if asked.out else tempfile.TemporaryDirectory(prefix="counterveil-real-") as folder:
        for window, retweets in product(
            asked.window or (["w2015_08"] if asked.small else list(WINDOWS)), (False, True)
        ):
            sys.stdout.flush()
            runs.append(_run(console, Path(folder), asked, shares, (window, retweets)))
            plain = {name: _plain(watched, scored) for name, watched, scored in runs}
            text = orjson.dumps(body | {"runs": plain}, default=str, option=orjson.OPT_INDENT_2)
            (Path(folder) / "report.json").write_bytes(text)
        _summary(console, runs)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the outside data")
    parser.add_argument(
        "--out",
        type=Path,
        help="new or empty folder outside the repository for logs, workspaces and report.json (default: temporary)",
    )
    parser.add_argument(
        "--small", action="store_true", help="a seeded sample of accounts of one window, under two minutes"
    )
    parser.add_argument("--window", action="append", choices=list(WINDOWS), help="only this window; may be repeated")
    parser.add_argument("--workers", type=int, default=usable_cpus(), help="processes of the product")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    missing = [name for name in _FILES if not (asked.data / f"{name}.parquet").is_file()]
    if missing:
        parser.error(
            f"--data {asked.data}: no {missing[0]}.parquet; the data are not part of the repository, see bench/README.md"
        )
    if asked.out and asked.out.resolve().is_relative_to(ROOT):
        parser.error("--out: inside the repository; other people's texts do not belong there")
    if asked.out and asked.out.exists() and any(asked.out.iterdir()):
        parser.error(f"--out {asked.out}: folder is not empty")
    return asked


def _run(
    console: Console, out_folder: Path, asked: argparse.Namespace, shares: Shares, what: tuple[str, bool]
) -> tuple[str, Watched, Scored]:
    window, retweets = what
    name = f"{window}, {'with' if retweets else 'without'} retweets"
    folder = out_folder / name.replace(", ", "_").replace(" ", "_")
    overlay = write(folder, asked.data, window, shares, retweets=retweets)
    watched = watch("scan", [overlay.log, overlay.accounts], home=folder / "run", workers=asked.workers)
    scored = score(folder / "run", asked.workers, overlay)
    console.print()
    console.rule(name, align="left")
    show(console, window, overlay, watched, scored)
    return name, watched, scored


def _summary(console: Console, runs: list[tuple[str, Watched, Scored]]) -> None:
    rows = []
    for name, watched, scored in runs:
        by_name = {row.name: row for row in scored.rows}
        kinds = [by_name[kind].suspected for kind in ("all trolls", "ordinary posters", "conversations")]
        auc = " / ".join("–" if m.auc is None else f"{m.auc:.3f}" for m in scored.methods)
        rows.append([name, *map(share, kinds), auc, f"{watched.wall_s:,.0f}", f"{watched.peak_bytes / MIB:,.0f}"])
    heads = [
        "trolls suspected",
        "ordinary suspected",
        "conversations suspected",
        "AUC (Counterveil / duplicates / keywords)",
        "wall s",
        "peak MiB",
    ]
    console.print()
    console.rule("All runs", align="left")
    console.print(table([("log", "left"), *((h, "right") for h in heads)], rows))


def _plain(watched: Watched, scored: Scored) -> dict[str, object]:
    """Figures only: links hold shared passages, which are other people's text."""
    body = asdict(scored)
    body["operations"] = [{k: v for k, v in o.items() if k not in ("links", "members")} for o in scored.operations]
    figures = {"wall_s": watched.wall_s, "peak_bytes": watched.peak_bytes, "judged": judged(scored)}
    return {"report": watched.report, **figures, **body}


if __name__ == "__main__":
    sys.exit(main())
