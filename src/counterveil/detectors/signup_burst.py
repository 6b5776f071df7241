"""Accounts opened within minutes of each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing

_SLOT_S = 900


class SignupBurst:
    """Accounts opened in the same quarter of an hour: bulk registration, or a class that was told to sign up.

    Weighs what its rarity gives: on a service with many sign-ups a quarter of an hour is shared by many and counts nothing.
    """

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="signup_burst",
        version=1,
        kind="signup_burst",
        family=Family.TIMING,
        best_class=EvidenceClass.B,
        reads=Reads.ACCOUNT,
        meaning="Both accounts were opened within the same quarter of an hour.",
        source="references/casebook.md §2.7 (accounts largely created in bursts); slot length chosen by us, two half-shifted grids so that no border hides a burst",
        params={"slot_s": _SLOT_S},
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            Row(1, fields={"created_at": "2026-03-02T01:14:09+00:00"}),
            ("2026-03-02T01:00Z/15min", "2026-03-02T01:07Z/15min"),
        ),
        Example(Row(2, fields={"created_at": ""}), (), "unknown time of opening"),
    )

    def find(self, row: Row) -> list[Thing]:
        """The two slots that hold the moment of opening."""
        if not row.get("created_at"):
            return []
        at_s = int(datetime.fromisoformat(row.get("created_at")).timestamp())
        found = []
        for shift_s in (0, _SLOT_S // 2):
            start = datetime.fromtimestamp((at_s - shift_s) // _SLOT_S * _SLOT_S + shift_s, tz=UTC)
            found.append(Thing(row.key, "signup_burst", f"{start:%Y-%m-%dT%H:%MZ}/15min"))
        return found
