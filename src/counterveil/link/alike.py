"""What it is worth that two subjects sent texts that are alike: bits, with chance measured on the log itself.

A meeting of two uses (``near``, ``meaning``) weighs, after Fellegi & Sunter 1969 and references/coordination.md §5.3,

    log2(m / u_cell) + clip(log2(mean subjects of the cell's buckets / subjects of this bucket), −2, 3) − activity

and a pair the sum of its meetings less ``cells · m · log2 e``: what speaks against it is every cell in which it did not meet
(the ratio of two Poisson processes; without that part strangers who meet in any of many cells would look alike).

``u_cell`` is how often strangers meet so: pairs with a meeting of that similarity and time gap over all pairs of subjects *who
write in the language of the texts*. That absorbs popular templates, common topics and the rhythm of the day: a loose
likeness minutes apart is rare, the same days apart is not. And it keeps a shared language from counting as evidence
(DESIGN.md §3.2): among all subjects of a service in English two who write Japanese meet by far more often than chance.
``activity`` is the log2 of how much busier than the mean each side is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from counterveil.link.near import Ids, Ints, Meetings, Uses

Floats = npt.NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)

# Ten minutes, an hour, six hours, two days (references/coordination.md §3.3).
GAPS_S = (600, 3600, 21600, 172800)
_RARER, _COMMONER = 3.0, -2.0
# Pairs of a language that count as doing what pairs of all languages do (about 25 writers); chosen by us.
LIKE_ALL = 300.0


@dataclass(frozen=True, slots=True)
class Cells:
    """How meetings are told apart: edges of similarity in [0,1]; ``m``: chance that two of one operation meet in a cell."""

    similarity: tuple[float, ...]
    m: float
    cap_bits: float

    @property
    def n(self) -> int:
        """How many cells."""
        return (len(self.similarity) + 1) * (len(GAPS_S) + 1)

    @property
    def absent_bits(self) -> float:
        """What a pair of one operation loses for all cells together, met in or not."""
        return self.n * self.m * math.log2(math.e)

    def of(self, met: Meetings) -> Ints:
        """The cell of each meeting."""
        return np.digitize(met.similarity, self.similarity) * (len(GAPS_S) + 1) + np.digitize(met.gap_s, GAPS_S)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language of each text, by number, and by language how many pairs of subjects write in it.

    A pair counts in a language by how much of both sides' texts is in it. The last entry of ``n_pairs`` is for meetings
    across two languages: all pairs of subjects.
    """

    of_text: Ids
    n_pairs: Floats

    def of(self, met: Meetings, uses: Uses) -> Ids:
        """The language of each meeting, or the last number where its texts are in two."""
        left, right = self.of_text[uses.text[met.left]], self.of_text[uses.text[met.right]]
        found: Ids = np.where(left == right, left, len(self.n_pairs) - 1).astype(np.int32)
        return found


@dataclass(frozen=True, slots=True)
class Chance:
    """What strangers do: bits of one meeting by language and cell (2-d), and by cell the mean size of the buckets."""

    bits: Floats
    mean_subjects: Floats


def spoken(of_text: Ids, uses: Uses, n_population: int) -> Spoken:
    """From the language of each text. Cost: n log n in uses.

    A pair counts √(w_a · w_b) in a language, w being its share of a side's texts. Over all languages that is the Bhattacharyya
    coefficient (1943) of what the two write in: one for a pair of one language, and one in all for a pair that write in several
    alike, so that a pair has one chance of meeting however its texts are spread, or however a detector of languages errs.
    """
    n_languages = int(of_text.max(initial=-1)) + 1
    rows, n = np.unique(np.stack([uses.subject, of_text[uses.text]]), axis=1, return_counts=True)
    share = n / np.bincount(uses.subject, minlength=int(uses.subject.max(initial=0)) + 1)[rows[0]]
    roots = np.bincount(rows[1], weights=np.sqrt(share), minlength=n_languages)
    pairs = (roots**2 - np.bincount(rows[1], weights=share, minlength=n_languages)) / 2
    return Spoken(of_text, np.maximum(1.0, np.append(pairs, n_population * (n_population - 1) / 2)))


@dataclass(frozen=True, slots=True)
class PairBits:
    """Pairs of subjects (``left`` < ``right``), their bits, and what lies behind them.

    ``n`` meetings counted, ``similarity`` the best and ``gap_s`` the smallest among them, ``n_subjects`` the largest bucket,
    ``text`` the left side's text in the heaviest meeting.
    """

    left: Ids
    right: Ids
    bits: Floats
    n: Ids
    similarity: npt.NDArray[np.float32]
    gap_s: Ints
    n_subjects: Ids
    text: Ids


def chance(
    met: Meetings,
    uses: Uses,
    cells: Cells,
    *,
    language: Spoken,
    n_population: int,
    strangers: npt.NDArray[np.bool_] | None = None,
) -> Chance:
    """Measured over all meetings, in all languages as in one; or over those of ``strangers`` (pairs that nothing links yet).

    Pairs of subjects are counted, not meetings: what strangers do is spread over many pairs, an operation's meetings are
    heaped on few. Half a pair is added to each cell: what was never seen is rare, not impossible. Among strangers each
    language has a rate of its own, drawn towards that of all as if ``LIKE_ALL`` more pairs had been seen to do as all do; no
    pair meets less often for sharing a language, so the rate over all pairs is the least. Before it is known who are strangers
    that rate serves for all: an operation may be most of what is written in a language.
    """
    at = np.arange(len(met.left)) if strangers is None else np.flatnonzero(strangers)
    cell, tongue = cells.of(met)[at], language.of(met, uses)[at]
    a, b = uses.subject[met.left[at]].astype(np.int64), uses.subject[met.right[at]].astype(np.int64)
    n_languages = len(language.n_pairs)
    of_language = tongue * cells.n + cell
    pair = (np.minimum(a, b) * n_population + np.maximum(a, b)) * (n_languages * cells.n) + of_language
    order = np.lexsort((-met.weight[at], pair))
    first = np.concatenate([[True], pair[order][1:] != pair[order][:-1]]) if len(order) else np.zeros(0, np.bool_)
    once = order[first]
    # A pair that meets so in several languages is one pair, with a part in each.
    _, place, tongues = np.unique(
        pair[once] // (n_languages * cells.n) * cells.n + cell[once], return_inverse=True, return_counts=True
    )
    weight = met.weight[at][once] / tongues[place]
    counted = np.bincount(of_language[once], weights=weight, minlength=n_languages * cells.n)
    counted = counted.reshape(n_languages, cells.n)
    seen = np.bincount(cell, minlength=cells.n)
    mean = np.bincount(cell, weights=met.n_subjects[at].astype(np.float64), minlength=cells.n) / np.maximum(1, seen)
    n_pairs = language.n_pairs[:, None]
    every = (counted.sum(axis=0) + 0.5) / n_pairs[-1]
    rate = np.tile(every, (n_languages, 1))
    if strangers is not None and n_languages > 1:
        of_all = counted[:-1].sum(axis=0) / n_pairs[:-1].sum()
        in_one = (counted[:-1] + LIKE_ALL * of_all) / (n_pairs[:-1] + LIKE_ALL)
        rate[:-1] = np.maximum(rate[:-1], in_one)
    return Chance(np.log2(cells.m / rate), np.where(seen > 0, mean, 2.0))


def families(met: Meetings, uses: Uses, n_texts: int, least: float) -> Ids:
    """Which family of texts each text is of: joined by meetings of at least such a similarity (connected components)."""
    near = met.similarity >= least
    a, b = uses.text[met.left[near]], uses.text[met.right[near]]
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(n_texts, n_texts))
    found: Ids = connected_components(graph, directed=False)[1].astype(np.int32)
    return found


def weigh(
    met: Meetings,
    uses: Uses,
    cells: Cells,
    by_chance: Chance,
    log2_activity: Floats,
    *,
    language: Spoken,
    kin: Ids,
    subject: Ids | None = None,
    kept: npt.NDArray[np.bool_] | None = None,
    least_bits: float = 0.0,
) -> PairBits:
    """Bits of every pair of subjects that met, the same text and the same bucket counted once on either side.

    ``subject`` puts other subjects in the place of the uses' own (the null model), ``kept`` leaves meetings out. Pairs that cannot reach ``least_bits``
    are left out early. Texts of one family (``kin``, by text) are not independent: the k-th best meeting of a pair within a
    family counts half of the one before it. Sums are of milli-bits, so the order of meetings does not matter. Cost: n log n in meetings.
    """
    who = uses.subject if subject is None else subject
    a, b = who[met.left], who[met.right]
    cell = cells.of(met)
    bits = by_chance.bits[language.of(met, uses), cell] + np.clip(
        np.log2(by_chance.mean_subjects[cell] / np.maximum(2, met.n_subjects)), _COMMONER, _RARER
    )
    bits = np.minimum(bits, cells.cap_bits) - log2_activity[a] - log2_activity[b]
    counted = (a != b) & (bits > 0)
    kept_at = np.flatnonzero(counted if kept is None else counted & kept)
    swap = a[kept_at] > b[kept_at]
    n_subjects = np.int64(len(log2_activity))
    pair = np.where(swap, b[kept_at], a[kept_at]).astype(np.int64) * n_subjects + np.where(swap, a[kept_at], b[kept_at])
    left = np.where(swap, met.right[kept_at], met.left[kept_at])
    right = np.where(swap, met.left[kept_at], met.right[kept_at])
    mb = np.rint(1000 * bits[kept_at]).astype(np.int64)
    chosen = np.arange(len(kept_at))
    _, place = np.unique(pair, return_inverse=True)
    rough = np.bincount(place, weights=mb)[place] if len(pair) else np.zeros(0)
    chosen = chosen[rough >= max(1.0, 1000 * (least_bits + cells.absent_bits))]
    # The same bucket once, then each text once on either side: a meeting that is the heaviest of both its texts.
    for keys in ((met.bucket[kept_at],), (uses.text[left].astype(np.int64), uses.text[right].astype(np.int64))):
        n_first = np.zeros(len(kept_at), np.int8)
        for key in keys:
            order = chosen[
                np.lexsort(
                    (met.right[kept_at][chosen], met.left[kept_at][chosen], -mb[chosen], key[chosen], pair[chosen])
                )
            ]
            first = np.ones(len(order), np.bool_)
            first[1:] = (pair[order][1:] != pair[order][:-1]) | (key[order][1:] != key[order][:-1])
            n_first[order[first]] += 1
        chosen = chosen[n_first[chosen] == len(keys)]
    of = np.minimum(kin[uses.text[left]], kin[uses.text[right]])
    order = chosen[np.lexsort((left[chosen], -mb[chosen], of[chosen], pair[chosen]))]
    if len(order):
        new = np.concatenate([[True], (pair[order][1:] != pair[order][:-1]) | (of[order][1:] != of[order][:-1])])
        nth = np.arange(len(order)) - np.flatnonzero(new)[np.cumsum(new) - 1]
        mb[order] = np.rint(mb[order] * 0.5 ** np.minimum(nth, 20)).astype(np.int64)
    order = chosen[np.lexsort((left[chosen], -mb[chosen], pair[chosen]))]
    starts = (
        np.flatnonzero(np.concatenate([[True], pair[order][1:] != pair[order][:-1]]))
        if len(order)
        else np.zeros(0, np.int64)
    )
    return PairBits(
        left=(pair[order][starts] // n_subjects).astype(np.int32),
        right=(pair[order][starts] % n_subjects).astype(np.int32),
        bits=np.maximum(0.0, _reduced(np.add, mb[order].astype(np.float64), starts) / 1000 - cells.absent_bits),
        n=np.diff(np.append(starts, len(order))).astype(np.int32),
        similarity=_reduced(np.maximum, met.similarity[kept_at][order], starts),
        gap_s=_reduced(np.minimum, met.gap_s[kept_at][order], starts),
        n_subjects=_reduced(np.maximum, met.n_subjects[kept_at][order], starts),
        text=uses.text[left[order][starts]] if len(order) else np.zeros(0, np.int32),
    )


def _reduced(how: np.ufunc, values: npt.NDArray[Number], starts: Ints) -> npt.NDArray[Number]:
    found: npt.NDArray[Number] = how.reduceat(values, starts) if len(starts) else values[:0]
    return found
