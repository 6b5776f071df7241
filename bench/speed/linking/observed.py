"""What observation finds in the texts of a world, computed on whole arrays of words instead of text by text.

Passages are those of the words alone: without the address that stands at the end of some texts.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.quality.linking.plan import NONE
from bench.quality.linking.words import I64, Strings, spread
from bench.quality.linking.world import World
from counterveil.detectors import BUILTIN
from counterveil.ids import key64
from counterveil.model.signal import THING_SCHEMA, Reads, Row, Thing
from counterveil.observe.words import WORDS_SCHEMA, words_of

U64 = npt.NDArray[np.uint64]
# As in ``detectors/passage.py``.
_RUN, _KEEP_ONE_IN, _PRIME = 8, np.uint64(8), np.uint64(0x100000001B3)
_NO_RUN = np.uint64((1 << 64) - 1)
_SIGN = 1 << 31


@dataclass(frozen=True, slots=True)
class Texts:
    """Some texts: flat words as places in the vocabulary, how many each has, the url of each or NONE, and its key."""

    tokens: npt.NDArray[np.int32]
    lengths: I64
    url: npt.NDArray[np.int32]
    keys: I64


class Names:
    """What is known of each url once for all texts: its words and the things in it."""

    def __init__(self, world: World) -> None:
        self.crc = np.array([zlib.crc32(word.encode()) for word in world.words.tolist()], np.uint64)
        self.used = np.unique(world.url[world.url != NONE])
        names: Strings = world.urls[self.used]
        words = [words_of(name) for name in names.tolist()]
        self.n_words = np.array([len(w) for w in words], np.int64)
        self.words = np.array([w + _SIGN for of_name in words for w in of_name], np.uint64)
        reading = [d for d in BUILTIN if d.info.reads is Reads.TEXT and d.info.kind != "passage"]
        self.things: list[list[Thing]] = [[t for d in reading for t in d.find(Row(0, name))] for name in names.tolist()]


def keys_of(world: World, low: int, high: int) -> I64:
    """A key for each event's text; different texts share one by a chance of 2^-64."""
    random = np.random.default_rng(world.spec.seed)
    words, places, urls = (
        random.integers(0, 1 << 64, n, np.uint64) | np.uint64(1)
        for n in (len(world.words), 1 << 8, len(world.urls) + 1)
    )
    bounds = world.offsets[low : high + 1]
    lengths = np.diff(bounds)
    begins = bounds[:-1] - bounds[0]
    place = spread(np.zeros_like(begins), begins, lengths)
    mixed = words[world.tokens[bounds[0] : bounds[-1]]] * places[place]
    mixed ^= mixed >> np.uint64(29)
    found: U64 = np.add.reduceat(mixed, begins) * urls[world.url[low:high] + 1]
    return found.view(np.int64)


def words_table(texts: Texts, names: Names) -> pa.Table:
    """The words of texts, as ``observe/words.py`` has them."""
    n = len(texts.lengths)
    with_url = np.flatnonzero(texts.url != NONE)
    name = np.searchsorted(names.used, texts.url[with_url])
    sizes = names.n_words[name]
    begins = np.cumsum(names.n_words) - names.n_words
    text = np.concatenate([np.repeat(np.arange(n), texts.lengths), np.repeat(with_url, sizes)]).astype(np.uint64)
    word = np.concatenate([names.crc[texts.tokens], names.words[spread(begins[name], np.cumsum(sizes) - sizes, sizes)]])
    every = np.unique((text << np.uint64(32)) | word)
    flat = ((every & np.uint64((1 << 32) - 1)).astype(np.int64) - _SIGN).astype(np.int32)
    offsets = np.searchsorted(every, np.arange(n + 1, dtype=np.uint64) << np.uint64(32)).astype(np.int32)
    return pa.table({"content_key": texts.keys, "words": pa.ListArray.from_arrays(offsets, flat)}, schema=WORDS_SCHEMA)


def things_table(texts: Texts, names: Names) -> pa.Table:
    """Passages, domains and e-mail addresses of texts. A passage's key is the hash of its words, its value is left out."""
    text, run = _passages(texts, names)
    tables = [_things(texts.keys[text], "passage", run, [""] * len(run))]
    with_url = np.flatnonzero(texts.url != NONE)
    found = [
        (key, thing)
        for key, name in zip(
            texts.keys[with_url].tolist(), np.searchsorted(names.used, texts.url[with_url]).tolist(), strict=True
        )
        for thing in names.things[name]
    ]
    for kind in sorted({thing.kind for _, thing in found}):
        of_kind = [(key, thing.value) for key, thing in found if thing.kind == kind]
        keys = np.array([key for key, _ in of_kind], np.int64)
        values = [value for _, value in of_kind]
        tables.append(_things(keys, kind, np.array([key64(kind, value) for value in values], np.int64), values))
    return pa.concat_tables(tables)


def _passages(texts: Texts, names: Names) -> tuple[I64, I64]:
    """Each text's kept runs of words: one in eight by its hash, or the least hash where that leaves none."""
    ends = np.cumsum(texts.lengths)
    hashes = np.concatenate([names.crc[texts.tokens], np.zeros(_RUN, np.uint64)])
    n = len(texts.tokens)
    runs = np.zeros(n, np.uint64)
    for offset in range(_RUN):
        runs = (runs ^ hashes[offset : offset + n]) * _PRIME
        runs ^= runs >> np.uint64(32)
    text = np.repeat(np.arange(len(ends)), texts.lengths)
    whole = np.arange(n) + _RUN <= ends[text]
    kept = np.flatnonzero(whole & (runs % _KEEP_ONE_IN == 0))
    least = np.minimum.reduceat(np.where(whole, runs, _NO_RUN), ends - texts.lengths)
    bare = np.ones(len(ends), np.bool_)
    bare[text[kept]] = False
    alone = np.flatnonzero(bare & (least != _NO_RUN))
    where = np.concatenate([text[kept], alone])
    found = np.concatenate([runs[kept], least[alone]]).view(np.int64)
    pairs = np.unique(np.stack([where, found]), axis=1)
    return pairs[0], pairs[1]


def _things(content_key: I64, kind: str, thing_key: I64, values: list[str]) -> pa.Table:
    n = len(content_key)
    columns = {
        "content_key": content_key,
        "kind": pa.array([kind] * n, pa.string()),
        "thing_key": thing_key,
        "value": pa.array(values, pa.string()),
        "start": pa.array(np.zeros(n, np.int32)),
        "end": pa.array(np.zeros(n, np.int32)),
    }
    return pa.table(columns, schema=THING_SCHEMA)
