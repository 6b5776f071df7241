"""Records that belong together but stand on different lines, or in different files, of one call.

The person behind a model call is often named elsewhere: on a parent span, in a batch's input file, in a listing of
messages. A joiner holds frames back, learns what stands where, and lets each line go with what it needs attached as one
extra key. Lines keep their order and number, so a reject names the right place, and the same input files always give the
same frames (an ingest unit is named by the digest of its bytes).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, NamedTuple, Protocol

import orjson

from counterveil.sources.base import Frame, JsonObject, ReadOptions, Reject, Skip, Source
from counterveil.sources.parse import UNREADABLE, records

# The key under which a line that lives on in another one says what it was.
JOINED = "counterveil.joined"


@dataclass(frozen=True, slots=True)
class Ready:
    """A frame that can be parsed, with the format and options of the file it came from."""

    frame: Frame
    source: Source | None
    options: ReadOptions


class Joiner(Protocol):
    """Takes the frames of all files of one call in order, and gives them back joined."""

    def feed(self, frame: Frame, source: Source | None, options: ReadOptions) -> Iterator[Ready]:
        """The frames that are ready now; this one may be held back."""
        ...

    def rest(self) -> Iterator[Ready]:
        """All that is still held, after the last file."""
        ...


class Place(NamedTuple):
    """One line of the call's input: which frame, and which line in it."""

    frame: int
    line: int


@dataclass(slots=True)
class _Held:
    ready: Ready
    seq: int
    lines: list[bytes]
    n_bytes: int
    notes: dict[int, Any] = field(default_factory=dict)


class WindowJoiner:
    """Base of the joiners: a window over the frames of one format, bounded in bytes.

    When more than ``max_bytes`` are held, the oldest frame goes out with whatever is known by then. A subclass says what
    it learns from a record (``note``) and how a line leaves (``complete``).
    """

    format_name: str
    max_bytes: int

    def __init__(self, max_bytes: int | None = None) -> None:
        self._held: deque[_Held] = deque()
        self._n_bytes = 0
        self._seq = 0
        if max_bytes is not None:
            self.max_bytes = max_bytes

    def feed(self, frame: Frame, source: Source | None, options: ReadOptions) -> Iterator[Ready]:
        """This frame if nothing in it can join, else the oldest frames once more than the bound is held."""
        self._seq += 1
        held = _Held(Ready(frame, source, options), self._seq, frame.data.split(b"\n"), len(frame.data))
        for number, record in records(frame, options.label):
            index = number - frame.first
            # A line that is an array of records takes no part: nothing can be attached to it.
            if not isinstance(record, Reject) and held.lines[index].lstrip().startswith(b"{"):
                note = self._note(record, held.lines[index], Place(held.seq, index), options)
                if note is not None:
                    held.notes[index] = note
        if not held.notes:
            # Nothing here waits for another line: no reason to hold it.
            yield held.ready
            return
        # The lines hold the bytes; the frame as a whole would hold them twice.
        held.ready = Ready(replace(frame, data=b""), source, options)
        self._held.append(held)
        self._n_bytes += held.n_bytes
        while self._n_bytes > self.max_bytes and self._held:
            yield self._release()

    def rest(self) -> Iterator[Ready]:
        """Everything held, oldest first."""
        while self._held:
            yield self._release()

    def _release(self) -> Ready:
        held = self._held.popleft()
        frame, source, options = held.ready.frame, held.ready.source, held.ready.options
        self._n_bytes -= held.n_bytes
        lines = [
            self.complete(line, held.notes[index], Place(held.seq, index)) if index in held.notes else line
            for index, line in enumerate(held.lines)
        ]
        return Ready(Frame(b"\n".join(lines), frame.first, frame.unit, frame.bad), source, options)

    def _note(self, record: JsonObject, line: bytes, place: Place, options: ReadOptions) -> Any:
        try:
            return self.note(record, line, place, options)
        except UNREADABLE:
            # The parser meets the same fault, and rejects the line by name.
            return None

    def note(self, record: JsonObject, line: bytes, place: Place, options: ReadOptions) -> Any:
        """What this line means to others, kept until it leaves; None if it takes no part in joins."""
        raise NotImplementedError

    def complete(self, line: bytes, note: Any, place: Place) -> bytes:
        """The line as it goes out."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Member:
    """A line of a group of lines that share a key; ``role`` says what it is to the group."""

    place: Place
    line: bytes
    role: str
    folder: str


class KeyedJoiner(WindowJoiner):
    """Base for formats whose lines belong together by one shared key, such as a batch's ``custom_id``.

    A group is decided once, as a whole, when the first of its lines has to leave: what was ambiguous then cannot become
    a (wrong) unique match later because the other candidate has gone.
    """

    def __init__(self, max_bytes: int | None = None) -> None:
        super().__init__(max_bytes)
        self._groups: dict[str, list[Member]] = {}
        self._decided: dict[Place, bytes] = {}

    def note(self, record: JsonObject, line: bytes, place: Place, options: ReadOptions) -> str | None:
        """The key of the line's group."""
        found = self.key_and_role(record)
        if found is None:
            return None
        key, role = found
        folder = str(PurePath(options.label).parent)
        self._groups.setdefault(key, []).append(Member(place, line.strip(), role, folder))
        return key

    def complete(self, line: bytes, note: Any, place: Place) -> bytes:
        """The line as its group's decision left it."""
        if place not in self._decided:
            members = self._groups.pop(note)
            self._decided |= {member.place: member.line for member in members} | dict(self.join(members))
        return self._decided.pop(place)

    def key_and_role(self, record: JsonObject) -> tuple[str, str] | None:
        """The group's key and the line's part in it; None for a line that stands alone."""
        raise NotImplementedError

    def join(self, members: list[Member]) -> Iterable[tuple[Place, bytes]]:
        """The lines of a group that change, with what they become."""
        raise NotImplementedError


class Joiners:
    """All joiners of a call: each frame goes to the one of its format, other formats pass straight through."""

    def __init__(self, joiners: Iterable[WindowJoiner]) -> None:
        self._by_format: Mapping[str, WindowJoiner] = {joiner.format_name: joiner for joiner in joiners}

    def feed(self, frame: Frame, source: Source | None, options: ReadOptions) -> Iterator[Ready]:
        """The frames that are ready now."""
        joiner = self._by_format.get(source.name) if source is not None else None
        if joiner is None:
            yield Ready(frame, source, options)
        else:
            yield from joiner.feed(frame, source, options)

    def rest(self) -> Iterator[Ready]:
        """What is still held, format by format."""
        for joiner in self._by_format.values():
            yield from joiner.rest()


def attach(line: bytes, key: str, value: bytes) -> bytes:
    """The line with one more key. The bytes of the log itself stay as they are, whatever a JSON writer would change.

    >>> attach(b'{"a": 1}', "b", b"[2]")
    b'{"a": 1,"b":[2]}'
    """
    return line.rstrip()[:-1] + b"," + orjson.dumps(key) + b":" + value + b"}"


def joined_line(what: str) -> bytes:
    """What stands in the place of a line whose content went into another one, so that it is still counted."""
    return orjson.dumps({JOINED: what})


def joined_skip(record: JsonObject) -> Skip | None:
    """The skip of a line that ``joined_line`` wrote, or None."""
    what = record.get(JOINED)
    return Skip(f"{what} (joined)") if isinstance(what, str) and len(record) == 1 else None
