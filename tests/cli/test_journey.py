"""The way of an investigator from a scan to one account, in tables and in JSON."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import Scanned, cli, data
from tests.pipeline.logs import BRIEF, group_log

SECRETS = ("labrujula-altiplano.example", "Ramiro Oquendo", "La Brújula del Altiplano", "LH-0017")


def of(record: dict[str, Any], types: Mapping[str, type]) -> dict[str, Any]:
    """The record, which must have these keys with values of these types."""
    for key, wanted in types.items():
        assert isinstance(record[key], wanted), (key, record[key])
    return record


LEAD = {
    "lead_id": str, "kind": str, "about": str, "title": str, "behaviour": str, "confidence": float, "severity": int, "rank_score": float,
    "n_subjects": int, "ledger": list, "innocent_explanation": str, "first_found_at": str, "changed_at": str, "reasons": list, "evidence": list, "twins": list, "state": str,
    "waiting": bool, "novelty": float, "why": str, "decisions": list,
}  # fmt: skip
OPERATION = {
    "operation_id": str, "members": list, "behaviours": list, "confidence": float, "severity": int, "verdict": str, "ledger": list,
    "innocent_explanation": str, "would_change": str, "n_turns": int, "first_seen": str, "last_seen": str, "first_found_at": str,
}  # fmt: skip
MEMBER = {
    "subject_id": str,
    "standing": str,
    "confidence": float,
    "role": str,
    "n_turns": int,
    "first_seen": str,
    "last_seen": str,
}
THING = {
    "kind": str,
    "value": str,
    "family": str,
    "evidence_class": str,
    "n_subjects": int,
    "n_population": int,
    "bits_alone": float,
    "bits": float,
}


def test_scan_says_what_it_took_in_and_what_it_found(workspace: Scanned) -> None:
    said = workspace.result.stdout
    assert f"{len(group_log())} new events, 0 duplicates, 4 account records, 0 rejects" in said
    assert re.search(r"24 subjects; \d+ new texts observed, \d+ read, 0 of them or others read again closely", said)
    assert "not covered" not in said
    assert "subjects unread" not in said
    assert workspace.first("leads", "leads")["lead_id"] in said
    assert "reading behaviour" in workspace.result.stderr
    assert "reading behaviour" not in said


def test_what_the_screens_tell_to_run_works(workspace: Scanned) -> None:
    """Every ``counterveil …`` that ends a screen is a command that can be given as it stands."""
    lead = workspace.first("leads", "leads")
    screens = [workspace.result.stdout] + [
        workspace.run(*words).stdout
        for words in (
            ("leads", "list"),
            ("leads", "show", lead["lead_id"]),
            ("operations", "list"),
            ("operations", "list", "--all"),
        )
    ]
    told = {
        command
        for screen in screens
        for command in re.findall(r"counterveil ((?:leads|operations|accounts) [^`\n]+)", screen)
    }
    assert len(told) >= 3
    for command in told:
        words = shlex.split(command)
        result = cli(*words) if "--home" in words else workspace.run(*words)
        assert result.exit_code == 0, (command, result.output)


def test_leads_in_json(workspace: Scanned) -> None:
    rows = data(workspace.run("leads", "list", "--json"), "leads")
    ranks = [of(row, LEAD)["rank_score"] for row in rows]
    assert ranks == sorted(ranks, reverse=True)
    shown = data(workspace.run("leads", "show", rows[0]["lead_id"], "--json"), "lead")
    assert shown == rows[0]
    total = sum(entry["log_odds"] for entry in shown["ledger"])
    assert math.isclose(shown["confidence"], 1 / (1 + math.exp(-total)), abs_tol=1e-4)


def test_a_lead_on_screen_shows_both_sides(workspace: Scanned) -> None:
    lead = workspace.first("leads", "leads")
    said = workspace.run("leads", "show", lead["lead_id"]).stdout
    for entry in lead["ledger"]:
        assert f"{entry['log_odds']:+.2f}" in said
        assert entry["name"] in said
    assert f"sum             {sum(e['log_odds'] for e in lead['ledger']):+.2f}".split()[1] in said
    assert lead["innocent_explanation"] in said
    assert f"confidence {lead['confidence']:.2f}" in said


@pytest.mark.parametrize("length", [4, 7, 99])
def test_the_beginning_of_an_id_is_enough(workspace: Scanned, length: int) -> None:
    lead = workspace.first("leads", "leads")["lead_id"]
    shown = data(workspace.run("leads", "show", lead[:length].lower(), "--json"), "lead")
    assert shown["lead_id"] == lead


def test_a_limit_cuts_the_queue_on_screen(workspace: Scanned) -> None:
    said = workspace.run("leads", "list", "--limit", "1").stdout
    n = len(data(workspace.run("leads", "list", "--json"), "leads"))
    assert f"1 of {n} leads" in said


def test_operations_in_json(workspace: Scanned) -> None:
    rows = data(workspace.run("operations", "list", "--all", "--json"), "operations")
    assert all("links" not in of(row, OPERATION) for row in rows)
    shown = of(data(workspace.run("operations", "show", rows[0]["operation_id"], "--json"), "operation"), OPERATION)
    members = {of(member, MEMBER)["subject_id"] for member in shown["members"]}
    assert members == {f"member{i}" for i in range(4)}
    assert shown["links"]
    for link in shown["links"]:
        assert link["left"] < link["right"]
        assert {link["left"], link["right"]} <= members
        assert all(of(thing, THING)["n_population"] == 24 for thing in link["shared"])
        assert link["bits"] <= sum(thing["bits"] for thing in link["shared"]) + 0.01
    assert sum(shown["timeline"]["n_turns"]) == shown["n_turns"] == 30
    assert {example["language"] for example in shown["examples"]} <= set(shown["languages"])


def test_an_operation_on_screen(workspace: Scanned) -> None:
    name = workspace.first("operations", "operations")["operation_id"]
    said = workspace.run("operations", "show", name).stdout
    for heading in (
        "Belief: for and against",
        "Timeline, UTC",
        "Members",
        "Links: 6 of 6",
        "Behaviours, with masked examples",
    ):
        assert heading in said
    for words in (
        "Best innocent explanation: ",
        "What would change the verdict: ",
        "Hypotheses: what it may be for",
        "No origin is assessed: there is nothing but context.",
        "They prove nothing about where anybody works from",
        "languages of user texts: ",
    ):
        assert words in said
    assert all(f"member{i}" in said for i in range(4))
    assert "subjects that have it" in said
    assert re.search(r"\d+ of 24", said)
    assert re.search(r"device: dev-0 .*A infrastructure .*2 of 24 .*\+\d", said)


def test_links_shown_are_limited_and_all_on_request(workspace: Scanned) -> None:
    name = workspace.first("operations", "operations")["operation_id"]
    assert "Links: 1 of 6" in workspace.run("operations", "show", name, "--links", "1").stdout
    assert "Links: 6 of 6" in workspace.run("operations", "show", name, "--links", "0").stdout


def test_examples_are_masked(workspace: Scanned) -> None:
    """No name, site or number of a text is in an excerpt; the brief itself is not printed whole."""
    name = workspace.first("operations", "operations")["operation_id"]
    shown = data(workspace.run("operations", "show", name, "--json"), "operation")
    assert shown["examples"]
    for example in shown["examples"]:
        assert not any(secret.lower() in example["excerpt"].lower() for secret in SECRETS), example["excerpt"]
        assert BRIEF not in example["excerpt"]
        assert not re.search(r"\d", example["excerpt"])


def test_an_account_on_screen_and_in_json(workspace: Scanned) -> None:
    name = workspace.first("operations", "operations")["operation_id"]
    account = data(workspace.run("accounts", "show", "member0", "--json"), "account")
    assert account["account_id"] == "member0"
    assert [(s["operation_id"], s["n_user_turns"], s["n_events"]) for s in account["subjects"]] == [(name, 6, 6)]
    said = workspace.run("accounts", "show", "member0").stdout
    assert name in said
    assert "team" in said
    assert "A group is a link, not a finding" in said


SUBJECT = {
    "subject_id": str, "score": float, "n_read": int, "n_not_covered": int, "confidence": float, "ledger": list, "behaviours": dict,
    "signals": list, "languages": dict,
}  # fmt: skip
SIGNAL = {
    "detector": str, "version": int, "score": float, "evidence_class": str, "family": str, "bearing": str, "reason": str, "spans": list,
}  # fmt: skip


def test_an_accounts_own_score_adds_up_and_its_signals_name_events(workspace: Scanned) -> None:
    """``member3`` has nine texts: enough for a score of its own."""
    (subject,) = data(workspace.run("accounts", "show", "member3", "--json"), "account")["subjects"]
    of(subject, SUBJECT)
    assert subject["n_read"] == subject["n_user_turns"] == 9
    total = sum(entry["log_odds"] for entry in subject["ledger"])
    assert math.isclose(subject["confidence"], 1 / (1 + math.exp(-total)), abs_tol=1e-4)
    assert [entry["name"] for entry in subject["ledger"]][:2] == ["prior", "usual account"]
    own = {event["event_id"] for event in group_log() if event["account_id"] == "member3"}
    assert len(subject["signals"]) > 3
    for signal in subject["signals"]:
        of(signal, SIGNAL)
        assert 0.0 < signal["score"] <= 1.0
        assert signal["bearing"] in ("for", "against")
        assert {span["event_id"] for span in signal["spans"]} <= own
    scores = [signal["score"] for signal in subject["signals"]]
    assert scores == sorted(scores, reverse=True)


def test_an_account_on_screen_shows_both_sides_of_its_own_score(workspace: Scanned) -> None:
    (subject,) = data(workspace.run("accounts", "show", "member3", "--json"), "account")["subjects"]
    said = workspace.run("accounts", "show", "member3").stdout
    assert "member3: what its own texts say" in said
    small = [entry for entry in subject["ledger"] if abs(entry["log_odds"]) < 0.1]
    for entry in subject["ledger"]:
        if entry not in small:
            assert f"{entry['log_odds']:+.2f}" in said
            assert entry["name"] in said
    # Small lines stand in one, so that what is shown still sums to the confidence.
    if len(small) > 1:
        assert f"{len(small)} others" in said
        assert f"{sum(entry['log_odds'] for entry in small):+.2f}" in said
    assert f"confidence {subject['confidence']:.2f}" in said
    assert "From 9 texts. One account's texts alone open a look, never a finding." in said
    for signal in [signal for signal in subject["signals"] if signal["spans"]][:10]:
        assert signal["detector"].replace("_", " ") in said
        assert all(span["event_id"] in said for span in signal["spans"])


def test_an_account_with_few_texts_says_that_it_says_nothing(workspace: Scanned) -> None:
    (subject,) = data(workspace.run("accounts", "show", "person3", "--json"), "account")["subjects"]
    assert (subject["n_read"], subject["ledger"], subject["confidence"], subject["score"]) == (4, [], None, 0.0)
    said = workspace.run("accounts", "show", "person3").stdout
    assert "4 texts read, 0 in languages not covered: too few to say anything." in said
    assert "+0.00" not in said


def test_texts_of_its_signals_are_not_on_the_screen(workspace: Scanned) -> None:
    """Reasons give numbers and slots of claims, never the words of the log."""
    for form in ([], ["--json"]):
        said = workspace.run("accounts", "show", "member3", *form).stdout
        assert not any(secret in said for secret in SECRETS if secret != "Ramiro Oquendo")
        assert BRIEF[:60] not in said


@pytest.mark.parametrize("secret", ["ramiro.desk0@mail.example", "202 555 0100", "198.18.5.0", "Ramiro", "1234567"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_registration_is_masked(workspace: Scanned, secret: str, form: list[str]) -> None:
    """Also fields that we do not know: they may hold anything, so only their names are shown."""
    said = workspace.run("accounts", "show", "member0", *form).stdout
    assert secret not in said
    assert "full_name" in said


def test_an_account_without_record_or_group(workspace: Scanned) -> None:
    said = workspace.run("accounts", "show", "person3").stdout
    assert "No account record" in said
    assert "A group is a link" not in said


def test_personal_values_are_revealed_for_a_purpose_only(workspace: Scanned, tmp_path: Path) -> None:
    name = workspace.first("operations", "operations")["operation_id"]
    assert workspace.run("operations", "show", name, "--reveal", "x").exit_code == 2
    kept = workspace.home / "reveals.jsonl"
    before = kept.read_bytes().splitlines() if kept.exists() else []
    assert workspace.run("operations", "show", name, "--reveal", "checking the devices of case 7").exit_code == 0
    after = kept.read_bytes().splitlines()
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    said = orjson.loads(after[-1])
    assert (said["about"], said["purpose"]) == (name, "checking the devices of case 7")
    assert said["who"]


def test_scan_in_json_and_again(workspace: Scanned) -> None:
    """The same files once more: nothing new, nothing read, nothing changed."""
    said = data(workspace.run("scan", workspace.log, "--json", "--quiet"), "scan")
    assert (said["ingest"]["n_events"], said["ingest"]["n_rejects"], said["ingest"]["known_units"]) == (0, 0, 2)
    assert (said["n_observed"], said["n_buckets_recomputed"], said["read"]["n_texts"]) == (0, 0, 0)
    changes = said["operation_changes"]
    assert (changes["added"], changes["changed"], changes["withdrawn"]) == (0, 0, 0)
    assert changes["unchanged"] == said["n_groups"] == 1
    assert said["linking"]["n_population"] == 24


def test_scan_without_paths_analyses_what_is_in(workspace: Scanned) -> None:
    result = workspace.run("scan", "--quiet")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "24 subjects; 0 new texts observed, 0 read, 0 of them or others read again closely" in result.stdout


def test_sources_are_listed() -> None:
    names = {row["name"] for row in data(cli("sources", "--json"), "sources")}
    assert {"native", "openai", "litellm", "langfuse", "otel"} <= names
    assert all(name in cli("sources").stdout for name in names)


def test_versions() -> None:
    said = cli("--version").stdout
    assert re.search(r"^counterveil \d+\.\d+\.\d+$", said, re.MULTILINE)
    assert "duckdb" in said
