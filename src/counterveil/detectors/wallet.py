"""Addresses of crypto-currency wallets."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_PATTERN = re.compile(
    rf"(?<![\w])(0x[0-9a-fA-F]{{40}}|bc1[02-9ac-hj-np-z]{{11,71}}|[13]{_BASE58}{{25,34}}|T{_BASE58}{{33}})(?![\w])",
    re.ASCII,
)


def _address(match: re.Match[str]) -> str | None:
    value = match.group(1)
    if value.startswith("0x"):
        return value.lower()
    # A base58 address mixes cases and digits; a long word or a hexadecimal digest does not.
    mixed = any(c.isdigit() for c in value) and any(c.islower() for c in value)
    return value if value.startswith("bc1") or (mixed and any(c.isupper() for c in value)) else None


class Wallet:
    """A wallet that two accounts' texts name: where victims are told to pay."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="wallet",
        version=1,
        kind="wallet",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.A,
        reads=Reads.TEXT,
        meaning="Both subjects' texts contain the same wallet address.",
        source="Address forms of Bitcoin (BIP 173, base58), Ethereum (EIP-55 without checksum) and Tron; checksums are not required, since lures mistype",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            Row(1, "USDT to TQ5n3mXyVbN7hKfWc2aRzE8sLdPjGu4tHv or 0x52908400098527886E0F7030069857D2E4169EE7"),
            ("TQ5n3mXyVbN7hKfWc2aRzE8sLdPjGu4tHv", "0x52908400098527886e0f7030069857d2e4169ee7"),
        ),
        Example(Row(2, "commit 3f786850e387550fdab836ed7e6dc881de23001b fixed it"), (), "a digest is no wallet"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Addresses as written (hexadecimal ones in lower case)."""
        return matches(row, "wallet", _PATTERN, _address)
