"""What is found in a small frozen pack is what was found when its figures were last looked at and committed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from .reference import STORED, figures

# Encoders differ between processors in the last digits; counts of accounts may not.
_TOLERANCE = 0.01


def differences(now: Any, stored: Any, place: str = "") -> list[str]:
    if isinstance(now, dict) and isinstance(stored, dict):
        keys = sorted(now.keys() | stored.keys())
        return [d for k in keys for d in differences(now.get(k), stored.get(k), f"{place}.{k}")]
    if isinstance(now, list) and isinstance(stored, list) and len(now) == len(stored):
        return [d for n, (a, b) in enumerate(zip(now, stored, strict=True)) for d in differences(a, b, f"{place}[{n}]")]
    if isinstance(now, float) and isinstance(stored, float | int):
        return [] if now == pytest.approx(stored, abs=_TOLERANCE) else [f"{place}: {stored} → {now}"]
    return [] if now == stored else [f"{place}: {stored} → {now}"]


def test_figures_are_those_that_are_stored(tmp_path: Path) -> None:
    now, stored = figures(tmp_path), orjson.loads(STORED.read_bytes())
    assert differences(now, stored) == [], "if the change is meant: python -m tests.lab.reference"


def test_differences_are_seen() -> None:
    stored = {"auc": 0.9, "rows": [["a", 1]]}
    assert differences({"auc": 0.905, "rows": [["a", 1]]}, stored) == []
    assert differences({"auc": 0.8, "rows": [["a", 2]]}, stored) == [".auc: 0.9 → 0.8", ".rows[0][1]: 1 → 2"]
    assert differences({"rows": []}, stored) == [".auc: 0.9 → None", ".rows: [['a', 1]] → []"]
