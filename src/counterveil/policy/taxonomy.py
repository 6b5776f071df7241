"""The behaviours a log may show, as data (references/casebook.md §4)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One taxonomy entry. ``severity`` 1–4 is harm if true, never belief."""

    behaviour_id: str
    name: str
    definition: str
    severity: int
    disarm: tuple[str, ...]


@lru_cache(maxsize=1)
def taxonomy() -> dict[str, Behaviour]:
    """All behaviours by id, in the order of the table."""
    data = tomllib.loads((files("counterveil.policy") / "taxonomy.toml").read_text(encoding="utf-8"))
    return {
        row["id"]: Behaviour(row["id"], row["name"], row["definition"], row["severity"], tuple(row["disarm"]))
        for row in data["behaviour"]
    }
