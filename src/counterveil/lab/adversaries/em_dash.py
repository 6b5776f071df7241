"""Typographic tells taken out: dashes, curly quotes, ellipses, odd spaces, Markdown emphasis and headings."""

from __future__ import annotations

import re

from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.world import Record, World, reword

_DASH = re.compile(r"\s*[—―]\s*|\s+–\s+")
_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "\u00a0": " ", "\u202f": " "}
    | dict.fromkeys("\u200b\u2060\ufeff", "")
)
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


def plain(text: str) -> str:
    r"""The text as somebody types it who knows what gives a model away.

    >>> plain("# Plan\n**Two** parts — and “more”…")
    'Plan\nTwo parts, and "more"...'
    """
    text = _EMPHASIS.sub(r"\2", _HEADING.sub("", text))
    return _DASH.sub(", ", text).translate(_PLAIN)


def _apply(world: World, seed: int) -> World:  # noqa: ARG001 (nothing is left to chance here)
    def change(_: str, events: list[Record]) -> list[Record]:
        return [reword(event, plain) for event in events]

    return world.change_events(change)


EM_DASH = Adversary("em_dash", "strip typographic tells from what they send", _apply)
