"""What most text detectors share: all matches of a pattern, each value once, with its place."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from counterveil.model.signal import Row, Thing


def matches(row: Row, kind: str, pattern: re.Pattern[str], value: Callable[[re.Match[str]], str | None]) -> list[Thing]:
    """Things for the matches of ``pattern`` whose ``value`` is not None, in order of appearance."""
    found: dict[str, Thing] = {}
    for match in pattern.finditer(row.text):
        shown = value(match)
        if shown is not None and shown not in found:
            found[shown] = Thing(row.key, kind, shown, match.start(), match.end())
    return list(found.values())


def field_thing(row: Row, kind: str, value: str) -> list[Thing]:
    """The one thing of a field, none where the field is empty."""
    return [Thing(row.key, kind, value)] if value else []


def shortest_address(text: str) -> str:
    """The address in its shortest form, an IPv6 one by its /64 (a household gets at least that)."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)
