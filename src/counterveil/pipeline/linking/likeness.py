"""Texts that are alike: what ``link/near.py`` and ``link/meaning.py`` are given from the lake, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.encoders.base import Encoder
from counterveil.engine.duck import Engine
from counterveil.link.alike import Cells, Chance, PairBits, Spoken, chance, families, spoken, weigh
from counterveil.link.meaning import neighbours
from counterveil.link.near import Ids, Meetings, Texts, Uses, meetings
from counterveil.pipeline.sample import sample
from counterveil.pipeline.tables import mount
from counterveil.pipeline.vectors import unpacked
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.evidence import EvidencePolicy, KindPolicy

ALIKE_SCHEMA = pa.schema(
    [
        ("left_subject", pa.int32()),
        ("right_subject", pa.int32()),
        ("kind", pa.string()),
        ("family", pa.string()),
        ("thing_key", pa.int64()),
        ("n_subjects", pa.int64()),
        ("n_things", pa.int64()),
        ("evidence_class", pa.int32()),
        ("mb", pa.int64()),
        ("similarity", pa.float32()),
        ("gap_s", pa.int64()),
    ]
)
_USES = """
select p.subject, o.place, t.content_key, o.lang, min(epoch(t.time))::bigint as time_s
from turns t join people p using (subject_id) join words w using (content_key) join text_places o using (content_key)
where t.side = 0 and t.role in ('user', 'system')
group by p.subject, o.place, t.content_key, o.lang order by o.place, p.subject
"""


@dataclass(frozen=True, slots=True)
class Likeness:
    """All meetings of one kind, with who used what when; ``kin`` is each text's family of near copies, ``language`` its language."""

    kind: str
    policy: KindPolicy
    cells: Cells
    uses: Uses
    met: Meetings
    content_key: npt.NDArray[np.int64]
    kin: Ids
    language: Spoken


@dataclass(frozen=True, slots=True)
class _Sent:
    """The texts that somebody sent, by key; who sent which when; in which language."""

    keys: npt.NDArray[np.int64]
    uses: Uses
    language: Spoken


def by_words(workspace: Workspace, engine: Engine, policy: EvidencePolicy) -> Likeness:
    """Copies, filled-in templates, paraphrases with shared words. Needs ``people``."""
    mount(workspace, engine, "words", "turns")
    sent = _sent(engine)
    rows = engine.query("select content_key, words from words order by content_key")
    column = rows["words"].combine_chunks()
    every = rows["content_key"].to_numpy()
    offsets, flat = column.offsets.to_numpy().astype(np.int64), column.values.to_numpy()
    # Only texts that somebody sent: their words, moved together.
    at = np.searchsorted(every, sent.keys)
    sizes = offsets[at + 1] - offsets[at]
    begins = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    index = np.repeat(offsets[at] - begins[:-1], sizes) + np.arange(begins[-1])
    met = meetings(Texts(flat[index], begins), sent.uses)
    return _likeness("near_text", policy, sent, met)


def by_meaning(
    workspace: Workspace, engine: Engine, policy: EvidencePolicy, *, reader: int, encoder: Encoder
) -> Likeness:
    """The same in other words or another language, among the texts that were encoded in one space. Needs ``people``."""
    mount(workspace, engine, "words", "turns", "vectors", "sifted", "second_looks")
    sample(engine, workspace.settings)
    sent = _sent(engine)
    engine.table("sent", pa.table({"content_key": sent.keys, "place": np.arange(len(sent.keys))}))
    rows = engine.query(
        # Only what this scan weighs: what an earlier one read of more does not count.
        "select place, own, pasted from vectors join sent using (content_key) where space = $space and ("
        "content_key in (select content_key from asked where reader = $reader) "
        "or content_key in (select content_key from second_looks)) order by place",
        {"space": encoder.space, "reader": reader},
    )
    own, pasted = (unpacked(rows[half], encoder.dimensions) for half in ("own", "pasted"))
    # What was pasted is the matter; the words around it are how everybody asks for a translation.
    matter = np.where(pasted.any(axis=1, keepdims=True), pasted, own)
    norm = np.linalg.norm(matter, axis=1, keepdims=True)
    vectors = np.zeros((len(sent.keys), encoder.dimensions), dtype=np.float32)
    vectors[rows["place"].to_numpy()] = matter / np.maximum(norm, 1e-9)
    return _likeness("same_meaning", policy, sent, neighbours(vectors, sent.uses))


def _likeness(kind: str, policy: EvidencePolicy, sent: _Sent, met: Meetings) -> Likeness:
    of_kind = policy.kinds[kind]
    cells = Cells(policy.likeness[kind].similarity, of_kind.m, policy.likeness[kind].cap_bits)
    kin = families(met, sent.uses, len(sent.keys), policy.likeness[kind].one_family)
    return Likeness(kind, of_kind, cells, sent.uses, met, sent.keys, kin, sent.language)


def _sent(engine: Engine) -> _Sent:
    rows = engine.query(_USES)
    _, first, text = np.unique(rows["place"].to_numpy(), return_index=True, return_inverse=True)
    keys = rows["content_key"].to_numpy()[first]
    uses = Uses(rows["subject"].to_numpy().astype(np.int32), text.astype(np.int32), rows["time_s"].to_numpy())
    n_population = engine.query("select count(*) as n from people")["n"][0].as_py()
    return _Sent(keys, uses, spoken(rows["lang"].to_numpy().astype(np.int32)[first], uses, n_population))


def measured(found: Likeness, n_population: int, linked: npt.NDArray[np.int64] | None) -> Chance:
    """Chance among all pairs, or among those that are not ``linked`` (left · N + right, sorted)."""
    strange = None if linked is None else strangers(found, n_population, linked)
    return chance(
        found.met, found.uses, found.cells, language=found.language, n_population=n_population, strangers=strange
    )


def strangers(found: Likeness, n_population: int, linked: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which meetings are of pairs that are not ``linked``."""
    if not len(linked):
        return np.ones(len(found.met.left), np.bool_)
    a, b = found.uses.subject[found.met.left], found.uses.subject[found.met.right]
    pair = np.minimum(a, b).astype(np.int64) * n_population + np.maximum(a, b)
    at = np.minimum(np.searchsorted(linked, pair), len(linked) - 1)
    strange: npt.NDArray[np.bool_] = linked[at] != pair
    return strange


def weighed(
    found: Likeness,
    by_chance: Chance,
    log2_activity: npt.NDArray[np.float64],
    *,
    least_bits: float,
    subject: Ids | None = None,
    kept: npt.NDArray[np.bool_] | None = None,
) -> pa.Table:
    """Bits of every pair, as ``ALIKE_SCHEMA``."""
    pairs = weigh(
        found.met,
        found.uses,
        found.cells,
        by_chance,
        log2_activity,
        language=found.language,
        kin=found.kin,
        subject=subject,
        kept=kept,
        least_bits=least_bits,
    )
    return _table(found, pairs)


def _table(found: Likeness, pairs: PairBits) -> pa.Table:
    policy, n = found.policy, len(pairs.left)
    strong = (pairs.n >= policy.a_min_turns) & (pairs.n_subjects <= policy.a_max) & (policy.best.value == "A")
    order = np.where(strong, 1, np.where(pairs.n_subjects <= policy.b_max, 2, 3))
    columns = {
        "left_subject": pairs.left,
        "right_subject": pairs.right,
        "kind": pa.array([found.kind] * n, pa.string()),
        "family": pa.array([policy.family.value] * n, pa.string()),
        "thing_key": found.content_key[pairs.text] if n else np.zeros(0, np.int64),
        "n_subjects": pairs.n_subjects.astype(np.int64),
        "n_things": pairs.n.astype(np.int64),
        "evidence_class": order.astype(np.int32),
        "mb": np.rint(1000 * pairs.bits).astype(np.int64),
        "similarity": pairs.similarity,
        "gap_s": pairs.gap_s,
    }
    return pa.table(columns, schema=ALIKE_SCHEMA)
