"""The verbs that show what was found: leads, operations, accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterveil.detectors import BUILTIN
from counterveil.errors import NotFoundError
from counterveil.model.event import ACCOUNT_SCHEMA
from counterveil.observe.canonical import canonical
from counterveil.observe.encoder import COVERED
from counterveil.observe.head import shipped
from counterveil.observe.mask import masked
from counterveil.pipeline.assess import SCORE_SCHEMA
from counterveil.pipeline.facts import subject_facts
from counterveil.pipeline.link import accounts_sql
from counterveil.pipeline.workspace import Workspace, for_reading
from counterveil.service.excerpts import best_texts
from counterveil.service.reveals import masked_value, record_reveal
from counterveil.service.timeline import Timeline, timeline
from counterveil.settings import Settings
from counterveil.store import batches, findings


@dataclass(frozen=True, slots=True)
class Example:
    """A masked excerpt of one text: which behaviour it speaks for, how strongly, whose it is."""

    behaviour: str
    score: float
    subject_id: str
    event_id: str
    language: str
    covered: bool
    excerpt: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation with what a person needs to check it."""

    body: Mapping[str, Any]
    timeline: Timeline
    examples: tuple[Example, ...]
    languages: Mapping[str, int]
    hubs_ignored: tuple[Mapping[str, Any], ...]


def list_leads(settings: Settings) -> list[dict[str, Any]]:
    """The queue, in order."""
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        return findings.leads(connection)


def show_lead(settings: Settings, lead_id: str) -> dict[str, Any]:
    """One lead. Raises NotFoundError."""
    return _one(list_leads(settings), "lead_id", lead_id, "leads list")


def list_operations(settings: Settings, *, include_cohorts: bool = False) -> list[dict[str, Any]]:
    """Suspected operations, the most believed first; on request also linked groups with an innocent explanation."""
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        found = findings.operations(connection)
    return found if include_cohorts else [o for o in found if o["verdict"] == "suspected"]


def show_operation(settings: Settings, operation_id: str, *, purpose: str | None = None) -> OperationView:
    """One operation with timeline, languages, masked examples and the hubs its members touch. Raises NotFoundError.

    Personal values among the shared things (addresses, numbers, cards) are masked; with a ``purpose`` they are shown and
    the purpose is recorded in the workspace's ``reveals.jsonl``.
    """
    body = _one(list_operations(settings, include_cohorts=True), "operation_id", operation_id, "operations list --all")
    members = [m["subject_id"] for m in body["members"]]
    with for_reading(settings) as workspace:
        facts = subject_facts(workspace)
        languages: dict[str, int] = {}
        for subject in members:
            for code, n in facts[subject].languages.items():
                languages[code] = languages.get(code, 0) + n
        with workspace.database.begin() as connection:
            hubs = batches.get_fact(connection, "hubs") or []
        if purpose is None:
            body = {**body, "links": [_masked_link(link) for link in body["links"]]}
            hubs = [_masked_thing(hub) for hub in hubs]
        else:
            record_reveal(workspace.home, body["operation_id"], purpose)
        return OperationView(
            body=body,
            timeline=timeline(workspace, members),
            examples=_examples(workspace, members, [b[0] for b in body["behaviours"]]),
            languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
            hubs_ignored=tuple(hubs),
        )


def _masked_link(link: Mapping[str, Any]) -> dict[str, Any]:
    return {**link, "shared": [_masked_thing(thing) for thing in link["shared"]]}


def _masked_thing(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {**thing, "value": masked_value(thing["kind"], thing["value"])}


def _examples(workspace: Workspace, members: list[str], behaviours: list[str]) -> tuple[Example, ...]:
    head = shipped()
    found = []
    for text in best_texts(workspace, members, behaviours):
        plain = canonical(text.text).text
        start, end = head.span(plain, text.behaviour)
        excerpt = masked(plain[start:end], BUILTIN)
        marks = ("…" if start > 0 else "", "…" if end < len(plain) else "")
        found.append(
            Example(
                behaviour=text.behaviour,
                score=text.score,
                subject_id=text.subject_id,
                event_id=text.event_id,
                language=text.language,
                covered=text.language in COVERED,
                excerpt=f"{marks[0]}{excerpt}{marks[1]}",
            )
        )
    return tuple(found)


def show_account(settings: Settings, account_id: str) -> dict[str, Any]:
    """An account: registration, its subjects with their facts and scores, the group each is in. Raises NotFoundError."""
    with for_reading(settings) as workspace:
        facts = [f for f in subject_facts(workspace).values() if account_id in (f.account_id, f.subject_id)]
        with workspace.database.begin() as connection:
            scores = batches.paths(connection, "scores")
            accounts = batches.paths(connection, "accounts")
        with workspace.engine() as engine:
            engine.files("scores", workspace.lake.paths(scores), SCORE_SCHEMA)
            engine.files("accounts", workspace.lake.paths(accounts), ACCOUNT_SCHEMA)
            by_subject = {row["subject_id"]: row for row in engine.rows("select * from scores")}
            registered = [row for row in engine.rows(accounts_sql()) if row["account_id"] == account_id]
    if not facts and not registered:
        raise NotFoundError(
            f"no account {account_id!r} in this workspace", remedy="Ids are those of the log; see `operations show`."
        )
    subjects = []
    for subject in facts:
        score = by_subject.get(subject.subject_id, {})
        subjects.append(
            {
                "subject_id": subject.subject_id,
                "n_events": subject.n_events,
                "n_user_turns": subject.n_user_turns,
                "n_texts_read": subject.n_read,
                "languages": dict(subject.languages),
                "first_seen": subject.first_seen,
                "last_seen": subject.last_seen,
                "score": score.get("score"),
                "operation_id": score.get("operation_id"),
                "standing": score.get("standing"),
                "behaviours": dict(sorted(subject.behaviours.items(), key=lambda item: -item[1])[:5]),
            }
        )
    return {"account_id": account_id, "registered": registered[0] if registered else None, "subjects": subjects}


def scores(settings: Settings) -> tuple[dict[str, float], dict[str, str | None]]:
    """Every account's score in [0,1] and group: the highest of its subjects (for evaluation)."""
    with for_reading(settings) as workspace:
        with workspace.database.begin() as connection:
            paths = batches.paths(connection, "scores")
        table = workspace.lake.read(paths, SCORE_SCHEMA)
    best: dict[str, float] = {}
    group: dict[str, str | None] = {}
    for row in table.to_pylist():
        account = row["account_id"]
        if row["score"] >= best.get(account, -1.0):
            best[account] = row["score"]
            group[account] = row["operation_id"]
    return best, group


def _one(rows: list[dict[str, Any]], key: str, wanted: str, where: str) -> dict[str, Any]:
    matching = [row for row in rows if row[key].lower().startswith(wanted.lower())]
    exact = [row for row in matching if row[key].lower() == wanted.lower()]
    if len(exact or matching) == 1:
        return (exact or matching)[0]
    many = f"{len(matching)} match" if matching else "none matches"
    raise NotFoundError(f"{wanted!r}: {many}", remedy=f"See `counterveil {where}`.")
