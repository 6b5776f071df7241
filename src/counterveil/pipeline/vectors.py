"""How vectors are stored, and taken out again: one row a text and space, its two halves as little-endian float16."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.observe.heads import Matrix
from counterveil.observe.segments import KINDS

# ``own`` and ``pasted`` are empty where there is nothing; ``kinds`` has a bit for each kind of segment that occurs.
VECTOR_SCHEMA = pa.schema(
    [
        pa.field("content_key", pa.int64(), nullable=False),
        pa.field("space", pa.string(), nullable=False),
        pa.field("own", pa.binary(), nullable=False),
        pa.field("pasted", pa.binary(), nullable=False),
        pa.field("kinds", pa.int8(), nullable=False),
    ]
)


def packed(vectors: Matrix) -> pa.Array:
    """Vectors as a column of ``VECTOR_SCHEMA``."""
    return pa.array([v.astype("<f2").tobytes() if np.any(v) else b"" for v in vectors], pa.binary())


def unpacked(column: pa.ChunkedArray, dimensions: int) -> Matrix:
    """A column of ``VECTOR_SCHEMA`` as vectors (n, dimensions); zeros where there is nothing."""
    vectors = np.zeros((len(column), dimensions), dtype=np.float32)
    for index, stored in enumerate(column.to_pylist()):
        if stored:
            vectors[index] = np.frombuffer(stored, dtype="<f2")
    return vectors


def kind_bits(kinds: Iterable[int]) -> int:
    """Which kinds of segment occur, as bits."""
    return sum(1 << kind for kind in set(kinds))


def kinds_of(bits: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """The bits as one column a kind: (n, number of kinds)."""
    found: npt.NDArray[np.bool_] = (bits[:, None] >> np.arange(len(KINDS))) & 1 == 1
    return found
