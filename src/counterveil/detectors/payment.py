"""Means of payment."""

from __future__ import annotations

from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import field_thing


class Payment:
    """A card or account that pays for two subjects."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="payment",
        version=1,
        kind="payment",
        family=Family.INFRASTRUCTURE,
        best_class=EvidenceClass.A,
        reads=Reads.ACCOUNT,
        meaning="Both subjects are paid for by the same card or account.",
        source="references/casebook.md §5 'Shared registration/payment/device'; §2.10 (shared payment methods)",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, fields={"payment_fingerprint": "pm_77ab"}), ("pm_77ab",)),
        Example(Row(2, fields={"plan": "free"}), (), "no means of payment"),
    )

    def find(self, row: Row) -> list[Thing]:
        """The payment fingerprint, if the account has one."""
        return field_thing(row, "payment", row.get("payment_fingerprint"))
