"""Loading logs into a temporary workspace, as the CLI does it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from counterveil.model.event import EVENT_SCHEMA, TEXT_SCHEMA
from counterveil.pipeline.ingest import IngestReport, ingest
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import load
from counterveil.store import batches

RECORDINGS = Path(__file__).parent.parent / "recordings"


@dataclass
class Loaded:
    """A workspace after one ingest."""

    home: Path
    report: IngestReport
    events: list[dict[str, Any]]
    texts: dict[int, str]
    rejects: list[dict[str, Any]]

    def distinct(self, name: str) -> list[Any]:
        """The different values of one field, sorted, missing ones left out."""
        return sorted({event[name] for event in self.events if event[name]})


Load = Callable[..., Loaded]


@pytest.fixture
def load_files(tmp_path: Path) -> Load:
    """``load_files(paths, home="ws", **settings)``; keyword ``options`` goes to ``ingest``."""

    def run(paths: Sequence[Path], *, home: str = "ws", options: dict[str, Any] | None = None, **values: Any) -> Loaded:
        where = tmp_path / home
        settings, _ = load({"home": where, "workers": 1, **values}, environ={})
        # One secret for all workspaces of a test, so that their text keys can be compared.
        where.mkdir(exist_ok=True)
        (where / "secret").write_text("5e" * 32)
        with for_writing(settings) as workspace:
            report = ingest(workspace, [str(p) for p in paths], progress=Silent(), **options or {})
            with workspace.database.begin() as connection:
                event_paths, text_paths = batches.paths(connection, "events"), batches.paths(connection, "texts")
            events = workspace.lake.read(event_paths, EVENT_SCHEMA).to_pylist() if event_paths else []
            texts = workspace.lake.read(text_paths, TEXT_SCHEMA).to_pylist() if text_paths else []
        rejects = [json.loads(line) for line in (where / "rejects.jsonl").read_text().splitlines()]
        return Loaded(where, report, events, {t["content_key"]: t["text"] for t in texts}, rejects)

    return run


@pytest.fixture
def recordings() -> Path:
    """The folder of what real clients emit."""
    return RECORDINGS
