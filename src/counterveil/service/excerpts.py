"""Which texts of a group speak most for a behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from counterveil.encoders.chosen import encoders, reader_of
from counterveil.observe.segments import ASK, KINDS
from counterveil.pipeline.reader import encoder_choice, heads_of, reading_columns
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.settings import Settings

_WINDOW_CHARS = 160
_MAX_WINDOWS = 40
_PER_BEHAVIOUR = 2


@dataclass(frozen=True, slots=True)
class BestText:
    """A text with the behaviour it speaks for and where it stands."""

    behaviour: str
    score: float
    subject_id: str
    event_id: str
    language: str
    text: str


def best_texts(workspace: Workspace, members: Sequence[str], behaviours: Sequence[str]) -> list[BestText]:
    """The two highest-scored texts of each behaviour, of different members where possible, each text once."""
    wanted = [b for b in behaviours if b in reading_columns(workspace.settings)]
    if not wanted:
        return []
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts", "readings", "observations")
        engine.table("members", pa.table({"subject_id": pa.array(list(members), pa.string())}))
        engine.run(
            "create table own as select content_key, min(subject_id) as subject_id, min(event_id) as event_id from turns "
            "join members using (subject_id) where side = 0 and role = 'user' group by content_key"
        )
        found: list[BestText] = []
        used: set[int] = set()
        for behaviour in wanted:
            rows = engine.rows(
                f'select o.*, r."{behaviour}" as score, lang, t.text from own o join readings r using (content_key) '
                f"join observations using (content_key) join texts t using (content_key) "
                f'order by r."{behaviour}" desc, content_key limit 12'
            )
            subjects: set[str] = set()
            for row in rows:
                if row["content_key"] in used or row["subject_id"] in subjects or len(subjects) == _PER_BEHAVIOUR:
                    continue
                used.add(row["content_key"])
                subjects.add(row["subject_id"])
                found.append(
                    BestText(
                        behaviour, round(row["score"], 3), row["subject_id"], row["event_id"], row["lang"], row["text"]
                    )
                )
    return found


def telling_window(settings: Settings, text: str, language: str, column: str) -> tuple[int, int]:
    """The part of a text, at most 160 characters, that speaks most for a behaviour: (start, end)."""
    width = _WINDOW_CHARS
    choice = encoder_choice(settings)
    place = reader_of(choice, language)
    if len(text) <= width or place is None:
        return 0, min(len(text), width)
    encoder = encoders(choice)[place]
    heads = heads_of(settings)[encoder.space]
    starts = list(range(0, len(text) - width // 2, width // 2))[:_MAX_WINDOWS]
    vectors = encoder.encode([text[at : at + width] for at in starts])
    kinds = np.zeros((len(starts), len(KINDS)), dtype=np.bool_)
    kinds[:, ASK] = True
    scores = heads.read(vectors, np.zeros_like(vectors), kinds)[:, heads.columns.index(column)]
    best = starts[int(np.argmax(scores))]
    return best, min(len(text), best + width)
