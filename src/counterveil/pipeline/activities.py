"""Activities of subjects from the computed tables: what behaviour detectors are given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa

from counterveil.assess import account
from counterveil.detectors.activity import ACTIVITY
from counterveil.model.activity import Activity, Claim
from counterveil.model.signal import Signal
from counterveil.pipeline.reader import account_policy, reading_columns
from counterveil.pipeline.sample import sample
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace

# One row a turn that was read: a text sent twice counts where it was first sent.
_ROWS = """
with here as (
  select t.subject_id, t.event_id, min(epoch(t.time)) as seconds, min(t.conversation_id) as conversation_id, t.content_key
  from turns t join asked a using (subject_id, content_key) where t.side = 0 and t.role = 'user'
  group by t.subject_id, t.event_id, t.content_key
), firsts as (
  select *, row_number() over (partition by subject_id, content_key order by seconds, event_id) as nth from here
), declined as (
  select event_id, bool_or(o.is_refusal) as refused from turns t join observations o using (content_key)
  where t.side = 1 group by event_id
)
select f.subject_id, f.event_id, f.seconds, coalesce(f.conversation_id, f.event_id) as conversation, s.own_lang, s.pasted_lang,
       s.pasted_by, o.n_disguises + s.n_tricks as n_disguises, coalesce(d.refused, false) as refused, f.content_key, r.* exclude (content_key)
from firsts f join readings r using (content_key) join sifted s using (content_key) join observations o using (content_key)
left join declined d on d.event_id = f.event_id
where nth = 1 order by f.subject_id, f.seconds, f.event_id, f.content_key
"""
_CLAIMS = 'select content_key, slot, value, start, "end" from claims order by content_key, start, slot'


def activities(workspace: Workspace, *, first_look: bool = False) -> Iterator[Activity]:
    """Every subject of whom something was read, in order of id. Cost: linear in the turns read.

    ``first_look``: only by the encoder that reads each text first.
    """
    readings = "first_readings" if first_look else "readings"
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "sifted", "observations", readings, "claims", "subjects")
        sample(engine, workspace.settings)
        table = engine.query(_ROWS)
        claimed: dict[int, list[tuple[str, str, int, int]]] = {}
        for row in engine.rows(_CLAIMS):
            claimed.setdefault(row["content_key"], []).append((row["slot"], row["value"], row["start"], row["end"]))
        n_turns = {
            row["subject_id"]: int(row["n_user_turns"])
            for row in engine.rows("select subject_id, n_user_turns from subjects")
        }
    yield from _split(table, reading_columns(workspace.settings), claimed, n_turns)


def _split(
    table: pa.Table,
    columns: tuple[str, ...],
    claimed: dict[int, list[tuple[str, str, int, int]]],
    n_turns: dict[str, int],
) -> Iterator[Activity]:
    if table.num_rows == 0:
        return
    subjects = np.array(table["subject_id"].to_pylist())
    borders = np.flatnonzero(np.concatenate(([True], subjects[1:] != subjects[:-1], [True])))
    plain = {
        name: table[name].to_pylist() for name in ("event_id", "conversation", "own_lang", "pasted_lang", "content_key")
    }
    arrays = {name: table[name].to_numpy() for name in ("seconds", "pasted_by", "n_disguises", "refused", *columns)}
    for start, stop in pairwise(borders.tolist()):
        numbers: dict[str, int] = {}
        conversations = [numbers.setdefault(c, len(numbers)) for c in plain["conversation"][start:stop]]
        keys = plain["content_key"][start:stop]
        yield Activity(
            subject_id=str(subjects[start]),
            event_ids=tuple(plain["event_id"][start:stop]),
            times=arrays["seconds"][start:stop].astype(np.float64),
            conversations=np.array(conversations, dtype=np.int64),
            pasted_by=arrays["pasted_by"][start:stop].astype(np.int8),
            refused=arrays["refused"][start:stop].astype(np.bool_),
            n_disguises=arrays["n_disguises"][start:stop].astype(np.int64),
            own_langs=tuple(plain["own_lang"][start:stop]),
            pasted_langs=tuple(plain["pasted_lang"][start:stop]),
            scores={name: arrays[name][start:stop].astype(np.float64) for name in columns},
            claims=tuple(Claim(s, v, i, a, b) for i, key in enumerate(keys) for s, v, a, b in claimed.get(key, ())),
            n_turns=n_turns.get(str(subjects[start]), 0),
        )


def signals_of(activity: Activity) -> tuple[Signal, ...]:
    """What every behaviour detector says about an activity."""
    return tuple(detector.measure(activity) for detector in ACTIVITY)


def account_scores(workspace: Workspace) -> Iterator[tuple[str, float]]:
    """Every subject's account score in log-odds, as far as it is read, by each text's first reader."""
    policy = account_policy(workspace.settings)
    for activity in activities(workspace, first_look=True):
        found = account.ledger(signals_of(activity), policy, len(activity))
        yield activity.subject_id, sum(entry.log_odds for entry in found)
