"""Masking: an excerpt that shows what is asked without showing who or what it is about (DESIGN.md §3.8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from counterveil.model.signal import Detector, Reads, Row

_DIGITS = re.compile(r"\d")
# Kinds of artefacts that an excerpt hides.
MASKED_KINDS = frozenset(
    ("email", "phone", "handle", "wallet", "ip_in_text", "domain", "name", "identifier", "file_name")
)
# Characters that move the cursor, reorder or hide: never sent to a terminal, a page or a file.
_UNSAFE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def inert(text: str) -> str:
    r"""One line without control, formatting or private characters, safe to print anywhere.

    >>> inert("a\x1b[31mb\u202ec\nd")
    'a[31mbc d'
    """
    spaced = re.sub(r"\s+", " ", text)
    return "".join(c for c in spaced if unicodedata.category(c) not in _UNSAFE)


def masked(text: str, detectors: Sequence[Detector]) -> str:
    """The text with every artefact and name replaced by its kind and every digit by ``•``; then :func:`inert`."""
    spans = sorted(
        (thing.start, thing.end, thing.kind)
        for detector in detectors
        if detector.info.reads is Reads.TEXT and detector.info.kind in MASKED_KINDS
        for thing in detector.find(Row(0, text))
    )
    out: list[str] = []
    at = 0
    for start, end, kind in spans:
        if start < at:
            continue
        out += [_DIGITS.sub("•", text[at:start]), f"[{kind}]"]
        at = end
    out.append(_DIGITS.sub("•", text[at:]))
    return inert("".join(out)).strip()
