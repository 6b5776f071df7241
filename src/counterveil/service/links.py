"""The verbs about pairs of subjects: why two belong together, and what an investigator says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from counterveil.errors import NotFoundError, UsageError
from counterveil.ids import utc_now
from counterveil.link.explain import explain
from counterveil.model.link import Judgement, Link, SharedThing
from counterveil.model.signal import EvidenceClass, Family
from counterveil.pipeline.profile import table
from counterveil.pipeline.workspace import for_reading, for_writing, must_exist
from counterveil.policy.evidence import evidence
from counterveil.service.findings import list_operations
from counterveil.service.reveals import masked_value, record_reveal
from counterveil.settings import Settings
from counterveil.store import judgements

__all__ = ["Judgement", "judge", "list_judgements", "list_links", "show_link", "withdraw"]


def list_links(settings: Settings, subject: str | None = None, *, purpose: str | None = None) -> list[dict[str, Any]]:
    """All links, or those of one subject, the strongest first, each explained; personal values masked without a ``purpose``."""
    found = [
        _explained(link, operation["operation_id"], masked=purpose is None)
        for operation in list_operations(settings, include_cohorts=True)
        for link in operation["links"]
        if subject is None or subject in (link["left"], link["right"])
    ]
    if purpose is not None:
        record_reveal(settings.home, subject or "links", purpose)
    return sorted(found, key=lambda row: (-row["bits"], row["left"], row["right"]))


def show_link(settings: Settings, left: str, right: str, *, purpose: str | None = None) -> dict[str, Any]:
    """One link with all that is shared. Raises NotFoundError where the two are not linked."""
    pair = {left, right}
    for row in list_links(settings, left, purpose=purpose):
        if {row["left"], row["right"]} == pair:
            return row
    raise NotFoundError(f"{left} and {right}: not linked", remedy=f"See `counterveil links list --of {left}`.")


def _explained(body: Mapping[str, Any], operation_id: str, *, masked: bool) -> dict[str, Any]:
    def value(thing: Mapping[str, Any]) -> str:
        return masked_value(thing["kind"], thing["value"]) if masked else str(thing["value"])

    shared = tuple(
        SharedThing(
            **{
                **thing,
                "value": value(thing),
                "family": Family(thing["family"]),
                "evidence_class": EvidenceClass(thing["evidence_class"]),
            }
        )
        for thing in body["shared"]
    )
    link = Link(body["left"], body["right"], body["bits"], shared, body["sure"])
    labels = {name: kind.label for name, kind in evidence().kinds.items()}
    return {**asdict(link), **asdict(explain(link, labels)), "operation_id": operation_id}


def judge(settings: Settings, left: str, right: str, verdict: Judgement, *, author: str, note: str) -> None:
    """Put a judgement on record; the next scan follows it. Raises NotFoundError for a subject that the log does not know."""
    if left == right:
        raise UsageError("a subject cannot be judged against itself", remedy="Name two subjects.")
    must_exist(settings)
    with for_writing(settings) as workspace:
        known = set(table(workspace, "subjects")["subject_id"].to_pylist())
        for subject in (left, right):
            if subject not in known:
                raise NotFoundError(f"{subject}: no such subject", remedy="See `counterveil accounts show ACCOUNT`.")
        with workspace.database.begin() as connection:
            judgements.judge(connection, left, right, verdict, author=author, note=note, at=utc_now())


def withdraw(settings: Settings, left: str, right: str) -> int:
    """Take back the judgements of a pair; they stay on record. Raises NotFoundError where there are none."""
    must_exist(settings)
    with for_writing(settings) as workspace, workspace.database.begin() as connection:
        n = judgements.withdraw(connection, left, right, utc_now())
    if n == 0:
        raise NotFoundError(f"{left} and {right}: no judgement", remedy="See `counterveil links judgements`.")
    return n


def list_judgements(settings: Settings) -> list[dict[str, Any]]:
    """All judgements, the latest first, withdrawn ones included."""
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        return list(judgements.listed(connection))
