"""Passages: runs of words that two subjects' texts have in common, with numbers and addresses masked."""

from __future__ import annotations

import re
import zlib
from typing import ClassVar

import numpy as np

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing

_WORDS, _CHARS = 8, 14
# One run in eight is kept, the same ones in every text, so that a shared block is found whatever surrounds it.
_KEEP_ONE_IN = 8
_MAX_PASSAGES = 64
_NO_SPACES = "\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
_TOKEN = re.compile(rf"https?://\S{{1,500}}|[\w.+-]{{1,64}}@[\w.-]{{1,255}}|[{_NO_SPACES}]|[^\W_{_NO_SPACES}]+")
_SLOT = re.compile(r"https?://|@|\d")
_PRIME = 0x100000001B3
_MASK = (1 << 64) - 1


def _tokens(text: str) -> tuple[list[str], list[int], list[int]]:
    words, starts, ends = [], [], []
    for match in _TOKEN.finditer(text):
        word = match.group().lower()
        words.append("#" if _SLOT.search(word) else word)
        starts.append(match.start())
        ends.append(match.end())
    return words, starts, ends


class Passage:
    """A sentence-long run of words that two subjects share: a pasted persona sheet, a brief, an instruction block.

    Slots are masked, so 'ID 4471' and 'ID 9032' are one template. Short everyday requests have no passage at all.
    """

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="passage",
        version=2,
        kind="passage",
        family=Family.CONTENT,
        best_class=EvidenceClass.A,
        reads=Reads.TEXT,
        meaning="Both subjects' texts share the same run of words (numbers, links and addresses masked).",
        source="Shingling and 0-mod-p sampling: Broder 1997; Manber 1994. Lengths chosen by us: 8 words, or 14 characters where a script has no spaces",
        params={"words": _WORDS, "chars": _CHARS, "keep_one_in": _KEEP_ONE_IN},
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            Row(1, "Order 17: write like a tired night nurse from Ohio who golfs"),
            ("order # write like a tired night nurse",),
        ),
        Example(Row(2, "thanks, now a bit shorter please"), (), "a short everyday request"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Sampled passages, at least one for any text that is long enough; at most 64, spread by their hash."""
        words, starts, ends = _tokens(row.text)
        n_single = sum(len(word) == 1 for word in words)
        width = _CHARS if 2 * n_single > len(words) else _WORDS
        n_runs = len(words) - width + 1
        if n_runs <= 0:
            return []
        hashes = np.array([zlib.crc32(word.encode("utf-8", "replace")) for word in words], dtype=np.uint64)
        runs = np.zeros(n_runs, dtype=np.uint64)
        for offset in range(width):
            runs = (runs ^ hashes[offset : offset + n_runs]) * np.uint64(_PRIME)
            runs ^= runs >> np.uint64(32)
        kept = np.flatnonzero(runs % np.uint64(_KEEP_ONE_IN) == 0)
        if len(kept) == 0:
            kept = np.array([int(np.argmin(runs))])
        if len(kept) > _MAX_PASSAGES:
            kept = np.sort(kept[np.argsort(runs[kept], kind="stable")[:_MAX_PASSAGES]])
        joiner = "" if width == _CHARS else " "
        found: dict[str, Thing] = {}
        for at in kept.tolist():
            value = joiner.join(words[at : at + width])
            # Nothing but masks: a table of numbers.
            if value.count("#") * 2 < width and value not in found:
                found[value] = Thing(row.key, "passage", value, starts[at], ends[at + width - 1])
        return list(found.values())
