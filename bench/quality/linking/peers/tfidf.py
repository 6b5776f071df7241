"""TF-IDF cosine between accounts (Pacheco et al., ICWSM 2021), with scikit-learn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer

from bench.quality.linking.peers.base import Grouped, Log
from bench.quality.linking.peers.keys import CONTENT, INFRASTRUCTURE, kinds_in, matrix, names_of, pairs_of
from bench.quality.linking.peers.process import LIMIT_S, Edges, run_child, serve

_TOP = 0.995
_ALIKE = 0.9
_FLOOR, _ROWS, _COMMON = 0.2, 512, 0.2


def run(
    log: Log, *, words: bool = False, least: int = 5, python: str | Path | None = None, limit_s: float = LIMIT_S
) -> Grouped:
    """By shared keys (the best kind counts; the top 0.5 % of the weights) or by all words of an account (cosine 0.9).

    Of shared keys, accounts with fewer than ``least`` uses of a kind are left out, as there (ten retweets): two accounts
    that each used one shared key, the same, would have cosine 1.
    """
    return run_child(
        "bench.quality.linking.peers.tfidf", log, {"words": words, "least": least}, python=python, limit_s=limit_s
    )


def _work(log: Log, params: Mapping[str, Any]) -> Edges:
    names = names_of(log)
    if params["words"]:
        return pairs_of(_words(log, names), names, _ALIKE, f"cosine below {_FLOOR} not kept")
    best = sparse.csr_matrix((len(names), len(names)))
    for kind in kinds_in(log, (*CONTENT, *INFRASTRUCTURE)):
        uses = matrix(log, kind, names)
        n_uses = np.asarray(uses.sum(axis=1)).ravel()
        uses = sparse.diags((n_uses >= params["least"]).astype(float)) @ uses
        if uses.nnz:
            weighted = TfidfTransformer().fit_transform(uses)
            best = best.maximum(weighted @ weighted.T)
    found = pairs_of(best, names, np.inf)
    top = float(np.quantile(found.weight, _TOP)) if len(found.weight) else np.inf
    return Edges(found.a, found.b, found.weight, top)


def _words(log: Log, names: list[str]) -> Any:
    texts = defaultdict(list)
    for account, text in zip(log.account, log.text, strict=True):
        texts[account].append(text)
    vectors = TfidfVectorizer(min_df=2, max_df=_COMMON, dtype=np.float32).fit_transform(
        "\n".join(texts[n]) for n in names
    )
    blocks = []
    for start in range(0, len(names), _ROWS):
        block = (vectors[start : start + _ROWS] @ vectors.T).tocsr()
        block.data[block.data < _FLOOR] = 0
        block.eliminate_zeros()
        blocks.append(block)
    return sparse.vstack(blocks)


if __name__ == "__main__":
    serve(_work)
