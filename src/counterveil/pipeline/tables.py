"""The live tables of a workspace, made available to an engine by name: the one place that joins ledger, lake and engine."""

from __future__ import annotations

from counterveil.engine.duck import Engine
from counterveil.model.event import ACCOUNT_SCHEMA, TEXT_SCHEMA
from counterveil.model.signal import THING_SCHEMA
from counterveil.observe.head import reading_schema, reading_version
from counterveil.observe.texts import OBSERVATION_SCHEMA
from counterveil.pipeline.observe import detectors_version
from counterveil.pipeline.profile import SUBJECT_FIELD_SCHEMA, SUBJECT_SCHEMA, SUBJECT_THING_SCHEMA, TURN_SCHEMA
from counterveil.pipeline.workspace import Workspace
from counterveil.store import batches

_SCHEMAS = {
    "accounts": ACCOUNT_SCHEMA,
    "texts": TEXT_SCHEMA,
    "things": THING_SCHEMA,
    "observations": OBSERVATION_SCHEMA,
    "turns": TURN_SCHEMA,
    "subjects": SUBJECT_SCHEMA,
    "subject_things": SUBJECT_THING_SCHEMA,
    "subject_fields": SUBJECT_FIELD_SCHEMA,
}


def mount(workspace: Workspace, engine: Engine, *kinds: str) -> None:
    """Each kind as a table of its name, at the present version of what computes it; empty where nothing is there yet."""
    versions = {"observations": detectors_version(), "things": detectors_version(), "readings": reading_version()}
    with workspace.database.begin() as connection:
        paths = {kind: batches.paths(connection, kind, versions.get(kind)) for kind in kinds}
    for kind, relative in paths.items():
        schema = reading_schema() if kind == "readings" else _SCHEMAS[kind]
        engine.files(kind, workspace.lake.paths(relative), schema)
