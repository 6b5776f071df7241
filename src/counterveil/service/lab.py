"""The verbs of the laboratory: write a scenario, measure a run against its truth."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterveil.errors import UsageError
from counterveil.lab.baselines import Baseline, duplicate_baseline, keyword_baseline
from counterveil.lab.generate import ScenarioSummary
from counterveil.lab.generate import generate as write_scenario
from counterveil.lab.measures import Estimate, Proportion
from counterveil.lab.metrics import Evaluation
from counterveil.lab.metrics import evaluate as measure
from counterveil.lab.truth import Truth, load_truth
from counterveil.observe.trained import MANIFEST
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace, for_reading
from counterveil.service.findings import scores
from counterveil.settings import Settings

__all__ = ["Estimate", "Evaluation", "Measured", "Proportion", "evaluate", "generate"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Counterveil beside two naive baselines on the same log."""

    counterveil: Evaluation
    keywords: Evaluation
    duplicates: Evaluation


def generate(
    out: Path, *, seed: int, background: float, events: int | None, days: int, progress: Callable[[int], None]
) -> ScenarioSummary:
    """Write a scenario log with its truth. Raises UsageError for a folder that holds something else."""
    if out.exists() and any(out.iterdir()) and not (out / "truth").is_dir():
        raise UsageError(f"{out}: folder is not empty and holds no scenario", remedy="Name a new folder.")
    return write_scenario(out, seed=seed, background=background, events=events, days=days, progress=progress)


def train(
    settings: Settings, out: Path, *, data: Path | None, outside: Path | None, cache: Path | None, progress: Progress
) -> Any:
    """Learn segmenter, heads and account weights from whole accounts, write them to a folder; a ``TrainReport``.

    Raises:
        UsageError: the extra ``lab`` is not installed; a folder that is not a training's.
        InputError: a training account that does not fit its format, with file, line and field.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise UsageError("training needs scikit-learn", remedy="pip install 'counterveil[lab]'")
    if outside is not None and not outside.is_file():
        raise UsageError(f"{outside}: no such file", remedy="Name a Parquet table with text, cls, source and lang.")
    if out.exists() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise UsageError(f"{out}: folder is not empty and holds no training", remedy="Name a new folder.")
    # Imported by name: the package works without the extra, and a missing one must not break `lab generate`.
    training = importlib.import_module("counterveil.pipeline.training.run")
    return training.run(settings, out, data=data, outside=outside, cache=cache, progress=progress)


def evaluate(settings: Settings, truth_folder: Path) -> Measured:
    """Measure the workspace's scores and groups, and two baselines over the same de-duplicated turns."""
    folder = truth_folder / "truth" if (truth_folder / "truth").is_dir() else truth_folder
    truth = load_truth(folder)
    found, groups = scores(settings)
    with for_reading(settings) as workspace:
        keywords = _measured(truth, keyword_baseline(_user_turns(workspace)))
        duplicates = _measured(truth, duplicate_baseline(_user_turns(workspace)))
    return Measured(measure(truth, found, groups), keywords, duplicates)


def _measured(truth: Truth, baseline: Baseline) -> Evaluation:
    return measure(truth, baseline.scores, baseline.groups)


def _user_turns(workspace: Workspace) -> Iterator[tuple[str, str]]:
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts")
        table = engine.query(
            "select account_id, text from turns join texts using (content_key) "
            "where side = 0 and role = 'user' order by account_id, time, event_id"
        )
    for batch in table.to_batches(max_chunksize=8192):
        yield from zip(batch["account_id"].to_pylist(), batch["text"].to_pylist(), strict=True)
