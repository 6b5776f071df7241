"""``counterveil quality`` on the command line: tables, JSON, exit codes, hostile names, and the map."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from tests.cli.conftest import Scanned, cli, data, write
from tests.pipeline.logs import event


def test_every_verb_answers_in_words_and_in_json(workspace: Scanned) -> None:
    topics = data(workspace.run("quality", "topics", "--json"), "quality_topics")
    assert {"topic", "n_subjects", "terms", "languages"} <= topics["topics"][0].keys()
    shown = workspace.run("quality", "topics")
    assert topics["topics"][0]["topic"] in shown.stdout
    assert "not put into words" in shown.stdout
    places = data(workspace.run("quality", "disagreement", "--json"), "quality_disagreement")
    assert len(places["standings"]) == len(topics["topics"])
    assert "Blind spots" in workspace.run("quality", "disagreement").stdout
    drift = workspace.run("quality", "drift")
    assert drift.exit_code == 0
    assert "no rate" in drift.stdout
    assert data(workspace.run("quality", "drift", "--json"), "quality_drift")["reader_changed"] is False
    health = workspace.run("quality", "health")
    assert health.exit_code == 0
    assert "client_ip" in health.stdout
    assert {c["status"] for c in data(workspace.run("quality", "health", "--json"), "quality_health")} == {"ok", "warn"}


def test_no_raw_text_is_in_any_answer(workspace: Scanned) -> None:
    for verb in ("topics", "disagreement", "drift", "health"):
        for more in ((), ("--json",)):
            said = workspace.run("quality", verb, *more).stdout
            assert "Altiplano" not in said
            assert "labrujula" not in said


def test_the_map_is_self_contained_and_well_formed(workspace: Scanned, tmp_path: Path) -> None:
    target = tmp_path / "map.svg"
    assert workspace.run("quality", "disagreement", "--svg", target).exit_code == 0
    body = target.read_text(encoding="utf-8")
    circles = [e for e in ET.fromstring(body).iter() if e.tag.endswith("circle")]
    assert len(circles) > 5
    assert "<script" not in body
    assert "href" not in body
    missing = workspace.run("quality", "disagreement", "--svg", tmp_path / "no" / "map.svg")
    assert missing.exit_code == 2
    assert "try:" in missing.stderr


def test_bad_data_ends_with_one_and_are_named_by_the_scan(tmp_path: Path) -> None:
    events = [
        event(i, "a\x1b[31m\u202eevil", "hello there", time="2098-01-01T00:00:00Z", model="m\x1b]0;x\x07")
        for i in range(3)
    ]
    log, home = write(tmp_path / "log" / "events.jsonl", events), tmp_path / "home"
    scanned = cli("scan", log, "--home", home)
    assert "the data have faults: clock" in scanned.stdout
    for verb in ("topics", "disagreement", "drift", "health"):
        result = cli("quality", verb, "--home", home)
        assert result.exit_code == (1 if verb == "health" else 0)
        assert "\x1b" not in result.stdout
        assert "\u202e" not in result.stdout


def test_before_a_scan_it_says_what_to_do(tmp_path: Path) -> None:
    nowhere = cli("quality", "health", "--home", tmp_path / "nowhere")
    assert nowhere.exit_code == 2
    log, home = write(tmp_path / "log" / "events.jsonl", [event(1, "a", "hello")]), tmp_path / "home"
    assert cli("ingest", log, "--home", home).exit_code == 0
    for verb in ("topics", "disagreement", "drift"):
        result = cli("quality", verb, "--home", home)
        assert result.exit_code == 2
        assert "counterveil scan" in result.stderr
    assert cli("quality", "health", "--home", home).exit_code == 0
    frozen = cli("quality", "freeze", "--home", home)
    assert frozen.exit_code == 0
    assert "1 events" in frozen.stdout
