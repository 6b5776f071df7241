"""What the service is used for: clusters of sentence vectors, the same for the same texts, with names that last.

Spherical k-means (Dhillon & Modha 2001) by faiss, as Clio (arXiv 2412.13678) clusters its summaries; here over vectors that
reading has stored anyway, so nothing is encoded and no model is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import faiss
import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# One cluster for √n texts, so that there are about as many clusters as texts in one: fine enough that an operation of some
# dozens of texts is not lost among thousands, coarse enough to be read. Chosen by us.
MAX_CLUSTERS = 150
_MIN_TEXTS_EACH = 8
_ROUNDS, _SEED = 20, 1234
# A cluster keeps the name of an old one whose centre is at least this near (cosine). Centres of two runs over halves of one
# log are nearer than this for nearly all large clusters (docs/quality.md). Chosen by us.
SAME_CLUSTER = 0.85


def number_of_clusters(n_texts: int) -> int:
    """How many clusters so many texts are cut into.

    >>> [number_of_clusters(n) for n in (0, 5, 100, 10_000, 1_000_000)]
    [0, 1, 10, 100, 150]
    """
    return min(MAX_CLUSTERS, max(1, min(round(np.sqrt(n_texts)), n_texts // _MIN_TEXTS_EACH))) if n_texts else 0


def clusters(keys: Ints, vectors: Matrix) -> tuple[Ints, Matrix]:
    """The cluster of each text (−1: no vector), and the clusters' centres (k, d), unit length.

    ``keys`` are the texts' keys, each once: rows are taken in their order, so the order in which they come does not matter.
    Cost: n · k · d a round, twenty rounds; a fixed seed.
    """
    found = np.full(len(keys), -1, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    order = order[vectors[order].any(axis=1)]
    k = number_of_clusters(len(order))
    dimensions = vectors.shape[1]
    if k == 0:
        return found, np.zeros((0, dimensions), np.float32)
    rows = np.ascontiguousarray(vectors[order], dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    means = faiss.Kmeans(
        dimensions,
        k,
        niter=_ROUNDS,
        seed=_SEED,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=len(rows),
    )
    means.train(rows)
    centres: Matrix = np.asarray(means.centroids, dtype=np.float32).reshape(k, dimensions)
    nearest = (rows @ centres.T).argmax(axis=1)
    used, labels = np.unique(nearest, return_inverse=True)
    found[order] = labels
    return found, centres[used]


def names(centres: Matrix, fresh: Sequence[str], old_names: Sequence[str], old_centres: Matrix) -> list[str]:
    """A name for each cluster: that of the nearest cluster of the run before, each given once, else its ``fresh`` one.

    The nearest pairs are matched first. A fresh name that is taken gets a suffix.
    """
    found: list[str | None] = [None] * len(centres)
    if len(centres) and len(old_centres) and centres.shape[1] == old_centres.shape[1]:
        alike = centres @ old_centres.T
        given: set[int] = set()
        for place in np.argsort(-alike, axis=None, kind="stable").tolist():
            row, column = divmod(place, len(old_centres))
            if alike[row, column] < SAME_CLUSTER:
                break
            if found[row] is None and column not in given:
                found[row] = old_names[column]
                given.add(column)
    taken = {*old_names, *(name for name in found if name)}
    named = []
    for name, new in zip(found, fresh, strict=True):
        chosen, n = name or new, 1
        while name is None and chosen in taken:
            n += 1
            chosen = f"{new}-{n}"
        taken.add(chosen)
        named.append(chosen)
    return named
