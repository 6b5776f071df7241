"""One copied text is one coincidence: artefacts that only stand inside a shared passage are marked."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest

from counterveil.engine.duck import Engine
from counterveil.link import statements
from tests.link.incidence import Has, Kind, World, key, run

KINDS = {"name": Kind("artefact"), "passage": Kind("content"), "device": Kind("infrastructure")}
SHARE = 0.8
# content: what stands in it
Texts = dict[int, tuple[tuple[str, str], ...]]


def embedded(engine: Engine, texts: Texts, wrote: Mapping[str, tuple[int, ...]]) -> set[tuple[str, int]]:
    """Which things the statement marks, given texts with their things and who wrote which."""
    rows = {(s, kind, thing) for s, own in wrote.items() for text in own for kind, thing in texts[text]}
    run(engine, World(KINDS), [Has(*row) for row in sorted(rows)])
    for name in ("things", "subject_contents", "embedded"):
        engine.run(f"drop table if exists {name}")
    things = [
        {"content_key": text, "kind": k, "thing_key": key(k, t)} for text, found in texts.items() for k, t in found
    ]
    engine.table("things", pa.Table.from_pylist(things))
    contents = [{"subject": s, "content_key": text} for s, own in wrote.items() for text in own]
    engine.table("subject_contents", pa.Table.from_pylist(contents))
    engine.run(statements.EMBEDDED, {"embedded_share": SHARE})
    return {(row["kind"], row["thing_key"]) for row in engine.rows("select * from embedded")}


SHEET = {1: (("passage", "p"), ("name", "n")), 2: (("name", "n"),), 3: (("passage", "p"),)}


def test_a_name_inside_a_pasted_sheet_is_embedded(engine: Engine) -> None:
    assert embedded(engine, SHEET, {"a": (1,), "b": (1,), "c": (1,)}) == {("name", key("name", "n"))}


def test_a_passage_is_never_embedded_in_itself(engine: Engine) -> None:
    assert embedded(engine, {1: (("passage", "p"), ("passage", "q"))}, {"a": (1,), "b": (1,)}) == set()


@pytest.mark.parametrize(("n_apart", "marked"), [(0, True), (1, True), (2, False)])
def test_a_name_that_stands_elsewhere_too_is_evidence_of_its_own(engine: Engine, n_apart: int, marked: bool) -> None:
    """Of eight subjects that have the name, so many have it in texts without the passage: 7 of 8 is over 80 %, 6 of 8 is not."""
    wrote = {f"s{i}": (2,) if i < n_apart else (1,) for i in range(8)}
    assert bool(embedded(engine, SHEET, wrote)) is marked


def test_passage_and_name_in_different_texts_are_two_coincidences(engine: Engine) -> None:
    assert embedded(engine, SHEET, {"a": (2, 3), "b": (2, 3)}) == set()


def test_a_passage_of_one_subject_embeds_nothing(engine: Engine) -> None:
    assert embedded(engine, SHEET, {"a": (1,), "b": (2,)}) == set()
