"""Records that belong together: found in any order, within a bound, never joined wrongly, the same each time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from counterveil.errors import InputError
from counterveil.sources.base import Frame, ReadOptions
from counterveil.sources.joining import Ready, WindowJoiner
from counterveil.sources.langfuse_join import LangfuseJoiner
from counterveil.sources.openai_batch import BatchJoiner
from counterveil.sources.openai_stored import StoredMessageJoiner
from counterveil.sources.otel_join import OTelJoiner
from counterveil.sources.parse import parse
from counterveil.sources.registry import by_name

RECORDINGS = Path(__file__).parent.parent / "recordings"
JOINERS = {"otel": OTelJoiner, "langfuse": LangfuseJoiner, "openai-batch": BatchJoiner, "openai": StoredMessageJoiner}


def run(
    joiner: WindowJoiner, files: Iterable[tuple[str, bytes]], *, lines_a_frame: int = 1000
) -> tuple[list[Frame], list[Any]]:
    """All frames of some files through a joiner, and what they parse to."""
    source = by_name(joiner.format_name)
    ready: list[Ready] = []
    for label, data in files:
        options = ReadOptions(label, file_time_s=1_772_414_049.0)
        lines = data.rstrip(b"\n").split(b"\n")
        for start in range(0, len(lines), lines_a_frame):
            frame = Frame(b"\n".join(lines[start : start + lines_a_frame]), start + 1)
            ready.extend(joiner.feed(frame, source, options))
    ready.extend(joiner.rest())
    return [r.frame for r in ready], [parse(r.frame, source, r.options) for r in ready]


def events_of(parsed: Iterable[Any]) -> list[dict[str, Any]]:
    return [event for p in parsed for event in p.events.to_pylist()]


def batch_in(custom_id: str, user: str, text: str = "hi") -> bytes:
    body = {"model": "m", "user": user, "messages": [{"role": "user", "content": text}]}
    return json.dumps({"custom_id": custom_id, "url": "/v1/chat/completions", "body": body}).encode()


def batch_out(custom_id: str, number: int) -> bytes:
    body = {
        "id": f"c{number}",
        "created": 1_772_414_049,
        "choices": [{"message": {"role": "assistant", "content": "ho"}}],
    }
    return json.dumps({"id": f"batch_req_{number}", "custom_id": custom_id, "response": {"body": body}}).encode()


@pytest.mark.parametrize("lines_a_frame", [1, 3, 1000])
@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("otel", ["otel_genai_v130.jsonl", "otel_genai_v130_events.jsonl"]),
        ("otel", ["otel_genai_v130_events.jsonl", "otel_genai_v130.jsonl"]),
        ("otel", ["otel_genai_events.jsonl", "otel_genai.jsonl"]),
        ("openai-batch", ["openai_batch_input.jsonl", "openai_batch_output.jsonl"]),
        ("openai-batch", ["openai_batch_output.jsonl", "openai_batch_input.jsonl"]),
        ("openai", ["openai_stored_messages.jsonl", "openai_completions.jsonl"]),
    ],
)
def test_any_order_any_framing_same_events(name: str, files: list[str], lines_a_frame: int) -> None:
    data = [(file, (RECORDINGS / file).read_bytes()) for file in files]
    frames, parsed = run(JOINERS[name](), data, lines_a_frame=lines_a_frame)
    assert [f.data for f in frames] == [f.data for f in run(JOINERS[name](), data, lines_a_frame=lines_a_frame)[0]]
    whole = events_of(run(JOINERS[name](), sorted(data))[1])
    assert sorted(map(repr, _plain(events_of(parsed)))) == sorted(map(repr, _plain(whole)))
    assert not [r for p in parsed for r in p.rejects]
    assert sum(p.n_records for p in parsed) == sum(len(d.splitlines()) for _, d in data)


def _plain(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in event.items() if k != "source"} for event in events]


@pytest.mark.parametrize("name", JOINERS)
def test_nothing_held_is_nothing_joined_and_nothing_lost(name: str) -> None:
    """With no room at all every frame goes out as it came, and all lines are accounted for."""
    files = {
        "otel": ["otel_genai.jsonl"],
        "langfuse": ["langfuse_legacy.jsonl"],
        "openai-batch": ["openai_batch_input.jsonl", "openai_batch_output.jsonl"],
        "openai": ["openai_completions.jsonl", "openai_stored_messages.jsonl"],
    }[name]
    frames, parsed = run(
        JOINERS[name](max_bytes=0), [(f, (RECORDINGS / f).read_bytes()) for f in files], lines_a_frame=1
    )
    assert len(frames) == sum(len((RECORDINGS / f).read_bytes().splitlines()) for f in files)
    for p in parsed:
        assert p.events.num_rows + len(p.rejects) + sum(p.skipped.values()) >= p.n_records


def test_the_bound_holds() -> None:
    joiner = BatchJoiner(max_bytes=10_000)
    source, options = by_name("openai-batch"), ReadOptions("b.jsonl")
    for number in range(1000):
        list(joiner.feed(Frame(batch_in(f"r{number}", "u"), number + 1), source, options))
        assert joiner._n_bytes <= 10_000
        assert sum(len(m.line) for group in joiner._groups.values() for m in group) <= 10_000


def test_shared_custom_ids_are_never_joined_across_batches() -> None:
    mixed = [
        ("in1.jsonl", batch_in("r1", "alice")),
        ("in2.jsonl", batch_in("r1", "bob")),
        ("out.jsonl", batch_out("r1", 1)),
    ]
    _, parsed = run(BatchJoiner(), mixed)
    assert sorted(e["account_id"] for e in events_of(parsed)) == ["alice", "bob"]
    assert [r.field for p in parsed for r in p.rejects] == ["account_id"]
    apart = [
        ("1/in", batch_in("r1", "alice")),
        ("2/in", batch_in("r1", "bob")),
        ("1/out", batch_out("r1", 1)),
        ("2/out", batch_out("r1", 2)),
    ]
    events = {e["event_id"]: e["account_id"] for e in events_of(run(BatchJoiner(), apart)[1])}
    assert events == {"batch_req_1": "alice", "batch_req_2": "bob"}
    # One answer has gone out ambiguous: the other request must not become "the only one" afterwards.
    tight = BatchJoiner(max_bytes=len(mixed[1][1]) + len(mixed[2][1]))
    assert len([r for p in run(tight, mixed)[1] for r in p.rejects]) == 1


def test_copies_of_a_batch_file_join_once() -> None:
    files = [("in", batch_in("r1", "alice")), ("copy", batch_in("r1", "alice")), ("out", batch_out("r1", 1))]
    _, parsed = run(BatchJoiner(), files)
    assert [e["account_id"] for e in events_of(parsed)] == ["alice"]


def test_rejects_of_joined_lines_keep_their_number() -> None:
    lines = [batch_in("r1", "a"), b"{broken", batch_in("r2", "b"), b"", batch_out("r9", 9)]
    _, parsed = run(BatchJoiner(), [("in", b"\n".join(lines))], lines_a_frame=2)
    assert [(r.number, r.field) for p in parsed for r in p.rejects] == [(2, "line"), (5, "account_id")]


def test_unreadable_numbers_and_surrogates_survive_a_join() -> None:
    asked = batch_in("r1", "alice", "tail \ud83d").replace(
        b'"model": "m"', b'"model": "m", "seed": 123456789012345678901234567890'
    )
    events = events_of(run(BatchJoiner(), [("in", asked), ("out", batch_out("r1", 1))])[1])
    assert [e["account_id"] for e in events] == ["alice"]
    assert len(events[0]["messages"]) == 2


def _export(*spans: dict[str, Any]) -> bytes:
    return json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": list(spans)}]}]}).encode()


def _span(span: str, parent: str | None = None, **attributes: str) -> dict[str, Any]:
    pairs = [{"key": key.replace("_", "."), "value": {"stringValue": value}} for key, value in attributes.items()]
    found = {"traceId": "t", "spanId": span, "startTimeUnixNano": "1772414049000000000", "attributes": pairs}
    return found | ({"parentSpanId": parent} if parent else {})


def _call(span: str, parent: str) -> dict[str, Any]:
    call = _span(span, parent)
    call["attributes"].append({"key": "gen_ai.request.model", "value": {"stringValue": "m"}})
    return call


def test_identity_comes_over_several_generations_and_lines() -> None:
    lines = [
        _export(_call("c", "p")),
        _export(_span("p", "g", client_address="203.0.113.1")),
        _export(_span("g", user_id="acct")),
    ]
    events = events_of(run(OTelJoiner(), [("t", b"\n".join(lines))], lines_a_frame=1)[1])
    assert [(e["account_id"], e["client_ip"]) for e in events] == [("acct", "203.0.113.1")]


@pytest.mark.parametrize("trace_first", [True, False])
def test_langfuse_user_and_session_of_the_trace(trace_first: bool) -> None:
    # Derived rows: what the recorded ones hold, laid out as the older export's two tables.
    traces: dict[str, bytes] = {}
    rows: list[bytes] = []
    for line in (RECORDINGS / "langfuse_legacy.jsonl").read_text().splitlines():
        row = json.loads(line)
        trace = {"id": row["trace_id"], "timestamp": row["start_time"], "user_id": row.pop("user_id")}
        trace |= {"session_id": row.pop("session_id"), "metadata": row.pop("metadata")}
        traces.setdefault(row["trace_id"], json.dumps(trace).encode())
        rows.append(json.dumps(row).encode())
    files = [("traces.jsonl", b"\n".join(traces.values())), ("observations.jsonl", b"\n".join(rows))]
    _, parsed = run(LangfuseJoiner(), files if trace_first else files[::-1], lines_a_frame=3)
    events = events_of(parsed)
    assert [r for p in parsed for r in p.rejects] == []
    assert sorted({e["account_id"] for e in events}) == ["acct-alpha", "acct-beta", "acct-gamma"]
    assert sorted({e["end_user_id"] for e in events}) == [f"eu-{n}" for n in range(1, 7)]
    assert sum(p.skipped["trace row (its observations are the events)"] for p in parsed) == 10
    assert by_name("langfuse").claims(json.loads(next(iter(traces.values()))))


def test_a_cycle_of_parents_ends() -> None:
    lines = [_export(_call("a", "b")), _export(_span("b", "a", user_id="acct")), _export(_call("s", "s"))]
    _, parsed = run(OTelJoiner(), [("t", b"\n".join(lines))], lines_a_frame=1)
    assert [e["account_id"] for e in events_of(parsed)] == ["acct"]
    assert [r.field for p in parsed for r in p.rejects] == ["account_id"]


def test_log_events_after_their_span_went_out_are_a_second_event() -> None:
    spans, logs = (RECORDINGS / n for n in ("otel_genai_v130.jsonl", "otel_genai_v130_events.jsonl"))
    joiner = OTelJoiner(max_bytes=0)
    _, parsed = run(joiner, [("s", spans.read_bytes()), ("l", logs.read_bytes())], lines_a_frame=1)
    events = events_of(parsed)
    assert sum(e["event_id"].endswith("#log") for e in events) == 10
    assert sum(len(e["messages"]) for e in events) == 28
    assert {e["account_id"] for e in events} == {"acct-alpha", "acct-beta", "acct-gamma"}


def test_an_unrecognised_file_leaves_held_ones_in(tmp_path: Path, load_files: Callable[..., Any]) -> None:
    odd = tmp_path / "z.jsonl"
    odd.write_text('{"what": 1}\n')
    with pytest.raises(InputError):
        load_files([RECORDINGS / "otel_genai.jsonl", odd])
    again = load_files([RECORDINGS / "otel_genai.jsonl"])
    assert (again.report.known_units, len(again.events)) == (1, 10)


def test_worker_processes_give_the_same(load_files: Callable[..., Any]) -> None:
    files = [
        RECORDINGS / n
        for n in ("litellm_payload.ndjson", "litellm_spendlogs.jsonl", "otel_genai.jsonl", "openai_chat.jsonl")
    ]
    inline = load_files(files)
    spread = load_files(files, home="spread", workers=2, batch_bytes=65_536)
    # The rows without bodies are the same calls as the payloads: equal ids, and the first one counts.
    assert (len(spread.events), spread.report.n_duplicates) == (39, 10)
    assert sorted(map(repr, spread.events)) == sorted(map(repr, inline.events))
