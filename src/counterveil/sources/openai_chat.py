"""OpenAI chat completions: request and response pairs, or bare completion objects; and the Responses API's shape.

The account is the API project or key of the operator's own gateway, so it is looked for in the pair's own fields first;
``user`` and ``safety_identifier`` name the *end user* and stand in for the account only where nothing else does.

A listing of stored completions holds answers only. The questions are a second listing, one line a message, which joins by
the completion's id when both are given in one call.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from counterveil.sources.base import (
    BadFieldError,
    Draft,
    EventDraft,
    JsonObject,
    ReadOptions,
    as_object,
    first_of,
    rest_of,
)
from counterveil.sources.chat import finish_reason, request_input, response_output, usage_of
from counterveil.sources.joining import joined_skip

ACCOUNT = (
    "account_id",
    "project_id",
    "organization",
    "api_key_id",
    "request.metadata.account_id",
    "request.metadata.user_id",
    "response.metadata.account_id",
    "metadata.account_id",
    "metadata.user_id",
    "request.user",
    "request.safety_identifier",
    "user",
    "input_user",
    "safety_identifier",
)
# ``user`` first: where a client sends both it is the plain name, and the same person's other calls may have only that.
END_USER = (
    "end_user_id",
    "request.user",
    "request.safety_identifier",
    "request.metadata.end_user_id",
    "user",
    "input_user",
    "safety_identifier",
    "metadata.end_user_id",
)
CONVERSATION = (
    "conversation_id",
    "request.metadata.conversation_id",
    "request.metadata.session_id",
    "response.metadata.conversation_id",
    "metadata.conversation_id",
    "metadata.session_id",
    "request.conversation.id",
    "request.conversation",
    "response.conversation.id",
    "conversation.id",
    "conversation",
    "request.prompt_cache_key",
    "prompt_cache_key",
)
TIME = ("time", "timestamp", "response.created", "response.created_at", "created", "created_at")
CLIENT_IP = ("client_ip", "ip", "request_ip")
USER_AGENT = ("user_agent", "headers.user-agent", "request_headers.user-agent")
STORED_MESSAGES = "counterveil.stored_messages"
_COMPLETIONS = ("chat.completion", "text_completion", "response")
_BODY = (
    "messages",
    "input",
    "instructions",
    "prompt",
    "choices",
    "output",
    "usage",
    "id",
    "object",
    "created",
    "model",
)
_PAIR = ("request", "response", "id", STORED_MESSAGES)


class OpenAIChat:
    """Pairs ``{"request": …, "response": …}`` as a logging client or gateway writes them, or bare completions."""

    name: ClassVar[str] = "openai"
    title: ClassVar[str] = "OpenAI chat completions (request/response pairs or stored completions), JSON or JSON Lines"

    def claims(self, record: JsonObject) -> bool:
        """A completion object, alone or as the response to a request; or a message of a stored completion."""
        if record.get("object") in _COMPLETIONS or is_stored_message(record):
            return True
        return isinstance(record.get("request"), dict) and isinstance(record.get("response"), dict | type(None))

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[Draft]:
        """One event a completion."""
        if skip := joined_skip(record):
            yield skip
            return
        if is_stored_message(record):
            raise BadFieldError(
                "completion_id",
                "a stored message without its completion",
                "Give the listing of completions in the same call: it has time and account.",
            )
        paired = isinstance(record.get("request"), dict)
        request: JsonObject = record["request"] if paired else record
        response: JsonObject = as_object(record.get("response")) if paired else record
        asked = request_input(request) if paired else _stored(record) or _own_input(record)
        input_tokens, output_tokens = usage_of(response)
        error = response.get("error") or (record.get("error") if paired else None)
        yield EventDraft(
            {
                "event_id": response.get("id") or first_of(record, ("id", "request_id", "event_id")),
                "time": first_of(record, TIME),
                "conversation_id": first_of(record, CONVERSATION),
                "model": response.get("model") or request.get("model"),
                "channel": "api",
                "client_ip": first_of(record, CLIENT_IP),
                "user_agent": first_of(record, USER_AGENT),
                "input": asked,
                "output": response_output(response),
                "input_tokens": input_tokens,
                "output_tokens": output_tokens,
                "finish_reason": finish_reason(response) or ("error" if error else None),
                "extra": _extra(record, request, response, paired=paired),
            },
            record,
            ACCOUNT,
            END_USER,
        )


def is_stored_message(record: JsonObject) -> bool:
    """A line of the messages listing: which completion it belongs to, and one message of its request."""
    return isinstance(record.get("completion_id"), str) and isinstance(record.get("message"), dict)


def _stored(record: JsonObject) -> list[Any]:
    lines = record.get(STORED_MESSAGES)
    return [as_object(line).get("message") for line in lines] if isinstance(lines, list) else []


def _own_input(record: JsonObject) -> list[Any]:
    """What some gateways add to a completion; a Responses object echoes only ``instructions``."""
    return request_input({key: record[key] for key in ("messages", "input", "instructions", "prompt") if key in record})


def _extra(record: JsonObject, request: JsonObject, response: JsonObject, *, paired: bool) -> dict[str, Any]:
    extra = rest_of(record, _PAIR if paired else (*_BODY, *_PAIR))
    if paired:
        extra |= {
            name: kept
            for name, body in (("request", request), ("response", response))
            if (kept := rest_of(body, _BODY))
        }
    return extra
