"""The judge's answer, believed only as far as it can be checked: its form by schema, its quotes byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator

from counterveil.ids import digest_hex
from counterveil.judge.package import AGAINST, FOR, Package
from counterveil.model.opinion import Opinion, Quote, Rating, Sureness
from counterveil.policy.taxonomy import stances

# What stands before a turn in the package is ours, not its writer's: models copy it along.
_LABEL = re.compile(r"^\s*T\d+ A\d+ \|")
_THOUGHT = re.compile(r"<think>.{0,100000}?</think>", re.DOTALL)
# A quote must say something: of shorter ones, "the" would be found anywhere. Wide scripts say more in fewer characters.
_MIN_ASCII, _MIN_WIDE = 10, 4
_MAX_QUOTES, _MAX_LINE = 8, 400


class InvalidAnswerError(ValueError):
    """The answer is not what was asked for; it counts as no answer."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    summary: str = ""
    stance: str
    ratings: dict[str, Rating]
    quotes_for: Annotated[list[str], Field(max_length=64)]
    quotes_against: Annotated[list[str], Field(max_length=64)] = []
    innocent_explanation: str = ""
    confidence: Sureness
    injection_suspected: StrictBool = False

    @field_validator("stance")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in stances():
            raise ValueError("not a stance of the taxonomy")
        return value


def opinion(text: str, package: Package, ids: Sequence[str]) -> Opinion:
    """The opinion in an answer about a package, of the behaviours that were asked about.

    Quotes that stand in no shown turn, byte for byte but for the turn's label and blanks at the ends, are dropped and counted.

    Raises:
        InvalidAnswerError: no JSON object of the form, or a rating of something that was not asked about.
    """
    plain = _THOUGHT.sub("", text)
    first, last = plain.find("{"), plain.rfind("}")
    if first < 0 or last < first:
        raise InvalidAnswerError("no JSON object")
    try:
        answer = _Answer.model_validate(json.loads(plain[first : last + 1]))
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidAnswerError(f"no JSON: {type(error).__name__}") from error
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidAnswerError(f"{place}: {error.errors()[0]['msg']}") from error
    if strange := answer.ratings.keys() - set(ids):
        raise InvalidAnswerError(f"ratings: {min(strange)!r} was not asked about")
    quotes: list[Quote] = []
    n_dropped = 0
    for side, said in ((FOR, answer.quotes_for), (AGAINST, answer.quotes_against)):
        for words in said:
            found = _found(side, words, package)
            if found is None or len(quotes) >= 2 * _MAX_QUOTES:
                n_dropped += 1
            elif found not in quotes:
                quotes.append(found)
    return Opinion(
        target=package.target,
        subjects=package.subjects,
        ratings={i: answer.ratings.get(i, Rating.NONE) for i in ids},
        stance=answer.stance,
        summary=answer.summary[:_MAX_LINE],
        innocent_explanation=answer.innocent_explanation[:_MAX_LINE],
        quotes=tuple(quotes),
        n_dropped=n_dropped,
        sureness=answer.confidence,
        injection_suspected=answer.injection_suspected,
    )


def quote_digest(words: str) -> str:
    """The digest under which quoted words are kept in their place."""
    return digest_hex(words.encode("utf-8", "surrogatepass"))


def _found(side: str, words: str, package: Package) -> Quote | None:
    words = _LABEL.sub("", words).strip()
    if len(words) < (_MIN_ASCII if words.isascii() else _MIN_WIDE):
        return None
    for piece in package.pieces:
        at = piece.text.find(words)
        if at >= 0:
            return Quote(side, piece.event_id, piece.content_key, at, at + len(words), quote_digest(words))
    return None
