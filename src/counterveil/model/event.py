"""What a service logs: requests with their messages, and the accounts that made them (DESIGN.md §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

import pyarrow as pa


class Side(IntEnum):
    """Who wrote a message: the person or their program (``INPUT``), or the model (``OUTPUT``)."""

    INPUT = 0
    OUTPUT = 1


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a request or response, as logged; whether it is a new *turn* is decided later.

    ``role`` is the sender's role (``user``, ``system``, ``assistant``, ``tool`` …); ``text`` is the plain text of all parts.
    """

    side: Side
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """One request to the service with its response.

    ``account_id`` is who can be acted on; ``end_user_id`` is the person behind an API customer. ``time`` is aware UTC.
    ``extra`` keeps every key of the source that has no place here.
    """

    event_id: str
    time: datetime
    account_id: str
    messages: tuple[Message, ...] = ()
    end_user_id: str | None = None
    conversation_id: str | None = None
    model: str | None = None
    channel: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    device_id: str | None = None
    locale: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    finish_reason: str | None = None
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """What the service knows about an account from its registration; everything but the id may be missing."""

    account_id: str
    created_at: datetime | None = None
    email: str | None = None
    phone: str | None = None
    payment_fingerprint: str | None = None
    signup_ip: str | None = None
    signup_country: str | None = None
    plan: str | None = None
    org_id: str | None = None
    declared_use: str | None = None
    extra: dict[str, object] = field(default_factory=dict)


N_BUCKETS = 16
TIME = pa.timestamp("us", tz="UTC")

MESSAGE_STRUCT = pa.struct(
    [
        pa.field("side", pa.int8(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("content_key", pa.int64(), nullable=False),
        # Position-and-history hash: equal only where the same messages in the same order precede this one.
        pa.field("chain_key", pa.int64(), nullable=False),
        # After the last assistant message of the request: what is being asked now.
        pa.field("trailing", pa.bool_(), nullable=False),
    ]
)

EVENT_SCHEMA = pa.schema(
    [
        pa.field("event_hi", pa.int64(), nullable=False),
        pa.field("event_lo", pa.int64(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("time", TIME, nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        # Accounts are spread over a fixed number of buckets, so that new events recompute only their own.
        pa.field("bucket", pa.int32(), nullable=False),
        pa.field("end_user_id", pa.string()),
        pa.field("conversation_id", pa.string()),
        pa.field("model", pa.string()),
        pa.field("channel", pa.string()),
        pa.field("client_ip", pa.string()),
        pa.field("user_agent", pa.string()),
        pa.field("device_id", pa.string()),
        pa.field("locale", pa.string()),
        pa.field("input_tokens", pa.int64()),
        pa.field("output_tokens", pa.int64()),
        pa.field("finish_reason", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("messages", pa.list_(MESSAGE_STRUCT), nullable=False),
        pa.field("extra", pa.string()),
    ]
)

TEXT_SCHEMA = pa.schema(
    [pa.field("content_key", pa.int64(), nullable=False), pa.field("text", pa.string(), nullable=False)]
)

ACCOUNT_SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("created_at", TIME),
        pa.field("email", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("payment_fingerprint", pa.string()),
        pa.field("signup_ip", pa.string()),
        pa.field("signup_country", pa.string()),
        pa.field("plan", pa.string()),
        pa.field("org_id", pa.string()),
        pa.field("declared_use", pa.string()),
        pa.field("extra", pa.string()),
    ]
)
