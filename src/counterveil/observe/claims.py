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
from counterveil.policy.claims import STAGE, STEER, claim_rules

_MAX_PER_TEXT = 12
_MAX_VALUE = 80
_MAX_WORD = 16
_SCANNED_CHARS = 4000
# Raise when `claims` reports other spans for the same rules.
_VERSION = 2
_EDGES = ",;:/|-–—(،؛、，：。"

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
def _by_language() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for rule in claim_rules():
        found.setdefault(rule.lang, []).append((rule.slot, rule.compiled()))
    return found


@lru_cache(maxsize=1)
def claims_version() -> str:
    """Changes with the rules and with what is reported of their matches."""
    rules = (f"{r.slot}|{r.lang}|{r.pattern}" for r in claim_rules())
    return digest_hex(b"", str(_VERSION), *rules)[:12]


def claims(text: str, languages: Iterable[str]) -> list[Found]:
    """Claims in a text, by the rules of its languages and those for any, in order of appearance.

    Where claims of one slot overlap, the longest stands; the same words are told once. ``value`` is the text of the span
    with runs of white space as one space. At most twelve self-descriptions, twelve stages of a fraud and twelve attempts to
    steer a judge are reported.

    Cost: linear in the first 4,000 characters, a few rules a language.

    >>> [(c.slot, c.value) for c in claims("Group B: 40 comments per day from each of us", ["en"])]
    [('quota', '40 comments per day')]
    """
    scanned = text[:_SCANNED_CHARS]
    rules = _by_language()
    spans = {
        (slot, *_span(scanned, match.start(), match.end()))
        for language in ("any", *dict.fromkeys(languages))
        for slot, pattern in rules.get(language, ())
        for match in pattern.finditer(scanned)
    }
    taken: dict[str, bytearray] = {}
    longest: list[Found] = []
    for slot, start, end in sorted(spans, key=lambda s: (s[1] - s[2], s[1], s[0])):
        used = taken.setdefault(slot, bytearray(len(scanned)))
        if start < end and not any(used[start:end]):
            used[start:end] = b"\x01" * (end - start)
            longest.append(Found(slot, " ".join(scanned[start:end].split()), start, end))
    found: dict[tuple[str, str], Found] = {}
    for claim in sorted(longest, key=lambda c: (c.start, c.slot)):
        found.setdefault((claim.slot, claim.value.casefold()), claim)
    left = dict.fromkeys((STAGE, STEER, ""), _MAX_PER_TEXT)
    kept: list[Found] = []
    for claim in found.values():
        group = next(g for g in left if claim.slot.startswith(g))
        if left[group]:
            left[group] -= 1
            kept.append(claim)
    return kept


def _span(text: str, start: int, end: int) -> tuple[int, int]:
    """The span to the end of its last word, at most ``_MAX_VALUE`` long, without white space and punctuation at its edges."""
    limit = min(start + _MAX_VALUE, len(text))
    if end <= limit:
        stop = min(limit, end + _MAX_WORD)
        while 0 < end < stop and _in_word(text[end - 1]) and _in_word(text[end]):
            end += 1
    else:
        space = text.rfind(" ", start + _MAX_VALUE // 2, limit)
        end = space if space > 0 else limit
    while start < end and (text[start].isspace() or text[start] in _EDGES):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in _EDGES):
        end -= 1
    return start, end


def _in_word(char: str) -> bool:
    """A letter or digit of a script that parts words by spaces (up to Devanagari, whose vowel signs are no letters)."""
    return "\u0900" <= char <= "\u097f" or (char < "\u0900" and char.isalnum())
