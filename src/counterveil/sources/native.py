"""The native form of DESIGN.md §4: one event or account a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from counterveil.sources.base import AccountDraft, EventDraft, JsonObject, ReadOptions
from counterveil.sources.build import ACCOUNT_FIELDS, EVENT_FIELDS


class NativeEvents:
    """Events as Counterveil itself writes them; unknown keys are kept in ``extra``."""

    name: ClassVar[str] = "native"
    title: ClassVar[str] = "Counterveil events, JSON Lines or Parquet"

    def claims(self, record: JsonObject) -> bool:
        """An event has at least its id and its account by their native names."""
        return "event_id" in record and ("account_id" in record or "time" in record)

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[EventDraft]:
        """One event a record."""
        values = {key: value for key, value in record.items() if key in EVENT_FIELDS}
        values["extra"] = _extra(record, EVENT_FIELDS)
        yield EventDraft(values, record)


class NativeAccounts:
    """The accounts file that may stand beside a log."""

    name: ClassVar[str] = "accounts"
    title: ClassVar[str] = "Counterveil accounts, JSON Lines or Parquet"

    def claims(self, record: JsonObject) -> bool:
        """An account record has an account id and no event id, and something that only accounts have."""
        return ("account_id" in record and "event_id" not in record and "time" not in record) and not {
            "messages",
            "response",
            "request",
        } & record.keys()

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[AccountDraft]:
        """One account a record."""
        values = {key: value for key, value in record.items() if key in ACCOUNT_FIELDS}
        values["extra"] = _extra(record, ACCOUNT_FIELDS)
        yield AccountDraft(values, record)


def _extra(record: JsonObject, known: Iterable[str]) -> dict[str, object]:
    """Unknown keys; a nested ``extra`` of an earlier export is not wrapped a second time."""
    extra = {key: value for key, value in record.items() if key not in known and key != "extra"}
    inner = record.get("extra")
    if isinstance(inner, dict):
        return {**inner, **extra}
    if inner not in (None, ""):
        extra["extra"] = inner
    return extra
