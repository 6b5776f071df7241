"""The pages that follow from the code say what the code says; every command, option and setting explains itself."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tools.make_docs import DOCS, PAGES, commands, main, stale

from counterveil.detectors import BUILTIN
from counterveil.detectors.activity import ACTIVITY
from counterveil.policy.claims import claim_rules
from counterveil.policy.evidence import evidence
from counterveil.policy.taxonomy import forms, stances, taxonomy
from counterveil.settings import Settings

COMMANDS = [(" ".join(words), command, context) for words, command, context in commands()]
each = pytest.mark.parametrize(("name", "command", "context"), COMMANDS, ids=[name for name, _, _ in COMMANDS])


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_generated_pages_are_not_stale() -> None:
    assert main(["--check"]) == 0, "run `make docs`"


def test_a_stale_or_missing_page_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "cli.md").write_text("something else", encoding="utf-8")
    (tmp_path / "settings.md").unlink()
    assert stale(tmp_path) == ["cli.md", "settings.md"]
    assert main(["--check"], tmp_path) == 1
    assert "cli.md" in capsys.readouterr().err
    assert main(["--wrong"], tmp_path) == 2


def test_there_is_something_to_write_about() -> None:
    names = [name for name, _, _ in COMMANDS]
    wanted = ("scan", "ingest", "leads list", "leads show", "operations list", "operations show", "accounts show",
              "config show", "doctor", "sources", "lab generate", "lab train", "lab evaluate")  # fmt: skip
    assert {f"counterveil {words}" for words in wanted} <= set(names)


@each
def test_every_command_says_what_it_does(name: str, command: Any, context: Any) -> None:
    said = command.get_help(context)
    assert len((command.help or "").split()) >= 1
    assert (command.help or "").split("\n")[0] in " ".join(said.split())
    assert f"## {name}\n" in page("cli.md")


@each
def test_every_option_and_argument_says_what_it_does(name: str, command: Any, context: Any) -> None:
    said = " ".join(command.get_help(context).split())
    for parameter in command.params:
        if parameter.name in ("help", "install_completion", "show_completion"):
            continue
        assert parameter.help, f"{name}: {parameter.name} has no help text"
        assert " ".join(parameter.help.split()) in said
        if parameter.param_type_name == "option":
            assert all(option.startswith("-") and option in said for option in parameter.opts)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_on_its_page(field: str) -> None:
    assert f"`{field}`" in page("settings.md")
    assert f"`COUNTERVEIL_{field.upper()}`" in page("settings.md")
    assert " ".join((Settings.model_fields[field].description or "").split()) in page("settings.md")


def test_every_detector_and_kind_of_evidence_is_on_its_page() -> None:
    for detector in BUILTIN:
        assert f"## {detector.info.name}\n" in page("detectors.md")
        assert detector.info.meaning in page("detectors.md")
        assert detector.info.source in page("detectors.md")
    for kind in evidence().kinds:
        assert f"| `{kind}` |" in page("evidence.md")


def test_every_detector_of_activities_is_on_the_page() -> None:
    detectors = page("detectors.md")
    for detector in ACTIVITY:
        info = detector.info
        assert f"## {info.name}\n" in detectors
        assert f"| [{info.name}](#{info.name}) | {info.best_class} | {info.family} | {info.bearing} |" in detectors
        assert info.meaning in detectors
        assert info.source in detectors
        assert all(case.why in detectors for case in detector.cases)
    headings = [line for line in detectors.splitlines() if line.startswith("## ")]
    assert len(headings) == len(set(headings))


def test_the_whole_taxonomy_is_on_its_page() -> None:
    shown = page("taxonomy.md").replace("\\", "")
    for behaviour in taxonomy().values():
        assert f"## {behaviour.behaviour_id}: {behaviour.name}\n" in shown
        assert f"](#{behaviour.behaviour_id.lower()}-" in shown
        assert behaviour.definition in shown
        said = (*behaviour.signs, *behaviour.examples, *(near.text for near in behaviour.non_examples))
        for text in said:
            assert " ".join(text.split()).replace("\\", "") in shown
    for word in (*stances(), *forms()):
        assert f"| `{word}` |" in shown
    for lang in {rule.lang for rule in claim_rules()}:
        assert f"| `{lang}` |" in shown
    assert f"| {len(claim_rules())} |" in shown


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_even_rows(name: str) -> None:
    """A bar inside a cell would break the table apart."""
    lines = page(name).splitlines()
    assert any(line.startswith("|") for line in lines)
    for before, here in pairwise(lines):
        if before.startswith("|") and here.startswith("|"):
            assert before.replace("\\|", "").count("|") == here.replace("\\|", "").count("|")
