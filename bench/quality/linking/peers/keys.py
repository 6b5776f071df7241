"""What accounts can have in common, as sparse matrices (accounts × keys) for the plain methods."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from bench.quality.linking.peers.base import Log
from bench.quality.linking.peers.process import Edges

INFRASTRUCTURE = ("device", "payment", "signup_ip")
CONTENT = ("text", "artefact")
# Links, e-mail addresses, handles and tags.
_ARTEFACT = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+\.[\w.]+|[@#]\w{2,}")


def keys_of(log: Log, kind: str) -> Iterator[tuple[str, str]]:
    """(account, key) of every use. ``text`` is the whole prompt, but for case and spaces."""
    if kind in {"payment", "signup_ip"}:
        for account, owned in getattr(log, kind).items():
            yield from ((account, key) for key in owned if key)
    elif kind == "text":
        yield from zip(log.account, (" ".join(text.casefold().split()) for text in log.text), strict=True)
    elif kind == "artefact":
        for account, text in zip(log.account, log.text, strict=True):
            yield from ((account, key) for key in set(_ARTEFACT.findall(text.casefold())))
        yield from keys_of(log, "url")
    else:
        column: Sequence[str] = getattr(log, kind)
        yield from ((account, key) for account, key in zip(log.account, column, strict=False) if key)


def matrix(log: Log, kind: str, names: Sequence[str], *, most: float = 1.0) -> Any:
    """Uses of each key of a kind by each account. Keys of one account only, or of more than ``most`` of all, are zero."""
    at = {name: number for number, name in enumerate(names)}
    uses = Counter(keys_of(log, kind))
    columns: dict[str, int] = {}
    rows = np.array([at[account] for account, _ in uses], dtype=np.int64)
    cols = np.array([columns.setdefault(key, len(columns)) for _, key in uses], dtype=np.int64)
    counts = np.array(list(uses.values()), dtype=np.float64)
    users = np.bincount(cols, minlength=len(columns))
    kept = (users[cols] >= 2) & (users[cols] <= max(2.0, most * len(names))) if len(cols) else np.zeros(0, bool)
    shape = (len(names), max(len(columns), 1))
    return sparse.csr_matrix((counts[kept], (rows[kept], cols[kept])), shape=shape)


def pairs_of(product: Any, names: Sequence[str], at_least: float, note: str = "") -> Edges:
    """The upper half of an accounts × accounts matrix as pairs."""
    upper = sparse.triu(product, 1).tocoo()
    a, b = ([names[n] for n in side.tolist()] for side in (upper.row, upper.col))
    return Edges(a, b, upper.data.astype(float), at_least, note)


def names_of(log: Log) -> list[str]:
    """The accounts in a fixed order."""
    return sorted(set(log.account))


def kinds_in(log: Log, kinds: Iterable[str]) -> list[str]:
    """Those kinds of keys that the log has at all."""
    return [kind for kind in kinds if next(keys_of(log, kind), None)]
