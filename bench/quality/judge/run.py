"""Starts the benchmark beside this file, from any folder: it makes the package ``bench`` importable first."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    runpy.run_module("bench.quality.judge.main", run_name="__main__")
