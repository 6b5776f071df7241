"""Texts a second and core of every step that a prompt goes through, against the encoders' own rate."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from bench.quality.behaviour.data import Data, activities_of, read
from bench.quality.behaviour.strangers import scenario_rows
from counterveil.detectors import BUILTIN
from counterveil.encoders.chosen import encoders
from counterveil.observe.canonical import canonical
from counterveil.observe.language import language
from counterveil.observe.segments import segmenter
from counterveil.observe.sift import halves, sift
from counterveil.observe.texts import observe
from counterveil.observe.trained import trained
from counterveil.pipeline.training.account import signal_matrix

_TEXTS = 2000
_SLOW_TEXTS = 300


def report(data: Data) -> str:
    """CPU time of one process (``time.process_time``; children of the e5 encoder by wall time), scenario prompts."""
    rows, _ = scenario_rows()
    texts = list(dict.fromkeys(row.text for row in rows))[:_TEXTS]
    table = pa.table({"content_key": pa.array(range(len(texts)), pa.int64()), "text": texts})
    cutter = segmenter(trained())
    halved = {
        e.space: [half for t in texts for half in halves(t, cutter.cut(t), e.max_chars)] for e in encoders(data.choice)
    }
    steps: list[tuple[str, float]] = [
        ("canonical text", _rate(lambda: [canonical(t) for t in texts], len(texts))),
        ("language (included in the two below)", _rate(lambda: [language(t) for t in texts], len(texts))),
        (
            "observe: canonical, language, artefacts, passages",
            _rate(lambda: observe(table, BUILTIN, max_chars=20_000), len(texts)),
        ),
        (
            "sift: segments, languages, claims, first pass",
            _rate(lambda: sift(table, cutter, max_chars=20_000), len(texts)),
        ),
    ]
    for index, encoder in enumerate(encoders(data.choice)):
        flat = halved[encoder.space][: 2 * (_TEXTS if index == 0 else _SLOW_TEXTS)]
        clock = time.process_time if index == 0 else time.perf_counter
        encoder.encode(flat[:2])
        steps.append((f"encode, {encoder.space}", _rate(lambda e=encoder, f=flat: e.encode(f), len(flat) // 2, clock)))  # type: ignore[misc]
    heads = data.spaces[0].heads
    few = rows[:_TEXTS]
    x = data.vectors(few, [cutter] * len(few), 0)
    scores = read(heads, x)
    steps.append(("heads", _rate(lambda: read(heads, x), len(few))))
    activities = activities_of(few, scores, data.names, cutter)
    steps.append(("behaviour detectors", _rate(lambda: signal_matrix(activities), len(few))))
    first = next(rate for name, rate in steps if name.startswith("encode"))
    lines = [f"| {name} | {rate:,.0f} | {1000 / rate:.2f} | {first / rate:.2f} |" for name, rate in steps]
    rest = sum(
        1 / rate for name, rate in steps if name.split(":")[0] in ("observe", "sift", "heads", "behaviour detectors")
    )
    mean = np.mean([len(t) for t in texts])
    return (
        f"## Speed\n\nOne core, {len(texts):,} distinct prompts of the scenario, {mean:.0f} characters on average. The aim is that everything but the "
        f"encoder stays within a quarter of its cost: it is {rest * first:.2f} of the first encoder's, {rest * steps[5][1] if len(data.spaces) > 1 else 0:.2f} of the second's.\n\n"
        "| step | texts/s a core | ms a text | cost against the first encoder |\n|---|---|---|---|\n" + "\n".join(lines)
    )


def _rate(work: Callable[[], object], n: int, clock: Callable[[], float] = time.process_time) -> float:
    begun = clock()
    work()
    return n / max(clock() - begun, 1e-9)
