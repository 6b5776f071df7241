"""What is known about a model call from outside its own span: ancestors, and log events with its content.

The context of an export request is its own spans, plus what ``otel_join`` attached from other requests of the same call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from counterveil.sources.base import JsonObject, as_object
from counterveil.sources.otel_messages import CONTENT_KEYS
from counterveil.sources.otlp import LogEvent, Span

CONTEXT = "counterveil.otel"
# Traces nest some ten levels; the bound also ends a cycle of forged parents.
_MAX_ANCESTORS = 32
_MAX_VALUE_CHARS = 512
# A parent's own model call (an agent) says nothing about the child's, except in which conversation and for whom.
_NOT_INHERITED = ("gen_ai.", "llm.", "langfuse.observation.", "error.", "exception.")
_INHERITED = ("gen_ai.conversation.id", "gen_ai.user", "gen_ai.agent.id", "llm.user")
_NO_CALLS = {
    "embeddings": "embedding request",
    "execute_tool": "tool or agent span",
    "create_agent": "tool or agent span",
    "invoke_agent": "tool or agent span",
    "invoke_workflow": "tool or agent span",
    "retrieval": "tool or agent span",
}
_CALL_KEYS = (
    *(
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.system",
        "gen_ai.provider.name",
        "gen_ai.input.messages",
    ),
    *("gen_ai.prompt.0.role", "gen_ai.prompt.0.content", "llm.request.type"),
)


def skip_reason(attributes: JsonObject) -> str | None:
    """Why a span is not a model call; None if it is one."""
    langfuse = attributes.get("langfuse.observation.type")
    if langfuse is not None:
        return None if str(langfuse).lower() == "generation" else "observation that is not a generation"
    operation = attributes.get("gen_ai.operation.name")
    if isinstance(operation, str):
        return _NO_CALLS.get(operation)
    # A server's span may carry gen_ai.conversation.id for the sake of its children, and is no call.
    return None if any(key in attributes for key in _CALL_KEYS) else "span without gen_ai attributes"


def inheritable(attributes: JsonObject) -> dict[str, Any]:
    """What children may take over from a span: short facts about the request, never content."""
    return {
        key: value
        for key, value in attributes.items()
        if (key in _INHERITED or not key.startswith(_NOT_INHERITED))
        and key not in CONTENT_KEYS
        and isinstance(value, str | int | float | bool)
        and len(str(value)) <= _MAX_VALUE_CHARS
    }


def summary(span: Span) -> dict[str, Any]:
    """A span as others need it: its parent, start, whether it is a call, and what it passes on."""
    return {
        "parent": span.parent,
        "start": span.start,
        "call": skip_reason(span.attributes) is None,
        "attributes": inheritable({**span.resource, **span.attributes}),
    }


@dataclass(slots=True)
class Context:
    """Look-up of spans and log events by span key."""

    spans: dict[str, JsonObject] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()
    _logs: JsonObject = field(default_factory=dict)

    @classmethod
    def of(cls, record: JsonObject, own: Iterable[Span]) -> Context:
        """The context of one export request: what was attached to it, and its own spans."""
        attached = as_object(record.get(CONTEXT))
        known = {key: as_object(value) for key, value in as_object(attached.get("spans")).items()}
        known |= {span.key: summary(span) for span in own}
        joined = attached.get("joined")
        return cls(known, frozenset(joined if isinstance(joined, list) else ()), as_object(attached.get("logs")))

    def inherited(self, key: str | None) -> dict[str, Any]:
        """Attributes of a span and its ancestors; the nearer one wins."""
        found: dict[str, Any] = {}
        for _ in range(_MAX_ANCESTORS):
            span = self.spans.get(key) if key else None
            if span is None:
                break
            found = {**as_object(span.get("attributes")), **found}
            parent = span.get("parent")
            key = parent if isinstance(parent, str) else None
        return found

    def start(self, key: str) -> Any:
        """When a span began, if it is known."""
        return self.spans.get(key, {}).get("start")

    def is_call(self, key: str) -> bool:
        """Whether the span is known to be a model call, and so an event of its own."""
        return bool(self.spans.get(key, {}).get("call"))

    def logs(self, key: str) -> list[LogEvent]:
        """Log events of a span that stood in other export requests."""
        entries = self._logs.get(key)
        return (
            [_event(key, entry) for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
        )


def _event(key: str, entry: JsonObject) -> LogEvent:
    attributes = dict(as_object(entry.get("attributes")))
    return LogEvent(key, str(entry.get("name")), entry.get("time"), attributes, entry.get("body"), {})
