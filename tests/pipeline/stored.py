"""What a workspace holds, as plain rows that can be compared with those of another."""

from __future__ import annotations

import pyarrow as pa

from counterveil.model.event import ACCOUNT_SCHEMA, EVENT_SCHEMA, TEXT_SCHEMA
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings
from counterveil.store import batches, findings

COMPUTED = (
    "turns", "subjects", "subject_things", "subject_fields", "observations", "things", "sifted", "segments", "claims", "vectors",
    "readings", "second_looks", "signals", "scores",
)  # fmt: skip
# What is concluded, in distinction to what was computed on the way.
CONCLUDED = ("turns", "subjects", "subject_things", "signals", "scores", "operations", "leads")


def tables(settings: Settings) -> dict[str, list[object]]:
    """All final tables as sorted rows, with the findings."""
    found: dict[str, list[object]] = {}
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        for kind, schema in (("events", EVENT_SCHEMA), ("texts", TEXT_SCHEMA), ("accounts", ACCOUNT_SCHEMA)):
            rows = workspace.lake.read(batches.paths(connection, kind), schema).to_pylist()
            found[kind] = sorted(rows, key=repr)
        for kind in COMPUTED:
            parts = [
                pa.parquet.read_table(p, partitioning=None)
                for p in workspace.lake.paths(batches.paths(connection, kind))
            ]
            found[kind] = sorted((r for p in parts for r in p.to_pylist()), key=repr)
        drop = ("first_found_at", "changed_at")
        found["operations"] = [{k: v for k, v in o.items() if k not in drop} for o in findings.operations(connection)]
        found["leads"] = [{k: v for k, v in o.items() if k not in drop} for o in findings.leads(connection)]
    return found


def concluded(settings: Settings) -> dict[str, list[object]]:
    """Only what is concluded."""
    found = tables(settings)
    return {kind: found[kind] for kind in CONCLUDED}
