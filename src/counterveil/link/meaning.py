"""Texts that say the same in other words or another language: neighbours among sentence vectors, as meetings of uses."""

from __future__ import annotations

import faiss
import numpy as np
import numpy.typing as npt

from counterveil.link.near import Ids, Ints, Meetings, Uses

# Nearest neighbours looked at for each text; how alike (cosine) the least of them may be. Translations by people have a
# median cosine of 0.83 in the first encoder's space, unrelated sentences 0.10 (bench/quality/linking). Chosen by us.
_NEIGHBOURS = 24
_LEAST_COSINE = 0.6
# An inverted file (Jégou, Douze & Schmid 2011) from so many vectors on, with so many cells per root of n, so many searched.
_EXACT_UP_TO = 16_384
_PROBED = 0.15


def neighbours(vectors: npt.NDArray[np.float32], uses: Uses) -> Meetings:
    """Meetings of different subjects whose texts' vectors are near, sorted.

    ``vectors`` (n, d) of unit length or zero (no vector), a row a text of ``uses.text``. ``n_subjects`` is 2: how many
    others say the same is in the measured chance; ``bucket`` is the earlier text of the two. Cost: n^1.5 · d, the same result in every run.
    """
    texts = np.flatnonzero(vectors.any(axis=1))
    if len(texts) < 2:
        return _none()
    near, cosine = _search(np.ascontiguousarray(vectors[texts]))
    row = np.repeat(np.arange(len(texts)), near.shape[1])
    other = near.ravel()
    kept = (other >= 0) & (other != row) & (cosine.ravel() >= _LEAST_COSINE)
    a, b = np.minimum(row, other)[kept], np.maximum(row, other)[kept]
    pairs, first = np.unique(a.astype(np.int64) * len(texts) + b, return_index=True)
    return _uses_of(texts[pairs // len(texts)], texts[pairs % len(texts)], cosine.ravel()[kept][first], uses)


def _search(vectors: npt.NDArray[np.float32]) -> tuple[Ints, npt.NDArray[np.float32]]:
    n, d = vectors.shape
    k = min(_NEIGHBOURS + 1, n)
    flat = faiss.IndexFlatIP(d)
    if n <= _EXACT_UP_TO:
        flat.add(vectors)
        cosine, near = flat.search(vectors, k)
        return near, cosine
    cells = int(2 * np.sqrt(n))
    index = faiss.IndexIVFFlat(flat, d, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = 1234
    index.train(vectors[:: max(1, n // (cells * 40))])
    index.add(vectors)
    index.nprobe = max(8, int(_PROBED * cells))
    cosine, near = index.search(vectors, k)
    return near, cosine


def _uses_of(left: Ints, right: Ints, cosine: npt.NDArray[np.float32], uses: Uses) -> Meetings:
    """Each pair of texts as the meeting of their first uses by different subjects."""
    order = np.lexsort((uses.time_s, uses.text))
    of, begin = np.unique(uses.text[order], return_index=True)
    size = np.diff(np.append(begin, len(order)))
    place = {int(text): at for at, text in enumerate(of)}
    rows: list[tuple[int, int, float, int, int]] = []
    for a, b, value in zip(left.tolist(), right.tolist(), cosine.tolist(), strict=True):
        if a not in place or b not in place:
            continue
        for i in order[begin[place[a]] : begin[place[a]] + min(3, size[place[a]])].tolist():
            others = order[begin[place[b]] : begin[place[b]] + min(3, size[place[b]])].tolist()
            rows += [(min(i, j), max(i, j), value, 2, a) for j in others if uses.subject[i] != uses.subject[j]]
    if not rows:
        return _none()
    u, v, similarity, n, bucket = (np.array(c) for c in zip(*sorted(rows), strict=True))
    gap = np.abs(uses.time_s[u] - uses.time_s[v])
    return Meetings(
        u.astype(np.int32),
        v.astype(np.int32),
        similarity.astype(np.float32),
        gap,
        n.astype(np.int32),
        bucket.astype(np.int64),
        np.ones(len(u), np.float32),
    )


def _none() -> Meetings:
    no: Ids = np.zeros(0, np.int32)
    return Meetings(
        no, no, np.zeros(0, np.float32), np.zeros(0, np.int64), no, np.zeros(0, np.int64), np.zeros(0, np.float32)
    )
