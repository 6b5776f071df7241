"""coordination-network-toolkit 1.5.2 (QUT Digital Observatory): networks of accounts that post the same within seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bench.quality.linking.peers.base import Grouped, Log
from bench.quality.linking.peers.process import LIMIT_S, Edges, run_child, serve

_MODULE = "coordination_network_toolkit"
_CALLS = {
    "co_tweet": "compute_co_tweet_network",
    "co_similar_tweet": "compute_co_similar_tweet",
    "co_link": "compute_co_link_network",
}
# The default of its command line.
_KEPT_FROM = 2.0


def run(
    log: Log,
    *,
    network: str = "co_tweet",
    window_s: int = 300,
    jaccard: float | None = None,
    python: str | Path | None = None,
    limit_s: float = LIMIT_S,
) -> Grouped:
    """``network``: co_tweet (the same text), co_similar_tweet (token sets of a Jaccard similarity), co_link (the same URL)."""
    params = {"network": network, "window_s": window_s, "jaccard": jaccard}
    return run_child("bench.quality.linking.peers.toolkit", log, params, python=python, limit_s=limit_s)


def _work(log: Log, params: Mapping[str, Any]) -> Edges:
    preprocess, networks = (import_module(f"{_MODULE}.{name}") for name in ("preprocess", "compute_networks"))
    network, database = params["network"], str(Path.cwd() / "toolkit.db")
    urls = log.url or [""] * len(log.event)
    # Its loader of CSV files keeps "" as a URL that all messages without one then share (issue 46): none is given here.
    rows = (
        (event, account, account, "", "", text, ts, [url] if url else [])
        for event, account, text, ts, url in zip(log.event, log.account, log.text, log.ts.tolist(), urls, strict=True)
    )
    preprocess.preprocess_data(database, rows)
    more = {"similarity_threshold": params["jaccard"]} if params["jaccard"] else {}
    getattr(networks, _CALLS[network])(database, params["window_s"], n_threads=1, min_edge_weight=1, **more)
    with sqlite3.connect(database) as made:
        found = made.execute(f"select user_1, user_2, weight from {network}_network where user_1 < user_2").fetchall()
    a, b, weight = zip(*found, strict=True) if found else ((), (), ())
    return Edges(a, b, np.array(weight, float), _KEPT_FROM)


if __name__ == "__main__":
    serve(_work)
