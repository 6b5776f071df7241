"""A fresh state database a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from counterveil.store.database import open_database, sqlite_url


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(sqlite_url(tmp_path / "state.db"))
    yield engine
    engine.dispose()
