"""Edited copies stay recognisable: artefacts survive, the meaning stays."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from counterveil.lab.edits import personal, touch

_SHEET = (
    "FIRM SHEET\nSite: harrow-example7.example\nCase HLS-26-0143. Keep to 3 sentences! Write short. No dashes.\nEnd."
)


def test_identifiers_survive_number_changes() -> None:
    for seed in range(200):
        text = touch(Random(seed), _SHEET, 0.5)
        assert text.startswith("FIRM SHEET")
        for token in ("harrow-example7.example", "HLS-26-0143"):
            head = token.split("-")[0]
            assert token in text or head not in text


def test_rate_zero_changes_nothing() -> None:
    assert touch(Random(1), _SHEET, 0.0) == _SHEET


def test_edits_differ() -> None:
    assert len({touch(Random(seed), _SHEET, 0.7) for seed in range(50)}) > 10


@given(st.text(max_size=300), st.integers(0, 99))
def test_any_text_can_be_edited(text: str, seed: int) -> None:
    rng = Random(seed)
    assert abs(len(personal(rng, text)) - len(text)) <= max(8, len(text))
    touch(rng, text, 1.0)
