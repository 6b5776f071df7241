"""The tables that the speed bench writes are those that ingest, observation and profile make of the same world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from bench.quality.linking import native
from bench.quality.linking.spec import LEVELS
from bench.quality.linking.world import NONE, Spec, World, generate
from bench.speed.linking import lake

from counterveil.pipeline.ingest import ingest
from counterveil.pipeline.linking.link import linking
from counterveil.pipeline.observe import observe_new
from counterveil.pipeline.profile import profile
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings

SPEC = Spec(3_000, 400, 5, operations=tuple((level, 12) for level in LEVELS), n_cohorts=2)
# Each query's rows are compared as a multiset; content keys differ, so texts are told apart by who sent them when.
SAME = {
    "subjects": "select * from subjects",
    "fields": "select * from subject_fields",
    "turns": "select subject_id, account_id, event_id, time, conversation_id, side, role from turns",
    "words": "select t.event_id, w.words from turns t join words w using (content_key)",
    "things": "select t.event_id, h.kind, h.thing_key, h.value from turns t join things h using (content_key) where h.kind <> 'passage'",
    "subject things": "select * from subject_things where kind <> 'passage'",
    "accounts": "select * from accounts",
}
PASSAGES = {
    "of texts": "select t.event_id, count(*) as n from turns t join things h using (content_key) where h.kind = 'passage' group by t.event_id",
    "of subjects": "select subject_id, n_turns from subject_things where kind = 'passage'",
    "shared": (
        "select n, count(*) as times from (select count(*) as n from subject_things where kind = 'passage' group by thing_key) group by n"
    ),
}
MOUNTED = ("subjects", "subject_fields", "turns", "words", "things", "subject_things", "accounts")


def rows(table: pa.Table) -> Counter[str]:
    return Counter(repr(sorted(row.items())) for row in table.to_pylist())


def both(world: World, make_settings: Callable[..., Settings], folder: Path, queries: dict[str, str]) -> None:
    paths = native.write(world, folder / "log")
    found = []
    for name in ("made", "written"):
        with for_writing(make_settings(name)) as workspace:
            if name == "made":
                ingest(workspace, [str(p) for p in (*paths.events, paths.accounts)], progress=Silent())
                observe_new(workspace, Silent())
                profile(workspace, Silent())
            else:
                assert lake.write(workspace, world) == len(set(texts_of(world)))
            with workspace.engine() as engine:
                mount(workspace, engine, *MOUNTED)
                found.append({what: rows(engine.query(sql)) for what, sql in queries.items()})
    for what in queries:
        assert found[0][what], what
        assert found[0][what] == found[1][what], what


def texts_of(world: World) -> list[str]:
    made: list[str] = native.texts(world, 0, len(world.ts)).to_pylist()
    return made


def test_tables_are_those_of_the_stages(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    world = generate(SPEC)
    both(world, make_settings, tmp_path, SAME)


def test_passages_are_those_of_the_stages_where_no_address_follows(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    world = generate(SPEC)
    both(replace(world, url=np.full_like(world.url, NONE)), make_settings, tmp_path, PASSAGES)


def test_chunks_do_not_matter_and_the_stage_takes_the_tables(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, found = generate(SPEC), []
    for name, chunk in (("whole", 1 << 18), ("parts", 700)):
        monkeypatch.setattr(lake, "_CHUNK", chunk)
        with for_writing(make_settings(name)) as workspace:
            lake.write(workspace, world)
            with linking(workspace, Silent()) as linker:
                found.append(linker.draw())
    assert found[0].links == found[1].links
    assert found[0].groups
