"""OpenAI Batch API files: input lines hold the prompts, output lines the answers; ``custom_id`` joins them.

Neither carries an address, and an output names nobody: who asked stands in the input only, so both are given in one call.
An output line knows when it was answered; an input line knows no time at all, so an input without its output takes the
file's modification time (noted in ``extra.time_source``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from counterveil.ids import digest_hex
from counterveil.sources.base import (
    BadFieldError,
    Draft,
    EventDraft,
    JsonObject,
    ReadOptions,
    Skip,
    as_object,
    first_of,
    rest_of,
)
from counterveil.sources.chat import finish_reason, request_input, response_output, usage_of
from counterveil.sources.joining import KeyedJoiner, Member, Place, attach, joined_line, joined_skip
from counterveil.sources.values import json_text

# Paths into the request body, which is put under ``body`` whichever line it came from.
ACCOUNT = (
    "body.metadata.account_id",
    "body.metadata.user_id",
    "body.user",
    "body.safety_identifier",
)
END_USER = ("body.user", "body.safety_identifier", "body.metadata.end_user_id")
CONVERSATION = (
    "body.metadata.conversation_id",
    "body.metadata.session_id",
    "body.conversation.id",
    "body.conversation",
    "body.prompt_cache_key",
)
_INPUT = "counterveil.batch_input"
_LINE = ("custom_id", "id", "method", "url", "body", "response", "error", _INPUT)
_BODY = ("messages", "input", "instructions", "prompt", "model")


class OpenAIBatch:
    """Batch input and output JSONL; given together they join, a lone input is an event without an answer."""

    name: ClassVar[str] = "openai-batch"
    title: ClassVar[str] = "OpenAI Batch API input and output files, JSON Lines"

    def claims(self, record: JsonObject) -> bool:
        """A line with a ``custom_id`` and a request, an answer or an error; or the batch object itself."""
        return record.get("object") == "batch" or ("custom_id" in record and bool({"body", "response"} & record.keys()))

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[Draft]:
        """One event a request; a request that the service failed to answer is kept with its error."""
        if skip := joined_skip(record):
            yield skip
            return
        if record.get("object") == "batch":
            yield Skip("batch object")
            return
        asked = as_object(record.get(_INPUT)) or (record if "body" in record else {})
        if "/embeddings" in str(asked.get("url", "")):
            yield Skip("embedding request")
            return
        yield self._event(record, asked, options)

    def _event(self, record: JsonObject, asked: JsonObject, options: ReadOptions) -> EventDraft:
        body = as_object(asked.get("body"))
        answer = as_object(as_object(record.get("response")).get("body"))
        if not body and not answer and not record.get("error"):
            raise BadFieldError("response", "neither a request body nor a response", "Check that this is a batch file.")
        if not body and not options.identity and "account_id" not in options.overrides:
            raise BadFieldError(
                "account_id",
                "an answer without its request (or with several that share its custom_id)",
                "Give the batch's input file in the same call and folder, or --map account_id==NAME.",
            )
        time: Any = answer.get("created") or answer.get("created_at")
        extra: dict[str, Any] = {
            "custom_id": record.get("custom_id"),
            "url": asked.get("url"),
            **rest_of(record, _LINE),
        }
        if time is None and options.file_time_s is not None:
            time, extra["time_source"] = options.file_time_s, "file modification time"
        if error := record.get("error") or answer.get("error"):
            extra["error"] = error
        if request := rest_of(body, _BODY):
            extra["request"] = request
        input_tokens, output_tokens = usage_of(answer)
        return EventDraft(
            {
                "event_id": record.get("id")
                or f"batch-input:{digest_hex(json_text([record.get('custom_id'), body]).encode())}",
                "time": time,
                "conversation_id": first_of({"body": body}, CONVERSATION),
                "model": answer.get("model") or body.get("model"),
                "channel": "api",
                "input": request_input(body),
                "output": response_output(answer),
                "input_tokens": input_tokens,
                "output_tokens": output_tokens,
                "finish_reason": finish_reason(answer) or ("error" if error else None),
                "extra": extra,
            },
            {**record, "body": body},
            ACCOUNT,
            END_USER,
        )


class BatchJoiner(KeyedJoiner):
    """Puts a batch's inputs to its outputs, in whatever order the files come.

    A ``custom_id`` is unique within one batch only. Where several requests share one, those of the answer's own folder
    count; if it is still not clear who asked, nothing is joined: an answer must never be laid to the wrong account.
    Bound: 512 MiB of lines (the API allows 200 MB a file).
    """

    format_name = OpenAIBatch.name
    max_bytes = 512 * 1024 * 1024

    def key_and_role(self, record: JsonObject) -> tuple[str, str] | None:
        """A request or an answer, by its custom_id."""
        custom_id = record.get("custom_id")
        if not isinstance(custom_id, str):
            return None
        return custom_id, ("request" if "body" in record else "answer")

    def join(self, members: list[Member]) -> Iterable[tuple[Place, bytes]]:
        """Answers with their request; a request that went into an answer is counted, not kept."""
        used: set[bytes] = set()
        for member in members:
            if member.role == "answer" and (request := _request_of(member, members)) is not None:
                used.add(request)
                yield member.place, attach(member.line, _INPUT, request)
        for member in members:
            if member.role == "request" and member.line in used:
                yield member.place, joined_line("batch input")


def _request_of(answer: Member, members: list[Member]) -> bytes | None:
    """The one request that an answer can belong to, None if there is none or several; copies of a file count once."""
    beside = {m.line for m in members if m.role == "request" and m.folder == answer.folder}
    requests = beside or {m.line for m in members if m.role == "request"}
    answers = {m.line for m in members if m.role == "answer" and (not beside or m.folder == answer.folder)}
    return next(iter(requests)) if len(requests) == 1 and len(answers) == 1 else None
