"""The whole training, from written accounts to a folder of learned weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from counterveil.assess.account import BASE
from counterveil.detectors.activity import ACTIVITY
from counterveil.encoders.base import EncoderChoice
from counterveil.encoders.chosen import encoders
from counterveil.errors import InputError
from counterveil.lab import corpus
from counterveil.lab.corpus import AccountKind, TrainingAccount
from counterveil.model.activity import Activity
from counterveil.observe.heads import Heads, Matrix, composed
from counterveil.observe.segments import KINDS, Segmenter
from counterveil.observe.sift import halves
from counterveil.pipeline.pool import ordered_map
from counterveil.pipeline.training.account import (
    activity_of,
    fit_account,
    sample_weights,
    signal_matrix,
)
from counterveil.pipeline.training.cache import vectors_of
from counterveil.pipeline.training.heads import fit_heads, platt
from counterveil.pipeline.training.rows import Row, account_rows, columns, line_rows, outside_rows
from counterveil.pipeline.training.segmenting import fit_segmenter

Array = npt.NDArray[np.float64]
# Below so many texts all signals count in proportion. Chosen by us: training accounts have 6 to 13 turns.
FULL_AT_TEXTS = 6
_MIN_AUTHORS = 3
# Weights that training cannot find, since no training account shows the signal at all. Chosen by us: as a weak pattern.
CHOSEN = {"disguises": 2.0}
# What a text counts as that every encoder has read (``pipeline.tables``).
MEAN = "mean of the spaces"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows of accounts and of single lines, cut by segmenters that did not see their authors."""

    accounts: tuple[TrainingAccount, ...]
    rows: tuple[Row, ...]
    segmenters: dict[str, Segmenter]
    whole: Segmenter
    n_turns: int

    @property
    def operator(self) -> npt.NDArray[np.bool_]:
        """Whether each account is an operator's."""
        return np.array([a.kind is AccountKind.OPERATOR for a in self.accounts])

    @property
    def lookalike(self) -> npt.NDArray[np.bool_]:
        """Whether each account is an innocent twin."""
        return np.array([a.kind is AccountKind.LOOKALIKE for a in self.accounts])

    @property
    def authors(self) -> list[str]:
        """Who wrote each account."""
        return [a.author for a in self.accounts]

    def places(self) -> list[list[int]]:
        """Rows of each account, in order."""
        found: dict[str, list[int]] = {a.account: [] for a in self.accounts}
        for index, row in enumerate(self.rows[: self.n_turns]):
            found[row.account].append(index)
        return [found[a.account] for a in self.accounts]


@dataclass(frozen=True, slots=True)
class Space:
    """One vector space: inputs of its heads, the heads, and every row's scores by models that saw nothing of its author."""

    heads: Heads
    x: Matrix
    scores: Array


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything that was learned, with what the card needs."""

    prepared: Prepared
    spaces: tuple[Space, ...]
    weights: Array
    intercept: float
    usual: Array
    innocent_quartile: float
    readings: tuple[str, ...]
    held_out: tuple[Array, ...]


def prepare(folder: Path | None, outside: Path | None = None, *, workers: int = 1) -> Prepared:
    """Load and cut. ``outside``: a table of labelled texts of others, for the heads only.

    Raises:
        InputError: too few authors to leave one out.
    """
    found = corpus.load(folder).accounts
    authors = sorted({a.author for a in found})
    if len(authors) < _MIN_AUTHORS:
        raise InputError(
            f"{len(authors)} authors: calibration leaves one author out at a time",
            remedy="Use accounts of three or more.",
        )
    turns = [row for account in found for row in account_rows(account)]
    lines = line_rows()
    # The last one leaves nobody out.
    jobs = [[row for row in turns if row.author != a] for a in (*authors, "")]
    *fitted, whole = [cutter for _, cutter in ordered_map(fit_segmenter, jobs, workers=workers)]
    of_author = dict(zip(authors, fitted, strict=True))
    others = outside_rows(outside) if outside else []
    segmenters = of_author | {"lines": whole} | {row.author: whole for row in others}
    return Prepared(found, (*turns, *lines, *others), segmenters, whole, len(turns))


def inputs(
    rows: Sequence[Row],
    cutters: Iterable[Segmenter],
    choice: EncoderChoice,
    place: int,
    *,
    cache: Path | None,
    workers: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Matrix:
    """Inputs of the heads for rows, each cut by its segmenter: (n_rows, 2·d + 5)."""
    max_chars = encoders(choice)[place].max_chars
    flat: list[str] = []
    kinds = np.zeros((len(rows), len(KINDS)), dtype=np.bool_)
    for index, (row, cutter) in enumerate(zip(rows, cutters, strict=True)):
        segments = cutter.cut(row.text)
        flat += halves(row.text, segments, max_chars)
        kinds[index, [s.kind for s in segments]] = True
    vectors = vectors_of(flat, choice, place, folder=cache, workers=workers, advance=advance)
    return composed(vectors[0::2], vectors[1::2], kinds)


def activities(prepared: Prepared, scores: Array) -> list[Activity]:
    """The accounts' activities under some scores of their rows."""
    names = columns()
    found = []
    for account, places in zip(prepared.accounts, prepared.places(), strict=True):
        rows = [prepared.rows[i] for i in places]
        found.append(activity_of(rows, scores[places], names, prepared.segmenters[account.author]))
    return found


def read_as(prepared: Prepared, spaces: Sequence[Space]) -> tuple[tuple[str, ...], tuple[Array, ...]]:
    """Ways in which an account may have been read, and its signals under each: one encoder, or the mean of them all."""
    scores = {space.heads.space: space.scores for space in spaces}
    if len(spaces) > 1:
        scores[MEAN] = np.mean([space.scores for space in spaces], axis=0)
    return tuple(scores), tuple(signal_matrix(activities(prepared, of_rows)) for of_rows in scores.values())


def learn_spaces(
    prepared: Prepared,
    choice: EncoderChoice,
    *,
    version: str,
    cache: Path | None,
    workers: int,
    step: Callable[[str, int], None],
    advance: Callable[[int], None],
) -> tuple[Space, ...]:
    """Heads of every encoder."""
    spaces = []
    for place, encoder in enumerate(encoders(choice)):
        step(f"encode, {encoder.space}", 2 * len(prepared.rows))
        cutters = (prepared.segmenters[row.author] for row in prepared.rows)
        x = inputs(prepared.rows, cutters, choice, place, cache=cache, workers=workers, advance=advance)
        step(f"fit, {encoder.space}", 1)
        heads, scores = fit_heads(prepared.rows, x, columns(), space=encoder.space, version=version)
        advance(1)
        spaces.append(Space(heads, x, scores))
    return tuple(spaces)


def learn(
    prepared: Prepared,
    choice: EncoderChoice,
    *,
    version: str,
    cache: Path | None,
    workers: int,
    step: Callable[[str, int], None],
    advance: Callable[[int], None],
) -> Trained:
    """Heads of every encoder, and one set of account weights for whichever of them has read an account, or several."""
    spaces = learn_spaces(prepared, choice, version=version, cache=cache, workers=workers, step=step, advance=advance)
    readings, signals = read_as(prepared, spaces)
    is_operator = prepared.operator
    held_out = held_out_accounts(prepared, signals)
    weights, intercept = fit_account(signals, is_operator, sample_weights(prepared.accounts))
    stacked, operators = np.concatenate(signals), np.tile(is_operator, len(signals))
    # Calibration on accounts whose authors neither heads nor weights had seen.
    slope, offset = platt(np.concatenate(held_out), operators.astype(float))
    usual = np.round(stacked[~operators].mean(axis=0), 4)
    weights = np.round(slope * weights, 4)
    for index, detector in enumerate(ACTIVITY):
        if not stacked[:, index].any():
            weights[index] = CHOSEN.get(detector.info.name, 0.0)
    start = round(float(slope * intercept + offset + weights @ usual), 4)
    calibrated = tuple(slope * scores + offset for scores in held_out)
    quartile = round(float(np.quantile(np.concatenate([c[~is_operator] for c in calibrated]), 0.25)), 4)
    return Trained(prepared, spaces, weights, start, usual, quartile, readings, calibrated)


def held_out_accounts(prepared: Prepared, signals: Sequence[Array]) -> tuple[Array, ...]:
    """Each account's log-odds by weights that saw no account of its author; one array a way of reading."""
    author = np.array(prepared.authors)
    operator, weight = prepared.operator, sample_weights(prepared.accounts)
    found = tuple(np.zeros(len(author)) for _ in signals)
    for left_out in sorted(set(author)):
        train = author != left_out
        w, b = fit_account([s[train] for s in signals], operator[train], weight[train])
        for scores, of_reading in zip(found, signals, strict=True):
            scores[~train] = of_reading[~train] @ w + b
    return found


def account_toml(trained: Trained, version: str) -> str:
    """The account weights as the text of ``account.toml``."""
    lines = [
        "# Weights of the account score in log-odds, fitted by `counterveil lab train` on whole accounts whose authors the heads had",
        f"# not seen. `{BASE}` starts at the intercept; each signal adds weight times (score - usual). See card.md.",
        f'version = "{version}"',
        f"intercept = {trained.intercept}",
        f"innocent_quartile = {trained.innocent_quartile}",
        f"full_at_texts = {FULL_AT_TEXTS}",
    ]
    for detector, weight, usual in zip(ACTIVITY, trained.weights, trained.usual, strict=True):
        lines += [
            "",
            f"[signal.{detector.info.name}]",
            f"detector_version = {detector.info.version}",
            f"weight = {weight}",
            f"usual = {usual}",
        ]
    return "\n".join(lines) + "\n"
