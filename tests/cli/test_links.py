"""Pairs on the command line: why two belong together, and that an investigator's word is followed."""

from __future__ import annotations

import getpass
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from counterveil.cli.exits import FINE, USAGE
from tests.cli.conftest import Scanned, cli, data, scanned
from tests.cli.test_exits import refused
from tests.pipeline.logs import group_log

CARD = "card-4417-0093-fp"
MEMBERS = [f"member{i}" for i in range(4)]
LINK = {
    "left", "right", "bits", "shared", "sure", "sentence", "innocent", "answer", "operation_id",
}  # fmt: skip


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The group of ``tests/pipeline/logs.py``, two of whom pay with one card; no test may change it."""
    accounts: list[dict[str, Any]] = [
        {"account_id": name, "payment_fingerprint": CARD} for name in ("member0", "member2")
    ]
    return scanned(tmp_path_factory.mktemp("links"), group_log(), accounts)


@pytest.fixture
def own(pairs: Scanned, tmp_path: Path) -> Scanned:
    """A copy that a test may change."""
    shutil.copytree(pairs.home, tmp_path / "copy")
    return Scanned(tmp_path / "copy", pairs.log, pairs.result)


def links_of(workspace: Scanned, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data(workspace.run("links", "list", "--json", *words), "links")
    return rows


def pairs_of(workspace: Scanned) -> set[tuple[str, str]]:
    return {(row["left"], row["right"]) for row in links_of(workspace)}


def groups_of(workspace: Scanned) -> list[set[str]]:
    rows = data(workspace.run("operations", "list", "--all", "--json"), "operations")
    return [{m["subject_id"] for m in (*row["members"], *row["contacts"])} for row in rows]


def rescanned(workspace: Scanned) -> None:
    result = workspace.run("scan", "--quiet")
    assert result.exit_code == FINE, result.output


def test_links_in_json(pairs: Scanned) -> None:
    rows = links_of(pairs)
    assert {(row["left"], row["right"]) for row in rows} == {
        (a, b) for i, a in enumerate(MEMBERS) for b in MEMBERS[i + 1 :]
    }
    assert all(row.keys() == LINK for row in rows)
    assert all(a["bits"] >= b["bits"] for a, b in pairwise(rows))
    (name,) = {row["operation_id"] for row in rows}
    assert name == pairs.first("operations", "operations")["operation_id"]
    for row in rows:
        assert row["sentence"].startswith("Both share ")
        assert re.search(r"(nobody else|\d+ others?) of 24, \d+\.\d bits", row["sentence"])
        assert f"{row['bits']:.1f} bits together" in row["sentence"]
        assert row["innocent"]
        assert row["answer"]


def test_links_of_one_subject(pairs: Scanned) -> None:
    rows = links_of(pairs, "--of", "member1")
    assert len(rows) == 3
    assert all("member1" in (row["left"], row["right"]) for row in rows)
    assert rows == [row for row in links_of(pairs) if "member1" in (row["left"], row["right"])]
    assert links_of(pairs, "--of", "person1") == []
    assert "person1: linked to nobody." in pairs.run("links", "list", "--of", "person1").stdout


def test_links_on_screen_are_limited_and_all_on_request(pairs: Scanned) -> None:
    for words, n in ((("--limit", "2"), 2), (("--limit", "0"), 6), ((), 6)):
        said = pairs.run("links", "list", *words).stdout
        assert said.count("Both share ") == n
        assert "6 links. One of them: counterveil links show LEFT RIGHT" in said


def test_one_link_on_screen(pairs: Scanned) -> None:
    said = pairs.run("links", "show", "member0", "member1").stdout
    row = data(pairs.run("links", "show", "member0", "member1", "--json"), "link")
    assert row["sentence"] in " ".join(said.split()), "a pipe is so wide; longer sentences go on in the next line"
    assert f"Best innocent explanation: {row['innocent']}. {row['answer']}" in said
    assert re.search(r"device: dev-0 .*A infrastructure .*2 of 24 .*\+\d", said)
    for heading in ("what is shared", "subjects that have it", "alone", "bits"):
        assert heading in said


def test_the_order_of_a_pair_does_not_matter(pairs: Scanned) -> None:
    shown = [
        data(pairs.run("links", "show", *ends, "--json"), "link")
        for ends in (("member0", "member1"), ("member1", "member0"))
    ]
    assert shown[0] == shown[1]
    assert shown[0] in links_of(pairs)


def test_personal_values_are_masked_until_a_purpose_is_stated(own: Scanned) -> None:
    row = data(own.run("links", "show", "member0", "member2", "--json"), "link")
    (card,) = [t for t in row["shared"] if t["kind"] == "payment"]
    assert card["value"] == "ca…-fp"
    for words in (
        ("show", "member0", "member2"),
        ("list",),
        ("list", "--json"),
        ("show", "member0", "member2", "--json"),
    ):
        assert CARD not in own.run("links", *words).stdout
    kept = own.home / "reveals.jsonl"
    before = len(kept.read_bytes().splitlines()) if kept.exists() else 0
    refused(own.run("links", "show", "member0", "member2", "--reveal", "x"), "too short")
    said = own.run("links", "show", "member0", "member2", "--reveal", "checking the card of case 7").stdout
    assert CARD in said
    (entry,) = [orjson.loads(line) for line in kept.read_bytes().splitlines()[before:]]
    assert (entry["about"], entry["purpose"]) == ("member0", "checking the card of case 7")


def test_two_that_are_not_the_same_come_apart_and_back_when_it_is_withdrawn(own: Scanned) -> None:
    said = own.run("links", "judge", "member1", "member0", "not-same", "--note", "two agencies", "--by", "ana")
    assert said.exit_code == FINE
    assert "counterveil scan" in said.stdout
    assert len(links_of(own)) == 6, "nothing moves before the next scan"
    rescanned(own)
    (group,) = groups_of(own)
    assert len(group) == 3
    assert not {"member0", "member1"} <= group
    assert ("member0", "member1") not in pairs_of(own)
    refused(own.run("links", "show", "member0", "member1"), "not linked", "links list --of member0")
    rescanned(own)
    assert groups_of(own) == [group], "the machine does not change an investigator's word"
    name = own.first("operations", "operations")["operation_id"]
    history = own.run("operations", "show", name).stdout
    assert "What became of it" in history
    assert f"{name} opened" in history
    assert f"{name} changed: 0 joined, 1 left" in history

    assert "1 withdrawn." in own.run("links", "withdraw", "member0", "member1").stdout
    rescanned(own)
    assert groups_of(own) == [set(MEMBERS)]
    assert own.first("operations", "operations")["operation_id"] == name
    assert f"{name} changed: 1 joined, 0 left" in own.run("operations", "show", name).stdout
    (row,) = data(own.run("links", "judgements", "--json"), "judgements")
    assert (row["left_subject"], row["right_subject"], row["verdict"]) == ("member0", "member1", "not-same")
    assert (row["author"], row["note"]) == ("ana", "two agencies")
    assert row["withdrawn_at"] > row["at"]


def test_two_that_are_the_same_are_joined_though_nothing_links_them(own: Scanned) -> None:
    assert own.run("links", "judge", "person3", "person1", "same").exit_code == FINE
    rescanned(own)
    assert sorted(groups_of(own), key=len) == [{"person1", "person3"}, set(MEMBERS)]
    row = data(own.run("links", "show", "person1", "person3", "--json"), "link")
    assert [t["kind"] for t in row["shared"]] == ["judgement"]
    assert row["sure"]
    said = own.run("links", "show", "person1", "person3")
    assert said.exit_code == FINE
    assert "an investigator's judgement" in said.stdout
    assert own.run("operations", "show", row["operation_id"]).exit_code == FINE
    own.run("links", "withdraw", "person1", "person3")
    rescanned(own)
    assert groups_of(own) == [set(MEMBERS)]


def test_who_hangs_on_by_one_thread_is_shown_as_a_contact(own: Scanned) -> None:
    persons = [f"person{i}" for i in (1, 2, 3)]
    for person in persons:
        assert own.run("links", "judge", person, "member0", "same").exit_code == FINE
    rescanned(own)
    (operation,) = data(own.run("operations", "list", "--all", "--json"), "operations")
    assert {m["subject_id"] for m in operation["members"]} == set(MEMBERS)
    assert {m["subject_id"] for m in operation["contacts"]} == set(persons)
    assert operation["n_turns"] == 30
    result = own.run("operations", "show", operation["operation_id"], "--links", "0")
    assert result.exit_code == FINE
    inside = result.stdout.index("Members ")
    outside = result.stdout.index("Contacts: linked to members, no members themselves")
    links = result.stdout.index("Links: 9 of 9")
    assert all(member in result.stdout[inside:outside] for member in MEMBERS)
    assert all(person in result.stdout[outside:links] for person in persons)
    assert not any(person in result.stdout[inside:outside] for person in persons)
    (subject,) = data(own.run("accounts", "show", "person1", "--json"), "account")["subjects"]
    assert (subject["operation_id"], subject["standing"]) == (operation["operation_id"], "contact")
    assert subject["score"] == 0.0, "four texts: nothing of its own, and nothing of the operation's"
    assert own.run("accounts", "show", "person1").exit_code == FINE


def test_unsure_moves_nothing(own: Scanned) -> None:
    before = links_of(own)
    assert own.run("links", "judge", "member0", "member1", "unsure").exit_code == FINE
    rescanned(own)
    assert links_of(own) == before


def test_judgements_on_screen(own: Scanned) -> None:
    assert "No judgements." in own.run("links", "judgements").stdout
    assert data(own.run("links", "judgements", "--json"), "judgements") == []
    own.run("links", "judge", "member0", "member1", "same", "--note", "one payroll")
    own.run("links", "judge", "member0", "member2", "unsure")
    own.run("links", "withdraw", "member1", "member0")
    rows = data(own.run("links", "judgements", "--json"), "judgements")
    assert [(r["right_subject"], r["verdict"], r["withdrawn_at"] is None) for r in rows] == [
        ("member2", "unsure", True),
        ("member1", "same", False),
    ]
    assert {r["author"] for r in rows} == {getpass.getuser()}
    said = own.run("links", "judgements").stdout
    assert said.index("member0 – member2") < said.index("member0 – member1")
    assert "one payroll" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("judge", "member0", "nobody", "same"), ("nobody: no such subject", "accounts show")),
        (("judge", "nobody", "member0", "not-same"), ("nobody: no such subject", "accounts show")),
        (("judge", "member0", "member0", "same"), ("against itself", "two subjects")),
        (("show", "person1", "person2"), ("not linked", "links list --of person1")),
        (("show", "member0", "member0"), ("not linked",)),
        (("withdraw", "member0", "member1"), ("no judgement", "links judgements")),
    ],
)
def test_refusals_have_a_remedy(pairs: Scanned, words: tuple[str, ...], said: tuple[str, ...]) -> None:
    refused(pairs.run("links", *words), *said)
    assert data(pairs.run("links", "judgements", "--json"), "judgements") == []


def test_a_verdict_must_be_one_of_three(pairs: Scanned) -> None:
    assert pairs.run("links", "judge", "member0", "member1", "perhaps").exit_code == USAGE


@pytest.mark.parametrize(
    "words", [("list",), ("show", "a", "b"), ("judge", "a", "b", "same"), ("withdraw", "a", "b"), ("judgements",)]
)
def test_no_workspace(words: tuple[str, ...], tmp_path: Path) -> None:
    refused(cli("links", *words, "--home", tmp_path / "nothing"), "counterveil scan")
    assert not (tmp_path / "nothing").exists()
