"""Every prompt in other words, as far as rules without a model can: order, numbers, a dropped sentence, slips, white space.

A person or a model rewrites more than this; what is found under it is an upper bound of what is found under them.
"""

from __future__ import annotations

import re
from random import Random

from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.edits import personal, touch
from counterveil.lab.world import Record, World, dice, reword

_SENTENCES = re.compile(r"(?<=[.!?;])[ \t]+|(?<=[。！？؟۔])(?=[^\s])")
# The first and the last sentence say what is asked; between them the order rarely matters.
_MIN_MOVED = 4


def _apply(world: World, seed: int) -> World:
    def change(account: str, events: list[Record]) -> list[Record]:
        def other_words(text: str) -> str:
            rng = dice(seed, "paraphrase", account, text)
            lines = "\n".join(_moved(rng, line) for line in text.split("\n"))
            return personal(rng, touch(rng, lines, 1.0))

        return [reword(event, other_words) for event in events]

    return world.change_events(change)


def _moved(rng: Random, line: str) -> str:
    parts = _SENTENCES.split(line)
    if len(parts) < _MIN_MOVED:
        return line
    inner = parts[1:-1]
    rng.shuffle(inner)
    return " ".join([parts[0], *inner, parts[-1]])


PARAPHRASE = Adversary("paraphrase", "reword every prompt by rule", _apply)
