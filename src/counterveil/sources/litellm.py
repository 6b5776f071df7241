"""LiteLLM's ``StandardLoggingPayload``: what its proxy posts to a logging endpoint or writes to a bucket, a call a record.

The account is LiteLLM's own user of the key, else the team, else the key's hash. ``end_user`` is the person behind the
API customer, as the client named them; a key that fronts many people must not be taken for one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from counterveil.sources.base import Draft, EventDraft, JsonObject, ReadOptions, as_object, first_of, rest_of
from counterveil.sources.chat import finish_reason, loose_messages, response_output
from counterveil.sources.values import from_json

ACCOUNT = ("metadata.user_api_key_user_id", "metadata.user_api_key_team_id", "metadata.user_api_key_hash")
END_USER = ("end_user", "metadata.user_api_key_end_user_id")
# ``session_id`` is "" in current versions and the client's session is in ``trace_id``. Trap: a client that names none
# gets a new UUID as trace_id for *each call*, so a name from the request's own metadata goes first.
CONVERSATION = (
    "session_id",
    "metadata.requester_metadata.conversation_id",
    "metadata.requester_metadata.session_id",
    "trace_id",
)
CLIENT_IP = ("requester_ip_address", "metadata.requester_ip_address")
USER_AGENT = ("user_agent", "metadata.user_agent")
# What clients may have sent as JSON text; decoded so that paths of --map and --identity reach into it.
_JSON_FIELDS = ("metadata", "messages", "response", "request_tags", "model_parameters", "error_information")
_KNOWN = (
    *(
        "id",
        "startTime",
        "end_user",
        "messages",
        "response",
        "requester_ip_address",
        "user_agent",
        "session_id",
        "model",
    ),
    *("prompt_tokens", "completion_tokens", "metadata", "model_group", "error_information"),
    # The price list of the model, repeated in every record (7 kB): nothing about the call.
    *("model_map_information", "hidden_params", "cost_breakdown"),
)
_KNOWN_METADATA = ("model_map_information", "usage_object", "cost_breakdown", "requester_custom_headers")


class LiteLLM:
    """One record a call: bodies, both identities, address and client, whether it succeeded or not."""

    name: ClassVar[str] = "litellm"
    title: ClassVar[str] = "LiteLLM StandardLoggingPayload, NDJSON or JSON array"

    def claims(self, record: JsonObject) -> bool:
        """The call's id and kind beside camelCase times; a SpendLogs row has ``request_id`` instead of ``id``."""
        return {"id", "call_type", "startTime"} <= record.keys() and "request_id" not in record

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[Draft]:
        """One event a call."""
        raw: JsonObject = {**record, **{key: from_json(record[key]) for key in _JSON_FIELDS if key in record}}
        response = as_object(raw.get("response"))
        failed = raw.get("status") == "failure" or bool(raw.get("error_str"))
        yield EventDraft(
            {
                "event_id": raw.get("id"),
                "time": raw.get("startTime"),
                "conversation_id": first_of(raw, CONVERSATION),
                "model": raw.get("model_group") or raw.get("model"),
                "channel": "api",
                "client_ip": first_of(raw, CLIENT_IP),
                "user_agent": first_of(raw, USER_AGENT),
                "input": loose_messages(raw.get("messages"), "user"),
                "output": output_of(raw.get("response")),
                "input_tokens": raw.get("prompt_tokens"),
                "output_tokens": raw.get("completion_tokens"),
                "finish_reason": finish_reason(response) or ("error" if failed else None),
                "extra": _extra(raw),
            },
            raw,
            ACCOUNT,
            END_USER,
        )


def output_of(response: Any) -> list[Any]:
    """The answer's messages: a completion or Responses object, or whatever text stands in its place."""
    if isinstance(response, dict) and ("choices" in response or "output" in response):
        return response_output(response)
    # Embeddings and the like answer with data, not words.
    return [] if isinstance(response, dict) else loose_messages(response, "assistant")


def _extra(raw: JsonObject) -> dict[str, Any]:
    extra = rest_of(raw, _KNOWN)
    if metadata := rest_of(as_object(raw.get("metadata")), _KNOWN_METADATA):
        extra["metadata"] = metadata
    error = rest_of(as_object(raw.get("error_information")), ("traceback",))
    if error.get("error_code") or error.get("error_class"):
        extra["error_information"] = error
    if raw.get("model_group") and raw.get("model") != raw.get("model_group"):
        extra["model"] = raw.get("model")
    return extra
