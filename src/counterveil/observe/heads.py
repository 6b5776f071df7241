"""The behaviour reader: linear heads over the embeddings of what a person asks and of what is pasted.

One row of numbers a text: every behaviour *with the stance of doing*, ``doing`` (any of them), the other stances, the form
of the task, and tags (asks to conceal, tells of the operation, builds a persona). A weak signal that says so
(``trained/card.md``): no score of one text ever opens a lead (``assess``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.ids import digest_hex
from counterveil.observe.segments import KINDS

DOING = "doing"
OPERATOR = "operator"
STANCES = ("analysing", "defending", "victim", "fiction", "teaching", "ordinary")
FORMS = ("translate", "write", "edit", "batch", "reply", "profile", "code", "plan", "report", "ask")
TAGS = ("conceal", "selfdesc", "persona", "rephrase")
_KIND_WEIGHT = 0.5

Matrix = npt.NDArray[np.float32]


def form_column(form: str) -> str:
    """The column of a task form."""
    return f"form_{form}"


def tag_column(tag: str) -> str:
    """The column of a tag."""
    return f"tag_{tag}"


def sigmoid(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logistic function, kept finite."""
    found: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))
    return found


def composed(own: Matrix, pasted: Matrix, kinds: npt.NDArray[np.bool_]) -> Matrix:
    """Input of the heads: (n, 2·d + 5), the vector of the person's own words, that of what is pasted, which kinds occur."""
    return np.concatenate([own, pasted, kinds.astype(np.float32) * np.float32(_KIND_WEIGHT)], axis=1, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights (2·d + 5, n_columns) for one vector space, bias, and Platt calibration a column (Platt 1999)."""

    version: str
    space: str
    columns: tuple[str, ...]
    weights: Matrix
    bias: npt.NDArray[np.float32]
    slope: npt.NDArray[np.float32]
    offset: npt.NDArray[np.float32]

    @property
    def behaviours(self) -> tuple[str, ...]:
        """The columns that are taxonomy ids."""
        return tuple(c for c in self.columns if "-" in c)

    @property
    def dimensions(self) -> int:
        """Numbers in a vector of the space."""
        return (len(self.weights) - len(KINDS)) // 2

    def read(self, own: Matrix, pasted: Matrix, kinds: npt.NDArray[np.bool_]) -> Matrix:
        """Calibrated scores in [0,1] to six digits: (n_texts, n_columns).

        The last bits of a product depend on how many rows it has; a text's reading must not depend on its neighbours.
        """
        margins = composed(own, pasted, kinds).astype(np.float64) @ self.weights.astype(np.float64) + self.bias
        return sigmoid(margins * self.slope + self.offset).round(6).astype(np.float32)


def load_heads(path: Path) -> Heads:
    """Heads from a file that ``counterveil lab train`` wrote."""
    with path.open("rb") as stored:
        data = np.load(stored, allow_pickle=False)
        return Heads(
            version=str(data["version"]),
            space=str(data["space"]),
            columns=tuple(str(name) for name in data["columns"]),
            weights=data["weights"].astype(np.float32),
            bias=data["bias"].astype(np.float32),
            slope=data["slope"].astype(np.float32),
            offset=data["offset"].astype(np.float32),
        )


@lru_cache(maxsize=4)
def heads_in(folder: Path) -> dict[str, Heads]:
    """The heads of a folder by vector space."""
    found = [load_heads(p) for p in folder.iterdir() if p.name.startswith("heads_") and p.name.endswith(".npz")]
    return {heads.space: heads for heads in found}


def heads_version(heads: dict[str, Heads]) -> str:
    """One name for everything that determines readings, beside the vectors."""
    return digest_hex(b"", *sorted(f"{h.space}@{h.version}" for h in heads.values()))[:12]


def columns(heads: dict[str, Heads]) -> tuple[str, ...]:
    """The columns that all heads have, in the order of the first."""
    every = list(heads.values())
    return tuple(c for c in every[0].columns if all(c in h.columns for h in every)) if every else ()


def reading_schema(names: tuple[str, ...]) -> pa.Schema:
    """One row a text and encoder (``reader``: its place): a score in [0,1] a column."""
    fields = [pa.field(name, pa.float32(), nullable=False) for name in names]
    keys = [pa.field("content_key", pa.int64(), nullable=False), pa.field("reader", pa.int32(), nullable=False)]
    return pa.schema([*keys, *fields])


SEGMENT_SCHEMA = pa.schema(
    [
        pa.field("content_key", pa.int64(), nullable=False),
        pa.field("ordinal", pa.int32(), nullable=False),
        pa.field("kind", pa.int8(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
    ]
)
assert len(KINDS) == 5
