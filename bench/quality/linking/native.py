"""A world as Counterveil's native input: Parquet shards of events, accounts, and the truth beside them (DESIGN.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.quality.linking.plan import NONE
from bench.quality.linking.words import I64, Strings
from bench.quality.linking.world import COHORT, INDEPENDENT, OPERATION, World

KINDS = {INDEPENDENT: "independent", COHORT: "cohort", OPERATION: "operation"}
SHARD = 1_000_000
# Texts of so many events are in memory at once.
_ROWS = 1 << 16
_TIME = pa.timestamp("s", tz="UTC")
_MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
EVENTS = pa.schema(
    [
        ("event_id", pa.string()),
        ("time", _TIME),
        ("account_id", pa.string()),
        ("client_ip", pa.string()),
        ("device_id", pa.string()),
        ("input", pa.list_(_MESSAGE)),
    ]
)
# First octets in which nothing is reserved (IANA IPv4 Special-Purpose Address Registry; RFC 6890).
_OCTETS = np.array([o for o in range(1, 224) if o not in {10, 100, 127, 169, 172, 192, 198, 203}][:128])
_LAST = 254
_N_ADDRESSES = len(_OCTETS) * 256 * 256 * _LAST
# Prime to the number of addresses, so that no two codes share one; near its golden section, so that neighbours lie apart.
_STEP = 1_316_788_123


@dataclass(frozen=True, slots=True)
class Paths:
    """What was written: ``events`` and ``accounts`` are for the scan, ``truth`` is not."""

    events: tuple[Path, ...]
    accounts: Path
    truth: Path


def write(world: World, folder: Path, *, shard: int = SHARD) -> Paths:
    """Write a world, ``shard`` events a file, in the order of time.

    ``truth.parquet`` has account_id, kind (independent, cohort, operation), group, level and household; group and household
    are null where there is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    addresses = ip_addresses(np.arange(len(world.ips)))
    events = []
    for low in range(0, max(1, len(world.ts)), shard):
        events.append(folder / f"events-{low // shard:03d}.parquet")
        high = min(len(world.ts), low + shard)
        with pq.ParquetWriter(events[-1], EVENTS, compression="zstd") as writer:
            for begin in range(low, high, _ROWS):
                writer.write_table(_events(world, addresses, begin, min(high, begin + _ROWS)))
    everybody = account_ids(np.arange(len(world.kind)))
    accounts = {
        "account_id": everybody,
        "created_at": pa.array(world.created, _TIME),
        "payment_fingerprint": _named(world.payment, world.payments),
    }
    pq.write_table(pa.table(accounts), folder / "accounts.parquet")
    truth = {
        "account_id": everybody,
        "kind": pa.array([KINDS[kind] for kind in world.kind.tolist()], pa.string()),
        "group": pa.array(world.group, mask=world.group == NONE),
        "level": world.level,
        "household": pa.array(world.household, mask=world.household == NONE),
    }
    pq.write_table(pa.table(truth), folder / "truth.parquet")
    return Paths(tuple(events), folder / "accounts.parquet", folder / "truth.parquet")


def account_ids(accounts: npt.NDArray[np.integer]) -> pa.Array:
    """The ids under which accounts stand in the files."""
    return _joined(pa.repeat("a", len(accounts)), pa.array(accounts).cast(pa.string()), "")


def account_of(account_id: str) -> int:
    """The account of an id.

    >>> account_of(account_ids(np.array([17]))[0].as_py())
    17
    """
    return int(account_id.removeprefix("a"))


def ip_addresses(codes: I64) -> Strings:
    """One public IPv4 address a code, always the same; none from a reserved range.

    >>> ip_addresses(np.array([0, 1])).tolist()
    ['81.26.205.54', '32.53.154.107']
    """
    place = (codes.astype(np.int64) + 1) * _STEP % _N_ADDRESSES
    last, place = place % _LAST + 1, place // _LAST
    found: Strings = _OCTETS[place >> 16].astype(np.str_)
    for octet in ((place >> 8) & 255, place & 255, last):
        found = np.strings.add(np.strings.add(found, "."), octet.astype(np.str_))
    return found


def texts(world: World, low: int, high: int) -> pa.Array:
    """Texts of the events from ``low`` to before ``high``, each with its url or e-mail address at the end."""
    bounds = world.offsets[low : high + 1]
    words = pa.array(world.words).take(pa.array(world.tokens[bounds[0] : bounds[-1]]))
    lists = pa.ListArray.from_arrays(pa.array((bounds - bounds[0]).astype(np.int32)), words)
    return _joined(pc.binary_join(lists, " "), _named(world.url[low:high], world.urls), " ")


def _events(world: World, addresses: Strings, low: int, high: int) -> pa.Table:
    n = high - low
    messages = pa.StructArray.from_arrays([pa.repeat("user", n), texts(world, low, high)], fields=list(_MESSAGE))
    numbers = pa.array(np.arange(low, high)).cast(pa.string())
    columns = [
        _joined(pa.repeat("e", n), numbers, ""),
        pa.array(world.ts[low:high], _TIME),
        account_ids(world.account[low:high]),
        _named(world.ip[low:high], addresses),
        _named(world.device[low:high], world.devices),
        pa.ListArray.from_arrays(pa.array(np.arange(n + 1, dtype=np.int32)), messages),
    ]
    return pa.Table.from_arrays(columns, schema=EVENTS)


def _named(codes: npt.NDArray[np.integer], names: Strings) -> pa.Array:
    """The names of codes, null for NONE."""
    if not len(names):
        return pa.nulls(len(codes), pa.string())
    found = np.unique(codes, return_inverse=True)
    # Only the names in use are turned into Arrow strings: a slice of a log has few of a large table.
    used = pa.array(names[np.maximum(found[0], 0)]).take(pa.array(found[1]))
    return pc.if_else(pa.array(codes != NONE), used, None)


def _joined(left: pa.Array, right: pa.Array, between: str) -> pa.Array:
    """Both strings, or the left one where there is no right one."""
    return pc.binary_join_element_wise(left, right, between, null_handling="skip")
