"""OpenTelemetry across export requests: identity stands on a parent span, content may stand in log events.

A child ends, and is exported, before its parent, often in an earlier line; log events go another way altogether, into
another file. Each line leaves with the ancestors and log events that its calls need, if they came within the window.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

from counterveil.sources.base import JsonObject, ReadOptions
from counterveil.sources.joining import Place, WindowJoiner, attach
from counterveil.sources.otel_context import CONTEXT, skip_reason, summary
from counterveil.sources.otel_messages import is_content_event
from counterveil.sources.otlp import LogEvent, Span, log_records, spans
from counterveil.sources.values import json_text

# Summaries of spans outlive their lines, for parents that come long before a late child: about 100 MB at most.
_MAX_SPANS = 200_000
_MAX_ANCESTORS = 32


class _Known(NamedTuple):
    parent: str | None
    text: str


class _Note(NamedTuple):
    # Spans of this line, which need not be attached to it.
    own: frozenset[str]
    calls: tuple[tuple[str, str | None], ...]
    logs: tuple[str, ...]


class OTelJoiner(WindowJoiner):
    """Bound: 128 MiB of lines, and summaries of the last 200,000 spans."""

    format_name = "otel"
    max_bytes = 128 * 1024 * 1024

    def __init__(self, max_bytes: int | None = None) -> None:
        super().__init__(max_bytes)
        self._spans: OrderedDict[str, _Known] = OrderedDict()
        self._waiting_calls: dict[str, Place] = {}
        self._logs: dict[str, list[tuple[Place, str]]] = {}
        self._given: set[tuple[Place, str]] = set()

    def note(self, record: JsonObject, line: bytes, place: Place, options: ReadOptions) -> _Note | None:
        """The spans and log events of an export request."""
        found = list(spans(record))
        for span in found:
            self._learn(span)
        calls = tuple((span.key, span.parent) for span in found if skip_reason(span.attributes) is None)
        for key, _ in calls:
            self._waiting_calls.setdefault(key, place)
        keys: dict[str, None] = {}
        for event in log_records(record):
            if event.key is not None and is_content_event(event):
                keys[event.key] = None
                self._logs.setdefault(event.key, []).append((place, _entry(event)))
        if not calls and not keys:
            return None
        return _Note(frozenset(span.key for span in found), calls, tuple(keys))

    def _learn(self, span: Span) -> None:
        self._spans[span.key] = _Known(span.parent, json_text(summary(span)))
        self._spans.move_to_end(span.key)
        if len(self._spans) > _MAX_SPANS:
            self._spans.popitem(last=False)

    def complete(self, line: bytes, note: _Note, place: Place) -> bytes:
        """The line with the ancestors of its calls and the log events that belong to them."""
        ancestors: dict[str, str] = {}
        logs: dict[str, list[str]] = {}
        joined: list[str] = []
        for key, parent in note.calls:
            self._climb(parent, note.own, ancestors)
            if self._waiting_calls.get(key) == place:
                del self._waiting_calls[key]
                self._give(key, place, logs)
        for key in note.logs:
            if (place, key) in self._given:
                self._given.discard((place, key))
                joined.append(key)
            elif key in self._waiting_calls:
                joined.append(key)
            else:
                self._climb(key, note.own, ancestors)
                self._give(key, place, logs)
        return _with_context(line, ancestors, logs, joined)

    def _climb(self, key: str | None, own: frozenset[str], into: dict[str, str]) -> None:
        for _ in range(_MAX_ANCESTORS):
            known = self._spans.get(key) if key else None
            if key is None or known is None or key in into:
                return
            if key not in own:
                into[key] = known.text
            key = known.parent

    def _give(self, key: str, place: Place, into: dict[str, list[str]]) -> None:
        """All log events of a call to this line; lines that are still held will say that theirs went elsewhere."""
        others = [(where, text) for where, text in self._logs.pop(key, []) if where != place]
        if others:
            into[key] = [text for _, text in others]
        # Lines leave in order: a later place is still held.
        self._given |= {(where, key) for where, _ in others if where > place}


def _entry(event: LogEvent) -> str:
    return json_text({"name": event.name, "time": event.time, "attributes": event.attributes, "body": event.body})


def _with_context(line: bytes, ancestors: dict[str, str], logs: dict[str, list[str]], joined: list[str]) -> bytes:
    if not ancestors and not logs and not joined:
        return line
    parts = [f"{json_text(key)}:{text}" for key, text in ancestors.items()]
    entries = [f"{json_text(key)}:[{','.join(texts)}]" for key, texts in logs.items()]
    context: Any = f'{{"spans":{{{",".join(parts)}}},"logs":{{{",".join(entries)}}},"joined":{json_text(joined)}}}'
    return attach(line, CONTEXT, context.encode())
