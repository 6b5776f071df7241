"""Registered domains named in a text."""

from __future__ import annotations

import re
from typing import ClassVar

import tldextract

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

# The list of suffixes comes inside the wheel; nothing is fetched at run time.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)
# RFC 2606 names: no site of the world, but what laboratories and documentation use.
_RESERVED = frozenset(("example", "test", "invalid"))
# [.] and (.) are how analysts and careful operators write a domain so that it is not clickable.
_DOT = r"(?:\.|\[\.\]|\(\.\))"
_PATTERN = re.compile(
    rf"(?<![\w@.-])((?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?{_DOT}){{1,6}}[a-z][a-z0-9-]{{1,23}})(?![\w@-])",
    re.IGNORECASE | re.ASCII,
)
# Names that end like a domain in a text about code or files: `main.py`, `index.md`, `setup.sh`.
_FILE_SUFFIXES = frozenset(
    "py sh md rs js ts cs pl so zip mov app java cc in is am name bio me id to do as it no by at be my us se st vs fm la"
    " gg ai tv ws ml ps ms mk".split()
)
_MIN_LABEL = 3


def _registered(match: re.Match[str]) -> str | None:
    text = re.sub(r"\[\.\]|\(\.\)", ".", match.group(1)).lower()
    labels = text.split(".")
    if labels[-1] in _RESERVED:
        return ".".join(labels[-2:])
    # `user.id`, `main.py`, `u.to`: attributes and files, unless the text writes it as an address.
    if labels[-1] in _FILE_SUFFIXES and len(labels) == 2 and not match.string[: match.start()].endswith("//"):
        return None
    found = _SUFFIXES(text)
    if not found.suffix or len(found.domain) < _MIN_LABEL:
        return None
    return f"{found.domain}.{found.suffix}"


class Domain:
    """A site that texts of two accounts name: a front, an outlet, a trading platform, a portfolio."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="domain",
        version=2,
        kind="domain",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.A,
        reads=Reads.TEXT,
        meaning="Both subjects' texts name the same rarely named web domain.",
        source="references/casebook.md §5 'Artefact reuse' (Peer Review, CY-2); Mozilla Public Suffix List through tldextract",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, "把这篇发到 www.andes-mirador.example/nota 上"), ("andes-mirador.example",)),
        Example(Row(2, "see hxxps://panel.qx-trade[.]com now"), ("qx-trade.com",)),
        Example(
            Row(3, "run main.py where o.user_id = user.id e.g. twice"), (), "file names, attributes, abbreviations"
        ),
    )

    def find(self, row: Row) -> list[Thing]:
        """Registered domains, subdomains folded into them."""
        return matches(row, "domain", _PATTERN, _registered) if "." in row.text else []
