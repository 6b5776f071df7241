"""The schema: migrations make what the tables say, forwards and back, and refuse what they do not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from counterveil.errors import StateError
from counterveil.store import database as database_module
from counterveil.store.database import open_database, sqlite_url
from counterveil.store.tables import metadata

MIGRATIONS = Path(database_module.__file__).parent / "migrations"


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


def test_migrations_make_exactly_the_tables(database: Engine) -> None:
    with database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == ScriptDirectory.from_config(config()).get_current_head()


def test_a_missing_column_would_be_seen(database: Engine) -> None:
    """The comparison above is not blind."""
    with database.begin() as connection:
        connection.execute(text("alter table lead drop column rank_score"))
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert [d[0] for d in differences] == ["add_column"]


def test_migrations_form_one_line() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_down_and_up_again(database: Engine) -> None:
    with database.begin() as connection:
        chosen = config()
        chosen.attributes["connection"] = connection
        command.downgrade(chosen, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        command.upgrade(chosen, "head")
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_opening_twice_keeps_what_is_in(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "state.db")
    first = open_database(url)
    with first.begin() as connection:
        connection.execute(text("insert into fact (name, value) values ('n', '1')"))
    first.dispose()
    second = open_database(url)
    with second.begin() as connection:
        assert connection.execute(text("select count(*) from fact")).scalar() == 1
    second.dispose()


def test_a_crash_inside_a_transaction_leaves_nothing(database: Engine) -> None:
    def half() -> None:
        with database.begin() as connection:
            connection.execute(text("insert into fact (name, value) values ('half', '1')"))
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        half()
    with database.begin() as connection:
        assert connection.execute(text("select count(*) from fact")).scalar() == 0


def test_sqlite_is_durable_and_checks_references(database: Engine) -> None:
    with database.begin() as connection:
        found = {
            name: connection.execute(text(f"pragma {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_newer_database_is_refused_with_a_remedy(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "state.db")
    open_database(url).dispose()
    plain = create_engine(url)
    with plain.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    plain.dispose()
    with pytest.raises(StateError, match="cannot be migrated") as refused:
        open_database(url)
    assert "newer" in refused.value.remedy


def test_a_file_that_is_no_database_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"this is a note, not a database" * 50)
    with pytest.raises(StateError) as refused:
        open_database(sqlite_url(path))
    assert refused.value.remedy


def test_a_folder_that_does_not_exist_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(StateError) as refused:
        open_database(sqlite_url(tmp_path / "nowhere" / "state.db"))
    assert refused.value.remedy
