"""CooRTweet 2.1.3 (R): accounts that share the same object, here a prompt's exact text, within seconds.

Needs ``Rscript`` with data.table and igraph, and CooRTweet itself: installed, or a checkout named by COORTWEET_SOURCE.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.quality.linking.peers.base import Grouped, Log
from bench.quality.linking.peers.keys import keys_of
from bench.quality.linking.peers.process import LIMIT_S, Edges, run_child, serve

INSTALL = (
    "apt-get install r-base-core r-cran-data.table r-cran-igraph; "
    "then install.packages('CooRTweet'), or set COORTWEET_SOURCE to a checkout of nicolarighetti/CooRTweet"
)
_SCRIPT = Path(__file__).with_suffix(".R")
_NOT_THERE = 3


def run(
    log: Log,
    *,
    window_s: int = 300,
    percentile: float = 0.5,
    as_shipped: bool = False,
    python: str | Path | None = None,
    limit_s: float = LIMIT_S,
) -> Grouped:
    """Weight: co-shares; kept above the percentile of all weights (0.5 is its default).

    It takes milliseconds for each object, shared or not, so texts of one account are removed first unless ``as_shipped``
    (which loses the few pairs whose other posts made up its minimum of two actions an account).
    """
    params = {"window_s": window_s, "percentile": percentile, "as_shipped": as_shipped}
    module = "bench.quality.linking.peers.coortweet"
    return run_child(module, log, params, python=python, limit_s=limit_s, install=INSTALL)


def _work(log: Log, params: Mapping[str, Any]) -> Edges:
    program = shutil.which("Rscript")
    if program is None:
        raise ModuleNotFoundError(name="Rscript")
    shares, pairs = Path("shares.csv"), Path("pairs.csv")
    _write(log, shares, all_of_them=params["as_shipped"])
    settings = [str(params["window_s"]), str(params["percentile"])]
    if (
        subprocess.run([program, str(_SCRIPT), str(shares), str(pairs), *settings], check=False).returncode
        == _NOT_THERE
    ):
        raise ModuleNotFoundError(name="CooRTweet")
    with pairs.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    weight = np.array([float(row["weight"]) for row in found])
    kept = weight[np.array([row["weight_threshold"] == "1" for row in found], bool)]
    at_least = float(kept.min(initial=np.inf))
    return Edges([row["from"] for row in found], [row["to"] for row in found], weight, at_least)


def _write(log: Log, path: Path, *, all_of_them: bool) -> None:
    users = defaultdict(set)
    objects = [key for _, key in keys_of(log, "text")]
    for account, key in zip(log.account, objects, strict=True):
        users[key].add(account)
    numbers = {key: f"o{number}" for number, key in enumerate(users) if all_of_them or len(users[key]) > 1}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["object_id", "account_id", "content_id", "timestamp_share"])
        for event, account, ts, key in zip(log.event, log.account, log.ts.tolist(), objects, strict=True):
            if key in numbers:
                writer.writerow([numbers[key], f"a:{account}", f"e:{event}", ts])


if __name__ == "__main__":
    serve(_work)
