"""Langfuse's older exports name user and session on the *trace*, a row of its own; the observations only name the trace."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from counterveil.sources.base import JsonObject
from counterveil.sources.joining import KeyedJoiner, Member, Place, attach
from counterveil.sources.langfuse import TRACE, Langfuse, is_trace, trace_id_of
from counterveil.sources.values import json_text

# What an observation takes over; a trace's input and output repeat those of its observations.
_TAKEN = ("userId", "user_id", "sessionId", "session_id", "metadata")


class LangfuseJoiner(KeyedJoiner):
    """Bound: 128 MiB of rows. An observation that leaves before its trace comes has only what stands on it."""

    format_name = Langfuse.name
    max_bytes = 128 * 1024 * 1024

    def key_and_role(self, record: JsonObject) -> tuple[str, str] | None:
        """The trace that a row is, or belongs to."""
        if is_trace(record):
            return str(record["id"]), "trace"
        if "userId" in record or "user_id" in record:
            # A v2 row has what its trace has.
            return None
        trace = trace_id_of(record)
        return (trace, "observation") if trace is not None else None

    def join(self, members: list[Member]) -> Iterable[tuple[Place, bytes]]:
        """Observations with the first row of their trace; trace rows stay, and are counted as skipped."""
        trace = next((m for m in members if m.role == "trace"), None)
        if trace is None:
            return
        try:
            row = orjson.loads(trace.line)
        except orjson.JSONDecodeError:
            # Lone surrogates or NaN in a trace: its observations stand alone.
            return
        taken = json_text({key: row[key] for key in _TAKEN if key in row}).encode()
        for member in members:
            if member.role == "observation":
                yield member.place, attach(member.line, TRACE, taken)
