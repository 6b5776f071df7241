"""Weights from decisions: proposed by one, applied by another, taken back byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counterveil.assess.feedback import LEAST_DECISIONS
from counterveil.cli.exits import FINE
from counterveil.ids import utc_now
from counterveil.model.case import Decision, DecisionKind
from counterveil.pipeline.workspace import for_writing
from counterveil.policy.adjustment import APPLIED, FOLDER
from counterveil.settings import load
from counterveil.store.leads import decide
from tests.cli.conftest import Scanned, data
from tests.cli.test_exits import refused


def decided(home: Path, kind: DecisionKind, ledger: dict[str, float], n: int) -> None:
    """Decisions about so many operations of long ago."""
    settings = load({"home": home}, environ={})[0]
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        for i in range(n):
            lead_id = f"LD-{kind.value[:2]}{i}"
            made = Decision(lead_id, kind, "ana", "a case", frozenset(("member:x",)), tuple(ledger.items()), utc_now())
            decide(connection, made)


@pytest.fixture
def own(workspace: Scanned, tmp_path: Path) -> Scanned:
    """A copy in which linked names misled people and what was read was borne out."""
    shutil.copytree(workspace.home, tmp_path / "copy")
    decided(tmp_path / "copy", DecisionKind.DISMISSED, {"prior": -2.0, "undisclosed": 2.5}, LEAST_DECISIONS + 2)
    decided(tmp_path / "copy", DecisionKind.CONFIRMED, {"prior": -2.0, "reading": 2.5}, LEAST_DECISIONS + 2)
    return Scanned(tmp_path / "copy", workspace.log, workspace.result)


def test_too_few_decisions_propose_nothing(workspace: Scanned) -> None:
    refused(workspace.run("weights", "propose"), "too few")
    said = workspace.run("weights", "list").stdout
    assert "In force: the shipped weights." in said
    assert f"0 confirmed and 0 dismissed leads about operations; a proposal needs {LEAST_DECISIONS} of each." in said


def test_a_proposal_is_shown_reviewed_applied_and_reverted(own: Scanned) -> None:
    target = own.home / FOLDER / APPLIED
    plain = data(own.run("operations", "list", "--json"), "operations")
    found = data(own.run("weights", "propose", "--by", "Ana", "--json"), "weights_version")
    version = found["version"]
    assert found["multiplier"]["undisclosed"] < 1.0 < found["multiplier"]["reading"]
    assert found["operations"], "what it would change is shown"
    assert not target.exists()
    said = own.run("weights", "show", version).stdout
    assert all(change["consideration"] in said for change in found["changes"])

    refused(own.run("weights", "apply", version, "--reviewer", "ana "), "was proposed by Ana")
    assert own.run("weights", "apply", version, "--reviewer", "ben").exit_code == FINE
    refused(own.run("weights", "apply", version, "--reviewer", "ben"), "is in force already")
    assert own.run("scan", "--quiet").exit_code == FINE
    moved = {o["operation_id"]: o for o in data(own.run("operations", "list", "--all", "--json"), "operations")}
    for foretold in found["operations"]:
        assert moved[foretold["operation_id"]]["confidence"] == pytest.approx(foretold["then"], abs=0.002)
        assert any("by decisions" in e["reason"] for e in moved[foretold["operation_id"]]["ledger"])

    assert own.run("weights", "revert", "--by", "ana").exit_code == FINE
    assert not target.exists()
    assert own.run("scan", "--quiet").exit_code == FINE
    again = data(own.run("operations", "list", "--json"), "operations")
    assert [o["ledger"] for o in again] == [o["ledger"] for o in plain]
    refused(own.run("weights", "revert"), "the shipped weights are in force")
    events = data(own.run("weights", "list", "--json"), "weights")["events"]
    assert [(e["kind"], e["author"]) for e in events] == [("proposed", "Ana"), ("applied", "ben"), ("reverted", "ana")]


def test_reverting_the_second_restores_the_first_byte_for_byte(own: Scanned) -> None:
    first = data(own.run("weights", "propose", "--by", "ana", "--json"), "weights_version")["version"]
    assert own.run("weights", "apply", first, "--reviewer", "ben").exit_code == FINE
    before = (own.home / FOLDER / APPLIED).read_bytes()
    second = data(own.run("weights", "propose", "--by", "ana", "--json"), "weights_version")["version"]
    assert second != first
    assert own.run("weights", "apply", second, "--reviewer", "ben").exit_code == FINE
    assert (own.home / FOLDER / APPLIED).read_bytes() != before
    assert own.run("weights", "revert").exit_code == FINE
    assert (own.home / FOLDER / APPLIED).read_bytes() == before


def test_an_unknown_version_is_named(own: Scanned) -> None:
    refused(own.run("weights", "show", "W-nothing"), "none matches")
    refused(own.run("weights", "apply", "W-nothing", "--reviewer", "ben"), "none matches")
