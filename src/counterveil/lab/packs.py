"""The written text that the lab's people type: one pack per operation, look-alike or kind of ordinary use.

What a line means is told in ``packs/README.md``. Packs whose name begins with ``train_`` teach detectors and must never
reach a generated log: a detector would otherwise be measured on what it was taught.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import orjson

from counterveil.errors import InputError

KINDS = frozenset({"line", "block"})
STANCES = frozenset({"doing", "analysing", "defending", "victim", "fiction", "teaching"})
TRAINING_PREFIX = "train_"
_TEXT_FIELDS = ("reply", "thread", "role", "behaviour", "stance")
_FIELDS = frozenset({"kind", "lang", "text", "cover", *_TEXT_FIELDS})
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_BEHAVIOUR = re.compile(r"[A-Z]{2}-\d\Z")
_README = "See packs/README.md for the format."


@dataclass(frozen=True, slots=True)
class PackLine:
    """One prompt, or one passage that a group pastes before its prompts, with what it stands for in the truth."""

    kind: str
    lang: str
    text: str
    reply: str | None = None
    thread: str | None = None
    role: str | None = None
    behaviour: str | None = None
    stance: str | None = None
    cover: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """All the text of one group of people, in file order."""

    name: str
    lines: tuple[PackLine, ...]

    @property
    def blocks(self) -> tuple[PackLine, ...]:
        """What several people of the group paste before what they ask."""
        return tuple(line for line in self.lines if line.kind == "block")

    @property
    def units(self) -> tuple[tuple[PackLine, ...], ...]:
        """What belongs in one conversation: the turns of a thread, or a single prompt."""
        threads: dict[str, list[PackLine]] = {}
        for number, line in enumerate(self.lines):
            if line.kind == "line":
                # The number sets single prompts apart; no thread is named like that, since "\0" cannot be typed.
                threads.setdefault(line.thread or f"\0{number}", []).append(line)
        return tuple(tuple(lines) for lines in threads.values())


def packs_folder() -> Traversable:
    """Where the packs that ship with Counterveil lie."""
    return files("counterveil.lab") / "packs"


def pack_names(folder: Traversable | None = None) -> list[str]:
    """Every pack that exists, training packs included."""
    entries = (folder or packs_folder()).iterdir()
    return sorted(entry.name.removesuffix(".jsonl") for entry in entries if entry.name.endswith(".jsonl"))


def load_pack(name: str, folder: Traversable | None = None) -> Pack:
    """One pack, every line checked.

    Raises:
        InputError: no such pack, or a bad line, with file, line, field and remedy.
    """
    path = (folder or packs_folder()) / f"{name}.jsonl"
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{name}.jsonl: no such pack", remedy=f"Packs: {', '.join(pack_names(folder))}.") from error
    lines = [
        parse_line(raw, f"{name}.jsonl:{number}") for number, raw in enumerate(data.split(b"\n"), 1) if raw.strip()
    ]
    if not lines:
        raise InputError(f"{name}.jsonl: empty", remedy="A pack holds at least one line. " + _README)
    return Pack(name, tuple(lines))


def parse_line(raw: bytes, where: str) -> PackLine:
    """One line of a pack file; ``where`` names file and line in the error."""
    try:
        record: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{where}: not JSON: {error}", remedy="One JSON object a line. " + _README) from error
    if not isinstance(record, dict):
        raise InputError(f"{where}: not an object", remedy="One JSON object a line. " + _README)
    unknown = sorted(set(record) - _FIELDS)
    if unknown:
        raise InputError(f"{where}: {unknown[0]}: unknown field", remedy=f"Fields: {', '.join(sorted(_FIELDS))}.")
    texts = {name: _text(record.get(name), f"{where}: {name}") for name in _TEXT_FIELDS}
    cover = record.get("cover", False)
    line = PackLine(
        kind=_text(record.get("kind"), f"{where}: kind") or "",
        lang=_text(record.get("lang"), f"{where}: lang") or "",
        text=_text(record.get("text"), f"{where}: text") or "",
        cover=cover is True,
        **texts,
    )
    if not isinstance(cover, bool):
        raise InputError(f"{where}: cover: not true or false", remedy="Write true, or leave the field out.")
    _check_words(line, where)
    return line


def _check_words(line: PackLine, where: str) -> None:
    if line.kind not in KINDS:
        raise InputError(f"{where}: kind: {line.kind!r} is not allowed", remedy=f"Write one of {sorted(KINDS)}.")
    if not _LANG.match(line.lang):
        raise InputError(f"{where}: lang: {line.lang!r} is no language tag", remedy="Write a BCP-47 tag such as zh.")
    if not line.text:
        raise InputError(f"{where}: text: missing", remedy="Write what the person typed. " + _README)
    if line.behaviour is not None and not _BEHAVIOUR.match(line.behaviour):
        raise InputError(f"{where}: behaviour: {line.behaviour!r} is no taxonomy id", remedy="Write one such as IO-1.")
    if line.stance is not None and line.stance not in STANCES:
        raise InputError(f"{where}: stance: {line.stance!r} is not allowed", remedy=f"Write one of {sorted(STANCES)}.")


def _text(value: object, where: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: not a text", remedy="Write a non-empty string. " + _README)
    return value
