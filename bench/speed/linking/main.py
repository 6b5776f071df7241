"""The link stage alone on tables written for it, at several sizes: CPU seconds a step, memory, rate, growth.

python bench/speed/linking/run.py [--events 100000,1000000] [--large] [--seed N] [--workers N] [--out PAGE]
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.machine import GIB, MIB, lines, machine
from bench.quality.linking.tables import markdown
from bench.watch import Stage, Watched, watched
from counterveil.settings import usable_cpus

_LARGE = 10_000_000
_EVENTS_OF_ACCOUNT = 20
_STEPS = ("gather", "draw")
# Beyond these the page says that a size asks for too much.
_MOST_BYTES, _MOST_S = 16 * GIB, 15 * 60


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: what was made, what linking it took, and the sort of as many keys as there are events."""

    n_events: int
    n_texts: int
    run: Watched
    written_s: float
    sort_cpu_s: float

    @property
    def stages(self) -> dict[str, Stage]:
        """Gather and draw."""
        return {stage.name: stage for stage in self.run.stages() if stage.name in _STEPS}

    @property
    def cpu_s(self) -> float:
        """Of both steps."""
        return sum(stage.cpu_s for stage in self.stages.values())

    @property
    def wall_s(self) -> float:
        """Of both steps."""
        return sum(stage.wall_s for stage in self.stages.values())

    @property
    def peak_bytes(self) -> int:
        """Most memory in either step."""
        return max(stage.peak_bytes for stage in self.stages.values())


def main() -> None:
    """Measure every size once and print (or write) one Markdown page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", default="100000,1000000", help="sizes, in events; 40,000 at least")
    parser.add_argument("--large", action="store_true", help=f"{_LARGE:,} events as well")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=usable_cpus(), help="threads of the engine")
    parser.add_argument("--out", type=Path, help="write the page here instead of standard output")
    args = parser.parse_args()
    facts = machine(seed=args.seed, workers=args.workers)
    print(lines(facts), file=sys.stderr)
    sizes = sorted({*(int(n) for n in args.events.split(",")), *([_LARGE] if args.large else [])})
    found, failed = [], []
    for n in sizes:
        try:
            found.append(_measure(n, args.seed, args.workers))
        except RuntimeError as reason:
            failed.append(_FAILED.format(n=n, reason=reason))
    facts["load after"] = f"{os.getloadavg()[0]:.2f}"
    text = "\n\n".join([_HEAD.format(facts=lines(facts), each=_EVENTS_OF_ACCOUNT), *_told(found), *failed]) + "\n"
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        print(text)


def _measure(n_events: int, seed: int, workers: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="counterveil-link-speed-") as temporary:
        folder = Path(temporary)
        common = ["--home", str(folder / "home"), "--workers", str(workers)]
        world = ["--events", str(n_events), "--accounts", str(n_events // _EVENTS_OF_ACCOUNT), "--seed", str(seed)]
        module = "bench.speed.linking.child"
        written = watched(module, ["write", *common, *world], folder / "written.json", {})
        print(f"{n_events:,} events written in {written.wall_s:.0f} s", file=sys.stderr, flush=True)
        run = watched(module, ["link", *common], folder / "linked.json", {})
        print(f"{n_events:,} events linked in {run.wall_s:.0f} s", file=sys.stderr, flush=True)
    report = written.report
    return Measured(report["n_events"], report["n_texts"], run, written.wall_s, _sorted_s(n_events, seed))


def _sorted_s(n: int, seed: int) -> float:
    """CPU seconds that numpy takes to sort as many random 64-bit keys."""
    keys = np.random.default_rng(seed).integers(0, 1 << 63, n)
    begun = time.process_time()
    keys.sort()
    return time.process_time() - begun


def _told(found: list[Measured]) -> list[str]:
    sizes = [
        [
            f"{m.n_events:,}",
            f"{m.run.report['n_subjects']:,}",
            f"{m.n_texts:,}",
            f"{m.run.report['funnel']['n_meetings']:,}",
            f"{m.run.report['funnel']['n_pairs']:,}",
            f"{m.run.report['funnel']['n_links']:,}",
            f"{m.run.report['n_groups']:,}",
        ]
        for m in found
    ]
    times = [
        [
            f"{m.n_events:,}",
            *(f"{m.stages[step].cpu_s:,.1f}" for step in _STEPS),
            f"{m.cpu_s:,.1f}",
            f"{m.wall_s:,.1f}",
            f"{m.run.peak_bytes / MIB:,.0f}",
            f"{m.run.beyond_bytes / MIB:,.0f}",
            f"{m.n_events / m.cpu_s:,.0f}",
            f"{m.n_events / m.sort_cpu_s:,.0f}",
            f"{m.cpu_s / m.sort_cpu_s:,.0f}",
        ]
        for m in found
    ]
    heads = ["events", "gather CPU s", "draw CPU s", "together", "wall s", "peak MiB", "beyond libraries"]
    heads += ["events a CPU s", "keys sorted a CPU s", "times the sort"]
    parts = [
        markdown(["events", "subjects", "distinct texts", "meetings", "pairs weighed", "links", "groups"], sizes),
        markdown(heads, times),
    ]
    if len(found) > 1:
        parts += [markdown(["from, to", *_STEPS, "together", "peak", "n log n"], _growth(found)), _GROWTH]
    return parts + [too_much for m in found if (too_much := _too_much(m))]


def _growth(found: list[Measured]) -> list[list[str]]:
    """Slopes on logarithmic scales from one size to the next."""
    rows = []
    for small, large in pairwise(found):
        by = math.log(large.n_events / small.n_events)
        nln = math.log(large.n_events * math.log(large.n_events) / (small.n_events * math.log(small.n_events)))
        both = [(small.stages[step].cpu_s, large.stages[step].cpu_s) for step in _STEPS]
        both += [(small.cpu_s, large.cpu_s), (small.peak_bytes, large.peak_bytes)]
        slopes = [math.log(b / a) / by if a and b else math.nan for a, b in both]
        rows.append([f"{small.n_events:,}, {large.n_events:,}", *(f"{slope:.2f}" for slope in (*slopes, nln / by))])
    return rows


def _too_much(found: Measured) -> str:
    if found.run.peak_bytes <= _MOST_BYTES and found.wall_s <= _MOST_S:
        return ""
    return (
        f"{found.n_events:,} events need more than {_MOST_BYTES / GIB:.0f} GiB or {_MOST_S // 60} minutes: "
        f"{found.run.peak_bytes / GIB:.1f} GiB, {found.wall_s / 60:.1f} minutes."
    )


_HEAD = """# Speed of linking

What `bench/speed/linking` prints. The tables that linking reads are written for it from a generated world (`Spec.study`, one
account for {each} events), so ingest, observation and reading take no part. *Gather*: evidence from the tables, shared things,
texts alike by words. *Draw*: weights, the worlds of chance, thresholds, links and groups. A scan gathers once and draws once
after a draft. Each size ran once, in a process of its own.

```text
{facts}
```"""
_FAILED = "{n:,} events could not be measured: {reason} (−9: stopped by the system, as it does when memory runs out)."
_GROWTH = """Growth: the exponent k of n^k, from CPU seconds (and peak memory) of both sizes. Two things make it look slower than it is: the
planted operations and cohorts are as many in every size, and draw makes fewer worlds of chance where there are more subjects
(ten up to 2,000, three up to 20,000, one beyond)."""


if __name__ == "__main__":
    main()
