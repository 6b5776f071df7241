"""Vectors of training texts, kept by content: a second training encodes only what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from counterveil.encoders.base import EncoderChoice
from counterveil.encoders.chosen import encoders
from counterveil.observe.heads import Matrix
from counterveil.pipeline.pool import ordered_map

_UNIT = 64


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _encode(job: tuple[EncoderChoice, int, Sequence[str]]) -> Matrix:
    choice, place, texts = job
    return encoders(choice)[place].encode(texts)


def vectors_of(
    texts: Sequence[str],
    choice: EncoderChoice,
    place: int,
    *,
    folder: Path | None,
    workers: int,
    advance: Callable[[int], None],
) -> Matrix:
    """Vectors (n_texts, dimensions) by one encoder; empty texts are zeros. ``folder`` keeps them between trainings."""
    encoder = encoders(choice)[place]
    path = folder / f"{encoder.space.replace('/', '_')}.npz" if folder else None
    known: dict[str, Matrix] = {}
    if path is not None and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32), strict=True))
    by_key = {_key(text): text for text in texts if text.strip()}
    missing = sorted(key for key in by_key if key not in known)
    units = [missing[at : at + _UNIT] for at in range(0, len(missing), _UNIT)]
    jobs = [(choice, place, [by_key[key] for key in unit]) for unit in units]
    advance(len(by_key) - len(missing))
    for unit, (_, found) in zip(units, ordered_map(_encode, jobs, workers=workers), strict=True):
        # Half precision, as a scan stores them: what is learned is what is read.
        known.update(zip(unit, found.astype(np.float16).astype(np.float32), strict=True))
        advance(len(unit))
    if path is not None and missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = sorted(known)
        np.savez(path, keys=np.array(keys), vectors=np.stack([known[k] for k in keys]).astype(np.float16))
    out = np.zeros((len(texts), encoder.dimensions), dtype=np.float32)
    for index, text in enumerate(texts):
        if text.strip():
            out[index] = known[_key(text)]
    return out
