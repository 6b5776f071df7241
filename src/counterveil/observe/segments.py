"""Who speaks in a prompt: what is asked, what is told about the situation, and what is pasted, by whom it was written.

A victim who pastes a fraudster's message and a fraudster who asks for an answer to one differ only in that. A prompt is
cut into units (lines, sentences, quotations, code fences); a linear chain over shape and words gives each unit a kind,
and neighbouring units of one kind make a segment. Trained on the parts marked in ``lab/accounts`` (``counterveil lab
train``); figures on authors it never saw: ``trained/card.md``. Method: linear-chain tagging with the Viterbi algorithm
(Forney 1973), unit scores by multinomial logistic regression over hashed features (Weinberger et al. 2009).
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from counterveil.model.activity import NOTHING, OWN, SOURCE, TARGET
from counterveil.observe.trained import SEGMENTS

KINDS = ("ask", "context", "target", "source", "own")
ASK, CONTEXT = 0, 1
PASTED = (TARGET, SOURCE, OWN)
N_HASHED = 1 << 13
_MAX_UNITS = 120
_MAX_WORDS = 60

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTE = r"“[^“”\n]{20,}”|\"[^\"\n]{20,}\"|«[^«»\n]{20,}»|「[^「」\n]{12,}」|『[^『』\n]{12,}』"
_CUT = re.compile(
    rf"\n+|(?P<quote>{_QUOTE})|(?<=[.!?…])(?<!\b\d\.)(?<!\b\d\d\.)[\"'”»)]*\s+(?=\S)|(?<=[。！？])(?=[^\n”」』)）])|(?<=[:：])(?!(?<=\d:)\d)(?!//)[ \t]*(?=\S)"
)
_STAMP = re.compile(r"^\W{0,3}(?:\d{1,4}[-/.:年]\d{1,2}|\d{1,2}[:.]\d{2})")
_SPEAKER = re.compile(r"^[^\s:：]{1,24}(?: [^\s:：]{1,24}){0,2}[:：]\s*\S")
_HEADER = re.compile(
    r"^(?:From|To|Subject|Date|Cc|De|Para|Asunto|Von|An|Betreff|От|Кому|Тема|发件人|主题|件名)[:：]", re.IGNORECASE
)
_ITEM = re.compile(r"^\s*(?:[-*•·–—]|\(?\d{1,3}[.)、]|[①-⑳]|#)\s*")
_CODE = re.compile(
    r"[{};=<>|\\]|\(\)|::|->|</|^\s{4}|^\s*(?:def|import|class|var|const|function|SELECT|Traceback)\b", re.MULTILINE
)
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\u1780-\u17ff\u1000-\u109f]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of units of one kind: offsets in the canonical text; ``kind`` is an index of ``KINDS``."""

    kind: int
    start: int
    end: int


def units(text: str) -> list[tuple[int, int]]:
    """The pieces of a prompt that have one writer each: (start, end), in order, blank ones left out.

    >>> [("Translate: hola amigo. gracias"[a:b]) for a, b in units("Translate: hola amigo. gracias")]
    ['Translate:', 'hola amigo.', 'gracias']
    """
    found: list[tuple[int, int]] = []

    def plain(start: int, end: int) -> None:
        at = start
        for match in _CUT.finditer(text, start, end):
            if match.group("quote"):
                _add(text, found, at, match.start())
                _add(text, found, match.start(), match.end())
            else:
                _add(text, found, at, match.start())
            at = match.end()
        _add(text, found, at, end)

    at = 0
    for fence in _FENCE.finditer(text):
        plain(at, fence.start())
        _add(text, found, fence.start(), fence.end())
        at = fence.end()
    plain(at, len(text))
    if len(found) > _MAX_UNITS:
        found = [*found[: _MAX_UNITS - 1], (found[_MAX_UNITS - 1][0], found[-1][1])]
    return found


def _add(text: str, found: list[tuple[int, int]], start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + len(piece) - len(piece.lstrip())
        found.append((begin, begin + len(stripped)))


def script(text: str) -> int:
    """A coarse script of the letters: 0 none, 1 Latin, 2 Cyrillic, 3 Han, 4 Kana, 5 Hangul, 6 Arabic, 7 other."""
    counts = [0] * 8
    for char in text[:200]:
        point = ord(char)
        if point < 0x250:
            counts[1] += char.isalpha()
        elif 0x400 <= point < 0x530:
            counts[2] += 1
        elif 0x3040 <= point < 0x3100:
            counts[4] += 3
        elif 0x3400 <= point < 0xA000:
            counts[3] += 2
        elif 0xAC00 <= point < 0xD7B0:
            counts[5] += 2
        elif 0x600 <= point < 0x780:
            counts[6] += 1
        elif char.isalpha():
            counts[7] += 1
    best = max(range(1, 8), key=counts.__getitem__)
    return best if counts[best] else 0


def _hashed(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "replace")) % N_HASHED


def _words(piece: str) -> list[str]:
    sample = piece[:160] if len(piece) <= 240 else f"{piece[:120]} {piece[-60:]}"
    words: list[str] = []
    for word in _WORD.findall(sample.lower()):
        if _WIDE.search(word):
            words += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            words.append(word)
    return words[:_MAX_WORDS]


def features(text: str, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Hashed feature ids of each unit. Cost: linear in the units, at most some 80 features each."""
    pieces = [text[a:b] for a, b in spans]
    scripts = [script(p) for p in pieces]
    total = sum(len(p) for p in pieces) or 1
    n = len(pieces)
    colon_before = False
    out = []
    for i, piece in enumerate(pieces):
        gap = text[spans[i - 1][1] : spans[i][0]] if i else ""
        names = [
            "bias",
            f"at={0 if i == 0 else 3 if i == n - 1 else 1 if i < 3 else 2}",
            f"n={min(n, 6)}",
            f"at,n={min(i, 3)},{min(n - i, 3)}",
            f"len={min(9, len(piece).bit_length())}",
            f"share={int(4 * len(piece) / total)}",
            f"end={piece[-1] if not piece[-1].isalnum() else 'w'}",
            f"open={piece[0] if not piece[0].isalnum() else 'd' if piece[0].isdigit() else 'w'}",
            f"gap={min(gap.count(chr(10)), 3)}",
            f"script0={scripts[i] == scripts[0]},{scripts[i] == scripts[-1]}",
            f"up={piece[:1].isupper()}",
        ]
        names += [
            name
            for name, hit in (
                ("stamp", _STAMP.match(piece)),
                ("speaker", _SPEAKER.match(piece)),
                ("header", _HEADER.match(piece)),
                ("item", _ITEM.match(piece)),
                ("code", len(_CODE.findall(piece)) > 2),
                ("fence", piece.startswith("```")),
                ("quoted", piece[0] in '“"«「『>'),
                ("colon-before", i and pieces[i - 1][-1] in ":："),
                ("colon-earlier", colon_before),
                ("colon-later", any(p[-1] in ":：" for p in pieces[i:])),
                ("question-later", any(p[-1] in "?？" for p in pieces[i + 1 :])),
                ("script-shift", i and scripts[i] != scripts[i - 1]),
            )
            if hit
        ]
        if i:
            names.append(f"before-end={pieces[i - 1][-1] if not pieces[i - 1][-1].isalnum() else 'w'}")
        if i + 1 < n:
            names.append(f"after-open={pieces[i + 1][0] if not pieces[i + 1][0].isalnum() else 'w'}")
        words = _words(piece)
        names += [f"w={w}" for w in words]
        if words:
            names += [f"first={words[0]}", f"last={words[-1]}"]
            names += [f"{a}_{b}" for a, b in pairwise(words[:7])]
        colon_before = colon_before or piece[-1] in ":："
        out.append([_hashed(name) for name in names])
    return out


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Unit scores (``N_HASHED``, 5), start and transition scores of the chain, all in log-odds.

    ``first_pass`` (``N_HASHED``) uses the same features, all units together, for a first guess that needs no encoder.
    """

    weights: npt.NDArray[np.float32]
    start: npt.NDArray[np.float32]
    moves: npt.NDArray[np.float32]
    first_pass: npt.NDArray[np.float32]

    def kinds(self, found: Sequence[Sequence[int]]) -> list[int]:
        """The most likely kinds of the units together (Viterbi), from their features."""
        if not found:
            return []
        scores = [self.weights[list(ids)].sum(axis=0) for ids in found]
        best = self.start + scores[0]
        back: list[npt.NDArray[np.int64]] = []
        for own in scores[1:]:
            through = best[:, None] + self.moves
            back.append(through.argmax(axis=0))
            best = through.max(axis=0) + own
        path = [int(best.argmax())]
        for choice in reversed(back):
            path.append(int(choice[path[-1]]))
        return path[::-1]

    def cut(self, text: str) -> list[Segment]:
        """Segments of a canonical text, in order; together they cover all its units."""
        return self.cut_and_guess(text)[0]

    def cut_and_guess(self, text: str) -> tuple[list[Segment], float]:
        """Segments, and the first guess in [0,1] that the writer is an operator."""
        spans = units(text)
        of_units = features(text, spans)
        found: list[Segment] = []
        for (start, end), kind in zip(spans, self.kinds(of_units), strict=True):
            if found and found[-1].kind == kind:
                found[-1] = Segment(kind, found[-1].start, end)
            else:
                found.append(Segment(kind, start, end))
        return found, self.guess(of_units)

    def guess(self, of_units: Sequence[Sequence[int]]) -> float:
        """Logistic of the mean first-pass weight of the text's distinct features, scaled by the root of their number."""
        ids = sorted({i for unit in of_units for i in unit})
        if not ids:
            return 0.0
        margin = float(self.first_pass[ids].sum()) / math.sqrt(len(ids))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, margin))))


def pasted_by(segments: Sequence[Segment]) -> int:
    """The kind of most of what is pasted, by characters, the first in the order of ``KINDS`` of equal ones; ``NOTHING``: none is."""
    sizes = dict.fromkeys(PASTED, 0)
    for segment in segments:
        if segment.kind in sizes:
            sizes[segment.kind] += segment.end - segment.start
    most = max(PASTED, key=sizes.__getitem__)
    return most if sizes[most] else NOTHING


@lru_cache(maxsize=2)
def segmenter(folder: Path) -> Segmenter:
    """The segmenter of a folder of learned weights."""
    with (folder / SEGMENTS).open("rb") as stored:
        data = np.load(stored, allow_pickle=False)
        return Segmenter(
            weights=data["weights"].astype(np.float32),
            start=data["start"].astype(np.float32),
            moves=data["moves"].astype(np.float32),
            first_pass=data["first_pass"].astype(np.float32),
        )
