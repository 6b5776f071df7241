"""A peer in a process of its own, in an environment of its own: neither its libraries nor its memory mix with ours.

A peer's module is run twice: ``run`` here writes the log to a folder and starts ``python -m MODULE FOLDER``; there
:func:`serve` reads it, calls the tool and writes the pairs back as Parquet.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.quality.linking.peers.base import Failed, Grouped, Log, Missing, OutOfTime, components

LIMIT_S = 600.0
MIB = 1 << 20
REQUIREMENTS = "uv pip install --python PEERS_PYTHON -r bench/quality/linking/peers/requirements.txt"
_ROOT = Path(__file__).resolve().parents[4]
_COLUMNS = ("event", "account", "ts", "text", "ip", "device", "url")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
_MISSING = 3
_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Edges:
    """A tool's network: every pair once. ``at_least`` is the weight from which the tool, or its manual, keeps a pair."""

    a: Sequence[str]
    b: Sequence[str]
    weight: NDArray[np.float64]
    at_least: float
    note: str = ""


Work = Callable[[Log, Mapping[str, Any]], Edges]


def run_child(
    module: str, log: Log, params: Mapping[str, Any], *, python: str | Path | None, limit_s: float, install: str = ""
) -> Grouped:
    """Run ``module`` on a log under the interpreter ``python`` (default: this one).

    Raises:
        Missing: the tool is not installed there.
        OutOfTime: it did not end within the limit.
        Failed: it ended with an error.
    """
    with tempfile.TemporaryDirectory(prefix="peer-") as temporary:
        folder = Path(temporary)
        _write(log, params, folder)
        # The interpreter's path must stay as given: resolving the link would leave its virtual environment.
        command = [os.path.abspath(python or sys.executable), "-m", module, str(folder)]  # noqa: PTH100
        with (folder / "said").open("wb") as said:
            started = subprocess.Popen(
                command,
                cwd=folder,
                env=os.environ | _ONE_THREAD | {"PYTHONPATH": str(_ROOT)},
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            cpu_s, peak = _watch(started, limit_s)
        if started.returncode == _MISSING:
            raise Missing((folder / "missing").read_text(encoding="utf-8"), install or REQUIREMENTS)
        if started.returncode != 0:
            raise Failed((folder / "said").read_text(encoding="utf-8", errors="replace").strip()[-2000:])
        pairs = list(zip(*pq.read_table(folder / "pairs.parquet").to_pydict().values(), strict=True))
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    groups = components(pairs, about["at_least"])
    return Grouped(groups, pairs, cpu_s, peak / MIB, about["note"])


def serve(work: Work) -> None:
    """The other side: what a peer's module does when it is started as a program."""
    folder = Path(sys.argv[1])
    params = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    accounts = json.loads((folder / "accounts.json").read_text(encoding="utf-8"))
    columns = pq.read_table(folder / "events.parquet")
    given = {name: columns[name].to_pylist() for name in columns.column_names if name != "ts"}
    log = Log(ts=columns["ts"].to_numpy(), **given, **accounts)
    del columns
    try:
        edges = work(log, params)
    except ModuleNotFoundError as missing:
        (folder / "missing").write_text(missing.name or str(missing), encoding="utf-8")
        sys.exit(_MISSING)
    table = pa.table({"a": list(edges.a), "b": list(edges.b), "weight": np.asarray(edges.weight, float)})
    pq.write_table(table, folder / "pairs.parquet")
    about = {"at_least": edges.at_least, "note": edges.note}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _write(log: Log, params: Mapping[str, Any], folder: Path) -> None:
    columns = {name: getattr(log, name) for name in _COLUMNS if len(getattr(log, name))}
    columns |= {name: pa.array(column, pa.string()) for name, column in columns.items() if name != "ts"}
    pq.write_table(pa.table(columns), folder / "events.parquet")
    accounts = {name: {a: list(of) for a, of in getattr(log, name).items()} for name in ("payment", "signup_ip")}
    (folder / "accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
    (folder / "params.json").write_text(json.dumps(dict(params)), encoding="utf-8")


def _watch(started: subprocess.Popen[bytes], limit_s: float) -> tuple[float, int]:
    """CPU seconds of the child and of all that it waited for; the most bytes of its whole tree at any look.

    ``wait4`` tells of this one child, where RUSAGE_CHILDREN adds those before it. Its peak would not do: on Linux it begins
    with the size of the process that forked the child.
    """
    ends, peak, process = time.monotonic() + limit_s, 0, psutil.Process(started.pid)
    while time.monotonic() < ends:
        peak = max(peak, _resident(process))
        pid, status, usage = os.wait4(started.pid, os.WNOHANG)
        if pid:
            started.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime, peak
        time.sleep(_EVERY_S)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    raise OutOfTime(limit_s)


def _resident(root: psutil.Process) -> int:
    total = 0
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                # Pages that a tool's forked workers share count once where the system tells (Linux).
                memory = process.memory_full_info()
                total += getattr(memory, "pss", memory.rss)
    return total
