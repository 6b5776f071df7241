"""What investigators say of pairs of subjects: same, not the same, unsure. The machine reads it and never writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from counterveil.model.link import Judgement
from counterveil.store.tables import judgement


def judge(
    connection: Connection, left: str, right: str, verdict: Judgement, *, author: str, note: str, at: datetime
) -> None:
    """Put one judgement on record; the latest of a pair counts."""
    left, right = sorted((left, right))
    values = {
        "left_subject": left,
        "right_subject": right,
        "verdict": verdict.value,
        "author": author,
        "note": note,
        "at": at,
    }
    connection.execute(insert(judgement).values(**values))


def withdraw(connection: Connection, left: str, right: str, at: datetime) -> int:
    """Take back every judgement of a pair; they stay on record. How many that were."""
    left, right = sorted((left, right))
    live = (
        (judgement.c.left_subject == left) & (judgement.c.right_subject == right) & judgement.c.withdrawn_at.is_(None)
    )
    return int(connection.execute(update(judgement).where(live).values(withdrawn_at=at)).rowcount)


def judgements(connection: Connection) -> dict[tuple[str, str], Judgement]:
    """The judgement that counts for each pair: its latest that is not withdrawn; unsure ones count for nothing."""
    query = select(judgement).where(judgement.c.withdrawn_at.is_(None)).order_by(judgement.c.seq)
    found = {
        (r["left_subject"], r["right_subject"]): Judgement(r["verdict"]) for r in connection.execute(query).mappings()
    }
    return {pair: verdict for pair, verdict in found.items() if verdict is not Judgement.UNSURE}


def listed(connection: Connection) -> Sequence[dict[str, Any]]:
    """All judgements, the latest first, withdrawn ones included."""
    rows = [dict(r) for r in connection.execute(select(judgement).order_by(judgement.c.seq.desc())).mappings()]
    for row in rows:
        for name in ("at", "withdrawn_at"):
            if row[name] is not None:
                row[name] = row[name].replace(tzinfo=row[name].tzinfo or UTC).isoformat()
    return rows
