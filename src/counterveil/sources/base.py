"""What a format is: a function from one record of the log to drafts of events or accounts.

An adapter only *finds* values; ``sources.build`` checks and converts them, applies ``--map``, and names file, line,
field and remedy when a value cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventDraft:
    """Unchecked values of one event, by the names of DESIGN.md §4; ``raw`` is what ``--map`` paths look into.

    ``account`` and ``end_user`` are the format's own places for the two, in order. The end user is the first value that is
    not the account id: where a log names one identity only, it is who can be acted on, and nobody stands behind it.
    A format without such places gives ``account_id`` and ``end_user_id`` among the values.
    """

    values: dict[str, Any]
    raw: JsonObject
    account: tuple[str, ...] = ()
    end_user: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """Unchecked values of one account."""

    values: dict[str, Any]
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Skip:
    """A part of a record that is rightly not an event (a database span in a trace); counted by reason."""

    reason: str


class BadFieldError(Exception):
    """A value that cannot be used: becomes a reject with field, reason and remedy."""

    def __init__(self, field_name: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.field_name = field_name
        self.reason = reason
        self.remedy = remedy


# A BadFieldError among the drafts is one part of a record that cannot be read, while its other parts can.
Draft = EventDraft | AccountDraft | Skip | BadFieldError


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that could not be taken in. ``unit`` is ``line`` or ``item`` (of a JSON array)."""

    file: str
    number: int
    field: str
    reason: str
    remedy: str
    unit: str = "line"

    def as_dict(self) -> dict[str, str | int]:
        """The form written to ``rejects.jsonl``."""
        return {
            "file": self.file,
            self.unit: self.number,
            "field": self.field,
            "reason": self.reason,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """Some whole records: newline-separated JSON, the first of them being number ``first`` of its file.

    ``bad`` holds what could not be framed at all (an over-long line, a broken stream).
    """

    data: bytes
    first: int
    unit: str = "line"
    bad: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file is read: its label in messages, field overrides, and the identity order of the format.

    ``overrides`` maps an event field to a dotted path in the raw record or to ``=constant``.
    ``identity`` replaces the format's own order of places in which the account id is looked for.
    ``secret`` keys the texts of the workspace (``ids.content_key``).
    ``file_time_s`` is the file's modification time (epoch seconds), used only by formats whose records carry no time.
    """

    label: str
    overrides: Mapping[str, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ()
    file_time_s: float | None = None
    secret: bytes = b""


class Source(Protocol):
    """A log format. ``name`` is what ``--format`` takes."""

    name: ClassVar[str]
    title: ClassVar[str]

    def claims(self, record: JsonObject) -> bool:
        """Whether this record looks like this format; used to detect it from the first records of a file."""
        ...

    def drafts(self, record: JsonObject, options: ReadOptions) -> Iterable[Draft]:
        """The events or accounts of one record, at least one draft of some kind.

        A part that cannot be read is *yielded* as BadFieldError where the rest is good, and raised where nothing is.
        """
        ...


def look_up(raw: JsonObject, path: str) -> Any:
    """The value at a dotted path, trying keys that themselves contain dots first; None if absent.

    >>> look_up({"a": {"b.c": 1}}, "a.b.c")
    1
    >>> look_up({"user.id": "u1"}, "user.id")
    'u1'
    """
    if path in raw:
        return raw[path]
    head, dot, rest = path.partition(".")
    while dot:
        inner = raw.get(head)
        if isinstance(inner, Mapping):
            found = look_up(inner, rest)
            if found is not None:
                return found
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    return None


def first_of(raw: JsonObject, paths: Iterable[str]) -> Any:
    """The first value among several paths that is neither missing nor empty."""
    for path in paths:
        value = look_up(raw, path)
        if value not in (None, "", [], {}):
            return value
    return None


def first_id(raw: JsonObject, paths: Iterable[str], *, other_than: Any = None) -> Any:
    """The first value among several paths that can name somebody: a text or a number, and not ``other_than``."""
    for path in paths:
        value = look_up(raw, path)
        usable = isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip()
        if usable and (other_than is None or str(value).strip() != str(other_than).strip()):
            return value
    return None


def as_object(value: Any) -> JsonObject:
    """A JSON object, or an empty one where a log holds something else."""
    return value if isinstance(value, Mapping) else {}


def rest_of(record: JsonObject, known: Iterable[str]) -> dict[str, Any]:
    """What a record holds beside the known keys, for ``extra``; keys without any value are left out."""
    skipped = set(known)
    return {key: value for key, value in record.items() if key not in skipped and value not in (None, "", [], {})}
