"""What de-duplication of turns rests on: keys of content and history, and which messages are asked now."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from counterveil.sources.base import Frame, ReadOptions
from counterveil.sources.parse import parse
from counterveil.sources.registry import by_name

RECORDINGS = Path(__file__).parent.parent / "recordings"
WITH_BOTH_SIDES = (
    "langfuse_legacy.jsonl",
    "langfuse_observations.jsonl",
    "langfuse_otlp.jsonl",
    "litellm_payload.json",
    "litellm_payload.ndjson",
    "litellm_spendlogs_payload.jsonl",
    "openai_chat.jsonl",
    "otel_genai.jsonl",
    "otel_genai_legacy.jsonl",
    "otel_genai_traceloop.jsonl",
)


def conversation(events: list[dict[str, Any]], name: str) -> list[list[dict[str, Any]]]:
    """The messages of a conversation's events with content, in time."""
    found = [e for e in events if e["conversation_id"] == name and e["messages"]]
    return [e["messages"] for e in sorted(found, key=lambda e: e["time"])]


@pytest.mark.parametrize("name", WITH_BOTH_SIDES)
def test_resent_history_has_the_keys_of_its_first_time(name: str, load_files: Callable[..., Any]) -> None:
    events = load_files([RECORDINGS / name]).events
    first, second, third = conversation(events, "conv-history")
    for earlier, later in ((first, second), (second, third)):
        # Question and answer come back as the beginning of the next call, under the same content and chain keys.
        assert [m["content_key"] for m in later[: len(earlier)]] == [m["content_key"] for m in earlier]
        assert [m["chain_key"] for m in later[: len(earlier)]] == [m["chain_key"] for m in earlier]
        assert len({m["chain_key"] for m in later}) == len(later)
    for messages in (first, second, third):
        assert [m["trailing"] for m in messages] == [False] * (len(messages) - 2) + [True, False]
        assert [m["side"] for m in messages] == [0] * (len(messages) - 1) + [1]


@pytest.mark.parametrize("name", WITH_BOTH_SIDES)
def test_tool_results_are_asked_now_and_calls_come_back_the_same(name: str, load_files: Callable[..., Any]) -> None:
    first, second = conversation(load_files([RECORDINGS / name]).events, "conv-tools")
    assert [m["role"] for m in second] == ["user", "assistant", "tool", "assistant"]
    assert [m["trailing"] for m in second] == [False, False, True, False]
    assert second[1]["content_key"] == first[-1]["content_key"]


@pytest.mark.parametrize("name", WITH_BOTH_SIDES)
def test_a_system_prompt_is_never_asked_now(name: str, load_files: Callable[..., Any]) -> None:
    (messages,) = conversation(load_files([RECORDINGS / name]).events, "conv-system")
    assert [(m["role"], m["trailing"]) for m in messages] == [("system", False), ("user", True), ("assistant", False)]


def test_chain_keys_tell_order_and_role_apart() -> None:
    def chains(*messages: tuple[str, str]) -> list[int]:
        record = {"event_id": "e", "time": 1_772_414_049, "account_id": "a"}
        record["input"] = [{"role": role, "content": text} for role, text in messages]
        event = parse(Frame(json.dumps(record).encode(), 1), by_name("native"), ReadOptions("x")).events.to_pylist()[0]
        return [m["chain_key"] for m in event["messages"]]

    one, two = ("user", "a"), ("user", "b")
    assert chains(one, two)[0] == chains(one)[0]
    assert chains(one, two)[1] != chains(two, one)[0]
    assert chains(one, two)[1] != chains(two)[0]
    assert chains(one)[0] != chains(("assistant", "a"))[0]
    assert chains(("user", "a"), ("user", "a"))[0] != chains(("user", "a"), ("user", "a"))[1]
