"""Splink 5 (UK Ministry of Justice): record linkage, accounts as records and their infrastructure as arrays.

Outside its purpose: it knows no events, times or texts. It shows the gap, not a fault. Its training by expectation
maximisation refuses to block on arrays, so m keeps its defaults; u is estimated from random pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from importlib import import_module
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.quality.linking.peers.base import Grouped, Log
from bench.quality.linking.peers.process import LIMIT_S, Edges, run_child, serve

_KINDS = ("ip", "device", "payment", "url")
# Of its manual's example of clustering.
_PROBABILITY = 0.95


def run(log: Log, *, python: str | Path | None = None, limit_s: float = LIMIT_S) -> Grouped:
    """Weight: its match weight (log2 of the Bayes factor with the prior); threshold: a probability of 0.95."""
    return run_child("bench.quality.linking.peers.splink", log, {}, python=python, limit_s=limit_s)


def _work(log: Log, _params: Mapping[str, Any]) -> Edges:
    splink, compare, duckdb = map(import_module, ("splink", "splink.comparison_library", "duckdb"))
    records = _records(log)
    there = [name for name in records.column_names if name != "unique_id"]
    at_least = log2(_PROBABILITY / (1 - _PROBABILITY))
    if not there:
        return Edges((), (), np.zeros(0), at_least, "the log has no infrastructure")
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=min(10 / len(records), 0.5),
        comparisons=[compare.ArrayIntersectAtSizes(name, [2, 1]) for name in there],
        blocking_rules_to_generate_predictions=[splink.block_on(name, arrays_to_explode=[name]) for name in there],
    )
    api = splink.DuckDBAPI(connection=duckdb.connect(config={"threads": 1}))
    linker = splink.Linker(api.register(records), settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    found = linker.inference.predict().as_pyarrow_table()
    weight = found["match_weight"].to_numpy()
    a, b = (found[name].to_pylist() for name in ("unique_id_l", "unique_id_r"))
    return Edges(a, b, weight, at_least, f"columns: {', '.join(there)}")


def _records(log: Log) -> pa.Table:
    names = sorted(set(log.account))
    columns: dict[str, Any] = {"unique_id": names}
    for kind in _KINDS:
        owned: defaultdict[str, set[str]] = defaultdict(set)
        if kind == "payment":
            owned.update({account: set(keys) - {""} for account, keys in log.payment.items()})
        else:
            for account, key in zip(log.account, getattr(log, kind), strict=False):
                owned[account] |= {key} - {""}
        if any(owned.values()):
            columns[kind] = pa.array([sorted(owned.get(name, ())) for name in names], pa.list_(pa.string()))
    return pa.table(columns)


if __name__ == "__main__":
    serve(_work)
