"""Training as one verb: prepare, learn, measure, write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from counterveil.observe.heads import sigmoid
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.reader import encoder_choice
from counterveil.pipeline.training.measure import Figures, figures
from counterveil.pipeline.training.train import learn, prepare
from counterveil.pipeline.training.write import manifest, write
from counterveil.settings import Settings


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a training learned from, and how accounts of authors that were left out are ranked, a vector space at a time."""

    version: str
    n_accounts: int
    n_turns: int
    n_authors: int
    figures: dict[str, Figures | None]
    folder: str


def run(
    settings: Settings, out: Path, *, data: Path | None, outside: Path | None, cache: Path | None, progress: Progress
) -> TrainReport:
    """Learn from the accounts of a folder (None: those that ship) with the encoders of the settings; write to ``out``.

    Deterministic: the same texts, encoders and versions of libraries give the same weights.
    """
    progress.step("prepare", None)
    listed = manifest(data, outside)
    prepared = prepare(data, outside, workers=settings.workers)
    trained = learn(
        prepared,
        encoder_choice(settings),
        version=listed["version"],
        cache=cache,
        workers=settings.workers,
        step=progress.step,
        advance=progress.advance,
    )
    progress.step("write", None)
    write(out, trained, listed)
    return TrainReport(
        version=listed["version"],
        n_accounts=len(prepared.accounts),
        n_turns=prepared.n_turns,
        n_authors=len(set(prepared.authors)),
        figures={
            name: figures(sigmoid(scores), prepared.operator, prepared.authors)
            for name, scores in zip(trained.readings, trained.held_out, strict=True)
        },
        folder=str(out),
    )
