"""Facts about every subject from the computed tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from counterveil.assess import account
from counterveil.assess.declared import fits
from counterveil.assess.facts import SubjectFacts
from counterveil.assess.operations import Base
from counterveil.detectors.behaviour.base import upper_mean
from counterveil.model.activity import Activity
from counterveil.model.signal import Signal
from counterveil.pipeline.activities import activities, signals_of
from counterveil.pipeline.linking.features import accounts_sql
from counterveil.pipeline.reader import account_policy
from counterveil.pipeline.sample import readers
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.account import AccountPolicy
from counterveil.policy.declared import declared
from counterveil.policy.taxonomy import forms, taxonomy

_UPPER = 0.25
# The shift needs so many subjects with so many texts (with fewer their scores are shrunk), and is never larger than this (log-odds). Chosen by us.
_MIN_TEXTS, _MIN_SUBJECTS = 6, 20
_MOST_DOWN, _MOST_UP = 1.5, 3.0
_LANGUAGES = """
select subject_id, lang, count(*) as n from (
  select distinct t.subject_id, t.content_key, o.lang from turns t join observations o using (content_key)
  where t.side = 0 and t.role = 'user'
) group by subject_id, lang order by subject_id, n desc, lang
"""
_NOT_COVERED = """
select subject_id, count(distinct content_key) as n from turns join sifted using (content_key)
left join readers using (own_lang, pasted_lang) where side = 0 and role = 'user' and reader is null group by subject_id
"""


def subject_facts(workspace: Workspace) -> tuple[dict[str, SubjectFacts], dict[str, tuple[Signal, ...]]]:
    """Facts and signals of all subjects by id; what was not read stays at zero with ``n_read`` = 0 and has no signal."""
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "subjects", "accounts", "observations", "sifted")
        subjects = engine.rows("select * from subjects order by subject_id")
        accounts = {row["account_id"]: row for row in engine.rows(accounts_sql())}
        languages: dict[str, dict[str, int]] = {}
        for row in engine.rows(_LANGUAGES):
            languages.setdefault(row["subject_id"], {})[row["lang"]] = int(row["n"])
        readers(engine, workspace.settings)
        not_covered = {row["subject_id"]: int(row["n"]) for row in engine.rows(_NOT_COVERED)}
    policy = account_policy(workspace.settings)
    read: dict[str, dict[str, Any]] = {}
    signals: dict[str, tuple[Signal, ...]] = {}
    for activity in activities(workspace):
        signals[activity.subject_id] = signals_of(activity)
        read[activity.subject_id] = _read(activity, signals[activity.subject_id], policy)
    facts = {}
    for row in subjects:
        subject_id = row["subject_id"]
        computed = {
            "languages": languages.get(subject_id, {}),
            "n_not_covered": not_covered.get(subject_id, 0),
            **read.get(subject_id, {}),
        }
        facts[subject_id] = _facts(row, accounts.get(row["account_id"], {}), computed)
    return facts, signals


def _read(activity: Activity, signals: tuple[Signal, ...], policy: AccountPolicy) -> dict[str, Any]:
    ledger = account.ledger(signals, policy, len(activity))
    reading, stance = account.for_and_against(ledger, signals)
    behaviours = {name: upper_mean(activity.score(name), _UPPER) for name in taxonomy() if name in activity.scores}
    return {
        "n_read": len(activity),
        "ledger": ledger,
        "reading": reading,
        "stance": stance,
        "behaviours": behaviours,
        "told_at": _told_at(activity),
        "work": _work(activity),
    }


def _told_at(activity: Activity) -> datetime | None:
    """The mean time of the turns that tell most: the upper quarter by their foremost behaviour."""
    columns = [activity.score(name) for name in taxonomy() if name in activity.scores]
    if not len(activity) or not columns:
        return None
    foremost = np.max(np.stack(columns), axis=0)
    telling = np.argsort(-foremost, kind="stable")[: max(1, round(_UPPER * len(activity)))]
    return datetime.fromtimestamp(float(np.mean(activity.times[telling])), UTC)


def _work(activity: Activity) -> dict[str, float]:
    """Of the turns read, the share whose foremost kind of work is each one."""
    names = [name for name in forms() if name in activity.scores]
    if not len(activity) or not names:
        return {}
    foremost = np.argmax(np.stack([activity.score(name) for name in names]), axis=0)
    return {name: float(np.mean(foremost == at)) for at, name in enumerate(names)}


def _facts(row: Mapping[str, Any], registered: Mapping[str, Any], computed: dict[str, Any]) -> SubjectFacts:
    work = computed.pop("work", {})
    return SubjectFacts(
        subject_id=row["subject_id"],
        account_id=row["account_id"],
        n_events=int(row["n_events"]),
        n_user_turns=int(row["n_user_turns"]),
        n_disguises=int(row["n_disguises"]),
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        created_at=registered.get("created_at"),
        org_id=registered.get("org_id"),
        payment=registered.get("payment_fingerprint"),
        signup_ip=registered.get("signup_ip"),
        declared_use=registered.get("declared_use"),
        declared_fits=fits(registered.get("declared_use"), work, declared()),
        **computed,
    )


def base_rates(facts: dict[str, SubjectFacts], innocent_quartile: float) -> Base:
    """What is usual in this log: its lower quartile stays innocent until three accounts in four are operators'."""
    read = [f for f in facts.values() if f.n_read >= _MIN_TEXTS]
    names = sorted({name for f in read for name in f.behaviours})
    shift = 0.0
    if len(read) >= _MIN_SUBJECTS:
        quartile = float(np.quantile([f.reading + f.stance for f in read], 0.25))
        shift = round(float(np.clip(quartile - innocent_quartile, -_MOST_DOWN, _MOST_UP)), 3)
    return Base(
        shift=shift,
        behaviours={name: float(np.median([f.behaviours.get(name, 0.0) for f in read])) for name in names},
        end=max((f.last_seen for f in facts.values() if f.last_seen), default=None),
    )
