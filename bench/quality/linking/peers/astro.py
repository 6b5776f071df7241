"""astrodetection 0.3.6, light build: its co-URL graph (TF-IDF cosine over the links that accounts posted).

Its text path is left out: it stops with ``NameError: hub`` in the light build and needs TensorFlow in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bench.quality.linking.peers.base import Grouped, Log
from bench.quality.linking.peers.process import LIMIT_S, Edges, run_child, serve

# Default of ``url_threshold`` where it rates accounts.
_KEPT_FROM = 0.9


def run(log: Log, *, min_urls: int = 2, python: str | Path | None = None, limit_s: float = LIMIT_S) -> Grouped:
    """Weight: its cosine; all else as shipped (three common links make an edge)."""
    return run_child("bench.quality.linking.peers.astro", log, {"min_urls": min_urls}, python=python, limit_s=limit_s)


def _work(log: Log, params: Mapping[str, Any]) -> Edges:
    pandas, astro = import_module("pandas"), import_module("astrodetection_light")
    urls = [url if not url or "://" in url else f"https://{url}" for url in log.url] or [""] * len(log.event)
    posts = pandas.DataFrame({"screen name": list(log.account), "tweet": list(log.text), "link": urls})
    graph = astro.create_coURL_graph(posts, url_col="link", min_urls=params["min_urls"], fast_graph=False)
    found = [(str(a), str(b), float(of.get("weight", 1.0))) for a, b, of in graph.edges(data=True)]
    a, b, weight = zip(*found, strict=True) if found else ((), (), ())
    return Edges(a, b, np.array(weight, float), _KEPT_FROM)


if __name__ == "__main__":
    serve(_work)
