"""What people change when they paste a thing again: a number, a dropped sentence, the white space.

Without this every shared passage would be byte-equal, and a detector that only finds exact copies would look perfect.
"""

from __future__ import annotations

import re
from random import Random

# Digits inside a domain, a case number or an identifier are what the group shares: nobody changes those by the way.
_NUMBER = re.compile(r"(?<![A-Za-z0-9._/@#-])\d{1,4}(?![A-Za-z0-9._/@#-])")
# A full stop inside a domain ends no sentence; scripts that write none need no space after theirs.
_SENTENCE = re.compile(r"\s*\n\s*|(?<=[.!?;])\s+|(?<=[。！？؟۔])(?=\S)")
# Below this a dropped sentence would change what is asked.
_MIN_PARTS = 4
_END = ".!?。！？؟"
_SLIPS = 0.5
# Shorter messages are typed without slips, and are the same for everybody anyway.
_SLIP_FROM = 16


def touch(rng: Random, text: str, rate: float) -> str:
    """The text as somebody pastes it another time; each kind of change happens with probability ``rate``."""
    if rng.random() < rate:
        text = _change_number(rng, text)
    if rng.random() < rate * 0.6:
        text = _drop_part(rng, text)
    if rng.random() < rate:
        text = _respace(rng, text)
    return text


def personal(rng: Random, text: str) -> str:
    """The text as one person types it on one day: another number, no full stop, no capital, a slip of the finger.

    Unrelated people rarely type a long prompt alike to the letter; without this the small stock of everyday text would
    make them look as if they copied from each other.
    """
    draw = rng.random()
    if draw < 0.35:
        text = _change_number(rng, text)
    elif draw < 0.5:
        text = text.rstrip(_END)
    elif draw < 0.6:
        text = text[:1].lower() + text[1:]
    return _slip(rng, text) if rng.random() < _SLIPS else text


def _slip(rng: Random, text: str) -> str:
    """Two neighbouring letters exchanged, one left out, or one typed twice."""
    if len(text) < _SLIP_FROM:
        return text
    at = 1 + int(rng.random() * (len(text) - 2))
    # A slip in a domain would make another domain: people paste those.
    if not (text[at].isalpha() and text[at + 1].isalpha()) or ".example" in text[max(0, at - 40) : at + 40]:
        return text
    draw = rng.random()
    if draw < 0.4:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (text[at + 1 :] if draw < 0.7 else text[at] + text[at:])


def _change_number(rng: Random, text: str) -> str:
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    match = found[int(rng.random() * len(found))]
    number = match.group()
    low = 10 ** (len(number) - 1)
    return f"{text[: match.start()]}{low + int(rng.random() * 9 * low)}{text[match.end() :]}"


def _drop_part(rng: Random, text: str) -> str:
    cuts = [match.end() for match in _SENTENCE.finditer(text)]
    bounds = [0, *cuts, len(text)]
    if len(bounds) - 1 < _MIN_PARTS:
        return text
    # The first part is the title by which the group knows the passage.
    at = 1 + int(rng.random() * (len(bounds) - 2))
    return (text[: bounds[at]] + text[bounds[at + 1] :]).rstrip()


def _respace(rng: Random, text: str) -> str:
    draw = rng.random()
    if draw < 0.3:
        return text.replace("\n\n", "\n")
    if draw < 0.6:
        return text.replace("\n", "\n\n")
    if draw < 0.8:
        return text.replace("\n", " \n")
    return text.strip() + "\n"
