"""Near-duplicates by words: copies, filled-in templates and paraphrases, as pairs of uses with a verified similarity.

A *use* is a subject's first sending of one text. Texts meet only in buckets of a min-hash over their rare words (Broder
1997; banding: Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets* §3.4), and a meeting counts only if the signatures
agree in enough places. Buckets that too many subjects are in are cut into nested sub-buckets, so that cost stays linear in
their size and the same pairs of subjects meet in all of them (references/coordination.md §5.1); public ones are dropped,
except for what meets within half an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]

# 24 bands of two hashes find a pair of similarity 0.2 with probability 0.62, 0.3 with 0.90; chosen by references/coordination.md §5.1.
_BANDS, _HASHES = 24, 96
# Words in more than this share of the texts say nothing about a text; nor does a word that only one text has (ibid.).
_COMMON_SHARE, _COMMON_LEAST = 0.005, 20
_WORD_SLOTS = 1 << 22
# All pairs of a bucket up to here; sub-buckets of some twenty subjects beyond; from there on only what meets in time (ibid.).
_ALL_PAIRS, _PUBLIC, _SUB = 80, 2000, 20
_SLOT_S = 1800
# Each use keeps its most widely shared buckets only, and a subject's first uses in a bucket stand for the rest.
_BUCKETS_OF_USE, _USES_OF_SUBJECT = 3, 3
_MIN_SIMILARITY = 0.15
_CHUNK = 1 << 18
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct texts as flat word hashes: text ``i`` has ``words[offsets[i]:offsets[i + 1]]``."""

    words: Ids
    offsets: Ints

    def __len__(self) -> int:
        """How many texts."""
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True)
class Uses:
    """Who sent which text first when: subjects and texts as indices, times in seconds since 1970."""

    subject: Ids
    text: Ids
    time_s: Ints


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of uses of different subjects that are alike.

    ``left``/``right``: indices of uses, ``similarity`` in [0,1], ``gap_s`` seconds between them, ``n_subjects`` in the bucket
    where they met, ``bucket`` its key, ``weight`` how many pairs of that bucket this one stands for.
    """

    left: Ids
    right: Ids
    similarity: npt.NDArray[np.float32]
    gap_s: Ints
    n_subjects: Ids
    bucket: Ints
    weight: npt.NDArray[np.float32]


def signatures(texts: Texts) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """Min-hash signatures (n, 96) of the rare words, and which texts have any. Cost: words × hashes."""
    slots = (texts.words.astype(np.uint32) * np.uint32(2654435761)) >> np.uint32(10)
    common = np.bincount(slots, minlength=_WORD_SLOTS)
    most = max(_COMMON_LEAST, int(_COMMON_SHARE * len(texts)))
    rare = (common[slots] >= 2) & (common[slots] <= most)
    counts = (
        np.add.reduceat(np.append(rare, False).astype(np.int64), texts.offsets[:-1])
        if len(texts)
        else np.zeros(0, np.int64)
    )
    counts[np.diff(texts.offsets) == 0] = 0
    words = texts.words[rare].view(np.uint32)
    starts = np.concatenate([[0], np.cumsum(counts)])
    filled = np.flatnonzero(counts > 0)
    random = np.random.default_rng(20260302)
    factors = random.integers(0, 1 << 32, _HASHES, dtype=np.uint32) | np.uint32(1)
    shifts = random.integers(0, 1 << 32, _HASHES, dtype=np.uint32)
    found = np.zeros((len(texts), _HASHES), dtype=np.uint32)
    for at in range(0, len(filled), _CHUNK // 8):
        some = filled[at : at + _CHUNK // 8]
        part = words[starts[some[0]] : starts[some[-1] + 1]]
        inner = starts[some] - starts[some[0]]
        rows = np.empty((_HASHES, len(some)), dtype=np.uint32)
        for h in range(_HASHES):
            mixed = (part ^ (part >> np.uint32(15))) * factors[h] + shifts[h]
            mixed ^= mixed >> np.uint32(13)
            np.minimum.reduceat(mixed, inner, out=rows[h])
        found[some] = rows.T
    return found, counts > 0


def meetings(texts: Texts, uses: Uses) -> Meetings:
    """All verified meetings of different subjects, sorted. Cost: n log n in uses, and the pairs that small buckets make."""
    signed, has_words = signatures(texts)
    known = np.flatnonzero(has_words[uses.text])
    keys, sizes = _bands(signed, uses, known)
    ids = np.argsort(-np.where((sizes >= 2) & (sizes <= _PUBLIC * 50), sizes, 0), axis=0, kind="stable")[
        :_BUCKETS_OF_USE
    ]
    chosen = np.zeros(sizes.shape, dtype=np.bool_)
    np.put_along_axis(chosen, ids, values=True, axis=0)
    chosen &= sizes >= 2
    short = (signed & np.uint32(0xFF)).astype(np.uint8)
    parts = []
    for band in range(_BANDS):
        rows = np.flatnonzero(chosen[band])
        parts += _verified(short, uses, _pairs(keys[band][rows], sizes[band][rows], known[rows], uses))
    return _unique(parts)


def _bands(signed: npt.NDArray[np.uint32], uses: Uses, known: Ints) -> tuple[npt.NDArray[np.uint64], Ids]:
    """For each band and use its bucket, and how many subjects are in it."""
    keys = np.empty((_BANDS, len(known)), dtype=np.uint64)
    sizes = np.empty((_BANDS, len(known)), dtype=np.int32)
    of = uses.text[known]
    subject = uses.subject[known]
    salts = np.arange(1, _BANDS + 1, dtype=np.uint64) * _GOLDEN
    for band in range(_BANDS):
        two = signed[:, 2 * band : 2 * band + 2].astype(np.uint64)
        key = ((two[:, 0] << np.uint64(32)) | two[:, 1]) ^ salts[band]
        keys[band] = key[of]
        order = np.lexsort((subject, keys[band]))
        sorted_key, sorted_subject = keys[band][order], subject[order]
        new_key = np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]]) if len(order) else np.zeros(0, np.bool_)
        new_subject = (
            new_key | np.concatenate([[True], sorted_subject[1:] != sorted_subject[:-1]]) if len(order) else new_key
        )
        group = np.cumsum(new_key) - 1
        counted = np.bincount(group, weights=new_subject).astype(np.int32) if len(order) else np.zeros(0, np.int32)
        sizes[band][order] = counted[group]
    return keys, sizes


def _pairs(
    keys: npt.NDArray[np.uint64], sizes: Ids, rows: Ints, uses: Uses
) -> list[tuple[npt.NDArray[np.uint64], Ints, Ids, float]]:
    """Buckets to be paired within: (key, uses, subjects in the whole bucket, pairs that one pair stands for)."""
    subject = uses.subject[rows].astype(np.uint64)
    small = sizes <= _ALL_PAIRS
    found = [(keys[small], rows[small], sizes[small], 1.0)]
    large = np.flatnonzero(~small & (sizes <= _PUBLIC))
    if len(large):
        bits = np.ceil(np.log2(sizes[large] / _SUB)).astype(np.uint64)
        for p in (1, 2):
            # The prefix of one hash of the subject: the same subjects meet in every large bucket.
            place = ((subject[large] + np.uint64(p)) * _GOLDEN) ^ (np.uint64(p) << np.uint64(7))
            place = (place * np.uint64(0xBF58476D1CE4E5B9)) >> (np.uint64(64) - bits)
            found.append(
                (keys[large] ^ ((place + np.uint64(p << 40)) * _GOLDEN), rows[large], sizes[large], float(_SUB))
            )
    public = np.flatnonzero(~small & (sizes > _PUBLIC))
    for p in (0, 1):
        slot = ((uses.time_s[rows[public]] + p * _SLOT_S // 2) // _SLOT_S).astype(np.uint64)
        found.append(
            (keys[public] ^ ((slot * np.uint64(2) + np.uint64(p)) * _GOLDEN), rows[public], sizes[public], 1.0)
        )
    return found


def _verified(
    short: npt.NDArray[np.uint8], uses: Uses, buckets: list[tuple[npt.NDArray[np.uint64], Ints, Ids, float]]
) -> list[Meetings]:
    found = []
    for keys, rows, sizes, sub in buckets:
        if len(rows) < 2:
            continue
        for left, right in _joined(keys, uses.subject[rows], uses.time_s[rows], uses.text[rows]):
            a, b = rows[left], rows[right]
            alike = short[uses.text[a]] == short[uses.text[b]]
            similarity = alike.mean(axis=1, dtype=np.float32)
            kept = np.flatnonzero(similarity >= _MIN_SIMILARITY)
            if not len(kept):
                continue
            a, b, n = a[kept], b[kept], sizes[left[kept]]
            weight = np.ones(len(a), np.float32) if sub == 1.0 else (n / (2 * sub)).astype(np.float32)
            found.append(
                Meetings(
                    np.minimum(a, b).astype(np.int32),
                    np.maximum(a, b).astype(np.int32),
                    similarity[kept],
                    np.abs(uses.time_s[a] - uses.time_s[b]),
                    n,
                    keys[left[kept]].view(np.int64),
                    weight,
                )
            )
    return found


def _joined(keys: npt.NDArray[np.uint64], subject: Ids, time_s: Ints, text: Ids) -> Iterator[tuple[Ints, Ints]]:
    """Pairs within each bucket of different subjects, in chunks: (left, right) as indices of the arguments.

    A subject's first uses stand for all of its uses in a bucket; a bucket that is still too large is left out (a burst of
    strangers within half an hour is a trend).
    """
    order = np.lexsort((text, time_s, subject, keys))
    key, who = keys[order], subject[order]
    new = np.concatenate([[True], (key[1:] != key[:-1]) | (who[1:] != who[:-1])])
    starts = np.flatnonzero(new)
    nth = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    order = order[nth < _USES_OF_SUBJECT]
    key = keys[order]
    begin = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    size = np.diff(np.append(begin, len(order)))
    end = begin + size
    usable = np.repeat((size >= 2) & (size <= _ALL_PAIRS * _USES_OF_SUBJECT), size)
    partners = np.where(usable, np.repeat(end, size) - np.arange(len(order)) - 1, 0)
    total = np.cumsum(partners)
    at = 0
    while at < len(order):
        stop = int(np.searchsorted(total, (total[at - 1] if at else 0) + (_CHUNK << 2), side="right"))
        stop = max(stop, at + 1)
        n = partners[at:stop]
        left = np.repeat(np.arange(at, stop), n)
        right = left + 1 + np.arange(len(left)) - np.repeat(np.cumsum(n) - n, n)
        a, b = order[left], order[right]
        apart = subject[a] != subject[b]
        if apart.any():
            yield a[apart], b[apart]
        at = stop


def _unique(parts: list[Meetings]) -> Meetings:
    """One meeting a pair of uses: in the widest bucket where it took place."""
    if not parts:
        no = np.zeros(0, np.int32)
        return Meetings(
            no, no, np.zeros(0, np.float32), np.zeros(0, np.int64), no, np.zeros(0, np.int64), np.zeros(0, np.float32)
        )
    columns = [np.concatenate([getattr(p, f) for p in parts]) for f in Meetings.__slots__]
    left, right, _, _, n, bucket, _ = columns
    order = np.lexsort((bucket, -n, right, left))
    left, right = left[order], right[order]
    first = np.concatenate([[True], (left[1:] != left[:-1]) | (right[1:] != right[:-1])])
    return Meetings(*(c[order][first] for c in columns))
