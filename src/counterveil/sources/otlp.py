"""OTLP JSON (what the OpenTelemetry collector's file exporter writes): spans and log records with plain attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from counterveil.sources.base import JsonObject, as_object

# Deeper values are cut: real attributes have a few levels, a hostile one would exhaust the stack.
_MAX_DEPTH = 64
_INT64 = re.compile(r"-?\d{1,20}\Z", re.ASCII)
# Langfuse's SDK writes each metadata value as JSON: an account comes as '"acct-1"', with its quotes.
_JSON_PREFIXES = ("langfuse.trace.metadata.", "langfuse.observation.metadata.")


@dataclass(frozen=True, slots=True)
class Span:
    """One span; ``key`` and ``parent`` join it with other spans and with log records of the same trace."""

    key: str
    parent: str | None
    name: str
    start: Any
    status: JsonObject
    attributes: dict[str, Any]
    resource: dict[str, Any]
    events: list[LogEvent]


@dataclass(frozen=True, slots=True)
class LogEvent:
    """An event within a span, or a log record that names its span by ``key`` (None where it names none)."""

    key: str | None
    name: str
    time: Any
    attributes: dict[str, Any]
    body: Any
    resource: dict[str, Any]


def spans(record: JsonObject) -> Iterator[Span]:
    """All spans of an export request."""
    for resource, item in _items(record, "resourceSpans", "scopeSpans", "spans"):
        trace = str(item.get("traceId", ""))
        parent = item.get("parentSpanId")
        yield Span(
            key=f"{trace}:{item.get('spanId', '')}",
            parent=f"{trace}:{parent}" if parent else None,
            name=str(item.get("name", "")),
            start=item.get("startTimeUnixNano"),
            status=as_object(item.get("status")),
            attributes=attributes_of(item),
            resource=resource,
            events=[_log_event(as_object(event), resource) for event in _list(item.get("events"))],
        )


def log_records(record: JsonObject) -> Iterator[LogEvent]:
    """All log records of an export request."""
    for resource, item in _items(record, "resourceLogs", "scopeLogs", "logRecords"):
        yield _log_event(item, resource)


def attributes_of(item: JsonObject) -> dict[str, Any]:
    """The attributes of a resource, span or log record as plain values by their dotted names."""
    found: dict[str, Any] = {}
    for pair in _list(item.get("attributes")):
        key = as_object(pair).get("key")
        if isinstance(key, str):
            value = _plain(pair.get("value"), 0)
            found[key] = _decoded(value) if key.startswith(_JSON_PREFIXES) else value
    return found


def _items(record: JsonObject, outer: str, middle: str, inner: str) -> Iterator[tuple[dict[str, Any], JsonObject]]:
    for group in _list(record.get(outer)):
        resource = attributes_of(as_object(as_object(group).get("resource")))
        for scope in _list(as_object(group).get(middle)):
            for item in _list(as_object(scope).get(inner)):
                if isinstance(item, dict):
                    yield resource, item


def _log_event(item: JsonObject, resource: dict[str, Any]) -> LogEvent:
    attributes = attributes_of(item)
    span, trace = item.get("spanId"), item.get("traceId")
    # The name moved from an attribute to a field of the log record; span events have always had ``name``.
    name = item.get("eventName") or item.get("name") or attributes.get("event.name") or ""
    return LogEvent(
        key=f"{trace}:{span}" if span and trace else None,
        name=str(name),
        time=item.get("timeUnixNano") or item.get("observedTimeUnixNano"),
        attributes=attributes,
        body=_plain(item.get("body"), 0),
        resource=resource,
    )


def _plain(value: Any, depth: int) -> Any:
    """An OTLP ``AnyValue`` as the value that it wraps."""
    if depth > _MAX_DEPTH:
        return "[nested too deeply]"
    if not isinstance(value, dict):
        return value
    for kind, inner in value.items():
        if kind == "arrayValue":
            return [_plain(item, depth + 1) for item in _list(as_object(inner).get("values"))]
        if kind == "kvlistValue":
            pairs = (as_object(pair) for pair in _list(as_object(inner).get("values")))
            return {str(pair.get("key")): _plain(pair.get("value"), depth + 1) for pair in pairs}
        if kind == "intValue":
            # 64-bit integers are strings in OTLP JSON.
            return int(inner) if isinstance(inner, str) and _INT64.match(inner) else inner
        return inner
    return None


def _decoded(value: Any) -> Any:
    try:
        return orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
