"""Every recording of a real client gives the events, identities and places that were really there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

RECORDINGS = Path(__file__).parent.parent / "recordings"
EXPECTED: dict[str, dict[str, Any]] = json.loads((RECORDINGS / "expected.json").read_text())
# Files that are half of a pair: who called stands in the other half, so both are given.
PARTNER = {
    "openai_batch_output.jsonl": "openai_batch_input.jsonl",
    "openai_stored_messages.jsonl": "openai_completions.jsonl",
    "otel_genai_events.jsonl": "otel_genai.jsonl",
    "otel_genai_v130_events.jsonl": "otel_genai_v130.jsonl",
}
FORMAT = {"langfuse_otlp": "otel", "langfuse": "langfuse", "litellm_spend": "litellm-spend", "litellm": "litellm"}
FORMAT |= {"openai_batch": "openai-batch", "openai": "openai", "otel": "otel"}
# expected.json lists input_user only; the metadata of the same lines names eu-5 as well, and we read it.
ALSO_IN_METADATA = {"openai_completions.jsonl": ["eu-5"], "openai_stored_messages.jsonl": ["eu-5"]}
IPS = ["198.51.100.20", "2001:db8::30", "203.0.113.10"]
SDK_AGENTS = ["OpenAI/Python 2.54.0", "gamma-batch-tool/0.3 (+https://example.com)"]
WEB_AGENTS = ["Mozilla/5.0 (kitchen-web)", "gamma-batch-tool/0.3 (+https://example.com)"]


def files_of(name: str, *, reverse: bool = False) -> list[Path]:
    """The recording, with its other half where it is one."""
    files = [RECORDINGS / name, *([RECORDINGS / PARTNER[name]] if name in PARTNER else [])]
    return files[::-1] if reverse else files


def format_of(name: str) -> str:
    """The format by the longest prefix of the file name."""
    return FORMAT[max((prefix for prefix in FORMAT if name.startswith(prefix)), key=len)]


@pytest.mark.parametrize("reverse", [False, True], ids=["named first", "partner first"])
@pytest.mark.parametrize("name", EXPECTED)
def test_counts_and_identities(name: str, reverse: bool, load_files: Callable[..., Any]) -> None:
    expected = EXPECTED[name]
    loaded = load_files(files_of(name, reverse=reverse))
    rows = expected["events"] * (2 if "with_bodies" in expected else 1)
    assert loaded.rejects == []
    assert loaded.report.n_duplicates == 0
    assert loaded.report.n_events == len(loaded.events) == rows
    assert loaded.distinct("account_id") == expected["accounts"]
    assert loaded.distinct("end_user_id") == sorted(expected["end_user_ids"] + ALSO_IN_METADATA.get(name, []))
    assert set(loaded.report.formats) == {format_of(name)}
    if name != "litellm_spendlogs.jsonl":
        assert loaded.distinct("conversation_id") == expected["conversations"]


def test_spendlogs_without_bodies_have_a_random_session_a_call(load_files: Callable[..., Any]) -> None:
    # acct-gamma's client named no session: LiteLLM makes one up for each call, and without bodies nothing else is there.
    loaded = load_files([RECORDINGS / "litellm_spendlogs.jsonl"])
    for part in ("with_bodies", "without_bodies"):
        expected = EXPECTED["litellm_spendlogs.jsonl"][part]
        events = [e for e in loaded.events if e["event_id"] in expected["request_ids"]]
        assert len(events) == expected["events"]
        named = {e["conversation_id"] for e in events if e["account_id"] != "acct-gamma" or part == "with_bodies"}
        assert named == {c for c in expected["conversations"] if part == "with_bodies" or c in named}
        assert len({e["conversation_id"] for e in events}) == (7 if part == "with_bodies" else 8)
        n_inputs = sum(m["side"] == 0 for e in events for m in e["messages"])
        assert n_inputs == expected["messages_sent"]


@pytest.mark.parametrize("name", EXPECTED)
def test_messages_and_lost_ones(name: str, load_files: Callable[..., Any]) -> None:
    expected = EXPECTED[name]
    loaded = load_files(files_of(name))
    messages = [m for e in loaded.events for m in e["messages"]]
    lost = expected.get("lost") or {}
    # The partner file of a pair brings the side that this one lacks.
    partner = EXPECTED.get(PARTNER.get(name, ""), {})
    sent = max(expected["messages_sent"], partner.get("messages_sent", 0)) - len(lost.get("input", {}))
    answered = max(expected["new_output_turns"], partner.get("new_output_turns", 0))
    assert sum(m["side"] == 0 for m in messages) == sent
    assert sum(m["side"] == 1 for m in messages) == answered
    assert ("FILTERED" in loaded.texts.values()) == ("conv-filtered" in lost.get("output", {}))
    # No base64 of the picture is taken for words.
    assert not any("iVBOR" in text for text in loaded.texts.values())
    if sent:
        assert any("请问在家怎样烤全麦面包" in text for text in loaded.texts.values())
        assert any("get_weather(" in text for text in loaded.texts.values())


@pytest.mark.parametrize("name", EXPECTED)
def test_place_and_client(name: str, load_files: Callable[..., Any]) -> None:
    loaded = load_files(files_of(name))
    kind = format_of(name)
    assert loaded.distinct("client_ip") == ([] if kind.startswith("openai") else IPS)
    agents = {"otel": WEB_AGENTS, "litellm": SDK_AGENTS, "litellm-spend": SDK_AGENTS}.get(kind, [])
    assert loaded.distinct("user_agent") == ([] if name.startswith("langfuse") else agents)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("litellm_payload.ndjson", datetime(2026, 11, 24, 11, 28, 16, 785713, UTC)),
        ("litellm_spendlogs.jsonl", datetime(2026, 11, 24, 11, 28, 16, 786000, UTC)),
        ("litellm_spendlogs_payload.jsonl", datetime(2026, 11, 24, 11, 28, 47, 293122, UTC)),
        ("langfuse_observations.jsonl", datetime(2026, 11, 24, 11, 29, 30, 73000, UTC)),
        ("langfuse_legacy.jsonl", datetime(2026, 11, 24, 11, 29, 30, 73000, UTC)),
        ("langfuse_otlp.jsonl", datetime(2026, 11, 24, 11, 29, 30, 73678, UTC)),
        ("otel_genai.jsonl", datetime(2026, 11, 24, 11, 29, 18, 323216, UTC)),
        ("openai_chat.jsonl", datetime(2026, 1, 1, 0, 0, 37, tzinfo=UTC)),
        ("openai_batch_output.jsonl", datetime(2026, 1, 1, 0, 0, 37, tzinfo=UTC)),
    ],
)
def test_time_of_the_first_call(name: str, first: datetime, load_files: Callable[..., Any]) -> None:
    """Recordings change on each run of the recorder; this file changes with them, as expected.json does."""
    assert min(e["time"] for e in load_files(files_of(name)).events) == first


def test_failed_and_filtered_calls_are_events(load_files: Callable[..., Any]) -> None:
    for index, (name, expected) in enumerate(EXPECTED.items()):
        if "otel_genai_traceloop" in name or name == "openai_batch_input.jsonl" or "langfuse" in name:
            continue
        reasons = [e["finish_reason"] for e in load_files(files_of(name), home=f"ws{index}").events]
        factor = 1
        if name == "litellm_spendlogs.jsonl":
            factor = 2
        assert reasons.count("error") == expected.get("failed_events", 0) * factor, name
        assert reasons.count("content_filter") == 1, name


@pytest.mark.parametrize("name", EXPECTED)
def test_the_same_files_twice_change_nothing(name: str, load_files: Callable[..., Any]) -> None:
    first = load_files(files_of(name))
    again = load_files(files_of(name))
    assert again.report.n_units == again.report.n_events == again.report.n_duplicates == 0
    assert again.events == first.events


def test_all_recordings_in_one_call(load_files: Callable[..., Any]) -> None:
    """A folder of everything: nothing is refused; equal ids (the recorder's server is deterministic) are duplicates."""
    loaded = load_files([RECORDINGS / name for name in EXPECTED] + [RECORDINGS / "openai_batch_object.jsonl"])
    assert loaded.rejects == []
    assert loaded.report.skipped["batch object"] == 1
    total = loaded.report.n_events + loaded.report.n_duplicates
    assert total >= 150
