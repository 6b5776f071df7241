"""From one frame of bytes to checked Arrow tables: a pure function, so that frames are parsed in parallel."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa

from counterveil.ids import content_key, key64, key128
from counterveil.model.event import ACCOUNT_SCHEMA, EVENT_SCHEMA, N_BUCKETS, TEXT_SCHEMA, Account, Event, Side
from counterveil.sources.base import (
    AccountDraft,
    BadFieldError,
    Draft,
    Frame,
    JsonObject,
    ReadOptions,
    Reject,
    Skip,
    Source,
)
from counterveil.sources.build import build_account, build_event
from counterveil.sources.values import clean, extra_json

_JSON_REMEDY = "Write one JSON object per line, UTF-8."
# All that hostile structure can raise in an adapter or in the checks behind it.
UNREADABLE = (BadFieldError, AttributeError, TypeError, ValueError, KeyError, IndexError, RecursionError)
_MAX_REASON_CHARS = 300


@dataclass(slots=True)
class Parsed:
    """What one frame held. Tables follow ``model.event``; texts are distinct within the frame."""

    events: pa.Table
    texts: pa.Table
    accounts: pa.Table
    n_records: int
    rejects: list[Reject] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def records(frame: Frame, label: str) -> Iterator[tuple[int, JsonObject | Reject]]:
    """Each non-blank record of a frame with its number: a JSON object, or why it is none.

    A line that is an array holds several records (LiteLLM posts its log that way); they share the line's number.
    """
    for offset, line in enumerate(frame.data.split(b"\n")):
        if line.strip():
            number = frame.first + offset
            found = _value(line, number, label, frame.unit)
            for item in found if isinstance(found, list) and found else (found,):
                yield number, _object(item, number, label, frame.unit)


def _object(item: Any, number: int, label: str, unit: str) -> JsonObject | Reject:
    if isinstance(item, dict | Reject):
        return item
    return Reject(label, number, "line", f"not a JSON object but {type(item).__name__}", _JSON_REMEDY, unit)


def _value(line: bytes, number: int, label: str, unit: str) -> Any:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        reason = str(error)
        try:
            # The standard parser also takes lone surrogates and NaN, which real clients do emit.
            record = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as bad:
            return Reject(label, number, "line", f"not UTF-8 at byte {bad.start}", "Convert the file to UTF-8.", unit)
        except (ValueError, RecursionError):
            return Reject(label, number, "line", f"not valid JSON: {reason}", _JSON_REMEDY, unit)
    return record


def parse(frame: Frame, source: Source, options: ReadOptions) -> Parsed:
    """All events, texts and accounts of a frame; what cannot be taken in becomes a reject with its place."""
    events: list[Event] = []
    accounts: list[Account] = []
    rejects = list(frame.bad)
    skipped: Counter[str] = Counter()
    n_records = 0
    for number, record in records(frame, options.label):
        n_records += 1
        if isinstance(record, Reject):
            rejects.append(record)
            continue
        n_drafts = 0
        try:
            for draft in source.drafts(record, options):
                n_drafts += 1
                # Checked one by one: one bad span must not take its neighbours in the same export with it.
                try:
                    _take(draft, options, events, accounts, skipped)
                except UNREADABLE as error:
                    rejects.append(_reject(_as_bad(error, source), options.label, number, frame.unit))
        except UNREADABLE as error:
            rejects.append(_reject(_as_bad(error, source), options.label, number, frame.unit))
            continue
        if not n_drafts:
            rejects.append(_reject(_as_bad(ValueError("nothing in it"), source), options.label, number, frame.unit))
    texts: dict[int, str] = {}
    event_rows = [_event_row(event, texts, options) for event in events]
    return Parsed(
        events=pa.Table.from_pylist(event_rows, schema=EVENT_SCHEMA),
        texts=pa.table({"content_key": list(texts), "text": list(texts.values())}, schema=TEXT_SCHEMA),
        accounts=pa.Table.from_pylist([_account_row(account) for account in accounts], schema=ACCOUNT_SCHEMA),
        n_records=n_records,
        rejects=rejects,
        skipped=skipped,
    )


def _take(
    draft: Draft,
    options: ReadOptions,
    events: list[Event],
    accounts: list[Account],
    skipped: Counter[str],
) -> None:
    if isinstance(draft, BadFieldError):
        raise draft
    if isinstance(draft, Skip):
        skipped[draft.reason] += 1
    elif isinstance(draft, AccountDraft):
        accounts.append(build_account(draft, options))
    else:
        events.append(build_event(draft, options))


def _as_bad(error: Exception, source: Source) -> BadFieldError:
    """What a person is told: an adapter that met a foreign structure (a list for an object) fails by other types."""
    if isinstance(error, BadFieldError):
        return error
    return BadFieldError("record", f"not a {source.name} record: {error}", "Check --format for this file.")


def _reject(bad: BadFieldError, label: str, number: int, unit: str) -> Reject:
    return Reject(label, number, bad.field_name, clean(bad.reason)[:_MAX_REASON_CHARS], bad.remedy, unit)


def _event_row(event: Event, texts: dict[int, str], options: ReadOptions) -> dict[str, Any]:
    hi, lo = key128(event.event_id)
    return {
        "event_hi": hi,
        "event_lo": lo,
        "event_id": event.event_id,
        "time": event.time,
        "account_id": event.account_id,
        "bucket": key64(event.account_id) % N_BUCKETS,
        "end_user_id": event.end_user_id,
        "conversation_id": event.conversation_id,
        "model": event.model,
        "channel": event.channel,
        "client_ip": event.client_ip,
        "user_agent": event.user_agent,
        "device_id": event.device_id,
        "locale": event.locale,
        "input_tokens": event.input_tokens,
        "output_tokens": event.output_tokens,
        "finish_reason": event.finish_reason,
        "source": options.label,
        "messages": _message_rows(event, texts, options.secret),
        "extra": extra_json(event.extra),
    }


def _message_rows(event: Event, texts: dict[int, str], secret: bytes) -> list[dict[str, Any]]:
    """Messages as keys; ``trailing`` marks what follows the last assistant message, i.e. what is asked now."""
    inputs = [m for m in event.messages if m.side is Side.INPUT]
    last_reply = max((i for i, m in enumerate(inputs) if m.role == "assistant"), default=-1)
    rows = []
    chain = 0
    for index, message in enumerate(event.messages):
        content = content_key(message.text, secret)
        texts.setdefault(content, message.text)
        chain = key64(str(chain), message.role, str(content))
        trailing = message.side is Side.INPUT and index > last_reply and message.role not in ("system", "developer")
        rows.append(
            {
                "side": int(message.side),
                "role": message.role,
                "content_key": content,
                "chain_key": chain,
                "trailing": trailing,
            }
        )
    return rows


def _account_row(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ACCOUNT_SCHEMA.names if name != "extra"} | {
        "extra": extra_json(account.extra)
    }
