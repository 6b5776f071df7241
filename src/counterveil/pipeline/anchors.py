"""Statements from outside about where something comes from, as a file of the workspace that people keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from counterveil.errors import InputError
from counterveil.model.hypothesis import Anchor

FILE = "anchors.jsonl"
_REMEDY = (
    "One JSON object a line with anchor_id, kind, value, origin, source, reliability (A–F) and credibility (1–6): "
    "see docs/concepts.md."
)
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    anchor_id: Words
    kind: Words
    value: Words
    origin: Words
    source: Words
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Annotated[int, Field(strict=True, ge=1, le=6)]


def anchors(home: Path) -> tuple[Anchor, ...]:
    """The statements of ``anchors.jsonl``; none where there is no such file, which means that nobody outside said anything.

    Raises:
        InputError: names file, line and field; a statement that cannot be read is never passed over.
    """
    path = home / FILE
    if not path.is_file():
        return ()
    found: dict[str, Anchor] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = _Line.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise InputError(f"{path}, line {number}: {field or 'not JSON'}: {first['msg']}", remedy=_REMEDY) from error
        if read.anchor_id in found:
            raise InputError(f"{path}, line {number}: anchor_id: {read.anchor_id} is there twice", remedy=_REMEDY)
        found[read.anchor_id] = Anchor(**read.model_dump())
    return tuple(found.values())
