"""Stored messages to their completion: the listing of completions has no questions, the listing of messages no answers."""

from __future__ import annotations

from collections.abc import Iterable

from counterveil.sources.base import JsonObject
from counterveil.sources.joining import KeyedJoiner, Member, Place, attach, joined_line
from counterveil.sources.openai_chat import STORED_MESSAGES, OpenAIChat, is_stored_message


class StoredMessageJoiner(KeyedJoiner):
    """Bound: 256 MiB of completions and messages. Messages whose completion is not among them are rejected by name."""

    format_name = OpenAIChat.name
    max_bytes = 256 * 1024 * 1024

    def key_and_role(self, record: JsonObject) -> tuple[str, str] | None:
        """Which completion this line is, or belongs to."""
        if is_stored_message(record):
            return record["completion_id"], "message"
        # A pair brings its own messages, and need not wait for any.
        found = record.get("id")
        return (found, "completion") if isinstance(found, str) and "request" not in record else None

    def join(self, members: list[Member]) -> Iterable[tuple[Place, bytes]]:
        """Completions with their messages; a message that went into one is counted, not kept."""
        messages = [m for m in members if m.role == "message"]
        if not messages or len(messages) == len(members):
            return
        # A listing that was fetched twice holds each message twice; the line itself tells copies apart from repeats.
        lines = list(dict.fromkeys(m.line for m in messages))
        for member in members:
            if member.role == "completion":
                yield member.place, attach(member.line, STORED_MESSAGES, b"[" + b",".join(lines) + b"]")
            elif member.role == "message":
                yield member.place, joined_line("stored message")
