"""How a user says what to read: standard input, formats, mapped fields, identities, several files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from counterveil.model.event import EVENT_SCHEMA
from counterveil.pipeline.workspace import for_reading
from counterveil.settings import load
from counterveil.store import batches
from tests.cli.conftest import cli, data, write
from tests.pipeline.logs import event

LOG = [event(n, f"a{n % 2}", f"question {n}") for n in range(5)]
# A log of somebody else's making.
FOREIGN = [
    {
        "rid": f"r{n}",
        "when": 1_772_414_049 + n,
        "meta": {"team": {"name": f"team{n % 2}"}, "who": "w"},
        "prompt": f"ask {n}",
        "host": "h1",
    }
    for n in range(4)
]
MAPS = ["event_id=rid", "time=when", "account_id=meta.team.name", "input=prompt", "channel==api"]


def events(home: Path) -> list[dict[str, Any]]:
    """What is in the workspace."""
    with for_reading(load({"home": home}, environ={})[0]) as workspace:
        with workspace.database.begin() as connection:
            paths = batches.paths(connection, "events")
        return sorted(workspace.lake.read(paths, EVENT_SCHEMA).to_pylist(), key=lambda e: str(e["event_id"]))


def ingest(*words: str | Path, home: Path, **more: Any) -> dict[str, Any]:
    report: dict[str, Any] = data(cli("ingest", *words, "--home", home, "--quiet", "--json", **more), "ingest")
    return report


def body(records: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(r) + b"\n" for r in records)


def test_standard_input(tmp_path: Path) -> None:
    report = ingest("-", home=tmp_path / "home", stdin=body(LOG))
    assert (report["n_events"], report["formats"], report["skipped"]) == (5, {"native": 1}, {})
    assert [e["event_id"] for e in events(tmp_path / "home")] == [f"e{n}" for n in range(5)]


def test_compressed_standard_input(tmp_path: Path) -> None:
    assert ingest("-", home=tmp_path / "home", stdin=gzip.compress(body(LOG)))["n_events"] == 5


def test_standard_input_beside_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "some.jsonl", LOG[:3])
    report = ingest(path, "-", home=tmp_path / "home", stdin=body(LOG))
    assert (report["n_events"], report["n_duplicates"]) == (5, 3)


def test_folders_globs_and_files_named_twice(tmp_path: Path) -> None:
    write(tmp_path / "log" / "a.jsonl", LOG[:2])
    write(tmp_path / "log" / "deep" / "b.jsonl", LOG[2:])
    write(tmp_path / "log" / "truth" / "accounts.jsonl", [{"account_id": "a0", "label": "malicious"}])
    report = ingest(tmp_path / "log", tmp_path / "log" / "*.jsonl", home=tmp_path / "home")
    assert (report["n_files"], report["n_events"], report["n_accounts"]) == (2, 5, 0)


def test_mapped_fields(tmp_path: Path) -> None:
    path = write(tmp_path / "log.jsonl", FOREIGN)
    words = [word for item in MAPS for word in ("--map", item)]
    report = ingest(path, "--format", "native", *words, home=tmp_path / "home")
    assert (report["n_events"], report["n_rejects"]) == (4, 0)
    found = events(tmp_path / "home")
    assert [e["event_id"] for e in found] == ["r0", "r1", "r2", "r3"]
    assert {e["account_id"] for e in found} == {"team0", "team1"}
    assert {e["channel"] for e in found} == {"api"}
    assert found[0]["time"].isoformat() == "2026-03-02T01:14:09+00:00"
    assert all(len(e["messages"]) == 1 for e in found)
    assert orjson.loads(found[0]["extra"])["host"] == "h1"


def test_a_missing_map_is_a_reject_and_not_a_guess(tmp_path: Path) -> None:
    path = write(tmp_path / "log.jsonl", FOREIGN)
    result = cli("ingest", path, "--format", "native", "--map", "event_id=rid", "--home", tmp_path / "home", "--quiet")
    assert result.exit_code == 3
    assert "0 new events" in result.stdout
    assert "4 rejects" in result.stdout


def test_a_named_format_is_obeyed(tmp_path: Path) -> None:
    """The same lines are accounts when they are named so, although they look like events."""
    path = write(tmp_path / "log.jsonl", LOG)
    report = ingest(path, "--format", "accounts", home=tmp_path / "home")
    assert (report["n_events"], report["formats"]) == (0, {"accounts": 1})


@pytest.mark.parametrize(("places", "account"), [("metadata.team,user", "blue"), ("metadata.nothing, user", "u1")])
def test_the_place_of_the_account_is_chosen(tmp_path: Path, places: str, account: str) -> None:
    recordings = Path(__file__).parent.parent / "recordings"
    first = orjson.loads((recordings / "litellm_payload.ndjson").read_bytes().splitlines()[0])
    path = write(tmp_path / "log.jsonl", [first | {"user": "u1", "metadata": {"team": "blue"}}])
    report = ingest(path, "--format", "litellm", "--identity", places, home=tmp_path / "home")
    assert report["n_events"] == 1
    assert {e["account_id"] for e in events(tmp_path / "home")} == {account}


def test_texts_in_languages_that_nothing_here_reads_are_said_to_be_unread(tmp_path: Path) -> None:
    texts = (
        "Підкажіть, будь ласка, як правильно поливати помідори на балконі влітку?",
        "Xin hãy giải thích cho tôi cách nấu món phở bò truyền thống của Hà Nội.",
    )
    path = write(tmp_path / "log.jsonl", [event(n, "polyglot", text) for n, text in enumerate(texts)] + LOG)
    said = cli("scan", path, "--home", tmp_path / "home", "--quiet").stdout
    assert "3 subjects; " in said
    assert "1 subjects unread (no text, or budget); 2 texts in languages not covered" in said
    shown = cli("accounts", "show", "polyglot", "--home", tmp_path / "home").stdout
    assert "0 texts read, 2 in languages not covered: too few to say anything." in shown


def test_metadata_alone_is_enough_to_scan(tmp_path: Path) -> None:
    """No bodies at all: what infrastructure and timing say is still read, and nothing fails (DESIGN.md §4)."""
    bare = [event(n, f"a{n % 3}", "") | {"input": [], "output": [], "device_id": "one phone"} for n in range(9)]
    path = write(tmp_path / "log.jsonl", bare)
    said = data(cli("scan", path, "--home", tmp_path / "home", "--quiet", "--json"), "scan")
    assert (said["linking"]["n_population"], said["linking"]["n_links"]) == (3, 3)
    assert (said["n_groups"], said["n_operations"], said["n_leads"]) == (1, 0, 0)
