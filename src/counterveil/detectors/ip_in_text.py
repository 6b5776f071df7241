"""IP addresses that stand in a text (a pasted error, a server list)."""

from __future__ import annotations

import ipaddress
import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

_PATTERN = re.compile(
    r"(?<![\w.])(\d{1,3}(?:\.|\[\.\])\d{1,3}(?:\.|\[\.\])\d{1,3}(?:\.|\[\.\])\d{1,3})(?![\w.]\d)", re.ASCII
)
# Addresses that everybody's text contains: private networks, loopback, link-local, the well-known resolvers.
_EVERYBODYS = tuple(
    ipaddress.IPv4Network(n)
    for n in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "1.1.1.1/32",
        "1.0.0.1/32",
        "8.8.8.8/32",
        "8.8.4.4/32",
        "9.9.9.9/32",
        "1.2.3.4/32",
    )
)


def _public(match: re.Match[str]) -> str | None:
    try:
        address = ipaddress.IPv4Address(match.group(1).replace("[.]", "."))
    except ValueError:
        return None
    return None if any(address in network for network in _EVERYBODYS) else str(address)


class IpInText:
    """A server address that two accounts' texts contain: code and stack traces expose it."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="ip_in_text",
        version=1,
        kind="ip_in_text",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.B,
        reads=Reads.TEXT,
        meaning="Both subjects' texts contain the same public IPv4 address.",
        source="references/casebook.md §2.8 (ScopeCreep pasted stack traces that exposed its servers); RFC 6890 ranges left out",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, "ConnectionError: 198.18.44[.]7:8443 timed out"), ("198.18.44.7",)),
        Example(Row(2, "bind to 127.0.0.1 or 192.168.1.10, version 2.10.300.1"), (), "loopback, private and versions"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Addresses, defanged ones restored."""
        return matches(row, "ip_in_text", _PATTERN, _public)
