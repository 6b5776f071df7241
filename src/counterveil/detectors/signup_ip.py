"""Addresses from which accounts were opened."""

from __future__ import annotations

from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import field_thing, shortest_address


class SignupIp:
    """An address from which two accounts were opened.

    Medium at best, since opening happens once: a dormitory, an office or a VPN exit opens many (then it is context).
    """

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="signup_ip",
        version=1,
        kind="signup_ip",
        family=Family.IDENTITY,
        best_class=EvidenceClass.B,
        reads=Reads.ACCOUNT,
        meaning="Both accounts were opened from the same address.",
        source="references/casebook.md §5 'Shared registration/payment/device': A where rare, C where common; we give B at best",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, fields={"signup_ip": "198.18.77.20"}), ("198.18.77.20",)),
        Example(Row(2, fields={"signup_country": "KH"}), (), "a country is never evidence"),
    )

    def find(self, row: Row) -> list[Thing]:
        """The address, IPv6 by its /64."""
        return field_thing(row, "signup_ip", shortest_address(row.get("signup_ip")))
