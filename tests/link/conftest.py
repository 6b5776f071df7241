"""One engine for all tests of linking: opening one costs more than a statement."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from counterveil.engine.duck import Engine


@pytest.fixture(scope="package")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(memory_limit_mib=256, threads=1, spill=tmp_path_factory.mktemp("spill")) as opened:
        yield opened
