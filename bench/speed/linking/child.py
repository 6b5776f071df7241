"""Both sides of a measurement, each in a process of its own: ``write`` makes the tables, ``link`` links what they hold."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import orjson
import psutil

from bench.child import clock
from bench.quality.linking.world import Spec, generate
from bench.speed.linking import lake
from counterveil.pipeline.linking.link import linking
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings


def main() -> None:
    """Run one side with the default settings."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=("write", "link"))
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    settings = Settings(home=asked.home, workers=asked.workers)
    library_bytes = psutil.Process().memory_info().rss
    begun = time.monotonic()
    if asked.verb == "write":
        found = _write(settings, Spec.study(asked.events, asked.accounts, asked.seed))
    else:
        found = _link(settings)
    ended = time.monotonic()
    asked.report.write_bytes(orjson.dumps(found | clock(library_bytes, begun, ended)))


def _write(settings: Settings, spec: Spec) -> dict[str, Any]:
    world = generate(spec)
    with for_writing(settings) as workspace:
        return {"seconds": {}, "n_events": len(world.ts), "n_texts": lake.write(workspace, world)}


def _link(settings: Settings) -> dict[str, Any]:
    opened = time.monotonic()
    with for_writing(settings) as workspace:
        begun = time.monotonic()
        with linking(workspace, Silent()) as linker:
            gathered = time.monotonic()
            linked = linker.draw()
            drawn = time.monotonic()
    return {
        "seconds": {"open": begun - opened, "gather": gathered - begun, "draw": drawn - gathered},
        "n_subjects": linked.n_population,
        "n_groups": len(linked.groups),
        "funnel": linked.funnel,
    }


if __name__ == "__main__":
    main()
