"""Names set apart by quotation marks, brackets or capitals: firms, outlets, products, projects, persons."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

_CAPITAL = r"[A-ZÀ-ÖØ-ÞА-ЯЁ][a-zß-öø-ÿа-яё'’]+"
_JOIN = r"(?:(?:de|del|la|las|los|da|do|di|du|des|of|al|bin|y|e|&)[ \t]+){0,2}"
_QUOTES = r"《([^《》\n]{2,24})》|「([^「」\n]{2,24})」|“([^“”\n]{2,32})”|«([^«»\n]{2,32})»"
_QUOTED = re.compile(_QUOTES)
_GERMAN = re.compile(r"\b(?:und|der|die|das|den|ist|nicht|für|mit|bitte|ein|eine|einen|ich|im|über|auf|zu)\b")
_GERMAN_WORDS = 2
_PATTERN = re.compile(
    rf"{_QUOTES}"
    rf"|(?<![\w.])((?:{_CAPITAL}[ \t]+{_JOIN}){{1,4}}{_CAPITAL})(?![\w])"
)
_OPENERS = frozenset(
    "a an and as at but by for from go hello help hey hi how i if in is it let make my no not now of oh ok okay on or our please "
    "rt so tell thank thanks that the then there these this to use we what when where which who why with write yes you your "
    "bonjour buenos de dear en el hola la le les los merci por para que si un una y".split()
)
_MIN_QUOTED = 4
_SENTENCE = re.compile(r"[,，。;；:：!！?？]")


def _name(match: re.Match[str]) -> str | None:
    quoted = next((group for group in match.groups()[:4] if group), None)
    value = (quoted or match.group(match.lastindex or 0)).strip()
    # A quoted sentence is speech, not a name; one quoted everyday word is emphasis.
    if quoted and (_SENTENCE.search(value) or len(value.split()) > 4 or not _looks_like_a_name(value)):
        return None
    words = value.lower().split()
    # A sentence begins with a capital too: "In Python", "Thanks Mara".
    while not quoted and words and words[0] in _OPENERS:
        words = words[1:]
    return " ".join(words) if quoted or len(words) > 1 else None


def _looks_like_a_name(quoted: str) -> bool:
    """Scripts with capitals capitalise names; Han, Kana and Hangul names have at least four signs; others two words."""
    if any(char.isupper() for char in quoted):
        return len(quoted) > _MIN_QUOTED
    if any(char.islower() for char in quoted):
        return False
    # Hiragana alone is grammar being discussed, not a name.
    if any("\u30a0" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" for char in quoted):
        return len(quoted) >= _MIN_QUOTED
    return len(quoted.split()) > 1


class Name:
    """A name that two accounts' texts contain and hardly anyone else's.

    Places and public figures are named by many and so weigh little; an invented outlet or tool is named by its makers.
    """

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="name",
        version=4,
        kind="name",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.B,
        reads=Reads.TEXT,
        meaning="Both subjects' texts contain the same rare name.",
        source="references/casebook.md §2.1–2.2 (bylines, outlets, the 'Assistant' of Peer Review); shapes chosen by us",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            Row(1, "署名还是 Ramiro Oquendo Salvatierra，投《远山专栏》"), ("ramiro oquendo salvatierra", "远山专栏")
        ),
        Example(Row(2, "she said “please call me back, it is urgent!” and hung up"), (), "speech is no name"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Names in lower case with single spaces."""
        # German capitalises every noun ("Kochen von Linsen"): there only quoted names count.
        german = len(_GERMAN.findall(row.text)) >= _GERMAN_WORDS
        return matches(row, "name", _QUOTED if german else _PATTERN, _name)
