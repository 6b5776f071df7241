"""The verbs of the laboratory: write a scenario, measure a run against its truth."""

from __future__ import annotations

import importlib
import importlib.util
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from counterveil.errors import UsageError
from counterveil.lab.generate import ScenarioSummary
from counterveil.lab.generate import generate as write_scenario
from counterveil.lab.labels import FILE, load_labels
from counterveil.lab.measures import BCubed, Estimate, Proportion
from counterveil.lab.metrics import Evaluation
from counterveil.lab.mistakes import FalsePositive, Reason
from counterveil.lab.scorecard import Measured, Run, Scorecard
from counterveil.lab.truth import Truth, load_truth
from counterveil.observe.trained import MANIFEST
from counterveil.pipeline.progress import Progress
from counterveil.service.measuring import measured
from counterveil.settings import Settings

__all__ = [
    "BCubed",
    "Estimate",
    "Evaluation",
    "FalsePositive",
    "Measured",
    "Proportion",
    "Reason",
    "Run",
    "Scorecard",
    "card_of_run",
    "check_page",
    "evaluate",
    "generate",
    "train",
    "write_page",
]
_PAGE_NEEDS = ("jinja2", "matplotlib")


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


def evaluate(settings: Settings, key: Path) -> Measured:
    """Measure the workspace's scores, groups and queue, and two baselines over the same de-duplicated turns.

    ``key`` is a scenario's truth folder, a pack's folder, or a ``labels.csv``.

    Raises:
        InputError: a key that cannot be read, or one of another log.
    """
    return measured(settings, answer_key(key))


def answer_key(path: Path) -> Truth:
    """The key at a path, whichever form it has. Raises InputError."""
    if path.is_file() or (not (path / "truth").is_dir() and (path / FILE).is_file()):
        return load_labels(path if path.is_file() else path / FILE)
    return load_truth(path / "truth" if (path / "truth").is_dir() else path)


def card_of_run(key: Path, found: Measured) -> Scorecard:
    """A scorecard of one finished scan, so that it can be written as a page."""
    e = found.counterveil
    run = Run("scan", None, 0.0, 0, None, None, found, None)
    return Scorecard(
        pack=str(key),
        malicious=e.malicious,
        operations=len(e.operations),
        innocent=e.benign,
        events=None,
        rejects=0,
        unlabelled=found.unlabelled,
        unseen=(),
        bystanders=0,
        background="none beside what was scanned",
        background_available=None,
        seed=None,
        version=version("counterveil"),
        python=platform.python_version(),
        notes=(),
        runs=(run,),
    )


def check_page(path: Path) -> None:
    """Raises UsageError where a page could not be written, before an hour is spent on what stands on it."""
    missing = [name for name in _PAGE_NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"--html needs {' and '.join(missing)}", remedy="pip install 'counterveil[lab]'")
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: not a file in a folder that is there", remedy="Name a file: --html scorecard.html")


def write_page(card: Scorecard, path: Path) -> None:
    """The scorecard as one self-contained page, written whole or not at all. Raises UsageError as ``check_page``."""
    check_page(path)
    # Imported by name, as the trainer is: the package works without the extra.
    page: str = importlib.import_module("counterveil.lab.page.page").page(card)
    part = path.with_name(path.name + ".part")
    part.write_text(page, encoding="utf-8")
    part.replace(path)
