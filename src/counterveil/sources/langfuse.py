"""Langfuse observations: v2 rows (camelCase, from the API or the blob export) and table rows (snake_case, ClickHouse).

Each model call is an observation of type GENERATION; the spans, tools and agents around it are parts of one request and
are counted as skipped. ``userId`` is whatever the application put there: its own customer, or the person using it. So an
account named in the metadata goes first, and the user id is the end user where it is not the account.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from counterveil.sources.base import Draft, EventDraft, JsonObject, ReadOptions, Skip, as_object, first_of, rest_of
from counterveil.sources.chat import loose_messages
from counterveil.sources.values import assume_utc, from_json

ACCOUNT = ("metadata.account_id", "userId", "user_id", "metadata.langfuse_user_id", "metadata.user_id")
END_USER = (
    "metadata.end_user",
    "metadata.end_user_id",
    "metadata.langfuse_user_id",
    "metadata.user_id",
    "userId",
    "user_id",
)
CONVERSATION = (
    *("sessionId", "session_id", "metadata.conversation_id", "metadata.session_id", "metadata.langfuse_session_id"),
    *("traceId", "trace_id"),
)
CLIENT_IP = ("metadata.ip", "metadata.client_ip", "metadata.ip_address")
USER_AGENT = ("metadata.user_agent", "metadata.userAgent")
TRACE = "counterveil.trace"
_CALLS = ("GENERATION",)
_JSON_FIELDS = ("metadata", "modelParameters", "model_parameters", "usageDetails", "usage_details", "usage")
_KNOWN = (
    *("id", "type", "input", "output", "startTime", "start_time", "sessionId", "session_id"),
    *("usageDetails", "usage_details", "usage", "costDetails", "cost_details"),
)


class Langfuse:
    """One event a GENERATION."""

    name: ClassVar[str] = "langfuse"
    title: ClassVar[str] = "Langfuse observations (v2 camelCase or table snake_case), JSON Lines, JSON or Parquet"

    def claims(self, record: JsonObject) -> bool:
        """An observation has a type and belongs to a trace; older exports hold the traces themselves as well."""
        return is_trace(record) or (
            {"id", "type"} <= record.keys()
            and ({"traceId", "startTime"} <= record.keys() or {"trace_id", "start_time"} <= record.keys())
        )

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[Draft]:
        """One event a generation."""
        if is_trace(record):
            yield Skip("trace row (its observations are the events)")
            return
        if str(record.get("type")).upper() not in _CALLS:
            yield Skip("observation that is not a generation")
            return
        raw: JsonObject = {**record, **{key: from_json(record[key]) for key in _JSON_FIELDS if key in record}}
        raw = _with_trace(raw)
        usage = as_object(first_of(raw, ("usageDetails", "usage_details", "usage")))
        yield EventDraft(
            {
                "event_id": raw.get("id"),
                # ClickHouse prints DateTime64 without a zone, and Langfuse's columns hold UTC.
                "time": assume_utc(first_of(raw, ("startTime", "start_time"))),
                "conversation_id": first_of(raw, CONVERSATION),
                "model": first_of(raw, ("providedModelName", "provided_model_name", "model")),
                "client_ip": first_of(raw, CLIENT_IP),
                "user_agent": first_of(raw, USER_AGENT),
                "input": loose_messages(raw.get("input"), "user"),
                "output": loose_messages(raw.get("output"), "assistant"),
                "input_tokens": usage.get("input"),
                "output_tokens": usage.get("output"),
                "finish_reason": first_of(raw, ("metadata.finish_reason",))
                or ("error" if raw.get("level") == "ERROR" else None),
                "extra": rest_of(raw, _KNOWN),
            },
            raw,
            ACCOUNT,
            END_USER,
        )


def is_trace(record: JsonObject) -> bool:
    """A trace row: no type, one timestamp, and the places of user and session."""
    keys = record.keys()
    return (
        {"id", "timestamp"} <= keys
        and ({"userId", "sessionId"} <= keys or {"user_id", "session_id"} <= keys)
        and (not {"type", "object", "event_id", "request"} & keys)
    )


def trace_id_of(record: JsonObject) -> str | None:
    """The trace that an observation belongs to."""
    found = record.get("traceId") or record.get("trace_id")
    return found if isinstance(found, str) else None


def _with_trace(raw: JsonObject) -> JsonObject:
    """The observation, completed by its trace where it has nothing of its own."""
    trace = as_object(raw.get(TRACE))
    if not trace:
        return raw
    metadata = {**as_object(from_json(trace.get("metadata"))), **as_object(raw.get("metadata"))}
    filled = {key: value for key, value in trace.items() if raw.get(key) in (None, "")}
    return {key: value for key, value in {**raw, **filled, "metadata": metadata}.items() if key != TRACE}
