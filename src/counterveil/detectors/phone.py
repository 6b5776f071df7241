"""Telephone numbers in international form."""

from __future__ import annotations

from typing import ClassVar

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing

# Enough for a contact list; a text with more is a data table, and the matcher's cost grows with each.
_MAX_NUMBERS = 50


class Phone:
    """A number with its country code that two accounts' texts contain."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="phone",
        version=1,
        kind="phone",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.A,
        reads=Reads.TEXT,
        meaning="Both subjects' texts contain the same telephone number.",
        source="E.164 through phonenumbers (libphonenumber), leniency POSSIBLE; numbers without + are left out, since a country would have to be guessed",
        params={"max_numbers": _MAX_NUMBERS},
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, "WhatsApp: +1 (202) 555-0143, ask for Lena"), ("+12025550143",)),
        Example(Row(2, "order 4471-2025-001, total 1 202 555 EUR"), (), "order numbers and sums"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Numbers in E.164 form."""
        if "+" not in row.text:
            return []
        found: dict[str, Thing] = {}
        for match in PhoneNumberMatcher(row.text, None, leniency=Leniency.POSSIBLE, max_tries=_MAX_NUMBERS):
            value = phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
            found.setdefault(value, Thing(row.key, "phone", value, match.start, match.end))
        return list(found.values())
