"""The memory of operations: who was in each, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from counterveil.model.operation import Named
from counterveil.store.tables import operation_event

# Events that say who is in an operation from then on.
_WITH_MEMBERS = ("opened", "changed", "split", "returned")


def known_operations(connection: Connection) -> dict[str, frozenset[str]]:
    """Every operation that was ever found and did not go up in another, with its last members; closed ones too.

    Closed operations are remembered, so that their return is seen (DESIGN.md §3.7).
    """
    members: dict[str, frozenset[str]] = {}
    for row in connection.execute(select(operation_event).order_by(operation_event.c.seq)).mappings():
        if row["kind"] in _WITH_MEMBERS:
            members[row["operation_id"]] = frozenset(row["detail"]["members"])
        elif row["kind"] == "merged":
            members.pop(row["operation_id"], None)
    return members


def given_ids(connection: Connection) -> set[str]:
    """Every id that an operation ever had: none is given again to something else."""
    return set(connection.execute(select(operation_event.c.operation_id).distinct()).scalars())


def remember(connection: Connection, named: Sequence[Named], at: datetime) -> int:
    """Write what changed since the last time; how many events that were. The same groups again write nothing."""
    known = known_operations(connection)
    closed = _closed(connection)
    events: list[tuple[str, str, str | None, dict[str, Any]]] = []
    for group in named:
        before = known.get(group.operation_id)
        detail: dict[str, Any] = {"members": sorted(group.members)}
        if before is None:
            kind = "split" if group.split_from else "opened"
            events.append((group.operation_id, kind, group.split_from, detail))
        elif group.operation_id in closed:
            events.append((group.operation_id, "returned", None, detail))
        elif before != group.members:
            detail |= {"joined": sorted(group.members - before), "left": sorted(before - group.members)}
            events.append((group.operation_id, "changed", None, detail))
        events += [(other, "merged", group.operation_id, {}) for other in group.absorbed]
    absorbed = {other for group in named for other in group.absorbed}
    gone = known.keys() - {group.operation_id for group in named} - absorbed - closed
    events += [(operation_id, "closed", None, {}) for operation_id in sorted(gone)]
    for operation_id, kind, other, detail in events:
        values = {"operation_id": operation_id, "kind": kind, "other_id": other, "detail": detail, "at": at}
        connection.execute(insert(operation_event).values(**values))
    return len(events)


def history(connection: Connection, operation_id: str) -> list[dict[str, Any]]:
    """What became of one operation, in order; events of others that name it (split from, merged into it) included."""
    of_it = (operation_event.c.operation_id == operation_id) | (operation_event.c.other_id == operation_id)
    query = select(operation_event).where(of_it).order_by(operation_event.c.seq)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [{**row, "at": row["at"].replace(tzinfo=row["at"].tzinfo or UTC).isoformat()} for row in rows]


def _closed(connection: Connection) -> set[str]:
    last: dict[str, str] = {}
    for row in connection.execute(select(operation_event).order_by(operation_event.c.seq)).mappings():
        last[row["operation_id"]] = row["kind"]
    return {operation_id for operation_id, kind in last.items() if kind == "closed"}
