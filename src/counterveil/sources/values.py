"""From what logs hold to what we mean: times, numbers, strings and message parts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from counterveil.model.event import Message, Side
from counterveil.sources.base import BadFieldError

# 1990-01-01 .. 2100-01-01, in seconds: what an AI service's log can hold. The same bounds tell epoch units apart,
# since the ranges in seconds, milli-, micro- and nanoseconds do not overlap.
_EARLIEST_S = 631_152_000
_LATEST_S = 4_102_444_800
_UNITS_PER_S = (1, 1_000, 1_000_000, 1_000_000_000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)
# Python 3.11's fromisoformat takes at most six fraction digits; logs hold up to nine.
_FRACTION = re.compile(r"(\.\d{6})\d+")
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\Z", re.ASCII)
_TIME_REMEDY = "Give ISO 8601 with an offset (2026-03-02T01:14:09Z) or an epoch in s, ms, µs or ns."
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_ID_CHARS = 512
_MAX_DIGITS = 40


def clean(text: str) -> str:
    """Text that Arrow, SQL and a terminal can hold: lone surrogates become U+FFFD, NUL becomes U+2400 (visible)."""
    if text.isascii():
        return text.replace("\0", "\u2400") if "\0" in text else text
    return _SURROGATE.sub("\ufffd", text).replace("\0", "\u2400")


def to_time(value: Any, field: str = "time") -> datetime:
    """Aware UTC from ISO 8601 text or an epoch in any of four units (told apart by size).

    A text without an offset is refused: guessing a zone would shift every schedule.

    >>> to_time("2026-03-02T03:14:09+02:00").isoformat()
    '2026-03-02T01:14:09+00:00'
    >>> to_time(1772414049123) == to_time("2026-03-02T01:14:09.123Z")
    True
    """
    if isinstance(value, datetime):
        return _aware(value, field)
    if isinstance(value, str) and _NUMBER.match(value.strip()):
        text = value.strip()
        # The standard library refuses to convert thousands of digits, and no epoch has them.
        value = float(text) if "." in text or len(text) > _MAX_DIGITS else int(text)
    if isinstance(value, bool) or value is None:
        raise BadFieldError(field, f"no time: {value!r}", _TIME_REMEDY)
    if isinstance(value, int | float):
        return _from_epoch(value, field)
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()))
        except ValueError as error:
            raise BadFieldError(field, f"not a time: {_short(value)}", _TIME_REMEDY) from error
        return _aware(parsed, field)
    raise BadFieldError(field, f"not a time: {_short(value)}", _TIME_REMEDY)


def assume_utc(value: Any) -> Any:
    """A text without a zone gets one: only for formats whose store is known to hold UTC. Other values stay.

    >>> assume_utc("2026-11-24 11:29:30.073")
    '2026-11-24 11:29:30.073+00:00'
    """
    return f"{value.strip()}+00:00" if isinstance(value, str) and _NO_ZONE.match(value.strip()) else value


def _aware(value: datetime, field: str) -> datetime:
    if value.tzinfo is None:
        raise BadFieldError(field, f"time without a zone: {value.isoformat()}", _TIME_REMEDY)
    try:
        moment = value.astimezone(UTC)
    except OverflowError as error:
        raise BadFieldError(field, "time out of range", _TIME_REMEDY) from error
    if not _EARLIEST_S <= (moment - _EPOCH).total_seconds() < _LATEST_S:
        raise BadFieldError(field, f"time outside 1990–2100: {moment.isoformat()}", _TIME_REMEDY)
    return moment


def _from_epoch(value: float, field: str) -> datetime:
    for per_s in _UNITS_PER_S:
        if _EARLIEST_S * per_s <= value < _LATEST_S * per_s:
            # Integers stay exact; a float epoch in seconds carries microseconds at best.
            whole_us = value * 1_000_000 // per_s if isinstance(value, int) else round(value * (1_000_000 / per_s))
            return _EPOCH + timedelta(microseconds=int(whole_us))
    raise BadFieldError(field, f"epoch outside 1990–2100: {_short(value)}", _TIME_REMEDY)


def to_id(value: Any, field: str, *, required: bool) -> str | None:
    """An identifier as text; numbers are accepted, structures are not."""
    if value is None or value == "":
        if required:
            raise BadFieldError(field, "missing", f"Give {field}, or name its place with --map {field}=PATH.")
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadFieldError(field, f"not a text: {_short(value)}", f"Give {field} as a string.")
    text = clean(str(value)).strip()
    if not text and required:
        raise BadFieldError(field, "blank", f"Give {field}, or name its place with --map {field}=PATH.")
    if len(text) > _MAX_ID_CHARS:
        raise BadFieldError(field, f"{len(text)} characters long", f"Use an id of at most {_MAX_ID_CHARS} characters.")
    return text or None


def to_text(value: Any) -> str | None:
    """A descriptive field as text; structures are kept as JSON."""
    if value is None or value == "":
        return None
    return clean(value) if isinstance(value, str) else clean(json_text(value))


def to_count(value: Any, field: str) -> int | None:
    """A token count; None where the log has none."""
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadFieldError(field, f"not a whole number: {_short(value)}", f"Give {field} as an integer.") from error
    if not 0 <= number < 1 << 53:
        raise BadFieldError(field, f"out of range: {number}", f"Give {field} as a count of tokens.")
    return number


def to_messages(value: Any, side: Side, field: str) -> tuple[Message, ...]:
    """Messages of one side: a list of ``{role, content}``, one such object, or a bare text; missing means none."""
    if value in (None, "", [], {}):
        return ()
    default_role = "user" if side is Side.INPUT else "assistant"
    if isinstance(value, str):
        return (Message(side, default_role, clean(value)),)
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, Sequence) or isinstance(value, bytes):
        raise BadFieldError(field, f"not a list of messages: {_short(value)}", "Give [{role, content}, …] or [].")
    found = []
    for item in value:
        if isinstance(item, str):
            found.append(Message(side, default_role, clean(item)))
        elif isinstance(item, Mapping):
            role = item.get("role")
            text = message_text(item)
            if text:
                found.append(Message(side, clean(role) if isinstance(role, str) and role else default_role, text))
        elif item is not None:
            raise BadFieldError(field, f"not a message: {_short(item)}", "Give [{role, content}, …] or [].")
    return tuple(found)


def message_text(message: Mapping[str, Any]) -> str:
    """Plain text of a message: string content, OpenAI or OpenTelemetry parts, tool calls as ``name(arguments)``."""
    texts = [content_text(message.get("content"))]
    for name in ("parts", "content_parts"):
        if not texts[0] and message.get(name):
            texts = [content_text(message[name])]
    if isinstance(message.get("refusal"), str):
        texts.append(clean(message["refusal"]))
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, Sequence) else ():
        texts.append(_call_text(call))
    if not any(texts) and message.get("type") not in (None, "message"):
        # An item of the Responses API that is no message: a function call, its output, a reasoning summary.
        texts.append(_part_text(message))
    return "\n".join(t for t in texts if t)


def _call_text(call: Any) -> str:
    if not isinstance(call, Mapping):
        return ""
    function = call.get("function")
    named = function if isinstance(function, Mapping) else call
    return clean(f"{_plain(named.get('name', ''))}({_plain(named.get('arguments', ''))})") if "name" in named else ""


def content_text(content: Any) -> str:
    """Text of a ``content`` value; images and files leave a mark such as ``[image_url]``, so that they are seen."""
    if content is None:
        return ""
    if isinstance(content, str):
        return clean(content)
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, Sequence):
        return clean(str(content))
    return "\n".join(t for t in (_part_text(part) for part in content) if t)


# Parts whose ``content`` or ``text`` is data, not words: base64 would poison n-grams and identifiers.
_MEDIA = frozenset(
    (
        "blob",
        "image",
        "image_url",
        "input_image",
        "audio",
        "input_audio",
        "video",
        "file",
        "input_file",
        "uri",
        "document",
    )
)


def _part_text(part: Any) -> str:
    if isinstance(part, str):
        return clean(part)
    if not isinstance(part, Mapping):
        return "" if part is None else clean(str(part))
    kind = _plain(part.get("type") or "")
    if kind in _MEDIA:
        return f"[{kind}]"
    for name in ("text", "content", "input_text", "output_text", "refusal"):
        value = part.get(name)
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, Mapping) and isinstance(value.get("value"), str):
            return clean(value["value"])
    if kind in ("tool_call", "function_call") or "arguments" in part:
        return _call_text({"name": "", **part})
    for name in ("response", "result", "output", "summary", "content"):
        if part.get(name) not in (None, "", [], {}):
            return clean(_plain(part[name]))
    return f"[{clean(kind)}]" if kind else ""


def from_json(value: Any) -> Any:
    """A value that some clients send as a JSON *string*; the value itself where it is not JSON."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def json_text(value: Any) -> str:
    """Any value as JSON text with sorted keys; what JSON cannot hold becomes text, and nothing ever fails."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS).decode()
    except (TypeError, orjson.JSONEncodeError):
        pass
    try:
        # Lone surrogates, integers over 64 bits, and more levels than orjson takes.
        return clean(json.dumps(value, default=str, sort_keys=True, ensure_ascii=False))
    except (RecursionError, TypeError, ValueError):
        return '"[cannot be shown: nested too deeply]"'


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def extra_json(value: Mapping[str, Any]) -> str | None:
    """Unknown keys as JSON with sorted keys; None when there are none."""
    return clean(json_text(dict(value))) if value else None
