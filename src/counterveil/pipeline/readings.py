"""Readings of texts from their vectors: recomputed when the heads change, without encoding anything."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from counterveil.encoders.chosen import encoders
from counterveil.observe.heads import Heads, reading_schema
from counterveil.pipeline.contents import forget_other_versions, register
from counterveil.pipeline.reader import encoder_choice, heads_of, reading_columns, readings_version
from counterveil.pipeline.tables import live_paths
from counterveil.pipeline.vectors import VECTOR_SCHEMA, kinds_of, unpacked
from counterveil.pipeline.workspace import Workspace


def apply_heads(workspace: Workspace) -> None:
    """Readings of every vector that has none at the present version of the heads, file by file."""
    version = readings_version(workspace.settings)
    names = reading_columns(workspace.settings)
    forget_other_versions(workspace, ("readings",), version)
    done = {Path(path).stem for path in live_paths(workspace, "readings")}
    known = heads_of(workspace.settings)
    heads = [known[encoder.space] for encoder in encoders(encoder_choice(workspace.settings))]
    for path in map(Path, live_paths(workspace, "vectors")):
        if path.stem not in done:
            vectors = pq.read_table(workspace.lake.root / path, partitioning=None).cast(VECTOR_SCHEMA)
            register(workspace, version, {"readings": read_vectors(vectors, heads, names)}, name=path.stem)


def read_vectors(vectors: pa.Table, heads: list[Heads], names: tuple[str, ...]) -> pa.Table:
    """Readings of vectors, each by the heads of its space, ``reader`` being their place; other spaces are left out."""
    parts = []
    for place, head in enumerate(heads):
        of_space = vectors.filter(pc.equal(vectors["space"], head.space))
        if of_space.num_rows:
            dimensions = head.dimensions
            kinds = kinds_of(of_space["kinds"].to_numpy())
            scores = head.read(unpacked(of_space["own"], dimensions), unpacked(of_space["pasted"], dimensions), kinds)
            columns = {name: scores[:, head.columns.index(name)] for name in names}
            reader = pa.array([place] * of_space.num_rows, pa.int32())
            parts.append(
                pa.table(
                    {"content_key": of_space["content_key"], "reader": reader, **columns}, schema=reading_schema(names)
                )
            )
    return pa.concat_tables(parts) if parts else reading_schema(names).empty_table()
