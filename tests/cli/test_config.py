"""``config show``: which value is in force, and who said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterveil.settings import FILE_NAME, Settings
from tests.cli.conftest import cli, data


def shown(*words: str | Path, env: dict[str, str] | None = None) -> dict[str, tuple[str, str]]:
    rows = data(cli("config", "show", "--json", *words, env=env), "config")
    assert all(row["meaning"] for row in rows)
    return {row["key"]: (row["value"], row["origin"]) for row in rows}


def test_every_setting_with_its_origin(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    Path(FILE_NAME).write_text("read_budget_texts = 7\nbatch_bytes = 100000\n")
    (home / FILE_NAME).write_text("batch_bytes = 200000\n")
    found = shown("--home", home, env={"COUNTERVEIL_MEMORY_LIMIT_MIB": "640", "COUNTERVEIL_WORKERS": "3"})
    assert found.keys() == Settings.model_fields.keys()
    assert found["read_budget_texts"] == ("7", FILE_NAME)
    assert found["batch_bytes"] == ("200000", str(home / FILE_NAME))
    assert found["memory_limit_mib"] == ("640", "environment")
    assert found["workers"] == ("3", "environment")
    assert found["home"] == (str(home), "command line")
    assert found["max_line_bytes"][1] == "default"


def test_origins_are_shown_on_request(tmp_path: Path) -> None:
    plain = cli("config", "show", "--home", tmp_path / "home")
    with_origin = cli("config", "show", "--home", tmp_path / "home", "--origin")
    assert plain.exit_code == with_origin.exit_code == 0
    assert "command line" not in plain.stdout
    line = next(line for line in with_origin.stdout.splitlines() if line.startswith(" home"))
    assert "command line" in line
    assert all(key in plain.stdout for key in Settings.model_fields)


def test_showing_makes_no_workspace(tmp_path: Path) -> None:
    shown("--home", tmp_path / "home")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wrokers = 2", ["wrokers"]),
        ("workers = 0", ["workers", "greater than or equal to 1"]),
        ("workers = 2\nworkers = 3\n", ["not valid TOML", "line 2"]),
    ],
)
@pytest.mark.parametrize("words", [("config", "show"), ("leads", "list"), ("doctor",), ("scan", "x.jsonl")])
def test_a_wrong_file_stops_every_command_with_its_place(
    text: str, said: list[str], words: tuple[str, ...], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / FILE_NAME).write_text(text)
    result = cli(*words, "--home", home, env={"COUNTERVEIL_WORKERS": None})
    assert result.exit_code == 2
    assert result.stdout == ""
    for part in (str(home / FILE_NAME), *said, "try:   "):
        assert part in result.stderr
