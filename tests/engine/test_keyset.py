from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counterveil.engine.keyset import KeySet

small = st.integers(min_value=-3, max_value=3)
pairs = st.lists(st.tuples(small, small), max_size=40)


def arrays(keys: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([k[0] for k in keys], np.int64), np.array([k[1] for k in keys], np.int64)


@given(st.lists(pairs, max_size=14))
def test_behaves_like_a_set(rounds: list[list[tuple[int, int]]]) -> None:
    keys, plain = KeySet(), set()
    for some in rounds:
        hi, lo = arrays(some)
        expected, within = [], set()
        for key in some:
            expected.append(key not in plain and key not in within)
            within.add(key)
        fresh = keys.first_unseen(hi, lo)
        assert fresh.tolist() == expected
        keys.add(hi[fresh], lo[fresh])
        plain |= within
        assert len(keys) == len(plain)
    probe = [(a, b) for a in range(-4, 5) for b in range(-4, 5)]
    assert keys.contains(*arrays(probe)).tolist() == [p in plain for p in probe]
