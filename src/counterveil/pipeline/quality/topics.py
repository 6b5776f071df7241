"""Topics of use from the vectors that reading has stored, and where concern and detectors disagree over them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from counterveil.detectors.behaviour.base import EVEN, upper_mean
from counterveil.encoders.chosen import encoders
from counterveil.engine.duck import Engine
from counterveil.ids import short_id
from counterveil.pipeline.quality.wording import said
from counterveil.pipeline.reader import encoder_choice, reading_columns
from counterveil.pipeline.sample import sample
from counterveil.pipeline.tables import live_paths, mount
from counterveil.pipeline.vectors import unpacked
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.taxonomy import taxonomy
from counterveil.quality.quadrant import Use
from counterveil.quality.terms import MIN_SUBJECTS, telling_terms
from counterveil.quality.topics import Ints, Matrix, clusters, names

# Texts clustered in one space: 20,000 vectors of 512 numbers are 40 MB and some seconds. The first in the order of their
# keys, which are keyed digests: a fixed random sample that new texts hardly change.
MAX_TEXTS = 20_000
# Concern of a subject in a cluster: mean of the highest quarter of its texts' ``doing`` scores there, as in the account
# score; concerning from even odds (calibrated scores).
_UPPER = 0.25
CONCERNING = EVEN
_COLUMN = "doing"
_BEHAVIOURS, _LANGUAGES, _KINDS = 2, 4, 3

CENTRE_SCHEMA = pa.schema(
    [
        pa.field("topic", pa.string(), nullable=False),
        pa.field("space", pa.string(), nullable=False),
        pa.field("centre", pa.binary(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Topics:
    """Described clusters (plain values, the largest first), who uses them, and their centres for the next run's names."""

    described: list[dict[str, Any]]
    uses: list[Use]
    centres: pa.Table
    n_texts: int
    n_texts_left_out: int


def topics(workspace: Workspace) -> Topics:
    """Cluster a bounded sample of what was read, space by space: a text stands in that of the encoder that reads it first."""
    spaces = [(place, e.space, e.dimensions) for place, e in enumerate(encoders(encoder_choice(workspace.settings)))]
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts", "sifted", "vectors", "readings", "observations", "things")
        sample(engine, workspace.settings)
        old = workspace.lake.read(live_paths(workspace, "topics"), CENTRE_SCHEMA)
        engine.run("create table placed (content_key bigint, topic varchar)")
        parts, n_all = [], 0
        for place, space, dimensions in spaces:
            n_all += engine.rows(
                "select count(*) as n from vectors where space = $space and content_key in "
                "(select content_key from asked where reader = $reader)",
                {"space": space, "reader": place},
            )[0]["n"]
            parts.append(_of_space(engine, place, space, dimensions, old))
        centres = pa.concat_tables(parts) if parts else CENTRE_SCHEMA.empty_table()
        n_texts = engine.rows("select count(*) as n from placed")[0]["n"]
        uses, described = _described(engine, workspace, {row["topic"]: row["space"] for row in centres.to_pylist()})
    return Topics(described, uses, centres, n_texts, n_all - n_texts)


def _of_space(engine: Engine, place: int, space: str, dimensions: int, old: pa.Table) -> pa.Table:
    """Fill ``placed`` with the clusters of one space; their centres."""
    rows = engine.query(
        "select content_key, own, pasted from vectors where space = $space and content_key in "
        f"(select content_key from asked where reader = $reader) order by content_key limit {MAX_TEXTS}",
        {"space": space, "reader": place},
    )
    keys: Ints = rows["content_key"].to_numpy()
    # What is asked for and about what count alike.
    labels, centres = clusters(
        keys, _unit(_unit(unpacked(rows["own"], dimensions)) + _unit(unpacked(rows["pasted"], dimensions)))
    )
    known = [row for row in old.to_pylist() if row["space"] == space]
    stored = [np.frombuffer(row["centre"], dtype="<f4") for row in known]
    old_centres = np.stack(stored) if stored else np.zeros((0, dimensions), np.float32)
    fresh = [short_id("TC", [space, str(int(keys[labels == label].min()))]) for label in range(len(centres))]
    given = names(centres, fresh, [row["topic"] for row in known], old_centres)
    inside = labels >= 0
    engine.table(
        "found", pa.table({"content_key": keys[inside], "topic": [given[label] for label in labels[inside].tolist()]})
    )
    engine.run("insert into placed select content_key, topic from found")
    columns = {"topic": given, "space": [space] * len(given), "centre": [c.astype("<f4").tobytes() for c in centres]}
    return pa.table(columns, schema=CENTRE_SCHEMA)


def _unit(vectors: Matrix) -> Matrix:
    found: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return found


def _described(engine: Engine, workspace: Workspace, spaces: dict[str, str]) -> tuple[list[Use], list[dict[str, Any]]]:
    columns = reading_columns(workspace.settings)
    concern = f'r."{_COLUMN}"' if _COLUMN in columns else "0.0"
    uses = [
        Use(row["subject_id"], row["topic"], len(row["scores"]), round(upper_mean(np.array(row["scores"]), _UPPER), 4))
        for row in engine.rows(
            f"select a.subject_id, p.topic, list({concern}::double order by a.content_key) as scores from placed p "
            "join asked a using (content_key) join readings r using (content_key) group by all order by all"
        )
    ]
    n_subjects = Counter(use.topic for use in uses)
    behaviours = [name for name in taxonomy() if name in columns]
    sums = ", ".join(f'avg(r."{name}")::double as "{name}"' for name in behaviours)
    means = (
        engine.rows(f"select topic, {sums} from placed join readings r using (content_key) group by topic")
        if sums
        else []
    )
    usual = {name: float(np.mean([row[name] for row in means])) if means else 0.0 for name in behaviours}
    telling = {row["topic"]: sorted(behaviours, key=lambda n: (usual[n] - row[n], n))[:_BEHAVIOURS] for row in means}
    scores = {row["topic"]: row for row in means}
    terms = telling_terms(said(engine, workspace))
    languages, kinds = _languages(engine), _kinds(engine)
    n_events = {
        row["topic"]: row["n"]
        for row in engine.rows(
            "select topic, count(distinct event_id) as n from turns join placed using (content_key) "
            "where side = 0 and role = 'user' group by topic"
        )
    }
    n_texts = {row["topic"]: row["n"] for row in engine.rows("select topic, count(*) as n from placed group by topic")}
    described: list[dict[str, Any]] = []
    for topic in sorted(n_subjects, key=lambda t: (-n_subjects[t], t)):
        told = n_subjects[topic] >= MIN_SUBJECTS
        shown = [n for n in telling.get(topic, []) if scores[topic][n] > usual[n]]
        described.append(
            {
                "topic": topic,
                "space": spaces[topic],
                "n_subjects": n_subjects[topic],
                "n_texts": n_texts[topic],
                "n_events": n_events.get(topic, 0),
                "languages": dict(languages.get(topic, [])[:_LANGUAGES]),
                "described": told,
                "terms": terms.get(topic, []) if told else [],
                "artefact_kinds": kinds.get(topic, [])[:_KINDS] if told else [],
                "behaviours": [
                    {"behaviour": n, "score": round(scores[topic][n], 4), "usual": round(usual[n], 4)} for n in shown
                ],
            }
        )
    return uses, described


def _languages(engine: Engine) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for row in engine.rows(
        "select topic, lang, count(*) as n from placed join observations using (content_key) group by all order by topic, n desc, lang"
    ):
        found.setdefault(row["topic"], []).append((row["lang"], row["n"]))
    return found


def _kinds(engine: Engine) -> dict[str, list[str]]:
    """Kinds of artefacts that are in at least a third of a cluster's texts."""
    found: dict[str, list[str]] = {}
    for row in engine.rows(
        "with sizes as (select topic, count(*) as size from placed group by topic) "
        "select topic, kind, count(distinct content_key) as n from placed join things using (content_key) join sizes using (topic) "
        "where kind <> 'passage' group by topic, kind having count(distinct content_key) * 3 >= any_value(size) order by topic, n desc, kind"
    ):
        found.setdefault(row["topic"], []).append(row["kind"])
    return found
