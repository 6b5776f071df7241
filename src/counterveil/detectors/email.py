"""E-mail addresses named in a text."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

_PATTERN = re.compile(
    r"(?<![\w.+-])([a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24})(?![\w-])",
    re.IGNORECASE | re.ASCII,
)


class Email:
    """An address that two accounts write about: the reply-to of a lure, a reference's contact."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="email",
        version=1,
        kind="email",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.A,
        reads=Reads.TEXT,
        meaning="Both subjects' texts contain the same e-mail address.",
        source="references/casebook.md §5 'Artefact reuse'; address form after RFC 5321 §4.1.2, dot-atom only",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, "Reply to Mara.Lindt@hartwell-refs.example please"), ("mara.lindt@hartwell-refs.example",)),
        Example(Row(2, "Room for two @ 8pm, user@localhost"), (), "no domain, no address"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Addresses in lower case."""
        return matches(row, "email", _PATTERN, lambda m: m.group(1).lower()) if "@" in row.text else []
