"""Telephone numbers of accounts."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import field_thing

_NOT_DIGITS = re.compile(r"[^0-9+]")
_MIN_CHARS = 7


def _number(text: str) -> str:
    digits = _NOT_DIGITS.sub("", text)
    return digits if len(digits) >= _MIN_CHARS else ""


class SignupPhone:
    """A number with which two accounts were verified."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="signup_phone",
        version=1,
        kind="signup_phone",
        family=Family.IDENTITY,
        best_class=EvidenceClass.A,
        reads=Reads.ACCOUNT,
        meaning="Both accounts were registered with the same telephone number.",
        source="references/casebook.md §5 'Shared registration/payment/device'",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, fields={"phone": "+1 (202) 555-0188"}), ("+12025550188",)),
        Example(Row(2, fields={"phone": "none"}), (), "no number"),
    )

    def find(self, row: Row) -> list[Thing]:
        """The number without its punctuation."""
        return field_thing(row, "signup_phone", _number(row.get("phone")))
