"""Where the messages are in what clients send to a model and get back, in the shapes that several logs share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterveil.sources.base import JsonObject, as_object
from counterveil.sources.values import from_json, json_text

_MESSAGE_KEYS = frozenset(("role", "content", "parts", "tool_calls", "content_parts"))


def request_input(body: JsonObject) -> list[Any]:
    """The messages of a request: chat ``messages``, or the Responses API's ``instructions`` and ``input``."""
    messages = body.get("messages")
    if isinstance(messages, list):
        return messages
    found: list[Any] = []
    if body.get("instructions"):
        found.append({"role": "system", "content": body["instructions"]})
    given = body.get("input") or body.get("prompt")
    if isinstance(given, list):
        found.extend(_with_role(item) for item in given)
    elif given:
        found.append({"role": "user", "content": given})
    return found


def _with_role(item: Any) -> Any:
    """Items of the Responses API that name no sender: the model asks for a call, the client returns its output."""
    if isinstance(item, Mapping) and not item.get("role"):
        kind = str(item.get("type", ""))
        if kind.endswith("_output"):
            return {**item, "role": "tool"}
        if kind.endswith("_call") or kind == "reasoning":
            return {**item, "role": "assistant"}
    return item


def response_output(body: JsonObject) -> list[Any]:
    """The messages of a response: every choice's message, or the Responses API's ``output`` items."""
    choices = body.get("choices")
    if isinstance(choices, list):
        return [message for choice in choices if (message := _choice_message(as_object(choice)))]
    output = body.get("output")
    items = output if isinstance(output, list) else []
    return [{**item, "role": item.get("role") or "assistant"} for item in items if isinstance(item, Mapping)]


def _choice_message(choice: JsonObject) -> dict[str, Any] | None:
    message = as_object(choice.get("message"))
    if message:
        return {**message, "role": message.get("role") or "assistant"}
    return {"role": "assistant", "content": choice["text"]} if choice.get("text") else None


def finish_reason(body: JsonObject) -> Any:
    """Why the model stopped: the first choice's reason, or the Responses API's status."""
    choices = body.get("choices")
    first = as_object(choices[0]) if isinstance(choices, list) and choices else {}
    return first.get("finish_reason") or body.get("status")


def usage_of(body: JsonObject) -> tuple[Any, Any]:
    """Input and output tokens, under either API's names."""
    usage = as_object(body.get("usage"))
    return (
        usage.get("prompt_tokens", usage.get("input_tokens")),
        usage.get("completion_tokens", usage.get("output_tokens")),
    )


def loose_messages(value: Any, role: str) -> list[Any]:
    """Messages from a field in which an application may have logged anything: JSON text, messages, an object, words.

    What is no message is kept as the text of one, because a person wrote it or read it.
    """
    given = value
    value = from_json(value)
    if value in (None, "", [], {}):
        return []
    if isinstance(value, Mapping):
        if isinstance(value.get("messages"), list):
            return loose_messages(value["messages"], role)
        if isinstance(value.get("choices"), list):
            return response_output(value)
        value = [value]
    if isinstance(value, list) and all(isinstance(item, Mapping) and _MESSAGE_KEYS & item.keys() for item in value):
        return [{**item, "role": item.get("role") or role} for item in value]
    return [{"role": role, "content": given if isinstance(given, str) else json_text(given)}]
