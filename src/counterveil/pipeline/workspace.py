"""One workspace: its settings, state database, lake and engine."""

from __future__ import annotations

import os
import secrets
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

    @property
    def secret(self) -> bytes:
        """The workspace's own secret, made at its first write; it keys what must not be guessable from outside."""
        return bytes.fromhex((self.home / _KEY_FILE).read_text(encoding="ascii"))

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """A fresh analytical engine under the workspace's memory limit."""
        spill = self.home / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        with Engine(
            memory_limit_mib=self.settings.memory_limit_mib, threads=self.settings.workers, spill=spill
        ) as engine:
            yield engine


_KEY_FILE = "secret"
_SECRET_BYTES = 32


def _make_secret(home: Path) -> None:
    """Once, readable by its owner only, whole or not at all."""
    if (home / _KEY_FILE).is_file():
        return
    temporary = home / f"{_KEY_FILE}.tmp"
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(_SECRET_BYTES))
    temporary.replace(home / _KEY_FILE)


def _open(settings: Settings, *, upgrade: bool) -> Workspace:
    database = open_database(sqlite_url(settings.home / "state.db"), upgrade=upgrade)
    return Workspace(settings, database, Lake(settings.home / "lake"))


def must_exist(settings: Settings) -> None:
    """Raises NotFoundError when there is no workspace, with what to do."""
    if not (settings.home / "state.db").is_file():
        raise NotFoundError(
            f"{settings.home}: no workspace here", remedy="Run `counterveil scan LOGS…` first, or name it with --home."
        )


@contextmanager
def for_reading(settings: Settings) -> Iterator[Workspace]:
    """An existing workspace. Raises NotFoundError when there is none, with what to do."""
    must_exist(settings)
    workspace = _open(settings, upgrade=False)
    try:
        yield workspace
    finally:
        workspace.database.dispose()


@contextmanager
def for_writing(settings: Settings) -> Iterator[Workspace]:
    """The workspace, created if need be, held by this process; files left by a crash are removed."""
    with writing(settings.home):
        _make_secret(settings.home)
        workspace = _open(settings, upgrade=True)
        try:
            with workspace.database.begin() as connection:
                known = batches.all_paths(connection)
            workspace.lake.sweep(known)
            yield workspace
        finally:
            workspace.database.dispose()
