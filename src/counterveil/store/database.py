"""Opening the state database: SQLite in the workspace by default, PostgreSQL by URL."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from counterveil.errors import StateError

_MIGRATIONS = Path(__file__).parent / "migrations"


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite+pysqlite:///{path}"


def open_database(url: str, *, upgrade: bool = True) -> Engine:
    """The database at ``url``, migrated to the present schema, or (``upgrade`` false) refused if it is older.

    Raises:
        StateError: the database cannot be opened or was written by a newer version.
    """
    engine = create_engine(url)
    if make_url(url).get_backend_name() == "sqlite":
        _use_immediate_transactions(engine)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with ExitStack() as undo:
        undo.callback(engine.dispose)
        try:
            with engine.begin() as connection:
                if upgrade:
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
                else:
                    _check_revision(connection, config)
        except SQLAlchemyError as error:
            raise StateError(
                f"state database cannot be opened: {error}", remedy="Check the path and its permissions."
            ) from error
        except CommandError as error:
            raise StateError(
                f"state database cannot be migrated: {error}", remedy="Use the version that wrote it, or newer."
            ) from error
        undo.pop_all()
    return engine


def _check_revision(connection: Connection, config: Config) -> None:
    """Reading never migrates: that is a write, and writers hold the workspace's lock."""
    present = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(config)
    wanted = scripts.get_current_head()
    known = {revision.revision for revision in scripts.walk_revisions()}
    if present is not None and present not in known:
        raise StateError(
            f"state database has schema {present}, which this version does not know",
            remedy="Use the version that wrote it, or newer.",
        )
    if present != wanted:
        raise StateError(
            f"state database has schema {present}, this version needs {wanted}",
            remedy="Run `counterveil scan` once to bring it up to date.",
        )


def _use_immediate_transactions(engine: Engine) -> None:
    """WAL, full durability, and ``BEGIN IMMEDIATE``: a writer never reads a state that another is replacing."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma busy_timeout = 10000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
