"""The verbs that show what was found: operations, accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from counterveil.detectors import BUILTIN
from counterveil.engine.duck import Engine
from counterveil.errors import NotFoundError
from counterveil.model.hypothesis import Board, Origin
from counterveil.model.signal import SIGNAL_SCHEMA
from counterveil.observe.canonical import canonical
from counterveil.observe.mask import masked
from counterveil.pipeline.assess import SCORE_SCHEMA
from counterveil.pipeline.linking.features import accounts_sql
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace, for_reading
from counterveil.service.choosing import one
from counterveil.service.excerpts import best_texts, telling_window
from counterveil.service.reveals import masked_value, record_reveal
from counterveil.service.timeline import Timeline, schedule, timeline
from counterveil.settings import Settings
from counterveil.store import batches, findings
from counterveil.store.history import history


@dataclass(frozen=True, slots=True)
class Example:
    """A masked excerpt of one text: which behaviour it speaks for, how strongly, whose it is."""

    behaviour: str
    score: float
    subject_id: str
    event_id: str
    language: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation with what a person needs to check it.

    ``schedule`` and ``languages`` are context: user turns by weekday (Monday first) and hour (UTC), texts by language.
    """

    body: Mapping[str, Any]
    timeline: Timeline
    schedule: tuple[tuple[int, ...], ...]
    examples: tuple[Example, ...]
    languages: Mapping[str, int]
    hubs_ignored: tuple[Mapping[str, Any], ...]
    history: tuple[Mapping[str, Any], ...]


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
    body = one(list_operations(settings, include_cohorts=True), "operation_id", operation_id, "operations list --all")
    # An operation that an older version stored has neither before the next scan.
    body = {"board": asdict(Board()), "origin": asdict(Origin())} | body
    members = [m["subject_id"] for m in body["members"]]
    with for_reading(settings) as workspace:
        with workspace.engine() as engine:
            mount(workspace, engine, "turns", "observations")
            by_member = _languages(engine, members)
        languages: dict[str, int] = {}
        for of_member in by_member.values():
            for code, n in of_member.items():
                languages[code] = languages.get(code, 0) + n
        with workspace.database.begin() as connection:
            hubs = batches.get_fact(connection, "hubs") or []
            became = tuple(history(connection, body["operation_id"]))
        if purpose is None:
            body = {**body, "links": [_masked_link(link) for link in body["links"]]}
            hubs = [_masked_thing(hub) for hub in hubs]
        else:
            record_reveal(workspace.home, body["operation_id"], purpose)
        return OperationView(
            body=body,
            timeline=timeline(workspace, members),
            schedule=schedule(workspace, members),
            examples=_examples(workspace, members, [b[0] for b in body["behaviours"]]),
            languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
            hubs_ignored=tuple(hubs),
            history=became,
        )


def _masked_link(link: Mapping[str, Any]) -> dict[str, Any]:
    return {**link, "shared": [_masked_thing(thing) for thing in link["shared"]]}


def _masked_thing(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {**thing, "value": masked_value(thing["kind"], thing["value"])}


def _examples(workspace: Workspace, members: list[str], behaviours: list[str]) -> tuple[Example, ...]:
    found = []
    for text in best_texts(workspace, members, behaviours):
        plain = canonical(text.text).text
        start, end = telling_window(workspace.settings, plain, text.language, text.behaviour)
        excerpt = masked(plain[start:end], BUILTIN)
        marks = ("…" if start > 0 else "", "…" if end < len(plain) else "")
        found.append(
            Example(
                behaviour=text.behaviour,
                score=text.score,
                subject_id=text.subject_id,
                event_id=text.event_id,
                language=text.language,
                excerpt=f"{marks[0]}{excerpt}{marks[1]}",
            )
        )
    return tuple(found)


def _languages(engine: Engine, subjects: list[str]) -> dict[str, dict[str, int]]:
    """Distinct user texts by language, of some subjects. Needs ``turns`` and ``observations``."""
    engine.table("shown", pa.table({"subject_id": pa.array(subjects, pa.string())}))
    rows = engine.rows(
        "select subject_id, lang, count(distinct content_key) as n from turns join shown using (subject_id) "
        "join observations using (content_key) where side = 0 and role = 'user' group by all order by n desc, lang"
    )
    found: dict[str, dict[str, int]] = {subject: {} for subject in subjects}
    for row in rows:
        found[row["subject_id"]][row["lang"]] = int(row["n"])
    return found


def show_account(settings: Settings, account_id: str) -> dict[str, Any]:
    """An account: registration; of each of its subjects facts, score with both sides, signals, group. Raises NotFoundError."""
    with for_reading(settings) as workspace:
        with workspace.database.begin() as connection:
            stored = {kind: batches.paths(connection, kind) for kind in ("scores", "signals")}
        with workspace.engine() as engine:
            mount(workspace, engine, "accounts", "subjects", "turns", "observations")
            engine.files("scores", workspace.lake.paths(stored["scores"]), SCORE_SCHEMA)
            engine.files("signals", workspace.lake.paths(stored["signals"]), SIGNAL_SCHEMA)
            registered = [row for row in engine.rows(accounts_sql()) if row["account_id"] == account_id]
            rows = engine.rows(
                "select s.subject_id, s.n_events, s.n_user_turns, s.first_seen, s.last_seen, c.score, c.operation_id, c.standing, "
                "c.n_read, c.n_not_covered, c.confidence, c.ledger, c.behaviours from subjects s left join scores c using (subject_id) "
                "where s.account_id = $id or s.subject_id = $id order by s.subject_id",
                {"id": account_id},
            )
            languages = _languages(engine, [row["subject_id"] for row in rows])
            signals = engine.rows("select * from signals join shown using (subject_id) order by score desc, detector")
    if not rows and not registered:
        raise NotFoundError(
            f"no account {account_id!r} in this workspace", remedy="Ids are those of the log; see `operations show`."
        )
    subjects = [
        {
            **row,
            "n_read": row["n_read"] or 0,
            "languages": languages[row["subject_id"]],
            "behaviours": {b["behaviour"]: b["score"] for b in row["behaviours"] or []},
            "ledger": row["ledger"] or [],
            "signals": [signal for signal in signals if signal["subject_id"] == row["subject_id"]],
        }
        for row in rows
    ]
    return {"account_id": account_id, "registered": registered[0] if registered else None, "subjects": subjects}
