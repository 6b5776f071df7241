"""What a workspace took in comes back as native records: taken in again, they give the same tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from counterveil.model.event import EVENT_SCHEMA
from counterveil.pipeline.ingest import ingest
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.records import n_conversations, spans, stored_accounts, stored_events
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings
from counterveil.store import batches

_LOG: list[dict[str, Any]] = [
    {"event_id": 1, "time": 1772414049, "account_id": "a", "input": "bare text", "odd": {"k": [1]}, "client_ip": "192.0.2.1"},
    {"event_id": "2", "time": "2026-03-03T01:00:00+02:00", "account_id": "a", "conversation_id": "c", "output_tokens": 4,
     "input": [{"role": "system", "content": "be kind"}, {"role": "user", "content": [{"type": "text", "text": "part"}]}],
     "output": [{"role": "assistant", "content": "ok \ud83d"}]},
    {"event_id": "3", "time": "2026-03-03T01:00:00Z", "account_id": "b", "conversation_id": "c", "input": [], "end_user_id": "u"},
    {"event_id": "4", "time": "2026-03-09T01:00:00Z", "account_id": "b", "conversation_id": "c",
     "input": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}, {"role": "user", "content": "three"}]},
]  # fmt: skip


def lines(records: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(r, option=orjson.OPT_UTC_Z) + b"\n" for r in records)


def test_round_trip(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    import_first = (tmp_path / "log.jsonl", tmp_path / "accounts.jsonl")
    # A lone surrogate, as real clients emit it, is no JSON for a strict writer.
    text = b"".join(lines([r]) if r["event_id"] != "2" else lines([{**r, "output": "ok \ufffd"}]) for r in _LOG)
    import_first[0].write_bytes(text)
    import_first[1].write_bytes(
        lines([{"account_id": "b", "created_at": "2026-01-01T00:00:00Z", "email": "x@y.example", "tax": 3}])
    )
    tables = []
    records: list[dict[str, Any]] = []
    for number in range(2):
        with for_writing(make_settings(f"home{number}")) as workspace:
            report = ingest(workspace, [str(p) for p in import_first], progress=Silent())
            assert (report.n_events, report.n_accounts, report.n_rejects) == (4, 1, 0)
            with workspace.database.begin() as connection:
                paths = batches.paths(connection, "events")
            rows = workspace.lake.read(paths, EVENT_SCHEMA).to_pylist()
            tables.append(
                sorted(({k: v for k, v in r.items() if k != "source"} for r in rows), key=lambda r: r["event_id"])
            )
            records = list(stored_events(workspace))
            accounts = stored_accounts(workspace)
            assert {n: s.n_events for n, s in spans(workspace).items()} == {"a": 2, "b": 2}
            assert n_conversations(workspace) == 3
            assert {r["event_id"] for r in stored_events(workspace, {"b"})} == {"3", "4"}
        import_first[0].write_bytes(lines(records))
        import_first[1].write_bytes(lines(accounts))
    assert tables[0] == tables[1]
    first = next(r for r in records if r["event_id"] == "1")
    assert first["input"] == [{"role": "user", "content": "bare text"}]
    assert first["extra"] == {"odd": {"k": [1]}}
    assert accounts[0]["extra"] == {"tax": 3}


def test_an_empty_workspace_has_no_records(make_settings: Callable[..., Settings]) -> None:
    with for_writing(make_settings()) as workspace:
        assert list(stored_events(workspace)) == []
        assert stored_accounts(workspace) == []
        assert spans(workspace) == {}
        assert n_conversations(workspace) == 0
