"""On what a figure was measured: without it, no figure can be compared with another."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

from counterveil.settings import usable_cpus

_LIBRARIES = ("counterveil", "duckdb", "pyarrow", "orjson", "numpy", "scipy", "graspologic-native")
GIB = 1 << 30
MIB = 1 << 20


def machine(*, seed: int, workers: int) -> dict[str, str]:
    """What to print above every table; the load tells whether others used the machine at the same time."""
    memory = psutil.virtual_memory()
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "CPU": f"{_cpu()}, {usable_cpus()} usable, {workers} workers",
        "memory": f"{memory.total / GIB:.1f} GiB, {memory.available / GIB:.1f} GiB free",
        "load": f"{os.getloadavg()[0]:.2f} over the last minute, before the start",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
        "seed": str(seed),
    }


def lines(facts: dict[str, str]) -> str:
    """The facts, one a line."""
    return "\n".join(f"{name + ':':<11} {value}" for name, value in facts.items())


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
