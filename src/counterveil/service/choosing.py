"""One row by its id, or by the beginning of it."""

from __future__ import annotations

from typing import Any

from counterveil.errors import NotFoundError


def one(rows: list[dict[str, Any]], key: str, wanted: str, where: str) -> dict[str, Any]:
    """The row with this id, whatever its case. Raises NotFoundError where none or several match; ``where`` lists them."""
    matching = [row for row in rows if row[key].lower().startswith(wanted.lower())]
    exact = [row for row in matching if row[key].lower() == wanted.lower()]
    if len(exact or matching) == 1:
        return (exact or matching)[0]
    many = f"{len(matching)} match" if matching else "none matches"
    raise NotFoundError(f"{wanted!r}: {many}", remedy=f"See `counterveil {where}`.")
