"""Nothing lost, nothing twice: idempotent, resumable, bounded."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from counterveil.errors import BusyError, InputError, UsageError
from counterveil.pipeline.ingest import ingest
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.scan import scan
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings
from counterveil.store import batches, findings
from tests.pipeline.conftest import Counted
from tests.pipeline.logs import event, group_log
from tests.pipeline.stored import concluded, tables
from tests.weights import suspicious, undecided

Make = Callable[..., Settings]
Write = Callable[..., Path]


def test_same_file_twice_changes_nothing(make_settings: Make, write_log: Write) -> None:
    settings, path = make_settings(second_encoder="e5"), write_log(group_log())
    with for_writing(settings) as workspace:
        first = scan(workspace, [str(path)], progress=Silent())
    before = tables(settings)
    with for_writing(settings) as workspace:
        second = scan(workspace, [str(path)], progress=Silent())
    assert first.ingest.n_events == len(group_log())
    assert (second.ingest.n_events, second.ingest.known_units) == (0, 1)
    assert (second.n_observed, second.n_buckets, second.read.n_texts, second.read.n_second) == (0, 0, 0, 0)
    assert second.assessed.operation_changes.unchanged == len(before["operations"]) > 0
    assert tables(settings) == before


def test_same_events_in_another_file_are_duplicates(make_settings: Make, write_log: Write) -> None:
    settings = make_settings()
    log = group_log()
    one, two = write_log(log), write_log([*reversed(log), event(9000, "new", "something else entirely")], "again.jsonl")
    with for_writing(settings) as workspace:
        ingest(workspace, [str(one)], progress=Silent())
        report = ingest(workspace, [str(two)], progress=Silent())
    assert (report.n_events, report.n_duplicates) == (1, len(log))


def test_second_scan_touches_only_what_new_files_change(make_settings: Make, write_log: Write) -> None:
    settings, path = make_settings(), write_log(group_log())
    with for_writing(settings) as workspace:
        scan(workspace, [str(path)], progress=Silent())
        with workspace.database.begin() as connection:
            old = {r.path for r in batches.file_rows(connection, "turns")}
            found_before = {o["operation_id"]: o["changed_at"] for o in findings.operations(connection)}
    late = write_log([event(5000, "person3", "What is a heron?"), event(5001, "person3", "And a stork?")], "late.jsonl")
    with for_writing(settings) as workspace:
        report = scan(workspace, [str(late)], progress=Silent())
        with workspace.database.begin() as connection:
            new = {r.path for r in batches.file_rows(connection, "turns")}
            found_after = {o["operation_id"]: o["changed_at"] for o in findings.operations(connection)}
    assert report.n_buckets == 1
    assert report.n_observed == 4  # two questions, two answers
    assert len(old - new) == 1
    assert len(new - old) == 1
    assert found_after.keys() == found_before.keys()


def test_order_of_files_does_not_change_the_findings(
    make_settings: Make, write_log: Write, counted: Counted, tmp_path: Path
) -> None:
    log = group_log()
    random.Random(5).shuffle(log)
    parts = [write_log(log[i::3], f"part{i}.jsonl") for i in range(3)]
    results = []
    weights = undecided(tmp_path / "weights")
    for name, order in (("a", (0, 1, 2)), ("b", (2, 0, 1))):
        settings = make_settings(name, second_encoder="e5", trained=weights)
        for index in order:
            with for_writing(settings) as workspace:
                scan(workspace, [str(parts[index])], progress=Silent())
        results.append(_without_ids(concluded(settings)))
    assert results[0] == results[1]


def _without_ids(found: dict[str, list[object]]) -> dict[str, list[str]]:
    """Findings as text: an operation's id is from when it was first found, so it depends on what was there first."""
    return {
        kind: sorted(re.sub(r"(OP|LD)-[0-9a-f]{10}", r"\1", str(row)) for row in rows) for kind, rows in found.items()
    }


def test_rejects_name_file_line_field_reason_and_remedy(make_settings: Make, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    good = orjson.dumps(event(1, "a", "fine"))
    bad_time = orjson.dumps(event(2, "a", "x") | {"time": "2026-03-02 01:00"})
    no_account = orjson.dumps({k: v for k, v in event(3, "a", "x").items() if k != "account_id"})
    path.write_bytes(
        b"\n".join([good, b"{broken", b"", bad_time, no_account, b"[1]", b"\xff\xfe{}", good.replace(b"e1", b"e9")])
    )
    settings = make_settings()
    with for_writing(settings) as workspace:
        report = ingest(workspace, [str(path)], progress=Silent())
        ingest(workspace, [str(path)], progress=Silent())
    rejects = [orjson.loads(line) for line in (settings.home / "rejects.jsonl").read_text().splitlines()]
    assert (report.n_events, report.n_rejects) == (2, 5), rejects
    assert [r["line"] for r in rejects] == [2, 4, 5, 6, 7]
    assert [r["field"] for r in rejects] == ["line", "time", "account_id", "line", "line"]
    assert all(r["file"] == str(path) and r["reason"] and r["remedy"] for r in rejects)


def test_a_missing_file_is_a_clear_error(make_settings: Make) -> None:
    with for_writing(make_settings()) as workspace, pytest.raises(InputError, match="no such file"):
        ingest(workspace, ["/nowhere/at/all.jsonl"], progress=Silent())


def test_an_unknown_mapped_field_is_a_clear_error(make_settings: Make, write_log: Write) -> None:
    with for_writing(make_settings()) as workspace, pytest.raises(UsageError, match="no such field"):
        ingest(workspace, [str(write_log([event(1, "a", "x")]))], overrides={"acount": "x"}, progress=Silent())


def test_one_writer_at_a_time(make_settings: Make) -> None:
    settings = make_settings()
    with for_writing(settings), pytest.raises(BusyError), for_writing(settings):
        pass


def test_orphans_of_a_crash_are_swept(make_settings: Make, write_log: Write) -> None:
    settings = make_settings()
    with for_writing(settings) as workspace:
        ingest(workspace, [str(write_log([event(1, "a", "x")]))], progress=Silent())
        orphan = workspace.lake.root / "events" / "day=2026-01-01" / "orphan.parquet"
        orphan.parent.mkdir(parents=True)
        orphan.write_bytes(b"half a file")
    with for_writing(settings):
        assert not orphan.exists()


_KILLS = 24


@pytest.mark.slow
def test_killed_at_any_moment_ends_like_an_undisturbed_run(make_settings: Make, tmp_path: Path) -> None:
    """``kill -9`` at random moments, restart, and again, until it finishes: the same tables, row for row."""
    log = group_log(n_ordinary=60)
    folder = tmp_path / "log"
    folder.mkdir()
    for part in range(4):
        body = b"".join(orjson.dumps(r) + b"\n" for r in log[part::4])
        (folder / f"part{part}.jsonl").write_bytes(body)
    # Units of 64 KiB: several a file, so that kills fall between and inside them. The slow encoder reads a few texts.
    weights = suspicious(tmp_path / "weights")
    small = {"batch_bytes": 65536, "second_encoder": "e5", "second_budget_texts": 40, "trained": weights}
    calm = make_settings("calm", **small)
    with for_writing(calm) as workspace:
        scan(workspace, [str(folder)], progress=Silent())
    command = [sys.executable, "-m", "counterveil", "scan", str(folder), "--home", str(tmp_path / "killed"), "--quiet"]
    environment = os.environ | {f"COUNTERVEIL_{key.upper()}": str(value) for key, value in small.items()}
    environment["COUNTERVEIL_WORKERS"] = "1"
    make_settings("killed")
    rng = random.Random(20260302)
    kills = 0
    for attempt in range(40):
        # The first kills fall into start-up and ingest, later ones into the stages behind it.
        # On a busy machine no run ends within seconds: the last attempts have the time.
        patience = rng.uniform(0.3, 1.2 + 0.35 * attempt) if attempt < _KILLS else 120.0
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert process.wait(timeout=patience) == 0
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            time.sleep(0.05)
    else:
        pytest.fail("it never had the time to finish")
    assert kills >= 3
    assert tables(calm)["second_looks"]
    killed = make_settings("killed", **small)
    assert tables(killed) == tables(calm)
