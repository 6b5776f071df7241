"""The command line in process, and two workspaces made once: an ordinary one, and one whose log is hostile to screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from counterveil.cli.main import app
from counterveil.settings import ENV_PREFIX, FILE_NAME, Settings
from tests.pipeline.logs import group_log
from tests.weights import suspicious

# Whatever the tester's own shell says; a wide screen, so that no sentence is broken over lines; without the slow encoder.
CLEAN: dict[str, str | None] = {f"{ENV_PREFIX}{key.upper()}": None for key in Settings.model_fields}
CLEAN |= {
    "COLUMNS": "400",
    "FORCE_COLOR": None,
    "NO_COLOR": None,
    f"{ENV_PREFIX}WORKERS": "1",
    f"{ENV_PREFIX}SECOND_ENCODER": "none",
}
Record = dict[str, Any]


def cli(*arguments: str | Path, env: Mapping[str, str | None] | None = None, stdin: bytes | None = None) -> Result:
    """Run ``counterveil`` with some arguments; an unexpected exception is raised here."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={**CLEAN, **(env or {})}, input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def data(result: Result, schema: str) -> Any:
    """The data of a ``--json`` answer, after checking that it is one and of which schema."""
    assert result.exit_code in (0, 1, 3), result.output
    body = orjson.loads(result.stdout)
    assert body.keys() == {"schema", "data"}
    assert body["schema"] == f"counterveil.{schema}.v1"
    return body["data"]


def write(path: Path, records: Sequence[Record]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in records))
    return path


@dataclass(frozen=True)
class Scanned:
    """A workspace with what the scan said."""

    home: Path
    log: Path
    result: Result
    accounts: list[Record] = field(default_factory=list)

    def run(self, *arguments: str | Path, **more: Any) -> Result:
        """A command on this workspace."""
        return cli(*arguments, "--home", self.home, **more)

    def first(self, noun: str, schema: str) -> Record:
        """The first lead or operation."""
        rows: list[Record] = data(self.run(noun, "list", "--json"), schema)
        return rows[0]


def scanned(folder: Path, events: list[Record], accounts: list[Record]) -> Scanned:
    """Scan with made-up account weights, under which groups that share much are suspected."""
    write(folder / "log" / "events.jsonl", events)
    write(folder / "log" / "accounts.jsonl", accounts)
    weights = suspicious(folder / "weights")
    (folder / "home").mkdir()
    (folder / "home" / FILE_NAME).write_text(f"trained = '{weights}'\n", encoding="utf-8")
    result = cli("scan", folder / "log", "--home", folder / "home")
    assert result.exit_code == 0, result.output
    return Scanned(folder / "home", folder / "log", result, accounts)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The group of ``tests/pipeline/logs.py``, with accounts; no test may change it."""
    accounts: list[Record] = [
        {"account_id": f"member{i}", "email": f"ramiro.desk{i}@mail.example", "phone": f"+1 202 555 01{i}0", "plan": "team",
         "signup_ip": f"198.18.5.{i}", "created_at": "2026-02-20T10:00:00Z", "full_name": "Ramiro Oquendo", "tax_number": "99-1234567"}
        for i in range(4)
    ]  # fmt: skip
    return scanned(tmp_path_factory.mktemp("cli"), group_log(), accounts)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder without settings or workspace of the tester's own."""
    monkeypatch.chdir(tmp_path)
