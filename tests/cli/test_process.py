"""The program as a process: ``python -m counterveil`` in a pipeline. Starting one costs seconds, so they run side by side."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from tests.cli.conftest import Scanned
from tests.pipeline.logs import event

PROGRAM = [sys.executable, "-m", "counterveil"]


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: bytes
    err: str


def start(*arguments: str | Path, out: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    command = [*PROGRAM, *(str(a) for a in arguments)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERVEIL_")}
    environment["COUNTERVEIL_SECOND_ENCODER"] = "none"
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE, env=environment)


def end(process: subprocess.Popen[bytes], given: bytes | None = None) -> Ended:
    out, err = process.communicate(given, timeout=120)
    return Ended(process.returncode, out or b"", err.decode())


@pytest.fixture(scope="module")
def ended(workspace: Scanned, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """All processes of this file, started together."""
    home = tmp_path_factory.mktemp("process")
    log = b"".join(orjson.dumps(event(n, f"a{n % 2}", f"question {n}")) + b"\n" for n in range(6))
    read, closed = os.pipe()
    os.close(read)
    at = ("--home", workspace.home)
    running = {
        "stdin": start("scan", "-", "--home", home / "stdin", "--json"),
        "table to nobody": start("operations", "list", "--all", *at, out=closed),
        "json to nobody": start("leads", "list", "--json", *at, out=closed),
    }
    os.close(closed)
    return {name: end(process, log if name == "stdin" else None) for name, process in running.items()}


def test_reads_a_pipe_and_writes_clean_json(ended: dict[str, Ended]) -> None:
    """Data on standard output, progress on standard error."""
    result = ended["stdin"]
    assert result.code == 0, result.err
    body = orjson.loads(result.out)
    assert body["schema"] == "counterveil.scan.v1"
    assert body["data"]["ingest"]["n_events"] == 6
    assert "reading logs" in result.err


@pytest.mark.parametrize("name", ["table to nobody", "json to nobody"])
def test_a_closed_pipe_ends_quietly(ended: dict[str, Ended], name: str) -> None:
    """``counterveil leads list | head -1``: the reader has had enough, which is no fault of the program."""
    assert ended[name].err == ""
