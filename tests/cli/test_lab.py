"""``lab generate`` and ``lab evaluate`` on the smallest scenario: no background, a part of its log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import cli, data, write


@dataclass(frozen=True)
class Lab:
    """A scenario of which two operations and some look-alikes were scanned."""

    folder: Path
    summary: dict[str, Any]
    scanned: set[str]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("lab") / "scenario"
    summary = data(
        cli("lab", "generate", folder, "--background", "0", "--days", "7", "--seed", "5", "--quiet", "--json"),
        "scenario",
    )
    operations = [orjson.loads(line) for line in (folder / "truth" / "operations.jsonl").read_bytes().splitlines()]
    chosen = {member for operation in operations[:2] for member in operation["members"]}
    events = [orjson.loads(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    part = [e for e in events if e["account_id"] in chosen][:400]
    log = write(folder.parent / "part.jsonl", part)
    # One text a subject is enough to have scores; reading is what costs time.
    few = {"COUNTERVEIL_MAX_READ_TEXTS_PER_SUBJECT": "1", "COUNTERVEIL_READ_BUDGET_TEXTS": "20"}
    assert cli("scan", log, "--home", folder / "run", "--quiet", env=few).exit_code == 0
    return Lab(folder, summary, {e["account_id"] for e in part})


def test_generate_without_background(lab: Lab) -> None:
    assert lab.summary["operations"] == 9
    assert lab.summary["accounts_by_label"].get("background", 0) == 0
    assert lab.summary["accounts_by_label"]["malicious"] > 0
    assert {p.name for p in lab.folder.iterdir()} >= {"events.jsonl", "accounts.jsonl", "labels.csv", "truth"}


def test_generate_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    result = cli("lab", "generate", tmp_path / "new", "--background", "0", "--days", "7", "--quiet")
    assert result.exit_code == 0
    assert "0 ordinary" in result.stdout
    assert f"counterveil scan {tmp_path / 'new'}" in result.stdout
    assert result.stderr == ""


def test_generate_never_writes_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    result = cli("lab", "generate", tmp_path, "--background", "0", "--quiet")
    assert result.exit_code == 2
    assert "not empty" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_evaluate_in_json(lab: Lab) -> None:
    result = cli("lab", "evaluate", lab.folder / "run", lab.folder / "truth", "--json")
    measured = data(result, "evaluation")
    assert measured.keys() == {"counterveil", "keywords", "duplicates", "queue", "false_positives", "unlabelled"}
    found = measured["counterveil"]
    assert found["malicious"] == lab.summary["accounts_by_label"]["malicious"]
    assert found["benign"] == lab.summary["accounts"] - found["malicious"]
    assert [at["rate"] for at in found["at"]] == [0.0, 0.001, 0.01]
    for at in found["at"]:
        assert at["benign"]["hits"] <= at["rate"] * at["benign"]["total"]
        assert 0.0 <= at["accounts"]["low"] <= at["accounts"]["value"] <= at["accounts"]["high"] <= 1.0
    missed = [row["operation_id"] for row in found["operations"] if row["flagged"][0]["hits"] == 0]
    assert len(missed) >= 7, "seven operations were not in the log that was scanned"
    assert result.exit_code == 1


def test_evaluate_on_screen(lab: Lab) -> None:
    whole = cli("lab", "evaluate", lab.folder / "run", lab.folder)
    assert whole.exit_code == 1
    for words in (
        "Counterveil",
        "keyword rules",
        "exact duplicate",
        "planted operation",
        "innocent accounts",
        "main language",
    ):
        assert words in whole.stdout
    brief = cli("lab", "evaluate", lab.folder / "run", lab.folder, "--brief")
    assert "planted operation" in brief.stdout
    assert "main language" not in brief.stdout


def test_evaluate_without_truth(lab: Lab, tmp_path: Path) -> None:
    result = cli("lab", "evaluate", lab.folder / "run", tmp_path)
    assert result.exit_code == 2
    assert "truth" in result.stderr
