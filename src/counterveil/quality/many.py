"""Many tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def discoveries_corrected(chance: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Adjusted p-values (q): calling all with q ≤ 0.05 makes 5 % of the calls false (Benjamini & Hochberg 1995).

    In the order given. As ``scipy.stats.false_discovery_control``, whose import would cost every command two seconds.

    >>> discoveries_corrected([0.01, 0.02, 0.9]).round(3).tolist()
    [0.03, 0.03, 0.9]
    """
    values = np.asarray(chance, dtype=np.float64)
    order = np.argsort(values)
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    q = np.empty_like(values)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
