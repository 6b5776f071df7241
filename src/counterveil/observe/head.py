"""The behaviour reader: linear heads over sentence embeddings, with their model card beside them.

One text at a time, no context and no segmentation of what is pasted: a weak signal that says so
(``behaviours.card.md``). No score of one text ever opens a lead (``assess``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.ids import digest_hex
from counterveil.observe.encoder import MAX_CHARS, SPACE, encode
from counterveil.observe.texts import clipped

ANY = "any"
INNOCENT = "innocent"


@dataclass(frozen=True, slots=True)
class Head:
    """Weights (512, n_columns), bias, and Platt calibration a column.

    ``columns`` are taxonomy ids, then ``any`` (some abusive behaviour is being done) and ``innocent`` (the text is by
    someone analysing, defending, teaching, writing fiction, or a victim).
    """

    version: str
    columns: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    slope: npt.NDArray[np.float32]
    offset: npt.NDArray[np.float32]

    @property
    def behaviours(self) -> tuple[str, ...]:
        """The columns that are taxonomy ids."""
        return tuple(c for c in self.columns if c not in (ANY, INNOCENT))

    def read(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Calibrated scores in [0,1]: (n_texts, n_columns)."""
        margins = encode([clipped(text, MAX_CHARS) for text in texts]) @ self.weights + self.bias
        calibrated: npt.NDArray[np.float32] = 1.0 / (1.0 + np.exp(-(margins * self.slope + self.offset)))
        return calibrated

    def span(self, text: str, column: str, *, width: int = 160) -> tuple[int, int]:
        """The window of at most ``width`` characters that speaks most for a behaviour: (start, end)."""
        if len(text) <= width:
            return 0, len(text)
        starts = list(range(0, len(text) - width // 2, width // 2))[:40]
        scores = self.read([text[at : at + width] for at in starts])[:, self.columns.index(column)]
        best = starts[int(np.argmax(scores))]
        return best, min(len(text), best + width)


@lru_cache(maxsize=1)
def shipped() -> Head:
    """The head inside the package."""
    with (files("counterveil.observe") / "behaviours.npz").open("rb") as stored:
        data = np.load(stored, allow_pickle=False)
        return Head(
            version=f"{data['version']}+{SPACE}",
            columns=tuple(str(name) for name in data["columns"]),
            weights=data["weights"].astype(np.float32),
            bias=data["bias"].astype(np.float32),
            slope=data["slope"].astype(np.float32),
            offset=data["offset"].astype(np.float32),
        )


def reading_version() -> str:
    """The version under which readings of the shipped head are stored."""
    return digest_hex(b"", shipped().version)[:12]


def reading_schema() -> pa.Schema:
    """One row a text: its content key and a score in [0,1] a column of the head."""
    columns = [pa.field(name, pa.float32(), nullable=False) for name in shipped().columns]
    return pa.schema([pa.field("content_key", pa.int64(), nullable=False), *columns])
