"""Devices of requests, as the service's own fingerprint names them."""

from __future__ import annotations

from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import field_thing


class Device:
    """A device from which two subjects' requests came."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="device",
        version=1,
        kind="device",
        family=Family.INFRASTRUCTURE,
        best_class=EvidenceClass.A,
        reads=Reads.EVENT,
        meaning="Both subjects sent requests from the same device.",
        source="references/casebook.md §5 'Shared registration/payment/device': A where rare, C where common (families, call centres)",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, fields={"device_id": "dev-9f31"}), ("dev-9f31",)),
        Example(Row(2, fields={"device_id": "", "user_agent": "Mozilla/5.0"}), (), "a browser name is no device"),
    )

    def find(self, row: Row) -> list[Thing]:
        """The device id, if the log has one."""
        return field_thing(row, "device", row.get("device_id"))
