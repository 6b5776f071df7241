"""What an encoder is, and which one reads which language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Encoder(Protocol):
    """Texts of one meaning lie near each other. Vectors of different spaces never mix: each is stored with its ``space``."""

    @property
    def space(self) -> str:
        """Name and version of the vector space, for example ``use-multilingual-v3/0.2.1``."""
        ...

    @property
    def dimensions(self) -> int:
        """Numbers in a vector."""
        ...

    @property
    def max_chars(self) -> int:
        """Characters of a text that it is given, half from the start and half from the end: cost is linear in length."""
        ...

    def covers(self, language: str) -> bool:
        """Whether the encoder was trained on a language (BCP-47 primary tag)."""
        ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors (n_texts, dimensions), the same for the same text whatever its neighbours; zeros for no text."""
        ...


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """Which encoders a run uses, as plain values that travel to worker processes.

    ``first`` looks at much, quickly; ``second`` reads again what matters, and what the first has no language for.
    ``model``: folder (ONNX) or model name (endpoint); ``key_env``: the environment variable with the endpoint's key.
    """

    first: str = "use"
    second: str = "e5"
    model: str = ""
    url: str = ""
    key_env: str = "OPENAI_API_KEY"


def encodable(text: str) -> str:
    r"""The text without halves of surrogate pairs, which have no UTF-8 and which no library takes.

    >>> encodable("a\ud800b"), encodable("né")
    ('a?b', 'né')
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rows scaled to length one; rows of zeros stay.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: npt.NDArray[np.float32] = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return scaled.astype(np.float32)
