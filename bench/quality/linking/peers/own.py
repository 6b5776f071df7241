"""Counterveil itself on a peers' log: one scan in a process of its own, reading off, its groups and links."""

from __future__ import annotations

import resource
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench.quality.linking.peers.base import Grouped, Log, OutOfTime
from bench.quality.linking.scans import READING_OFF, scanned


def run(log: Log, *, python: Path | None = None, limit_s: float = 600) -> Grouped:  # noqa: ARG001 (one signature for all peers)
    """Members of all linked groups; the strength of an account is its place in its group, in [0,1], and its links' bits."""
    with tempfile.TemporaryDirectory(prefix="counterveil-own-") as name:
        folder = Path(name)
        (folder / "events.jsonl").write_bytes(b"".join(_line(log, at) for at in range(len(log.event))))
        before = _spent()
        try:
            found = scanned(folder, READING_OFF, limit_s=limit_s)
        except subprocess.TimeoutExpired as error:
            raise OutOfTime(limit_s) from error
        cpu_s = _spent() - before
    groups = {m["subject_id"]: at for at, o in enumerate(found) for m in o["members"]}
    pairs = [(link["left"], link["right"], float(link["bits"])) for o in found for link in o["links"]]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Grouped(groups, pairs, cpu_s, peak, "whole scan: ingest, observation and linking; nothing is read")


def _line(log: Log, at: int) -> bytes:
    record = {
        "event_id": str(log.event[at]),
        "time": datetime.fromtimestamp(int(log.ts[at]), tz=UTC),
        "account_id": str(log.account[at]),
        "input": [{"role": "user", "content": str(log.text[at])}],
        "client_ip": (str(log.ip[at]) or None) if len(log.ip) else None,
        "device_id": (str(log.device[at]) or None) if len(log.device) else None,
    }
    return orjson.dumps(record, option=orjson.OPT_UTC_Z) + b"\n"


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
