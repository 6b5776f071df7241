"""Inboxes and name patterns of accounts' e-mail addresses."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import field_thing

_DIGITS = re.compile(r"\d+")
_MIN_STEM = 5


def _stem(address: str) -> str:
    """The inbox without dots, +tags and running numbers: 'li.na+7@x' and 'lina12@x' are one stem.

    Only addresses that carry a number or a tag have a stem: without one there is no series to belong to.
    """
    local, at, domain = address.strip().lower().partition("@")
    if not at or not domain:
        return ""
    base, plus, _ = local.partition("+")
    stem = _DIGITS.sub("#", base.replace(".", ""))
    if not plus and "#" not in stem:
        return ""
    return f"{stem}@{domain}" if len(stem.replace("#", "")) >= _MIN_STEM else ""


class SignupEmail:
    """Accounts whose addresses form a series: one inbox with tags, or one name with running numbers."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="signup_email",
        version=1,
        kind="signup_email",
        family=Family.IDENTITY,
        best_class=EvidenceClass.B,
        reads=Reads.ACCOUNT,
        meaning="Both accounts' e-mail addresses belong to one series (same name, other number or tag).",
        source="references/casebook.md §2.10 (bulk sign-up); stem rule chosen by us",
        params={"min_stem_chars": _MIN_STEM},
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, fields={"email": "Harbor.Lin03@mail.example"}), ("harborlin#@mail.example",)),
        Example(Row(2, fields={"email": "maria.gomez@mail.example"}), (), "an ordinary address"),
        Example(Row(3, fields={"email": "ann7@mail.example"}), (), "too short a name: chance would join strangers"),
    )

    def find(self, row: Row) -> list[Thing]:
        """The stem of the account's address."""
        return field_thing(row, "signup_email", _stem(row.get("email")))
