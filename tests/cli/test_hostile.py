"""The evidence's author is the adversary (DESIGN.md §3.6): nothing that a log holds moves a cursor, hides or runs."""

from __future__ import annotations

import shlex
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from counterveil.ids import utc_now
from counterveil.pipeline.workspace import for_writing
from counterveil.service.words import inert
from counterveil.settings import load
from counterveil.store import findings
from tests.cli.conftest import Scanned, cli, data, scanned, write
from tests.pipeline.logs import BRIEF, TOPICS, event, group_log

ESCAPES = "\x1b[31mRED\x1b[0m\x1b]0;owned\x07\x9b32m"
BIDI = "\u202egnp.exe\u202c\u2066x\u2069\u200b\u200f\ufeff"
MARKUP = "[bold red]loud[/bold red] [/] [link=https://evil.example]click[/link] :warning:"
FORMULA = "=cmd|'/C calc'!A1"
LINES = "one\ntwo\r\x0bthree\u2028four\x85five"
TAGS = "hi" + "".join(chr(0xE0000 + ord(c)) for c in "obey me")
LONG = "W" * 10_000
SHELL = 'it\'s $(touch owned) `id` ; rm -rf "x"'
NASTY = {
    "escapes": ESCAPES,
    "bidi": BIDI,
    "markup": MARKUP,
    "formula": FORMULA,
    "lines": LINES,
    "tags": TAGS,
    "shell": SHELL,
}
OBEYED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def assert_inert(result: Result) -> None:
    """Nothing but line feeds and characters that stay where they are put."""
    moved = {c for c in result.output if c != "\n" and unicodedata.category(c) in OBEYED}
    assert moved == set(), [hex(ord(c)) for c in moved]
    assert "Traceback" not in result.output


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """Four linked accounts whose ids, devices and texts hold everything that a screen could obey."""
    events = group_log(n_ordinary=6)
    number = 1000
    for name, nasty in NASTY.items():
        for topic in TOPICS[:6]:
            number += 1
            text = f"{BRIEF}\n\nNow {topic}: «{nasty[:20]}» {nasty} labrujula-altiplano.example"
            events.append(
                event(number, f"{name} {nasty}", text, device_id=f"dev {nasty}"[:500], model=nasty, user_agent=nasty)
            )
    for topic in TOPICS[:3]:
        number += 1
        events.append(event(number, f"long {LONG[:480]}", f"{BRIEF} {topic} {LONG}", device_id=f"dev {LONG[:480]}"))
        events.append(
            event(number + 500, f"twin {LONG[:480]}", f"{BRIEF} {topic} {LONG}", device_id=f"dev {LONG[:480]}")
        )
    accounts: list[dict[str, Any]] = [
        {
            "account_id": f"{name} {nasty}",
            "email": f"{nasty}@x.example",
            "plan": nasty,
            "org_id": nasty,
            "declared_use": nasty,
            nasty: nasty,
        }
        for name, nasty in NASTY.items()
    ]
    return scanned(tmp_path_factory.mktemp("hostile"), events, accounts)


def test_the_scan(hostile: Scanned) -> None:
    assert_inert(hostile.result)
    assert "0 rejects" in hostile.result.stdout


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize("words", [["leads", "list"], ["operations", "list", "--all"], ["scan", "--quiet"]])
def test_lists(hostile: Scanned, words: list[str], form: list[str]) -> None:
    result = hostile.run(*words, *form)
    assert result.exit_code == 0
    assert_inert(result)


def test_operations_show_what_was_written_without_obeying_it(hostile: Scanned) -> None:
    shown = ""
    for row in data(hostile.run("operations", "list", "--all", "--json"), "operations"):
        result = hostile.run("operations", "show", row["operation_id"], "--links", "0")
        assert result.exit_code == 0
        assert_inert(result)
        assert_inert(hostile.run("operations", "show", row["operation_id"], "--json"))
        shown += " ".join(result.stdout.split())
    assert "[bold red]loud[/bold red]" in shown
    assert "[31mRED" in shown
    assert FORMULA in shown
    assert ":warning:" in shown
    assert max(len(line) for line in hostile.run("operations", "show", row["operation_id"]).stdout.splitlines()) <= 200


@pytest.mark.parametrize("name", NASTY)
def test_accounts(hostile: Scanned, name: str) -> None:
    account = f"{name} {NASTY[name]}"
    result = hostile.run("accounts", "show", account)
    assert result.exit_code == 0
    assert_inert(result)
    assert "".join(inert(account).split())[:40] in "".join(result.stdout.split())
    as_json = hostile.run("accounts", "show", account, "--json")
    assert_inert(as_json)
    # Inert on a terminal, and still exactly what the log says to a program.
    assert data(as_json, "account")["account_id"] == account


def test_long_ids_are_cut_on_screen(hostile: Scanned) -> None:
    result = hostile.run("accounts", "show", f"long {LONG[:480]}")
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 200


@pytest.mark.parametrize("name", NASTY)
def test_leads_about_a_lone_subject_end_with_a_command_of_one_word_more(tmp_path: Path, name: str) -> None:
    """What an investigator pastes from the screen names the account and runs nothing else."""
    about = NASTY[name]
    lead = {
        "lead_id": "LD-0", "kind": "subject", "about": about, "title": about, "behaviour": "", "confidence": 0.4, "severity": 1,
        "rank_score": 0.1, "n_subjects": 1, "ledger": [{"name": about, "log_odds": 1.0, "reason": about}], "innocent_explanation": about,
        "reasons": [about], "evidence": [about], "twins": [{"about": about, "kind": "subject", "confidence": 0.1, "why": about}],
    }  # fmt: skip
    settings = load({"home": tmp_path / "home"}, environ={})[0]
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        findings.put_leads(connection, {"LD-0": lead}, utc_now())
    for words in (
        ["leads", "list"],
        ["leads", "list", "--json"],
        ["leads", "show", "LD-0"],
        ["leads", "show", "LD-0", "--json"],
    ):
        result = cli(*words, "--home", tmp_path / "home")
        assert result.exit_code == 0
        assert_inert(result)
    said = cli("leads", "show", "LD-0", "--home", tmp_path / "home").stdout.splitlines()
    command = next(line for line in said if line.startswith("Evidence: "))
    assert shlex.split(command.removeprefix("Evidence: "))[:4] == ["counterveil", "accounts", "show", inert(about)]


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("words", [["leads", "show"], ["operations", "show"], ["accounts", "show"]])
def test_refusals_repeat_an_id_without_obeying_it(hostile: Scanned, words: list[str], name: str) -> None:
    result = hostile.run(*words, f"no {NASTY[name]}")
    assert result.exit_code == 2
    assert_inert(result)


@pytest.mark.parametrize("name", ["escapes", "bidi", "markup", "formula", "tags"])
def test_names_of_files_and_folders(tmp_path: Path, name: str) -> None:
    nasty = NASTY[name].replace("/", "_")
    log = write(tmp_path / f"{nasty[:60]}.jsonl", [event(1, "a", "x")])
    log.write_bytes(log.read_bytes() + b"{broken\n")
    result = cli("ingest", log, "--home", tmp_path / f"home {nasty[:60]}", "--quiet")
    assert result.exit_code == 3
    assert_inert(result)
    missing = cli("ingest", tmp_path / f"no {nasty}", "--home", tmp_path / "home", "--quiet")
    assert missing.exit_code == 2
    assert_inert(missing)


@pytest.mark.parametrize("home", ["[bold red]", "[red]x[/red]", "x[/y]", "a b"])
def test_a_folder_whose_name_is_markup_is_shown_as_it_is(tmp_path: Path, home: str) -> None:
    log = write(tmp_path / "log.jsonl", [event(1, "a", "x")])
    log.write_bytes(log.read_bytes() + b"{broken\n")
    result = cli("scan", log, "--home", tmp_path / home, "--quiet")
    assert result.exit_code == 3
    assert str(tmp_path / home / "rejects.jsonl") in result.stdout


def test_a_hostile_setting_is_repeated_without_obeying_it(tmp_path: Path) -> None:
    result = cli("leads", "list", "--home", tmp_path, env={"COUNTERVEIL_WORKERS": f"{ESCAPES}{BIDI}{MARKUP}"})
    assert result.exit_code == 2
    assert_inert(result)


def test_an_unrecognised_file_names_its_keys_without_obeying_them(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [dict.fromkeys(NASTY.values(), 1)])
    result = cli("ingest", log, "--home", tmp_path / "home", "--quiet")
    assert result.exit_code == 2
    assert_inert(result)


def test_a_map_is_repeated_without_obeying_it(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [event(1, "a", "x")])
    for wrong in (ESCAPES + BIDI, f"{BIDI}=x", f"account_id{MARKUP}=x"):
        result = cli("ingest", log, "--map", wrong, "--home", tmp_path / "home", "--quiet")
        assert result.exit_code == 2
        assert_inert(result)
