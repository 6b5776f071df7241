"""Encoders that are counted, and a quick one in the place of the slow one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from counterveil.encoders.base import unit
from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.use import UseEncoder
from counterveil.observe.heads import Matrix


class Counted(Counter[str]):
    """How many texts each vector space encoded (each gives two halves); ``stop_at`` calls are allowed, then it is killed."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.stop_at: int | None = None

    def add(self, space: str, halves: Sequence[str]) -> None:
        """One call of an encoder: own halves, then pasted ones, are two calls of one size."""
        self.calls += 1
        if self.stop_at is not None and self.calls > self.stop_at:
            raise KeyboardInterrupt
        self[space] += len(halves)

    def texts(self, encoder: type[E5Encoder | UseEncoder]) -> int:
        """Texts that an encoder read since the last time this was asked."""
        n = self.pop(encoder.space, 0)
        assert n % 2 == 0
        return n // 2


def made_up(encoder: E5Encoder, texts: Sequence[str]) -> Matrix:
    """Unit vectors that follow from each text alone; zeros for no text."""
    vectors = np.zeros((len(texts), encoder.dimensions), dtype=np.float32)
    for index, text in enumerate(texts):
        if text.strip():
            seed = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
            vectors[index] = np.random.default_rng(seed).normal(size=encoder.dimensions)
    return unit(vectors)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Counts what both encoders are given; the second one's vectors are made up, which costs nothing."""
    count = Counted()
    really = UseEncoder.encode

    def use(self: UseEncoder, texts: Sequence[str]) -> Matrix:
        count.add(self.space, texts)
        return really(self, texts)

    def e5(self: E5Encoder, texts: Sequence[str]) -> Matrix:
        count.add(self.space, texts)
        return made_up(self, texts)

    monkeypatch.setattr(UseEncoder, "encode", use)
    monkeypatch.setattr(E5Encoder, "encode", e5)
    return count
