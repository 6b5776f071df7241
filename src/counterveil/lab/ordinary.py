"""What ordinary people ask, in the way each of them asks it: background accounts, and everybody's cover traffic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from counterveil.lab.conversation import Talk, Turn, turn
from counterveil.lab.edits import personal
from counterveil.lab.packs import PackLine, load_pack

_TOPIC = 0.6
_FOLLOW_UP = 0.35
_WISH = 0.25
# Two questions in one message: few people ask the same two.
_SECOND_QUESTION = 0.5
# Longer habits would be one person's own, and the packs hold too few to give each person theirs.
_SHORT, _SHORT_UNSPACED = 36, 13
# Written without a space between a question's frame and its subject.
_UNSPACED = frozenset({"zh", "ja"})


@dataclass(frozen=True, slots=True)
class Habit:
    """How one person words requests: an opening, a closing, and how often each is really typed."""

    opening: str
    closing: str
    rate: float
    separator: str


def base_of(tag: str) -> str:
    """The primary language of a BCP-47 tag."""
    return tag.partition("-")[0]


def _lines(*packs: str) -> Iterator[PackLine]:
    """The lines of some packs, one after another."""
    for pack in packs:
        yield from load_pack(pack).lines


@dataclass(slots=True)
class _Stock:
    units: list[tuple[PackLine, ...]]
    topics: list[str]
    askings: list[str]
    openings: list[str]
    closings: list[str]


class Ordinary:
    """All everyday text by language."""

    def __init__(self) -> None:
        self._stock: dict[str, _Stock] = {}
        for unit in load_pack("bg_lines").units:
            self._of(unit[0].lang).units.append(unit)
        for line in _lines("bg_topics", "bg_topics2"):
            stock = self._of(line.lang)
            (stock.topics if line.role == "topic" else stock.askings).append(line.text)
        for line in _lines("bg_frames", "bg_frames2"):
            stock = self._of(line.lang)
            if len(line.text) <= (_SHORT_UNSPACED if base_of(line.lang) in _UNSPACED else _SHORT):
                (stock.openings if line.role == "opening" else stock.closings).append(line.text)
        self._usable = frozenset(lang for lang, stock in self._stock.items() if stock.topics and stock.askings)

    def language(self, tag: str) -> str:
        """The nearest language in which there is everyday text."""
        base = base_of(tag)
        return base if base in self._usable else "en"

    def habit(self, rng: Random, lang: str) -> Habit:
        """One person's way of asking in a language."""
        stock = self._stock[lang]
        opening = rng.choice(stock.openings) if stock.openings and rng.random() < 0.4 else ""
        closing = rng.choice(stock.closings) if stock.closings and rng.random() < 0.5 else ""
        return Habit(opening, closing, rng.random() * 0.7, "\n" if rng.random() < 0.5 else " ")

    def talk(self, rng: Random, lang: str, habit: Habit) -> Talk:
        """One everyday conversation."""
        stock = self._stock[lang]
        if rng.random() < _TOPIC or not stock.units:
            turns = [self._question(rng, lang, stock)]
            while rng.random() < _FOLLOW_UP:
                turns.append(self._question(rng, lang, stock))
        else:
            # Said once in the whole log: two strangers never type the same long text with the same names in it.
            unit = stock.units.pop()
            turns = [turn(line, self._worded(rng, stock, line.text)) for line in unit]
        if rng.random() < habit.rate:
            first = turns[0]
            text = habit.separator.join(part for part in (habit.opening, first.text, habit.closing) if part)
            turns[0] = Turn(text, first.reply, first.lang, first.behaviour)
        return Talk(turns)

    def _worded(self, rng: Random, stock: _Stock, text: str) -> str:
        """A stock line in one person's words of the day, some with a wish for the answer after it."""
        text = personal(rng, text)
        if stock.closings and rng.random() < _WISH:
            return f"{text} {stock.closings[int(rng.random() * len(stock.closings))]}"
        return text

    def _question(self, rng: Random, lang: str, stock: _Stock) -> Turn:
        asking = stock.askings[int(rng.random() * len(stock.askings))]
        topic = stock.topics[int(rng.random() * len(stock.topics))]
        text = asking + ("" if lang in _UNSPACED else " ") + topic
        if rng.random() < _SECOND_QUESTION:
            text = f"{text}\n{self._question(rng, lang, stock).text}"
        return Turn(self._worded(rng, stock, text), None, lang)

    def _of(self, lang: str) -> _Stock:
        return self._stock.setdefault(lang, _Stock([], [], [], [], []))
