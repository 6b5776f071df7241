"""Addresses from which requests came."""

from __future__ import annotations

from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import field_thing, shortest_address


class ClientIp:
    """An address from which two subjects' requests came.

    Context only: offices, campuses, homes, mobile carriers and VPN exits are shared by people who have nothing to do with
    each other (DESIGN.md §3.2).
    """

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="client_ip",
        version=1,
        kind="client_ip",
        family=Family.INFRASTRUCTURE,
        best_class=EvidenceClass.C,
        reads=Reads.EVENT,
        meaning="Both subjects sent requests from the same address.",
        source="references/casebook.md §5 'Shared egress': C, capped",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, fields={"client_ip": "198.18.3.9"}), ("198.18.3.9",)),
        Example(Row(2, fields={"client_ip": "2001:db8::1:2"}), ("2001:db8::/64",)),
        Example(Row(3, fields={"client_ip": "unknown"}), (), "not an address"),
    )

    def find(self, row: Row) -> list[Thing]:
        """The address, IPv6 by its /64."""
        return field_thing(row, "client_ip", shortest_address(row.get("client_ip")))
