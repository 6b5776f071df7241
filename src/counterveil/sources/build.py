"""From an adapter's draft to a checked event or account; every fault names its field and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from counterveil.model.event import Account, Event, Message, Side
from counterveil.sources.base import (
    AccountDraft,
    BadFieldError,
    EventDraft,
    JsonObject,
    ReadOptions,
    first_id,
    look_up,
)
from counterveil.sources.values import to_count, to_id, to_messages, to_text, to_time

EVENT_IDS = ("end_user_id", "conversation_id", "client_ip", "device_id")
EVENT_TEXTS = ("model", "channel", "user_agent", "locale", "finish_reason")
EVENT_FIELDS = frozenset(
    ("event_id", "time", "account_id", "input", "output", "input_tokens", "output_tokens", *EVENT_IDS, *EVENT_TEXTS)
)
ACCOUNT_TEXTS = (
    "email",
    "phone",
    "payment_fingerprint",
    "signup_ip",
    "signup_country",
    "plan",
    "org_id",
    "declared_use",
)
ACCOUNT_FIELDS = frozenset(("account_id", "created_at", *ACCOUNT_TEXTS))


def build_event(draft: EventDraft, options: ReadOptions) -> Event:
    """The event of a draft, overrides of ``--map`` applied. Raises BadFieldError."""
    values = _with_overrides(draft.values, draft.raw, options, EVENT_FIELDS)
    values = _with_identity(values, draft, options)
    return Event(
        event_id=to_id(values.get("event_id"), "event_id", required=True) or "",
        time=to_time(values.get("time")),
        account_id=to_id(values.get("account_id"), "account_id", required=True) or "",
        messages=_messages(values),
        **{name: to_id(values.get(name), name, required=False) for name in EVENT_IDS},
        **{name: to_text(values.get(name)) for name in EVENT_TEXTS},
        input_tokens=to_count(values.get("input_tokens"), "input_tokens"),
        output_tokens=to_count(values.get("output_tokens"), "output_tokens"),
        extra=values.get("extra") or {},
    )


def build_account(draft: AccountDraft, options: ReadOptions) -> Account:
    """The account of a draft. Raises BadFieldError."""
    values = _with_overrides(draft.values, draft.raw, options, ACCOUNT_FIELDS)
    created = values.get("created_at")
    return Account(
        account_id=to_id(values.get("account_id"), "account_id", required=True) or "",
        created_at=None if created in (None, "") else to_time(created, "created_at"),
        **{name: to_text(values.get(name)) for name in ACCOUNT_TEXTS},
        extra=values.get("extra") or {},
    )


def _messages(values: dict[str, Any]) -> tuple[Message, ...]:
    return (
        *to_messages(values.get("input"), Side.INPUT, "input"),
        *to_messages(values.get("output"), Side.OUTPUT, "output"),
    )


def _with_overrides(
    values: dict[str, Any], raw: JsonObject, options: ReadOptions, allowed: Iterable[str]
) -> dict[str, Any]:
    if not options.overrides:
        return values
    mapped = dict(values)
    for name, path in options.overrides.items():
        if name in allowed:
            mapped[name] = path[1:] if path.startswith("=") else look_up(raw, path)
    return mapped


def _with_identity(values: dict[str, Any], draft: EventDraft, options: ReadOptions) -> dict[str, Any]:
    """Account and end user from the places of ``--identity`` or of the format; ``--map`` has the last word."""
    places = options.identity or draft.account
    found = dict(values)
    if places and "account_id" not in options.overrides:
        found["account_id"] = first_id(draft.raw, places)
    if draft.end_user and "end_user_id" not in options.overrides:
        found["end_user_id"] = first_id(draft.raw, draft.end_user, other_than=found.get("account_id"))
    return found


def check_overrides(overrides: Iterable[str]) -> None:
    """Refuse a ``--map`` of a field that does not exist. Raises BadFieldError."""
    known = EVENT_FIELDS | ACCOUNT_FIELDS
    for name in overrides:
        if name not in known:
            raise BadFieldError(name, "no such field", f"--map takes: {', '.join(sorted(known))}.")
