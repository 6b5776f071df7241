"""Texts as sets of made-up words, who sent them, and meetings written down by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from counterveil.link.near import Meetings, Texts, Uses

Words = Sequence[int]
# Two uses as (subject, text), the lesser first; similarity, seconds between them, subjects in the bucket, its key, weight.
Meeting = tuple[tuple[int, int], tuple[int, int], float, int, int, int, float]


def texts(words: Iterable[Words]) -> Texts:
    """Each text's distinct words, spread over the 32 bits as hashes are."""
    every = [sorted(set(w)) for w in words]
    offsets = np.concatenate([[0], np.cumsum([len(w) for w in every])]).astype(np.int64)
    flat = np.array([word for w in every for word in w], dtype=np.uint64)
    mixed = ((flat + 1) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return Texts(mixed.astype(np.uint32).view(np.int32), offsets)


def uses(rows: Sequence[tuple[int, int, int]]) -> Uses:
    """Rows of (subject, text, seconds)."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Uses(columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32), columns[:, 2])


def drawn(seed: int, n: int, *, words: int = 40, vocabulary: int = 4000) -> list[list[int]]:
    """Texts that have nothing to do with each other, but for the words of their language."""
    draw = np.random.default_rng(seed)
    return [draw.choice(vocabulary, words, replace=False).tolist() for _ in range(n)]


def replaced(seed: int, words: Words, share: float, *, vocabulary: int = 4000) -> list[int]:
    """The text with so many of its words replaced by others."""
    draw = np.random.default_rng(seed)
    n = round(share * len(words))
    kept = draw.permutation(words)[n:].tolist()
    others = [w for w in draw.permutation(vocabulary).tolist() if w not in set(words)]
    return [*kept, *others[:n]]


def told(met: Meetings, sent: Uses) -> set[Meeting]:
    """Meetings without the numbers of uses."""
    use = list(zip(sent.subject.tolist(), sent.text.tolist(), strict=True))
    columns = (met.left, met.right, met.similarity, met.gap_s, met.n_subjects, met.bucket, met.weight)
    found = set()
    for left, right, *rest in zip(*(c.tolist() for c in columns), strict=True):
        a, b = sorted((use[left], use[right]))
        found.add((a, b, *rest))
    return found


def pairs(met: Meetings, sent: Uses) -> set[tuple[int, int]]:
    """Subjects that met, the lesser first."""
    a, b = sent.subject[met.left], sent.subject[met.right]
    return set(zip(np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True))


@dataclass(frozen=True)
class Met:
    """One meeting, by hand: of uses, by number."""

    left: int
    right: int
    similarity: float = 0.9
    gap_s: int = 60
    n_subjects: int = 2
    bucket: int = 0
    weight: float = 1.0


def meetings_of(rows: Sequence[Met]) -> Meetings:
    """The meetings as columns."""
    return Meetings(
        left=np.array([m.left for m in rows], np.int32),
        right=np.array([m.right for m in rows], np.int32),
        similarity=np.array([m.similarity for m in rows], np.float32),
        gap_s=np.array([m.gap_s for m in rows], np.int64),
        n_subjects=np.array([m.n_subjects for m in rows], np.int32),
        bucket=np.array([m.bucket for m in rows], np.int64),
        weight=np.array([m.weight for m in rows], np.float32),
    )
