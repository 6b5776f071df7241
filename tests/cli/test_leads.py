"""What people decide about leads, on the command line: nothing is lost, and only new evidence brings one back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from counterveil.cli.exits import FINE
from counterveil.pipeline.anchors import FILE
from tests.cli.conftest import Scanned, data, write
from tests.cli.test_exits import refused
from tests.pipeline.logs import BRIEF, event


@pytest.fixture
def own(workspace: Scanned, tmp_path: Path) -> Scanned:
    """A copy that a test may change."""
    shutil.copytree(workspace.home, tmp_path / "copy")
    return Scanned(tmp_path / "copy", workspace.log, workspace.result)


def queue(workspace: Scanned, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data(workspace.run("leads", "list", "--json", *words), "leads")
    return rows


def decide(workspace: Scanned, verb: str, lead_id: str) -> None:
    result = workspace.run("leads", verb, lead_id, "--reason", "a language school", "--by", "ana")
    assert result.exit_code == FINE, result.output


def test_the_queue_says_why_how_old_and_how_new(workspace: Scanned) -> None:
    (lead, *_) = queue(workspace)
    said = workspace.run("leads", "list").stdout
    assert 1 <= len(lead["reasons"]) <= 3
    assert all(reason[:20] in said for reason in lead["reasons"])
    assert "0 h" in said
    assert (lead["state"], lead["novelty"], lead["waiting"]) == ("open", 1.0, True)
    assert {f"member:member{i}" for i in range(4)} <= set(lead["evidence"])


@pytest.mark.parametrize(("verb", "state"), [("dismiss", "dismissed"), ("snooze", "snoozed"), ("confirm", "confirmed")])
def test_a_decision_puts_a_lead_down_and_reopening_gives_the_same_queue_back(
    own: Scanned, verb: str, state: str
) -> None:
    before = queue(own)
    lead_id = before[0]["lead_id"]
    decide(own, verb, lead_id)
    assert lead_id not in {row["lead_id"] for row in queue(own)}
    (down,) = [row for row in queue(own, "--all") if row["lead_id"] == lead_id]
    assert (down["state"], down["waiting"], down["novelty"]) == (state, False, 0.0)
    assert "a language school" in own.run("leads", "show", lead_id).stdout
    assert f"{state} by ana" in own.run("leads", "list", "--all").stdout
    assert own.run("scan", "--quiet").exit_code == FINE
    assert lead_id not in {row["lead_id"] for row in queue(own)}, "the machine does not overrule a person"
    assert own.run("leads", "reopen", lead_id, "--by", "ben").exit_code == FINE
    after = queue(own)
    assert [{**row, "decisions": []} for row in after] == [{**row, "decisions": []} for row in before]
    assert [d["kind"] for d in after[0]["decisions"]] == [state, "reopened"]


def test_an_empty_queue_says_what_was_decided(own: Scanned) -> None:
    for row in queue(own):
        decide(own, "dismiss", row["lead_id"])
    assert queue(own) == []
    assert "Nothing waiting: " in own.run("leads", "list").stdout
    assert "leads list --all" in own.run("leads", "list").stdout


def test_only_new_evidence_brings_a_lead_back(own: Scanned, tmp_path: Path) -> None:
    (lead, *_) = queue(own)
    decide(own, "dismiss", lead["lead_id"])
    more = [
        event(
            9000 + i,
            "member9",
            f"{BRIEF}\n\nWrite comments under post {i} for labrujula-altiplano.example, invoice LH-0017",
            device_id="dev-0",
        )
        for i in range(6)
    ]
    assert own.run("scan", write(tmp_path / "more" / "events.jsonl", more), "--quiet").exit_code == FINE
    (back,) = [row for row in queue(own) if row["lead_id"] == lead["lead_id"]]
    assert back["state"] == "re-raised"
    assert back["why"].startswith("re-raised because of ")
    assert "1 new member" in back["why"]
    assert 0.3 < back["novelty"] < 1.0
    assert "re-raised because of" in own.run("leads", "list").stdout
    assert f"{100 * back['novelty']:.0f} %" in own.run("leads", "list").stdout
    assert "re-raised because of" in own.run("leads", "show", lead["lead_id"]).stdout


def test_what_cannot_be_decided_is_refused(own: Scanned) -> None:
    (lead, *_) = queue(own)
    refused(own.run("leads", "dismiss", lead["lead_id"], "--reason", " "), "needs a reason")
    refused(own.run("leads", "dismiss", "LD-none", "--reason", "no such"), "none matches")
    refused(own.run("leads", "reopen", lead["lead_id"]), "nothing was decided")
    decide(own, "snooze", lead["lead_id"])
    again = own.run("leads", "snooze", lead["lead_id"], "--reason", "once more")
    refused(again, "is snoozed already")


def test_the_board_in_json_and_on_screen(workspace: Scanned) -> None:
    name = workspace.first("operations", "operations")["operation_id"]
    body = data(workspace.run("operations", "show", name, "--json"), "operation")
    board = body["board"]
    said = workspace.run("operations", "show", name).stdout
    assert len(board["hypotheses"]) >= 3
    for hypothesis in board["hypotheses"]:
        assert hypothesis["name"][:30] in said
        assert hypothesis["would_change"][:25] in said
    assert all(len(row["ratings"]) == len(board["hypotheses"]) for row in board["evidence"])
    assert "tells nothing" in said or all(row["diagnosticity"] for row in board["evidence"])
    assert len(body["schedule"]) == 7
    assert sum(map(sum, body["schedule"])) == body["n_turns"]
    assert "prove nothing" in body["context"]
    assert body["origin"]["place"] == ""


def test_an_origin_needs_a_word_from_outside(own: Scanned) -> None:
    anchor = {
        "anchor_id": "A1", "kind": "domain", "value": "labrujula-altiplano.example", "origin": "Freedonia",
        "source": "peer report", "reliability": "A", "credibility": 1,
    }  # fmt: skip
    (own.home / FILE).write_bytes(orjson.dumps(anchor) + b"\n")
    assert own.run("scan", "--quiet").exit_code == FINE
    name = own.first("operations", "operations")["operation_id"]
    said = own.run("operations", "show", name).stdout
    assert "Working from Freedonia: very likely (80–95 %)." in said
    assert "Confidence is low: " in said
    assert "Rests on: A1" in said
    (own.home / FILE).write_bytes(b'{"anchor_id":"A1"}\n')
    refused(own.run("scan", "--quiet"), f"{FILE}, line 1: kind")
