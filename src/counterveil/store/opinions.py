"""Opinions of judge models and labels of people, append-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select

from counterveil.model.opinion import Opinion, Quote, Rating, Sureness
from counterveil.store.tables import opinion, opinion_label


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, of whom, and what it cost; ``cache_key`` is of package, policies, prompt and model."""

    cache_key: str
    run: int
    kind: str
    package: str
    policies: str
    prompt: str
    model: str
    tokens_in: int
    tokens_out: int
    is_estimate: bool
    usd: float
    seconds: float


def put(connection: Connection, said: Opinion, asked: Asked, at: datetime) -> None:
    """Put one answer on record."""
    body = orjson.loads(orjson.dumps(asdict(said)))
    connection.execute(insert(opinion).values(target=said.target, body=body, at=at, **asdict(asked)))


def known(connection: Connection, cache_key: str) -> int:
    """How many answers to exactly this question are on record."""
    query = select(func.count()).select_from(opinion).where(opinion.c.cache_key == cache_key)
    return int(connection.execute(query).scalar_one())


def reuse(connection: Connection, cache_key: str, at: datetime) -> bool:
    """Make the answer that is on record for a question count again, at no cost, where a later one about its target stands; whether one did."""
    old = (
        connection.execute(select(opinion).where(opinion.c.cache_key == cache_key, opinion.c.run == 0))
        .mappings()
        .first()
    )
    if old is None:
        return False
    of_target = (opinion.c.target == old["target"]) & (opinion.c.run == 0)
    newest = connection.execute(select(opinion).where(of_target).order_by(opinion.c.seq.desc())).mappings().first()
    if newest is not None and (newest["model"], newest["prompt"]) == (old["model"], old["prompt"]):
        return False
    free = {"tokens_in": 0, "tokens_out": 0, "usd": 0.0, "seconds": 0.0, "at": at}
    connection.execute(insert(opinion).values(**{k: v for k, v in old.items() if k != "seq"} | free))
    return True


def in_force(connection: Connection) -> dict[str, tuple[Opinion, ...]]:
    """The opinions that count for each target, the latest first: all of run 0 by the model and prompt that read it last.

    More text never takes back what was seen in less of it; another model or prompt, which only the operator chooses, does.
    """
    found: dict[str, list[Opinion]] = {}
    latest: dict[str, tuple[str, str]] = {}
    query = select(opinion).where(opinion.c.run == 0).order_by(opinion.c.seq.desc())
    for row in connection.execute(query).mappings():
        asked = (row["model"], row["prompt"])
        if latest.setdefault(row["target"], asked) == asked:
            found.setdefault(row["target"], []).append(_opinion(row["body"]))
    return {target: tuple(said) for target, said in found.items()}


def listed(connection: Connection, target: str | None = None) -> list[dict[str, Any]]:
    """All answers with what was asked, the latest first; of one target where it is named. ``body`` is an ``Opinion``."""
    query = select(opinion).order_by(opinion.c.seq.desc())
    if target is not None:
        query = query.where(opinion.c.target == target)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [
        {**r, "body": _opinion(r["body"]), "at": r["at"].replace(tzinfo=r["at"].tzinfo or UTC).isoformat()}
        for r in rows
    ]


def label(connection: Connection, target: str, verdict: str, *, author: str, note: str, at: datetime) -> None:
    """Put a person's judgement on record."""
    connection.execute(insert(opinion_label).values(target=target, verdict=verdict, author=author, note=note, at=at))


def labels(connection: Connection) -> dict[tuple[str, str], str]:
    """The latest judgement of each author about each target."""
    query = select(opinion_label).order_by(opinion_label.c.seq)
    return {(r["target"], r["author"]): r["verdict"] for r in connection.execute(query).mappings()}


def _opinion(body: Mapping[str, Any]) -> Opinion:
    fields = {
        "subjects": tuple(body["subjects"]),
        "ratings": {i: Rating(r) for i, r in body["ratings"].items()},
        "quotes": tuple(Quote(**q) for q in body["quotes"]),
        "sureness": Sureness(body["sureness"]),
    }
    return Opinion(**{**body, **fields})
