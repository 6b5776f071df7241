"""Statements from outside about where something comes from, as a file of the workspace that people keep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from counterveil.errors import InputError
from counterveil.ids import key64
from counterveil.model.hypothesis import Anchor
from counterveil.model.signal import EvidenceClass
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.evidence import evidence, hub_keys

FILE = "anchors.jsonl"
_REMEDY = (
    "One JSON object a line with anchor_id, kind, value, origin, source, reliability (A–F) and credibility (1–6): "
    "see docs/concepts.md."
)
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


# Who has the things that statements are about, where few enough have them to be evidence at all.
_HOLDERS = """
with counted as (
  select a.anchor_id, s.subject_id, a.most, count(*) over (partition by a.anchor_id) as n
  from subject_things s join anchored a on a.kind = s.kind and a.thing_key = s.thing_key
)
select distinct anchor_id, subject_id from counted where n <= most
"""


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


def holders(workspace: Workspace, said: Sequence[Anchor]) -> dict[str, tuple[frozenset[str], EvidenceClass]]:
    """Of statements about things in texts: who has the thing, and the best class of its kind. Hubs are left out."""
    kinds = evidence().kinds
    rows = [
        {"anchor_id": a.anchor_id, "kind": a.kind, "thing_key": key64(a.kind, a.value), "most": kinds[a.kind].b_max}
        for a in said
        if a.kind in kinds and key64(a.kind, a.value) not in hub_keys()
    ]
    if not rows:
        return {}
    with workspace.engine() as engine:
        mount(workspace, engine, "subject_things")
        engine.table("anchored", pa.Table.from_pylist(rows))
        found: dict[str, set[str]] = {}
        for row in engine.rows(_HOLDERS):
            found.setdefault(row["anchor_id"], set()).add(row["subject_id"])
    best = {a.anchor_id: kinds[a.kind].best for a in said if a.anchor_id in found}
    return {name: (frozenset(subjects), best[name]) for name, subjects in found.items()}
