"""One workspace: its settings, state database, lake and engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy

from counterveil.engine.duck import Engine
from counterveil.engine.lake import Lake
from counterveil.errors import NotFoundError
from counterveil.settings import Settings
from counterveil.store import batches
from counterveil.store.database import open_database, sqlite_url
from counterveil.store.lock import writing


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that a stage needs to read and write."""

    settings: Settings
    database: sqlalchemy.Engine
    lake: Lake

    @property
    def home(self) -> Path:
        """The workspace's folder."""
        return self.settings.home

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """A fresh analytical engine under the workspace's memory limit."""
        spill = self.home / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        with Engine(
            memory_limit_mib=self.settings.memory_limit_mib, threads=self.settings.workers, spill=spill
        ) as engine:
            yield engine


def _open(settings: Settings) -> Workspace:
    database = open_database(sqlite_url(settings.home / "state.db"))
    return Workspace(settings, database, Lake(settings.home / "lake"))


@contextmanager
def for_reading(settings: Settings) -> Iterator[Workspace]:
    """An existing workspace. Raises NotFoundError when there is none, with what to do."""
    if not (settings.home / "state.db").is_file():
        raise NotFoundError(
            f"{settings.home}: no workspace here", remedy="Run `counterveil scan LOGS…` first, or name it with --home."
        )
    workspace = _open(settings)
    try:
        yield workspace
    finally:
        workspace.database.dispose()


@contextmanager
def for_writing(settings: Settings) -> Iterator[Workspace]:
    """The workspace, created if need be, held by this process; files left by a crash are removed."""
    with writing(settings.home):
        workspace = _open(settings)
        try:
            with workspace.database.begin() as connection:
                known = batches.all_paths(connection)
            workspace.lake.sweep(known)
            yield workspace
        finally:
            workspace.database.dispose()
