"""Naive: accounts that share exact prompts, or a device, a card or a sign-up address. No rarity, no chance, no time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scipy import sparse

from bench.quality.linking.peers.base import Grouped, Log
from bench.quality.linking.peers.keys import kinds_in, matrix, names_of, pairs_of
from bench.quality.linking.peers.process import LIMIT_S, Edges, run_child, serve


def run(log: Log, *, kinds: Sequence[str], python: str | Path | None = None, limit_s: float = LIMIT_S) -> Grouped:
    """A pair's weight is the number of keys of these kinds that both used; one is enough for a group."""
    return run_child("bench.quality.linking.peers.shared", log, {"kinds": list(kinds)}, python=python, limit_s=limit_s)


def _work(log: Log, params: Mapping[str, Any]) -> Edges:
    names = names_of(log)
    there = kinds_in(log, params["kinds"])
    total = sparse.csr_matrix((len(names), len(names)))
    for kind in there:
        uses = matrix(log, kind, names)
        uses.data[:] = 1.0
        total = total + uses @ uses.T
    return pairs_of(total, names, 1.0, "" if there else "the log has none of these")


if __name__ == "__main__":
    serve(_work)
