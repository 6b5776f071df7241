"""One small scenario, made once: most tests only read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from counterveil.lab.generate import ScenarioSummary, generate
from counterveil.lab.truth import Truth, load_truth

Record = dict[str, object]


@dataclass(frozen=True)
class World:
    """A generated scenario, read back."""

    folder: Path
    summary: ScenarioSummary
    events: list[Record]
    accounts: list[Record]
    truth: Truth


def read_lines(path: Path) -> list[Record]:
    """All records of a JSON Lines file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    summary = generate(folder, seed=3, background=3)
    return World(
        folder=folder,
        summary=summary,
        events=read_lines(folder / "events.jsonl"),
        accounts=read_lines(folder / "accounts.jsonl"),
        truth=load_truth(folder / "truth"),
    )
