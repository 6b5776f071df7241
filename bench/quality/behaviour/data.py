"""Training rows with their inputs in every vector space, and the scenario's accounts as a test set."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from counterveil.encoders.base import EncoderChoice
from counterveil.encoders.chosen import encoders
from counterveil.lab.corpus import AccountKind
from counterveil.model.activity import Activity
from counterveil.observe.heads import Heads, Matrix, composed
from counterveil.observe.segments import KINDS, Segmenter
from counterveil.observe.sift import halves
from counterveil.pipeline.training.account import activity_of, fit_account, sample_weights, signal_matrix
from counterveil.pipeline.training.cache import vectors_of
from counterveil.pipeline.training.heads import fit_heads
from counterveil.pipeline.training.measure import Figures
from counterveil.pipeline.training.rows import Row, columns
from counterveil.pipeline.training.train import MEAN, Prepared, activities, held_out_accounts, inputs, prepare
from counterveil.settings import usable_cpus

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
TABLE = "| {} | positive | AUC [95 %] | average precision | recall at FPR 0 / 1 / 5 % | calibration error |\n|---|---|---|---|---|---|"


@dataclass(slots=True)
class Data:
    """Rows, their inputs a vector space, held-out scores and the account signals that come of them."""

    prepared: Prepared
    choice: EncoderChoice
    cache: Path
    shared: Path | None
    names: tuple[str, ...]
    spaces: tuple[str, ...]
    readings: tuple[str, ...]
    x: tuple[Matrix, ...]
    scores: tuple[Array, ...]
    signals: tuple[Array, ...]
    accounts: tuple[Array, ...]
    operator: Mask
    lookalike: Mask

    @property
    def authors(self) -> list[str]:
        """Author of each account."""
        return [a.author for a in self.prepared.accounts]

    def vectors(self, rows: Sequence[Row], cutters: Sequence[Segmenter], place: int) -> Matrix:
        """Inputs of the heads for any rows, each cut by its segmenter."""
        encoder = encoders(self.choice)[place]
        flat: list[str] = []
        kinds = np.zeros((len(rows), len(KINDS)), dtype=np.bool_)
        for index, (row, cutter) in enumerate(zip(rows, cutters, strict=True)):
            segments = cutter.cut(row.text)
            flat += halves(row.text, segments, encoder.max_chars)
            kinds[index, [s.kind for s in segments]] = True
        found = vectors_of(flat, self.choice, place, folder=self.cache, workers=usable_cpus(), advance=lambda _: None)
        return composed(found[0::2], found[1::2], kinds)


def load(cache: Path, second: str, shared: Path | None) -> Data:
    """Prepare everything that several parts need: one held-out training a vector space."""
    choice = EncoderChoice("use", second)
    prepared = prepare(None, workers=usable_cpus())
    names = columns()
    x, scores, signals = [], [], []
    for place, encoder in enumerate(encoders(choice)):
        print(f"{encoder.space} …", file=sys.stderr, flush=True)
        x.append(inputs(prepared, choice, place, cache=cache, workers=usable_cpus(), advance=lambda _: None))
        scores.append(fit_heads(prepared.rows, x[-1], names, space=encoder.space, version="bench")[1])
        signals.append(signal_matrix(activities(prepared, scores[-1])))
    readings = [e.space for e in encoders(choice)]
    if len(scores) > 1:
        readings.append(MEAN)
        signals.append(signal_matrix(activities(prepared, np.mean(scores, axis=0))))
    return Data(
        prepared=prepared,
        choice=choice,
        cache=cache,
        shared=shared,
        names=names,
        spaces=tuple(e.space for e in encoders(choice)),
        readings=tuple(readings),
        x=tuple(x),
        scores=tuple(scores),
        signals=tuple(signals),
        accounts=held_out_accounts(prepared.accounts, signals),
        operator=np.array([a.kind is AccountKind.OPERATOR for a in prepared.accounts]),
        lookalike=np.array([a.kind is AccountKind.LOOKALIKE for a in prepared.accounts]),
    )


def account_weights(data: Data, train: Mask) -> tuple[Array, float]:
    """Weights of the account score from some accounts, over all vector spaces."""
    weight = sample_weights([a for a, t in zip(data.prepared.accounts, train, strict=True) if t])
    n = len(data.signals)
    stacked = np.concatenate([s[train] for s in data.signals])
    return fit_account(stacked, np.tile(data.operator[train], n), np.tile(weight, n))


def read(heads: Heads, x: Matrix) -> Array:
    """Scores of inputs."""
    d = (x.shape[1] - len(KINDS)) // 2
    return heads.read(x[:, :d], x[:, d : 2 * d], x[:, 2 * d :] > 0).astype(np.float64)


def activities_of(rows: Sequence[Row], scores: Array, names: tuple[str, ...], cutter: Segmenter) -> list[Activity]:
    """Activities of rows that lie together by account."""
    places: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        places.setdefault(row.account, []).append(index)
    return [activity_of([rows[i] for i in p], scores[p], names, cutter) for p in places.values()]


def line(name: str, found: Figures | None) -> str:
    """A row of a table."""
    if found is None:
        return f"| {name} | – | – | – | – | – |"
    recall = " / ".join(f"{r:.2f}" for r in found.recall)
    return (
        f"| {name} | {found.n_positive} of {found.n} | {found.auc:.3f} [{found.low:.2f}, {found.high:.2f}] | "
        f"{found.average_precision:.2f} | {recall} | {found.error:.3f} |"
    )
