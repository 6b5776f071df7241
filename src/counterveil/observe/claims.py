"""What people say about the work itself: roles, clients, quotas, figures of merit, teams, tools, daily reports.

Operators confess in the workflow (references/casebook.md §1.4), and employees of honest firms talk the same way: a claim is
a claim, shown with its words and place, and weighs only beside what is done (``detectors.behaviour.self_description``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from counterveil.ids import digest_hex
from counterveil.policy.claims import ClaimRule, claim_rules

_MAX_PER_TEXT = 12
_MAX_VALUE = 80
_SCANNED_CHARS = 4000

CLAIM_SCHEMA = pa.schema(
    [
        pa.field("content_key", pa.int64(), nullable=False),
        pa.field("slot", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Found:
    """One claim in a canonical text: its slot, its words, where they stand."""

    slot: str
    value: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _by_language() -> dict[str, list[tuple[ClaimRule, re.Pattern[str]]]]:
    found: dict[str, list[tuple[ClaimRule, re.Pattern[str]]]] = {}
    for rule in claim_rules():
        found.setdefault(rule.lang, []).append((rule, re.compile(rule.pattern, re.IGNORECASE)))
    return found


def claims_version() -> str:
    """Changes with the rules."""
    return digest_hex(b"", *(f"{r.slot}|{r.lang}|{r.pattern}" for r in claim_rules()))[:12]


def claims(text: str, languages: Iterable[str]) -> list[Found]:
    """Claims in a text, by the rules of its languages and those for any, each words once, in order of appearance.

    Cost: linear in the first 4,000 characters, a few rules a language.

    >>> [(c.slot, c.value) for c in claims("Boss wants 40 comments per day from each of us", ["en"])]
    [('quota', '40 comments per day')]
    """
    scanned = text[:_SCANNED_CHARS]
    found: dict[tuple[str, str], Found] = {}
    for language in ("any", *dict.fromkeys(languages)):
        for rule, pattern in _by_language().get(language, ()):
            for match in pattern.finditer(scanned):
                start, end = match.span()
                value = " ".join(match.group().split())[:_MAX_VALUE]
                found.setdefault((rule.slot, value.lower()), Found(rule.slot, value, start, end))
    return sorted(found.values(), key=lambda c: (c.start, c.slot))[:_MAX_PER_TEXT]
