"""The live tables of a workspace, made available to an engine by name: the one place that joins ledger, lake and engine."""

from __future__ import annotations

import pyarrow as pa

from counterveil.engine.duck import Engine
from counterveil.model.event import ACCOUNT_SCHEMA, TEXT_SCHEMA
from counterveil.model.signal import THING_SCHEMA
from counterveil.observe.claims import CLAIM_SCHEMA
from counterveil.observe.heads import SEGMENT_SCHEMA, reading_schema
from counterveil.observe.sift import SIFTED_SCHEMA, sift_version
from counterveil.observe.texts import OBSERVATION_SCHEMA
from counterveil.observe.trained import trained
from counterveil.observe.words import WORDS_SCHEMA
from counterveil.pipeline.observe import detectors_version
from counterveil.pipeline.profile import SUBJECT_FIELD_SCHEMA, SUBJECT_SCHEMA, SUBJECT_THING_SCHEMA, TURN_SCHEMA
from counterveil.pipeline.reader import reading_columns, readings_version
from counterveil.pipeline.vectors import VECTOR_SCHEMA
from counterveil.pipeline.workspace import Workspace
from counterveil.store import batches

# Texts that the second encoder looked at again, as the last scan chose them.
LOOK_SCHEMA = pa.schema([pa.field("content_key", pa.int64(), nullable=False)])
_SCHEMAS = {
    "accounts": ACCOUNT_SCHEMA,
    "texts": TEXT_SCHEMA,
    "things": THING_SCHEMA,
    "words": WORDS_SCHEMA,
    "observations": OBSERVATION_SCHEMA,
    "turns": TURN_SCHEMA,
    "subjects": SUBJECT_SCHEMA,
    "subject_things": SUBJECT_THING_SCHEMA,
    "subject_fields": SUBJECT_FIELD_SCHEMA,
    "sifted": SIFTED_SCHEMA,
    "segments": SEGMENT_SCHEMA,
    "claims": CLAIM_SCHEMA,
    "vectors": VECTOR_SCHEMA,
    "second_looks": LOOK_SCHEMA,
}


def mount(workspace: Workspace, engine: Engine, *kinds: str) -> None:
    """Each kind as a table of its name, at the present version of what computes it; empty where nothing is there yet.

    A text that both encoders have read is in ``readings`` with the mean of their scores (no worse than the better one:
    ``trained/card.md``), if the last scan chose it for a second look; in ``first_readings`` (a view of the same name) never.
    What earlier scans looked at twice does not count: findings follow from the log, not from the order in which it came.
    """
    for kind in kinds:
        paths = workspace.lake.paths(live_paths(workspace, "readings" if kind == "first_readings" else kind))
        if kind in ("readings", "first_readings"):
            names = reading_columns(workspace.settings)
            engine.files("every_reading", paths, reading_schema(names))
            twice = live_paths(workspace, "second_looks") if kind == "readings" else []
            engine.files("second_looks", workspace.lake.paths(twice), LOOK_SCHEMA)
            means = ", ".join(f'avg("{name}")::float as "{name}"' for name in names)
            engine.run(
                f"create or replace view readings as select content_key, {means} from "
                "(select *, min(reader) over (partition by content_key) as first from every_reading) "
                "where reader = first or content_key in (select content_key from second_looks) group by content_key"
            )
        else:
            engine.files(kind, paths, _SCHEMAS[kind])


def live_paths(workspace: Workspace, kind: str) -> list[str]:
    """The files of a kind at the present version of what computes it."""
    version: str | None = None
    if kind in ("observations", "things", "words"):
        version = detectors_version()
    elif kind in ("sifted", "segments", "claims", "vectors"):
        version = sift_version(trained(workspace.settings.trained))
    elif kind == "readings":
        version = readings_version(workspace.settings)
    with workspace.database.begin() as connection:
        return batches.paths(connection, kind, version)
