"""Statistically validated network (Tumminello et al., PLoS ONE 2011): is a pair's number of shared keys beyond chance?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.stats import hypergeom

from bench.quality.linking.peers.base import Grouped, Log
from bench.quality.linking.peers.keys import CONTENT, INFRASTRUCTURE, kinds_in, matrix, names_of, pairs_of
from bench.quality.linking.peers.process import LIMIT_S, Edges, run_child, serve

_ERROR = 0.01
_TINY = 1e-300


def run(log: Log, *, rare: float = 0.005, python: str | Path | None = None, limit_s: float = LIMIT_S) -> Grouped:
    """Weight: -log10 p of the hypergeometric law, summed over kinds of keys; threshold: 1 % by Bonferroni over all pairs.

    Artefacts (links, addresses, handles, tags) count where at most the share ``rare`` of the accounts uses them.
    """
    return run_child("bench.quality.linking.peers.svn", log, {"rare": rare}, python=python, limit_s=limit_s)


def _work(log: Log, params: Mapping[str, Any]) -> Edges:
    names = names_of(log)
    total = sparse.csr_matrix((len(names), len(names)))
    for kind in kinds_in(log, (*CONTENT, *INFRASTRUCTURE)):
        total = total + _bits(matrix(log, kind, names, most=params["rare"] if kind == "artefact" else 1.0))
    tests = max(len(names) * (len(names) - 1) / 2, 1.0)
    return pairs_of(total, names, float(np.log10(tests / _ERROR)))


def _bits(uses: Any) -> Any:
    uses.data[:] = 1.0
    n_keys = int((uses.sum(axis=0) > 0).sum())
    degree = np.asarray(uses.sum(axis=1)).ravel().astype(np.int64)
    both = sparse.triu(uses @ uses.T, 1).tocoo()
    # The law depends on three small numbers, the same for very many pairs, and is slow to compute.
    asked = np.column_stack([both.data.astype(np.int64), degree[both.row], degree[both.col]])
    different, where = np.unique(asked, axis=0, return_inverse=True)
    p = hypergeom.sf(different[:, 0] - 1, n_keys, different[:, 1], different[:, 2])
    weight = -np.log10(np.maximum(p, _TINY))[where.ravel()]
    return sparse.csr_matrix((weight, (both.row, both.col)), shape=both.shape)


if __name__ == "__main__":
    serve(_work)
