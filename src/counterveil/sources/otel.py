"""OpenTelemetry traces and log events of model calls (GenAI conventions, current and older; Langfuse's SDK too).

A trace holds far more than model calls. Who called, and from where, is mostly known to the web server's span above the
model call, so attributes are inherited from the ancestors; a span's own attributes win over its parent's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from counterveil.ids import digest_hex
from counterveil.sources.base import Draft, EventDraft, JsonObject, ReadOptions, Skip, as_object, first_of
from counterveil.sources.otel_context import CONTEXT, Context, skip_reason
from counterveil.sources.otel_messages import (
    CONTENT_KEYS,
    CONTENT_PREFIXES,
    finish_reason_of,
    is_content_event,
    messages_of,
)
from counterveil.sources.otlp import LogEvent, Span, log_records, spans
from counterveil.sources.values import from_json, json_text

# ``enduser.id`` is the account only where no ``user.id`` is; the end user is then the next identity that differs.
ACCOUNT = (
    *("langfuse.observation.metadata.account_id", "langfuse.trace.metadata.account_id", "langfuse.user.id"),
    *("user.id", "enduser.id", "user.hash", "enduser.pseudo.id", "gen_ai.user", "llm.user"),
)
END_USER = (
    *("langfuse.trace.metadata.end_user", "langfuse.trace.metadata.end_user_id"),
    *("langfuse.observation.metadata.end_user", "langfuse.observation.metadata.end_user_id"),
    *("enduser.id", "enduser.pseudo.id", "user.hash", "gen_ai.user", "llm.user", "langfuse.user.id", "user.id"),
)
CONVERSATION = (
    *("gen_ai.conversation.id", "langfuse.session.id", "session.id"),
    *("langfuse.observation.metadata.conversation_id", "langfuse.trace.metadata.conversation_id"),
)
CLIENT_IP = ("client.address", "http.client_ip", "langfuse.trace.metadata.ip", "langfuse.observation.metadata.ip")
USER_AGENT = ("user_agent.original", "http.user_agent", "langfuse.trace.metadata.user_agent")
_MODEL = (
    *("gen_ai.response.model", "gen_ai.request.model", "langfuse.observation.model.name"),
    *("llm.response.model", "llm.request.model"),
)
_INPUT_TOKENS = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens")
_OUTPUT_TOKENS = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens")


class OTel:
    """One event a model-call span, or a group of log events whose span is not in the input."""

    name: ClassVar[str] = "otel"
    title: ClassVar[str] = "OpenTelemetry traces and logs with gen_ai attributes, OTLP JSON"

    def claims(self, record: JsonObject) -> bool:
        """An OTLP export request of any signal."""
        return any(isinstance(record.get(key), list) for key in ("resourceSpans", "resourceLogs", "resourceMetrics"))

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[Draft]:
        """The model calls of one export request."""
        found = list(spans(record))
        context = Context.of(record, found)
        n_found = len(found)
        for span in found:
            reason = skip_reason(span.attributes)
            yield Skip(reason) if reason else _span_event(span, context)
        for draft in _log_drafts(record, context):
            n_found += 1
            yield draft
        if not n_found:
            yield Skip("export without spans or log records")


def _log_drafts(record: JsonObject, context: Context) -> Iterator[Draft]:
    groups: dict[str, list[LogEvent]] = {}
    for event in log_records(record):
        if not is_content_event(event):
            yield Skip("log record without gen_ai content")
        elif event.key in context.joined:
            yield Skip("gen_ai log event (joined)")
        elif event.key is None and event.attributes.get("gen_ai.request.model") is None:
            yield Skip("gen_ai log event without span or model")
        else:
            key = event.key or f"log:{digest_hex(json_text([event.attributes, event.body, event.time]).encode())}"
            groups.setdefault(key, []).append(event)
    for key, events in groups.items():
        yield _log_event(key, events, context)


def _span_event(span: Span, context: Context) -> EventDraft:
    flat = {**span.resource, **context.inherited(span.parent), **span.attributes}
    events = [*span.events, *context.logs(span.key)]
    return _event(span.key, span.start, flat, span, events)


def _log_event(key: str, events: list[LogEvent], context: Context) -> EventDraft:
    """A call known by its log events alone; its span, if it was read at all, gives identity and time."""
    together = sorted([*events, *context.logs(key)], key=lambda event: str(event.time))
    own: dict[str, Any] = {}
    for event in together:
        own |= event.attributes
    flat = {**events[0].resource, **context.inherited(key), **own}
    # Its span went out before these arrived: a second event, or the content would be lost as a duplicate.
    event_id = f"{key}#log" if context.is_call(key) else key
    return _event(event_id, context.start(key) or together[0].time, flat, None, together)


def _event(event_id: str, time: Any, flat: dict[str, Any], span: Span | None, events: list[LogEvent]) -> EventDraft:
    asked, answered = messages_of(flat, events)
    usage = as_object(from_json(flat.get("langfuse.observation.usage_details")))
    error = _error(flat, span)
    return EventDraft(
        {
            # Half a key would be shared by all spans of a trace: then there is no id, and the call is rejected by name.
            "event_id": "" if event_id.startswith(":") or event_id.endswith(":") else event_id,
            "time": time,
            "conversation_id": first_of(flat, CONVERSATION),
            "model": first_of(flat, _MODEL),
            "client_ip": first_of(flat, CLIENT_IP),
            "user_agent": first_of(flat, USER_AGENT),
            "input": asked,
            "output": answered,
            "input_tokens": first_of(flat, _INPUT_TOKENS) or usage.get("prompt_tokens", usage.get("input")),
            "output_tokens": first_of(flat, _OUTPUT_TOKENS) or usage.get("completion_tokens", usage.get("output")),
            "finish_reason": finish_reason_of(flat, answered, events) or ("error" if error else None),
            "extra": _extra(flat if span is None else span.attributes, span, error),
        },
        flat,
        ACCOUNT,
        END_USER,
    )


def _error(flat: JsonObject, span: Span | None) -> Any:
    failed = span is not None and span.status.get("code") in (2, "STATUS_CODE_ERROR")
    message = span.status.get("message") if failed and span is not None else None
    return message or flat.get("error.type") or ("error" if failed else None)


def _extra(attributes: JsonObject, span: Span | None, error: Any) -> dict[str, Any]:
    """The call's own attributes that have no place in an event; content is read already and not repeated."""
    taken = {*CONTENT_KEYS, *CONVERSATION, *CLIENT_IP, *USER_AGENT, *_INPUT_TOKENS, *_OUTPUT_TOKENS, CONTEXT}
    extra = {
        key: value
        for key, value in attributes.items()
        if key not in taken and not key.startswith(CONTENT_PREFIXES) and value not in (None, "", [], {})
    }
    if span is not None:
        service = {k: v for k, v in span.resource.items() if not k.startswith("telemetry.")}
        extra |= {"span.name": span.name} | ({"resource": service} if service else {})
    return extra | ({"error": error} if error else {})
