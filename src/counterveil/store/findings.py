"""Operations and leads as last computed; rows that a run did not change keep their times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, delete, insert, select, update

from counterveil.ids import digest_hex
from counterveil.store.tables import lead, operation


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows a run added, changed, left alone and withdrew."""

    added: int
    changed: int
    unchanged: int
    withdrawn: int

    def __add__(self, later: Changes) -> Changes:
        """Both, one after the other; what the later one changes of what the earlier one left alone is not unchanged."""
        unchanged = max(0, self.unchanged - later.changed - later.withdrawn)
        return Changes(
            self.added + later.added, self.changed + later.changed, unchanged, self.withdrawn + later.withdrawn
        )


def put_operations(connection: Connection, bodies: Mapping[str, Mapping[str, Any]], at: datetime) -> Changes:
    """Make the stored operations equal to ``bodies`` (by operation id)."""
    return _sync(connection, operation, "operation_id", bodies, columns=("verdict", "confidence", "n_members"), at=at)


def put_leads(connection: Connection, bodies: Mapping[str, Mapping[str, Any]], at: datetime) -> Changes:
    """Make the stored leads equal to ``bodies`` (by lead id)."""
    return _sync(connection, lead, "lead_id", bodies, columns=("kind", "about", "rank_score"), at=at)


def operations(connection: Connection) -> list[dict[str, Any]]:
    """All operations, the most believed first; equal ones by id."""
    query = select(operation).order_by(operation.c.confidence.desc(), operation.c.operation_id)
    return [_body(dict(row)) for row in connection.execute(query).mappings()]


def leads(connection: Connection) -> list[dict[str, Any]]:
    """All leads in the order of the queue."""
    query = select(lead).order_by(lead.c.rank_score.desc(), lead.c.lead_id)
    return [_body(dict(row)) for row in connection.execute(query).mappings()]


def _body(row: Mapping[str, Any]) -> dict[str, Any]:
    # SQLite gives back the UTC that was put in without saying so.
    times = {n: row[n].replace(tzinfo=row[n].tzinfo or UTC).isoformat() for n in ("first_found_at", "changed_at")}
    return {**row["body"], **times}


def _sync(
    connection: Connection,
    table: Table,
    key: str,
    bodies: Mapping[str, Mapping[str, Any]],
    *,
    columns: tuple[str, ...],
    at: datetime,
) -> Changes:
    stored = {row[0]: row[1] for row in connection.execute(select(table.c[key], table.c.body_digest))}
    added = changed = 0
    for name, body in bodies.items():
        digest = digest_hex(orjson.dumps(body, option=orjson.OPT_SORT_KEYS))
        values = {c: body[c] for c in columns} | {"body": dict(body), "body_digest": digest, "changed_at": at}
        if name not in stored:
            connection.execute(insert(table).values(**{key: name}, first_found_at=at, **values))
            added += 1
        elif stored[name] != digest:
            connection.execute(update(table).where(table.c[key] == name).values(**values))
            changed += 1
    gone = sorted(stored.keys() - bodies.keys())
    for name in gone:
        connection.execute(delete(table).where(table.c[key] == name))
    return Changes(added, changed, len(bodies) - added - changed, len(gone))
