"""How good a judge model is and what it costs: the golden sets, then the shipped scenario with and without it.

    python bench/quality/judge/run.py --gguf FILE --sha256 HEX --server-python VENV/bin/python
    python bench/quality/judge/run.py --url http://127.0.0.1:8000/v1 --model NAME

Weights are never part of an install set: the file is given by path and must have the sha256 that is given. A ``POOR`` line says
where the figures are bad.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from bench.machine import lines, machine
from bench.quality.judge.server import Server, checked, serving
from counterveil.pipeline.progress import Silent
from counterveil.service import judging, lab, scanning
from counterveil.service.lab import Proportion
from counterveil.settings import Settings, load, usable_cpus

# Below these a judge should not be switched on: it would miss every other case, or accuse every fourth innocent. Chosen by us.
_RECALL, _KEPT = 0.5, 0.75


def main() -> None:
    """Measure one model and print Markdown."""
    args = _arguments()
    print(lines(machine(seed=args.seed, workers=usable_cpus())), flush=True)
    with tempfile.TemporaryDirectory() as temporary, _server(args) as server:
        out: Path = args.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        chosen = {
            "judge": "endpoint", "judge_url": server.url, "judge_model": args.model, "judge_timeout_s": args.timeout,
            "judge_retries": 0, "judge_max_chars": args.max_chars, "judge_max_items": args.max_items,
            "judge_requests_per_minute": 10_000, "judge_tokens_per_minute": 10**9,
        }  # fmt: skip
        found: dict[str, Any] = {"model": args.model, "golden": _golden(out, chosen, server, args.policies)}
        if args.scenario:
            found["scenario"] = _scenario(out, chosen, server, seed=args.seed, background=args.background)
        (out / "report.json").write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", type=Path, help="weights to serve on this machine")
    parser.add_argument("--sha256", default="", help="their expected digest")
    parser.add_argument("--server-python", default=sys.executable, help="an interpreter with xllamacpp")
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--url", default="", help="an endpoint that runs already")
    parser.add_argument("--model", default="local")
    parser.add_argument("--policies", nargs="*", default=[], help="golden sets (default: all)")
    parser.add_argument("--scenario", action="store_true", help="also the scenario with and without the judge")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--background", type=float, default=2.0)
    parser.add_argument("--max-items", type=int, default=20)
    parser.add_argument("--max-chars", type=int, default=3000)
    parser.add_argument("--timeout", type=float, default=900.0)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


@contextmanager
def _server(args: argparse.Namespace) -> Iterator[Server]:
    if args.url:
        yield Server(args.url, None)
        return
    if args.gguf is None or not args.sha256:
        raise SystemExit("give --gguf FILE with --sha256 HEX, or --url")
    checked(args.gguf, args.sha256)
    with serving(args.gguf, args.server_python, context=args.context, threads=args.threads) as server:
        yield server


def _golden(out: Path, chosen: dict[str, Any], server: Server, policies: list[str]) -> dict[str, Any]:
    before, begun = server.cpu_seconds(), time.perf_counter()
    report = judging.golden_judge(_settings(out / "golden", chosen), Silent(), policies)
    cpu = None if before is None else (server.cpu_seconds() or 0.0) - before
    wall = time.perf_counter() - begun
    print("\n| golden set | counts from | packages | recall | precision | innocent kept | right behaviour |")
    print("|---|---|---|---|---|---|---|")
    figures = report.figures()
    for f in figures:
        shares = " | ".join(_share(p) for p in (f.recall, f.precision, f.innocent_kept, f.right_behaviour))
        print(f"| {f.name} | {f.least} | {f.n} | {shares} |")
    invalid = sum(row.said is None for row in report.rows)
    quotes = sum(row.said.n_dropped for row in report.rows if row.said)
    print(
        f"\n{invalid} packages without a valid answer, {quotes} quotes dropped because nobody wrote them.",
        _cost(report, cpu, wall),
    )
    for f in figures:
        if f.name == "all" and ((f.recall.value or 0) < _RECALL or (f.innocent_kept.value or 0) < _KEPT):
            print(f"POOR at {f.least}: recall {_share(f.recall)}, innocent kept {_share(f.innocent_kept)}")
    return {"figures": [asdict(f) for f in figures], "n_invalid": invalid, "cpu_s": cpu, "wall_s": wall,
            "rows": [{"id": r.golden.golden_id, "expected": r.golden.behaviours, "said": r.said and r.said.best, "stance": r.said and r.said.stance,
                      "n_quotes": r.said and r.said.n_quotes_for, "why": r.why} for r in report.rows]}  # fmt: skip


def _cost(report: Any, cpu: float | None, wall: float) -> str:
    tokens = report.tokens_in + report.tokens_out
    used = "" if cpu is None else f", {cpu:.0f} CPU-s of the server ({tokens / max(cpu, 1e-9):.1f} tokens a CPU-s)"
    return f"{report.tokens_in:,} tokens in, {report.tokens_out:,} out, {wall:.0f} s wall{used}."


def _scenario(out: Path, chosen: dict[str, Any], server: Server, *, seed: int, background: float) -> dict[str, Any]:
    folder = out / "scenario"
    lab.generate(folder, seed=seed, background=background, events=None, days=30, progress=lambda _n: None)
    paths = (str(folder / "events.jsonl"), str(folder / "accounts.jsonl"))
    plain = _settings(folder / "run", {})
    scanning.scan(plain, scanning.InputChoice(paths), Silent())
    without = lab.evaluate(plain, folder / "truth").counterveil
    before, begun = server.cpu_seconds(), time.perf_counter()
    report = scanning.scan(_settings(folder / "run", chosen), scanning.InputChoice(()), Silent()).judged
    cpu = None if before is None else (server.cpu_seconds() or 0.0) - before
    assert report is not None
    with_judge = lab.evaluate(plain, folder / "truth").counterveil
    print("\n| | AUC | operations at 0 | at 0.1 % | at 1 % | accounts at 0 | at 0.1 % | at 1 % |")
    print("|---|---|---|---|---|---|---|---|")
    for name, e in (("without judge", without), ("with judge", with_judge)):
        cells = [*(_share(at.operations) for at in e.at), *(_share(at.accounts) for at in e.at)]
        print(f"| {name} | {'–' if e.auc is None else f'{e.auc:.3f}'} | {' | '.join(cells)} |")
    print(
        f"\n{report.n_triggered} crossed the trigger, {report.n_answered} answered, {len(report.failures)} without an answer, "
        f"{len(report.unread)} left by the budget, {report.n_quotes_dropped} quotes dropped.",
        _cost(report, cpu, time.perf_counter() - begun),
    )
    return {"without": asdict(without), "with": asdict(with_judge), "report": asdict(report), "cpu_s": cpu}


def _settings(home: Path, chosen: dict[str, Any]) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    return load({"home": home, **chosen})[0]


def _share(p: Proportion) -> str:
    return "–" if p.value is None else f"{p.hits}/{p.total} [{p.low:.2f}, {p.high:.2f}]"


if __name__ == "__main__":
    main()
