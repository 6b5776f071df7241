"""Events before they have words: who, when, from where, and what to say; and tables of texts and names that grow."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from bench.quality.linking.words import I8, I32, I64, Flags, Rng, Strings

DAY = 86_400
FREE, NONE = -1, -1
# An address that is chosen as for any ordinary event, once all events are there.
ORDINARY_URL = -2
_HOUR_MEAN, _HOUR_SPREAD = 15.0, 3.5


@dataclass(frozen=True, slots=True)
class Plan:
    """Columns of events. ``text`` is a place in :class:`Texts` or FREE; ``slots`` of it are filled anew.

    ``ts`` counts seconds from the start of the world. ``url`` may be ORDINARY_URL.
    """

    account: I32
    ts: I64
    text: I32
    slots: I8
    topic: I8
    ip: I32
    device: I32
    url: I32
    meaning: I64

    def take(self, order: npt.NDArray[np.intp]) -> Plan:
        """The events at these places."""
        return Plan(*(getattr(self, field.name)[order] for field in fields(self)))


def plan(
    account: npt.NDArray[np.integer],
    ts: I64,
    *,
    ip: npt.NDArray[np.integer],
    device: npt.NDArray[np.integer],
    **other: npt.ArrayLike,
) -> Plan:
    """A plan of some events; columns not given are the same for all: a free text without topic, meaning or address."""
    n = len(account)

    def column(name: str, default: int) -> npt.NDArray[np.integer]:
        return np.broadcast_to(np.asarray(other.get(name, default)), (n,))

    return Plan(
        account=account.astype(np.int32),
        ts=ts.astype(np.int64),
        text=column("text", FREE).astype(np.int32),
        slots=column("slots", 0).astype(np.int8),
        topic=column("topic", 0).astype(np.int8),
        ip=ip.astype(np.int32),
        device=device.astype(np.int32),
        url=column("url", NONE).astype(np.int32),
        meaning=column("meaning", NONE).astype(np.int64),
    )


def joined(plans: list[Plan]) -> Plan:
    """All of them as one."""
    return Plan(*(np.concatenate([getattr(p, field.name) for p in plans]) for field in fields(Plan)))


class Texts:
    """Texts that are known beforehand: templates, prompts that go round, and every planted copy."""

    def __init__(self) -> None:
        self._flat: list[I32] = []
        self._lengths: list[I64] = []
        self._n = 0

    def add(self, flat: I32, lengths: I64) -> I64:
        """The places of these texts."""
        self._flat.append(flat)
        self._lengths.append(lengths.astype(np.int64))
        self._n += len(lengths)
        return np.arange(self._n - len(lengths), self._n)

    def arrays(self) -> tuple[I32, I64, I64]:
        """Words of all texts, and where each begins and how long it is."""
        lengths = np.concatenate([np.zeros(0, np.int64), *self._lengths])
        return np.concatenate([np.zeros(0, np.int32), *self._flat]), np.cumsum(lengths) - lengths, lengths


class Names:
    """A table of strings; a code is a place in it."""

    def __init__(self) -> None:
        self._parts: list[Strings] = []
        self._n = 0

    def add(self, before: str, numbers: npt.ArrayLike, after: str = "") -> I64:
        """Codes of new names, one for each number."""
        digits = np.asarray(numbers).astype(np.str_)
        self._parts.append(np.strings.add(np.strings.add(before, digits), after))
        self._n += len(digits)
        return np.arange(self._n - len(digits), self._n)

    def table(self) -> Strings:
        """All names."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0, np.dtypes.StrDType(1))


def local_times(rng: Rng, zones: npt.NDArray[np.integer], days: int) -> I64:
    """A time for each zone (hours east of UTC): any day, mostly in the afternoon there."""
    hours = (rng.normal(_HOUR_MEAN, _HOUR_SPREAD, len(zones)) - zones) % 24
    seconds: I64 = (hours * 3600).astype(np.int64).clip(0, DAY - 1)
    return rng.integers(0, days, len(zones)) * DAY + seconds


def either(chosen: Flags, one: npt.NDArray[np.integer], other: npt.NDArray[np.integer]) -> I64:
    """``one`` where chosen, ``other`` elsewhere."""
    return np.where(chosen, one, other).astype(np.int64)
