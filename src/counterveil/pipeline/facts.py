"""Facts about every subject from the computed tables."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.assess.facts import SubjectFacts
from counterveil.assess.operations import Base
from counterveil.observe.encoder import COVERED
from counterveil.observe.head import ANY, INNOCENT, shipped
from counterveil.pipeline.link import accounts_sql
from counterveil.pipeline.read import sample_sql
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace

_LANGUAGES = """
select subject_id, lang, count(*) as n from (
  select distinct t.subject_id, t.content_key, o.lang from turns t join observations o using (content_key)
  where t.side = 0 and t.role = 'user'
) group by subject_id, lang order by subject_id, n desc, lang
"""
_SCORES = """
select a.subject_id, r.* exclude (content_key)
from asked a join readings r using (content_key) order by a.subject_id, r.content_key
"""


def subject_facts(workspace: Workspace) -> dict[str, SubjectFacts]:
    """Facts of all subjects by id; what was not read stays at zero with ``n_read`` = 0."""
    head = shipped()
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "subjects", "accounts", "observations", "readings")
        subjects = engine.rows("select * from subjects order by subject_id")
        accounts = {row["account_id"]: row for row in engine.rows(accounts_sql())}
        languages: dict[str, dict[str, int]] = {}
        for row in engine.rows(_LANGUAGES):
            languages.setdefault(row["subject_id"], {})[row["lang"]] = int(row["n"])
        engine.run(sample_sql(workspace.settings))
        scores = _scores(engine.query(_SCORES), head.columns)
    return {row["subject_id"]: _facts(row, accounts.get(row["account_id"], {}), languages, scores) for row in subjects}


def _scores(table: pa.Table, columns: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Per subject: number read, upper-half mean of ``any``, mean of ``innocent``, upper-quarter mean of each behaviour."""
    found: dict[str, dict[str, float]] = {}
    if table.num_rows == 0:
        return found
    subjects = np.array(table["subject_id"].to_pylist())
    values = np.column_stack([table[name].to_numpy() for name in columns]).astype(np.float64)
    borders = np.flatnonzero(np.concatenate(([True], subjects[1:] != subjects[:-1], [True])))
    for start, stop in pairwise(borders.tolist()):
        rows = np.sort(values[start:stop], axis=0)[::-1]
        summary = {name: _upper_mean(rows[:, index], 0.25) for index, name in enumerate(columns)}
        summary[ANY] = _upper_mean(rows[:, columns.index(ANY)], 0.5)
        summary[INNOCENT] = float(rows[:, columns.index(INNOCENT)].mean())
        found[str(subjects[start])] = summary | {"n": float(stop - start)}
    return found


def _upper_mean(descending: npt.NDArray[np.float64], share: float) -> float:
    return float(descending[: max(1, int(np.ceil(share * len(descending))))].mean())


def _facts(
    row: dict[str, Any],
    account: dict[str, Any],
    languages: dict[str, dict[str, int]],
    scores: dict[str, dict[str, float]],
) -> SubjectFacts:
    read = scores.get(row["subject_id"], {})
    return SubjectFacts(
        subject_id=row["subject_id"],
        account_id=row["account_id"],
        n_events=int(row["n_events"]),
        n_user_turns=int(row["n_user_turns"]),
        n_read=int(read.get("n", 0)),
        n_disguises=int(row["n_disguises"]),
        doing=read.get(ANY, 0.0),
        innocent=read.get(INNOCENT, 0.0),
        behaviours={name: read[name] for name in shipped().behaviours if name in read},
        n_not_covered=sum(n for code, n in languages.get(row["subject_id"], {}).items() if code not in COVERED),
        languages=languages.get(row["subject_id"], {}),
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        created_at=account.get("created_at"),
        org_id=account.get("org_id"),
        payment=account.get("payment_fingerprint"),
        signup_ip=account.get("signup_ip"),
        declared_use=account.get("declared_use"),
    )


def base_rates(facts: dict[str, SubjectFacts]) -> Base:
    """Medians over the subjects that were read: what is usual in this log."""
    read = [f for f in facts.values() if f.n_read > 0]
    if not read:
        return Base(0.5, 0.5, {})
    names = shipped().behaviours
    return Base(
        doing=float(np.median([f.doing for f in read])),
        innocent=float(np.median([f.innocent for f in read])),
        behaviours={name: float(np.median([f.behaviours.get(name, 0.0) for f in read])) for name in names},
    )
