"""Which 128-bit keys have been seen: exact, compact (16 bytes a key), for ingest by event id."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]
_MERGE_AT = 8


class KeySet:
    """Seen keys as a few sorted runs, merged when there are many (a log-structured merge of arrays).

    Adding n keys to N costs O(n log n) and, now and then, a merge of O(N); a look-up O(runs · log N).
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Keys, Keys]] = []

    def __len__(self) -> int:
        return sum(len(hi) for hi, _ in self._runs)

    def add(self, hi: Keys, lo: Keys) -> None:
        """Add keys that are not in the set."""
        if len(hi) == 0:
            return
        order = np.lexsort((lo, hi))
        self._runs.append((hi[order], lo[order]))
        if len(self._runs) > _MERGE_AT:
            all_hi = np.concatenate([r[0] for r in self._runs])
            all_lo = np.concatenate([r[1] for r in self._runs])
            order = np.lexsort((all_lo, all_hi))
            self._runs = [(all_hi[order], all_lo[order])]

    def contains(self, hi: Keys, lo: Keys) -> npt.NDArray[np.bool_]:
        """For each key whether it is in the set: shape (n,)."""
        found = np.zeros(len(hi), dtype=np.bool_)
        for run_hi, run_lo in self._runs:
            start = np.searchsorted(run_hi, hi, side="left")
            inside = start < len(run_hi)
            at = np.where(inside, start, 0)
            first = inside & (run_hi[at] == hi)
            found |= first & (run_lo[at] == lo)
            # Equal upper halves with different lower halves are next to each other: look at the few that remain.
            for index in np.flatnonzero(first & ~found):
                stop = int(np.searchsorted(run_hi, hi[index], side="right"))
                found[index] = bool(np.any(run_lo[start[index] : stop] == lo[index]))
        return found

    def first_unseen(self, hi: Keys, lo: Keys) -> npt.NDArray[np.bool_]:
        """Mask of keys that are new, keeping only the first of equal keys within the call."""
        fresh = ~self.contains(hi, lo)
        order = np.lexsort((np.arange(len(hi)), lo, hi))
        repeated = np.zeros(len(hi), dtype=np.bool_)
        repeated[1:] = (hi[order][1:] == hi[order][:-1]) & (lo[order][1:] == lo[order][:-1])
        again = np.zeros(len(hi), dtype=np.bool_)
        again[order] = repeated
        return fresh & ~again
