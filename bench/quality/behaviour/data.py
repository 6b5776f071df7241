"""Training rows with their inputs in every vector space, held-out scores, and what is trained without some of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from counterveil.encoders.base import EncoderChoice
from counterveil.model.activity import Activity
from counterveil.observe.heads import Heads, Matrix
from counterveil.observe.segments import Segmenter
from counterveil.pipeline.training.account import activity_of, fit_account, sample_weights
from counterveil.pipeline.training.heads import fit_margins, weights_of
from counterveil.pipeline.training.rows import Row, columns, targets
from counterveil.pipeline.training.train import (
    Prepared,
    Space,
    held_out_accounts,
    inputs,
    learn_spaces,
    prepare,
    read_as,
)
from counterveil.settings import usable_cpus

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Data:
    """Rows, heads and inputs a vector space, and accounts as each way of reading ranks them with their authors left out."""

    prepared: Prepared
    choice: EncoderChoice
    cache: Path
    shared: Path | None
    spaces: tuple[Space, ...]
    readings: tuple[str, ...]
    signals: tuple[Array, ...]
    accounts: tuple[Array, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the heads."""
        return columns()

    @cached_property
    def truth(self) -> Array:
        """What each row should score a column."""
        return targets(self.prepared.rows, self.names)

    def vectors(self, rows: Sequence[Row], cutters: Sequence[Segmenter], place: int) -> Matrix:
        """Inputs of the heads for any rows, each cut by its segmenter."""
        return inputs(rows, cutters, self.choice, place, cache=self.cache, workers=usable_cpus())

    def heads_from(self, chosen: Mask, place: int) -> Heads:
        """Heads trained on some rows, with the calibration of the held-out margins, as shipped: one from margins seen in
        training would be too steep.
        """
        space = self.spaces[place]
        rows = [row for row, c in zip(self.prepared.rows, chosen, strict=True) if c]
        w, b = fit_margins(space.x[chosen], self.truth[chosen], weights_of(rows))
        return replace(space.heads, weights=w.astype(np.float32), bias=b.astype(np.float32))

    def account_weights(self, chosen: Mask) -> tuple[Array, float]:
        """Weights of the account score from some accounts, over all ways of reading."""
        accounts = [account for account, c in zip(self.prepared.accounts, chosen, strict=True) if c]
        return fit_account([s[chosen] for s in self.signals], self.prepared.operator[chosen], sample_weights(accounts))


def load(cache: Path, second: str, shared: Path | None) -> Data:
    """Prepare everything that several parts need: one held-out training a vector space."""
    choice = EncoderChoice("use", second)
    prepared = prepare(None, workers=usable_cpus())
    spaces = learn_spaces(
        prepared,
        choice,
        version="bench",
        cache=cache,
        workers=usable_cpus(),
        step=lambda name, _: print(f"{name} …", file=sys.stderr, flush=True),
        advance=lambda _: None,
    )
    readings, signals = read_as(prepared, spaces)
    accounts = held_out_accounts(prepared, signals)
    return Data(prepared, choice, cache, shared, spaces, readings, signals, accounts)


def read(heads: Heads, x: Matrix) -> Array:
    """Scores of inputs."""
    d = heads.dimensions
    return heads.read(x[:, :d], x[:, d : 2 * d], x[:, 2 * d :] > 0).astype(np.float64)


def activities_of(rows: Sequence[Row], scores: Array, names: tuple[str, ...], cutter: Segmenter) -> list[Activity]:
    """Activities of rows that lie together by account."""
    places: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        places.setdefault(row.account, []).append(index)
    return [activity_of([rows[i] for i in p], scores[p], names, cutter) for p in places.values()]
