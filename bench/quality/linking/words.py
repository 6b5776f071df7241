"""A made-up language: words by Zipf's law, topics, and what people do to texts. All on whole arrays of texts at once.

Sizes and shares are those of the study's trial generator (references/coordination.md §3.1), chosen by us.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rng = np.random.Generator
I8 = npt.NDArray[np.int8]
I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]

VOCABULARY = 20_000
TOPICS = 60
_TOPIC_WORDS = 400
_WORD_EXPONENT, _TOPIC_EXPONENT = 1.05, 0.8
SHORTEST, LONGEST = 10, 35
# Drawing from a table of equally likely cells is ten times faster than a search in the sums; with 2^22 cells the chance of
# the rarest word is right to 4 %.
_WORD_CELLS, _TOPIC_CELLS = 1 << 22, 1 << 16
# Ready-made choices of the places at which a text of each length has a word of its topic.
_MASKS = 1024
_SWAP = 0.3
_SYLLABLES = np.array([consonant + vowel for consonant in "bcdfghjklmnprstvz" for vowel in "aeiou"])


@dataclass(frozen=True, slots=True)
class Language:
    """Words, and tables to draw them from."""

    words: Strings
    word_cells: I16
    topic_words: I32
    topic_cells: I16
    masks: Flags
    mask_starts: I64

    def common(self, rng: Rng, n: int) -> I32:
        """``n`` words by their frequency."""
        return self.word_cells[rng.integers(0, _WORD_CELLS, n, dtype=np.uint32)].astype(np.int32)

    def free(self, rng: Rng, topics: npt.NDArray[np.integer], lengths: I64) -> I32:
        """Texts one after another; half the words of each, at random places, are of its topic.

        Lengths are at most ``LONGEST``.
        """
        begins = np.cumsum(lengths) - lengths
        mask = self.mask_starts[lengths] + rng.integers(0, _MASKS, len(lengths)) * lengths
        found = self.common(rng, int(lengths.sum()))
        topical = np.flatnonzero(self.masks[spread(mask, begins, lengths)])
        ranks = self.topic_cells[rng.integers(0, _TOPIC_CELLS, len(topical), dtype=np.uint32)]
        found[topical] = self.topic_words[np.repeat(topics, lengths // 2), ranks]
        return found

    def refill(self, rng: Rng, texts: I32, begins: I64, lengths: I64, slots: I8) -> None:
        """Fill ``slots`` different places of each text anew, in place (a template's slots)."""
        for n in np.unique(slots[slots > 0]).tolist():
            rows = np.flatnonzero((slots == n) & (lengths >= n))
            chosen = np.empty((len(rows), n), np.int64)
            # R. W. Floyd's sampling without replacement (CACM 30, 1987, p. 754), for all texts at once.
            for i in range(n):
                last = lengths[rows] - n + i
                draw = (rng.random(len(rows)) * (last + 1)).astype(np.int64)
                taken = (chosen[:, :i] == draw[:, None]).any(axis=1)
                chosen[:, i] = np.where(taken, last, draw)
            texts[(begins[rows, None] + chosen).ravel()] = self.common(rng, chosen.size)

    def paraphrase(
        self, rng: Rng, copies: I32, *, replaced: float, dropped: float, kept: Flags | None = None
    ) -> tuple[I32, I64]:
        """Copies (one a row) with words dropped and replaced, then some neighbours swapped; ``kept`` are never replaced."""
        there = rng.random(copies.shape) >= dropped
        new = rng.random(copies.shape) < replaced
        if kept is not None:
            new &= ~kept
        copies = copies.copy()
        copies[new] = self.common(rng, int(new.sum()))
        lengths = there.sum(axis=1)
        flat = copies[there]
        begins = np.cumsum(lengths) - lengths
        place = spread(np.zeros_like(begins), begins, lengths)
        swappable = (place % 4 == 0) & (place + 1 < np.repeat(lengths, lengths))
        left = np.flatnonzero(swappable & (rng.random(len(flat)) < _SWAP))
        flat[left], flat[left + 1] = flat[left + 1], flat[left]
        return flat, lengths


def language(rng: Rng) -> Language:
    """A language of its own for each seed."""
    masks, starts, n_masks = [], np.zeros(LONGEST + 1, np.int64), 0
    for n in range(1, LONGEST + 1):
        starts[n] = n_masks
        masks.append((rng.random((_MASKS, n)).argsort(axis=1) < n // 2).ravel())
        n_masks += _MASKS * n
    return Language(
        words=_words(rng),
        word_cells=zipf_cells(VOCABULARY, _WORD_EXPONENT, _WORD_CELLS),
        topic_words=np.stack([rng.permutation(VOCABULARY)[:_TOPIC_WORDS] for _ in range(TOPICS)]).astype(np.int32),
        topic_cells=zipf_cells(_TOPIC_WORDS, _TOPIC_EXPONENT, _TOPIC_CELLS),
        masks=np.concatenate(masks),
        mask_starts=starts,
    )


def zipf_cells(n: int, exponent: float, cells: int) -> I16:
    """A table in which rank r (from 0) fills a share of (r + 1)^-exponent of the cells."""
    weights = 1 / np.arange(1, n + 1) ** exponent
    sums = np.cumsum(weights / weights.sum())
    return np.searchsorted(sums, (np.arange(cells) + 0.5) / cells).clip(0, n - 1).astype(np.int16)


def spread(starts: I64, begins: I64, lengths: I64) -> I64:
    """For each place of texts that lie at ``begins`` one after another: the place counted from ``starts`` instead.

    >>> spread(np.array([10, 50]), np.array([0, 2]), np.array([2, 3])).tolist()
    [10, 11, 50, 51, 52]
    """
    return np.repeat(starts - begins, lengths) + np.arange(int(lengths.sum()))


def _words(rng: Rng) -> Strings:
    """Different words of two to four syllables."""
    parts = rng.choice(_SYLLABLES, (2 * VOCABULARY, 4))
    lengths = rng.integers(2, 5, 2 * VOCABULARY)
    made = ("".join(row[:n]) for row, n in zip(parts.tolist(), lengths.tolist(), strict=True))
    return np.array(list(dict.fromkeys(made))[:VOCABULARY])
