"""The messages of a model call in OpenTelemetry, in all the forms that instrumentations have written so far.

Current: ``gen_ai.input.messages`` on the span or on one log event. Before that: one event a message. Before that:
numbered attributes. Langfuse's SDK has its own two attributes. Whichever form has content is taken, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from counterveil.sources.base import JsonObject, as_object
from counterveil.sources.chat import loose_messages
from counterveil.sources.otlp import LogEvent
from counterveil.sources.values import from_json

DETAILS = "gen_ai.client.inference.operation.details"
_CHOICE = "gen_ai.choice"
_ONE_MESSAGE = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message\Z")
_NUMBERED = re.compile(r"gen_ai\.(prompt|completion)\.(\d{1,6})\.(.+)\Z", re.DOTALL)
_CALL = re.compile(r"tool_calls\.(\d{1,6})\.(\w+)\Z")
CONTENT_EVENTS = (DETAILS, _CHOICE, "gen_ai.content.prompt", "gen_ai.content.completion")
# Attributes that hold content: read here, so not repeated in ``extra``, and never inherited from a parent.
CONTENT_KEYS = (
    *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"),
    *("langfuse.observation.input", "langfuse.observation.output"),
)
CONTENT_PREFIXES = ("gen_ai.prompt.", "gen_ai.completion.", "langfuse.observation.usage_details")


def is_content_event(event: LogEvent) -> bool:
    """Whether an event carries messages of a model call."""
    return event.name in CONTENT_EVENTS or _ONE_MESSAGE.match(event.name) is not None


def messages_of(attributes: JsonObject, events: Iterable[LogEvent]) -> tuple[list[Any], list[Any]]:
    """Input and output messages; each side from the first form that has any."""
    found = list(events)
    details = [as_object(event.attributes) for event in found if event.name == DETAILS]
    details += [as_object(event.body) for event in found if event.name == DETAILS]
    asked: list[Any] = []
    answered: list[Any] = []
    for source in (attributes, *details):
        asked = asked or _current_input(source)
        answered = answered or loose_messages(source.get("gen_ai.output.messages"), "assistant")
    numbered = _numbered(attributes)
    asked = asked or numbered["prompt"] or _event_input(found) or loose_messages(_langfuse(attributes, "input"), "user")
    answered = answered or numbered["completion"] or _event_output(found)
    return asked, answered or loose_messages(_langfuse(attributes, "output"), "assistant")


def finish_reason_of(attributes: JsonObject, output: list[Any], events: Iterable[LogEvent]) -> Any:
    """Why the model stopped: the attribute, or (missing on streams) what stands with the first answer."""
    reasons = attributes.get("gen_ai.response.finish_reasons")
    if isinstance(reasons, list) and reasons:
        return reasons[0]
    for answer in output:
        if reason := as_object(answer).get("finish_reason"):
            return reason
    for event in events:
        if event.name == _CHOICE:
            return as_object(event.body).get("finish_reason") or event.attributes.get("finish_reason")
    return attributes.get("langfuse.observation.metadata.finish_reason")


def _langfuse(attributes: JsonObject, side: str) -> Any:
    return attributes.get(f"langfuse.observation.{side}")


def _current_input(source: JsonObject) -> list[Any]:
    messages = loose_messages(source.get("gen_ai.input.messages"), "user")
    instructions = from_json(source.get("gen_ai.system_instructions"))
    return [{"role": "system", "content": instructions}, *messages] if instructions else messages


def _numbered(attributes: JsonObject) -> dict[str, list[Any]]:
    """``gen_ai.prompt.0.role`` and its like, in numeric order (10 after 9)."""
    sides: dict[str, dict[int, dict[str, Any]]] = {"prompt": {}, "completion": {}}
    for key, value in attributes.items():
        if match := _NUMBERED.match(key):
            side, number, name = match.groups()
            message = sides[side].setdefault(int(number), {})
            if call := _CALL.match(name):
                message.setdefault("calls", {}).setdefault(int(call[1]), {})[call[2]] = value
            else:
                message[name] = value
    return {side: [_numbered_message(messages[n], side) for n in sorted(messages)] for side, messages in sides.items()}


def _numbered_message(message: dict[str, Any], side: str) -> dict[str, Any]:
    calls = message.pop("calls", {})
    content = from_json(message.get("content"))
    if isinstance(content, list) and all(isinstance(part, dict) and "type" in part for part in content):
        # Parts come as JSON text; other JSON (a tool's answer) is the text that it was.
        message["content"] = content
    role = message.get("role") or ("user" if side == "prompt" else "assistant")
    return {**message, "role": role, "tool_calls": [calls[n] for n in sorted(calls)]}


def _event_input(events: list[LogEvent]) -> list[Any]:
    found = []
    for event in events:
        if match := _ONE_MESSAGE.match(event.name):
            # As a log record the message is the body; as a span event it is the attributes.
            found.append({"role": match[1], **as_object(event.body or event.attributes)})
        elif event.name == "gen_ai.content.prompt":
            found.extend(loose_messages(event.attributes.get("gen_ai.prompt"), "user"))
    return found


def _event_output(events: list[LogEvent]) -> list[Any]:
    found = []
    for event in events:
        if event.name == _CHOICE:
            body = as_object(event.body or event.attributes)
            found.extend(loose_messages(body.get("message") or body.get("content"), "assistant"))
        elif event.name == "gen_ai.content.completion":
            found.extend(loose_messages(event.attributes.get("gen_ai.completion"), "assistant"))
    return found
