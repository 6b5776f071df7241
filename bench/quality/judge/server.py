"""A local model server for the time of a measurement, with the CPU seconds that it used."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

_CHILD = Path(__file__).parent / "serve_child.py"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and its process."""

    url: str
    process: psutil.Process | None

    def cpu_seconds(self) -> float | None:
        """User and system time so far; None for a server that is not ours."""
        if self.process is None:
            return None
        times = self.process.cpu_times()
        return float(times.user + times.system)


def checked(path: Path, sha256: str) -> None:
    """Exits unless the file is the one that was meant: weights of unknown uploaders are pinned by hash or not used."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        raise SystemExit(f"{path}: sha256 {found}, expected {sha256}")


@contextmanager
def serving(path: Path, python: str, *, context: int, threads: int) -> Iterator[Server]:
    """The OpenAI-compatible server of xllamacpp in a process of its own."""
    command = [python, str(_CHILD), str(path), str(context), str(threads)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        try:
            assert child.stdout is not None
            address = child.stdout.readline().strip()
            if not address.startswith("http"):
                raise SystemExit(f"{python}: no server came up; does it have xllamacpp?")
            yield Server(f"{address}/v1", psutil.Process(child.pid))
        finally:
            child.kill()
