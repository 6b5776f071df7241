"""LiteLLM's ``LiteLLM_SpendLogs`` table, a row a call: read from the database, or as LiteLLM hands it to Prisma.

Rows have no bodies unless the proxy stores prompts, and still tell who called, from where, when and how much. In Prisma's
form the JSON columns are JSON *text*. With bodies, the prompt is in ``proxy_server_request``; ``messages`` stays ``{}``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from counterveil.sources.base import Draft, EventDraft, JsonObject, ReadOptions, as_object, first_of, rest_of
from counterveil.sources.chat import finish_reason, loose_messages, request_input
from counterveil.sources.litellm import output_of
from counterveil.sources.values import assume_utc, from_json

ACCOUNT = ("user", "team_id", "api_key")
END_USER = ("end_user",)
# ``session_id`` is a new UUID for each call of a client that names no session; a name in the request goes first.
CONVERSATION = (
    "proxy_server_request.metadata.conversation_id",
    "proxy_server_request.metadata.session_id",
    "session_id",
)
USER_AGENT = ("metadata.user_agent",)
_AGENT_TAG = "User-Agent: "
_JSON_FIELDS = ("metadata", "messages", "response", "proxy_server_request", "request_tags")
_KNOWN = (
    *("request_id", "startTime", "end_user", "messages", "response", "proxy_server_request", "requester_ip_address"),
    *("session_id", "model", "model_group", "prompt_tokens", "completion_tokens", "metadata"),
)
_KNOWN_METADATA = ("model_map_information", "usage_object", "cost_breakdown", "additional_usage_values", "user_agent")


class LiteLLMSpend:
    """One row a call; metadata-only rows are events without messages."""

    name: ClassVar[str] = "litellm-spend"
    title: ClassVar[str] = "LiteLLM_SpendLogs rows, JSON Lines or Parquet"

    def claims(self, record: JsonObject) -> bool:
        """The table's primary key beside the call's kind and its camelCase time."""
        return {"request_id", "call_type", "startTime"} <= record.keys()

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[Draft]:
        """One event a row."""
        raw: JsonObject = {**record, **{key: from_json(record[key]) for key in _JSON_FIELDS if key in record}}
        response = as_object(raw.get("response"))
        request = as_object(raw.get("proxy_server_request"))
        asked = loose_messages(raw.get("messages"), "user") or request_input(request)
        yield EventDraft(
            {
                "event_id": raw.get("request_id"),
                # The column is TIMESTAMP(3) without zone, and Prisma writes UTC into it.
                "time": assume_utc(raw.get("startTime")),
                "conversation_id": first_of(raw, CONVERSATION),
                "model": raw.get("model_group") or raw.get("model"),
                "channel": "api",
                "client_ip": raw.get("requester_ip_address"),
                "user_agent": first_of(raw, USER_AGENT) or _agent_of(raw.get("request_tags")),
                "input": asked,
                "output": output_of(raw.get("response")),
                "input_tokens": raw.get("prompt_tokens"),
                "output_tokens": raw.get("completion_tokens"),
                "finish_reason": finish_reason(response) or ("error" if raw.get("status") == "failure" else None),
                "extra": _extra(raw),
            },
            raw,
            ACCOUNT,
            END_USER,
        )


def _agent_of(tags: Any) -> str | None:
    """The user agent among the tags: LiteLLM adds it as a family and in full, the full one being the longer."""
    found = (
        [tag[len(_AGENT_TAG) :] for tag in tags if isinstance(tag, str) and tag.startswith(_AGENT_TAG)] if tags else []
    )
    return max(found, key=len, default=None)


def _extra(raw: JsonObject) -> dict[str, Any]:
    extra = rest_of(raw, _KNOWN)
    if metadata := rest_of(as_object(raw.get("metadata")), _KNOWN_METADATA):
        extra["metadata"] = metadata
    if raw.get("model_group") and raw.get("model") != raw.get("model_group"):
        extra["model"] = raw.get("model")
    return extra
