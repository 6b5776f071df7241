"""What the times of two subjects say about them: weight for pairs that other evidence has made, never a link by itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.detectors.pairs import PAIRS
from counterveil.engine.duck import Engine
from counterveil.model.rhythm import SESSION_PAUSE_S, Rhythm
from counterveil.pipeline.linking.likeness import ALIKE_SCHEMA

Ints = npt.NDArray[np.int64]

# Fewer sessions show no rhythm, whatever the detector.
_LEAST_SESSIONS = 6
_TIMES = """
select distinct p.subject, epoch(t.time)::bigint as time_s
from turns t join people p using (subject_id) semi join timed w on w.subject = p.subject
where t.side = 0 order by p.subject, time_s
"""


def timing(engine: Engine, pairs: pa.Table) -> pa.Table:
    """Bits of ``pairs`` (``left_subject``, ``right_subject``) that a detector sees something in, as ``ALIKE_SCHEMA``.

    Needs ``turns`` and ``people``. Pairs are put in order (left < right), each once. Cost: the turns of the pairs' subjects,
    and under a millisecond a pair.
    """
    ends = np.stack([pairs[name].to_numpy().astype(np.int64) for name in ("left_subject", "right_subject")], axis=1)
    ends = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    rhythms = _rhythms(engine, np.unique(ends))
    known = np.isin(ends, np.fromiter(rhythms, np.int64, len(rhythms))).all(axis=1)
    found = [
        (left, right, detector.info.kind, detector.info.family.value, mb)
        for left, right in ends[known].tolist()
        for detector in PAIRS
        if (mb := round(1000 * detector.find(rhythms[left], rhythms[right]).bits)) > 0
    ]
    rows = [
        {
            "left_subject": left,
            "right_subject": right,
            "kind": kind,
            "family": family,
            "thing_key": 0,
            "n_subjects": 2,
            "n_things": 1,
            "evidence_class": 3,
            "mb": mb,
            "similarity": 0.0,
            "gap_s": 0,
        }
        for left, right, kind, family, mb in found
    ]
    return pa.Table.from_pylist(rows, schema=ALIKE_SCHEMA)


def _rhythms(engine: Engine, subjects: Ints) -> dict[int, Rhythm]:
    """The rhythm of each subject that has enough sessions."""
    engine.table("timed", pa.table({"subject": pa.array(subjects, pa.int32())}))
    rows = engine.query(_TIMES)
    subject, times = rows["subject"].to_numpy().astype(np.int64), rows["time_s"].to_numpy().astype(np.int64)
    if not len(subject):
        return {}
    new = np.concatenate([[True], subject[1:] != subject[:-1]])
    starts = np.flatnonzero(new)
    pauses = np.concatenate([[True], np.diff(times) > SESSION_PAUSE_S]) | new
    kept = np.add.reduceat(pauses.astype(np.int64), starts) >= _LEAST_SESSIONS
    stops = np.append(starts[1:], len(subject))
    return {
        int(subject[a]): Rhythm(times[a:b]) for a, b in zip(starts[kept].tolist(), stops[kept].tolist(), strict=True)
    }
