"""What a run says of every account, for who measures it against a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterveil.lab.mistakes import Outcome, Reason
from counterveil.pipeline.assess import SCORE_SCHEMA
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import for_reading
from counterveil.service.findings import list_operations
from counterveil.service.leads import list_leads
from counterveil.settings import Settings
from counterveil.store import batches

_CONTACT = "contact"


def outcomes(settings: Settings) -> tuple[dict[str, Outcome], list[tuple[str, ...]]]:
    """Every account's score in [0,1], group and ledgers (those of its highest subject), and the queue.

    Each lead of the queue as the accounts that it is about: an operation's members, or the one.
    """
    with for_reading(settings) as workspace:
        with workspace.database.begin() as connection:
            paths = batches.paths(connection, "scores")
        rows = workspace.lake.read(paths, SCORE_SCHEMA).to_pylist()
    operations = {o["operation_id"]: o for o in list_operations(settings, include_cohorts=True)}
    best: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["account_id"] not in best or row["score"] >= best[row["account_id"]]["score"]:
            best[row["account_id"]] = row
    account = {row["subject_id"]: row["account_id"] for row in rows}
    queue = [_about(lead["about"], operations, account) for lead in list_leads(settings)]
    return {name: _outcome(row, operations) for name, row in best.items()}, queue


def scores(settings: Settings) -> tuple[dict[str, float], dict[str, str | None]]:
    """Every account's score and linked group alone."""
    found, _ = outcomes(settings)
    return {n: o.score for n, o in found.items()}, {n: o.group for n, o in found.items()}


def main_languages(settings: Settings) -> dict[str, str]:
    """The language in which most of an account's own texts are, as the run told it; accounts without texts are missing."""
    with for_reading(settings) as workspace, workspace.engine() as engine:
        mount(workspace, engine, "turns", "observations")
        rows = engine.rows(
            "select account_id, lang, count(distinct content_key) as n from turns join observations using (content_key) "
            "where side = 0 and role = 'user' group by account_id, lang order by account_id, n desc, lang"
        )
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row["account_id"], row["lang"])
    return found


def _about(about: str, operations: Mapping[str, Mapping[str, Any]], account: Mapping[str, str]) -> tuple[str, ...]:
    subjects = [m["subject_id"] for m in operations[about]["members"]] if about in operations else [about]
    return tuple(sorted({account.get(s, s) for s in subjects}))


def _outcome(row: Mapping[str, Any], operations: Mapping[str, Mapping[str, Any]]) -> Outcome:
    operation = operations.get(row["operation_id"] or "")
    inside = operation is not None and row["standing"] != _CONTACT
    suspected = operation is not None and inside and operation["verdict"] == "suspected"
    of_operation = _reasons("operation", operation["ledger"]) if operation is not None and inside else ()
    return Outcome(
        score=row["score"],
        group=row["operation_id"] if inside else None,
        suspected=row["operation_id"] if suspected else None,
        standing=row["standing"],
        reasons=(*_reasons("account", row["ledger"] or ()), *of_operation),
    )


def _reasons(of: str, ledger: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(of, e["name"], e["log_odds"], e["reason"]) for e in ledger)
