"""Fixtures. Every test gets its own workspace in a temporary folder; no test needs a service, a network or ``../shared``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings

from counterveil.settings import Settings, load

settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.register_profile("long", deadline=None, max_examples=600)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a workspace in the test's folder; without the slow second encoder unless a test names one."""

    def make(name: str = "home", **values: Any) -> Settings:
        # One secret for all workspaces of a test, so that their tables can be compared row by row.
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "secret").write_text("5e" * 32, encoding="ascii")
        return load({"home": tmp_path / name, "workers": 1, "second_encoder": "none", **values}, environ={})[0]

    return make


@pytest.fixture
def write_log(tmp_path: Path) -> Callable[..., Path]:
    """Writes records as JSON Lines and returns the path."""

    def write(records: list[dict[str, Any]], name: str = "events.jsonl") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in records))
        return path

    return write
