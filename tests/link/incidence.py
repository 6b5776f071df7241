"""Small incidence tables for the linking statements, and the same arithmetic written a second time in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pyarrow as pa

from counterveil.engine.duck import Engine
from counterveil.ids import key64
from counterveil.link import statements

Pair = tuple[str, str]


@dataclass(frozen=True)
class Kind:
    """A row of ``kind_policy``; the defaults make the arithmetic easy: see :class:`World`."""

    family: str
    class_order: int = 1
    a_max: int = 4
    a_min_turns: int = 1
    b_max: int = 8
    m: float = 0.5
    hub: int = 16
    cap_bits: float = 12.0
    activity: bool = False


@dataclass(frozen=True)
class Has:
    """One subject has one thing."""

    subject: str
    kind: str
    thing: str
    n_turns: int = 1
    log2_activity: float = 0.0
    own: bool = True  # at least one of the turns is the subject's, not the model's


@dataclass(frozen=True)
class World:
    """The parameters of the statements.

    With these defaults N − 1 + b = 1024 and n − 1 + a = n, so a thing of m = 0.5 that n subjects have weighs 9 − log2(n)
    bits: 8 for two, 7 for four, 6 for eight.
    """

    kinds: Mapping[str, Kind]
    n_population: int = 25
    prior_subjects: float = 1000.0
    prior_count: float = 1.0
    damping: float = 0.5
    threshold_mb: int = 7000
    min_family_mb: int = 1
    cap_mb: int = 16_000
    family_caps: Mapping[str, int] = field(default_factory=dict)
    public: tuple[tuple[str, str], ...] = ()
    embedded: tuple[tuple[str, str], ...] = ()

    def cap_of(self, family: str) -> int:
        """The cap of a family, in milli-bits."""
        return self.family_caps.get(family, self.cap_mb)

    def but(self, **changes: Any) -> World:
        """The same world with other parameters."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Found:
    """What the statements gave."""

    links: dict[Pair, int]
    n_things: dict[Pair, int]
    ledger: list[dict[str, Any]]
    weighed: list[dict[str, Any]]
    hubs: list[tuple[str, int, int]]
    funnel: dict[str, int]


def key(kind: str, thing: str) -> int:
    """The key of a thing, as the pipeline makes it."""
    return key64(kind, thing)


def links_of(engine: Engine, world: World, rows: Sequence[Has]) -> dict[Pair, int]:
    """The statements of linking over hand-made tables, in the order of ``pipeline/link.py``: links in milli-bits."""
    for name in ("incidence", "kind_policy", "family_caps", "public_things", "embedded", "embedded_pairs"):
        engine.run(f"drop table if exists {name}")
    incidence = pa.schema(
        [
            ("subject", pa.string()),
            ("kind", pa.string()),
            ("thing_key", pa.int64()),
            ("n_turns", pa.int64()),
            ("n_own_turns", pa.int64()),
            ("log2_activity", pa.float64()),
        ]
    )
    things = [
        {
            "subject": r.subject,
            "kind": r.kind,
            "thing_key": key(r.kind, r.thing),
            "n_turns": r.n_turns,
            "n_own_turns": r.n_turns if r.own else 0,
            "log2_activity": r.log2_activity,
        }
        for r in rows
    ]
    engine.table("incidence", pa.Table.from_pylist(things, schema=incidence))
    engine.table(
        "kind_policy", pa.Table.from_pylist([{"kind": name, **asdict(kind)} for name, kind in world.kinds.items()])
    )
    families = sorted({kind.family for kind in world.kinds.values()} | {"content"})
    engine.table("family_caps", pa.Table.from_pylist([{"family": f, "cap_mb": world.cap_of(f)} for f in families]))
    engine.table("public_things", pa.table({"thing_key": pa.array([key(*p) for p in world.public], pa.int64())}))
    embedded = pa.schema([("kind", pa.string()), ("thing_key", pa.int64())])
    engine.table(
        "embedded",
        pa.Table.from_pylist([{"kind": k, "thing_key": key(k, t)} for k, t in world.embedded], schema=embedded),
    )
    pairs = pa.schema(
        [(n, pa.string()) for n in ("left_subject", "right_subject", "kind")] + [("thing_key", pa.int64())]
    )
    engine.table("embedded_pairs", pairs.empty_table())
    engine.run(statements.COMMONNESS)
    engine.run(statements.PAIRS)
    priors = {name: getattr(world, name) for name in ("n_population", "prior_subjects", "prior_count", "damping")}
    engine.run(statements.WEIGHED, priors)
    engine.run(statements.LINKS, {"threshold_mb": world.threshold_mb, "min_family_mb": world.min_family_mb})
    return {(r["left_subject"], r["right_subject"]): int(r["mb"]) for r in engine.rows(statements.LINK_ROWS)}


def run(engine: Engine, world: World, rows: Sequence[Has], *, listed: int = 1000) -> Found:
    """Links with all that is shown beside them."""
    links = links_of(engine, world, rows)
    rows_of = engine.rows(statements.LINK_ROWS)
    return Found(
        links=links,
        n_things={(r["left_subject"], r["right_subject"]): int(r["n_things"]) for r in rows_of},
        ledger=engine.rows(statements.LEDGER_ROWS, {"listed": listed}),
        weighed=engine.rows("select * from weighed order by left_subject, right_subject, kind, thing_key"),
        hubs=[(r["kind"], r["thing_key"], int(r["n_subjects"])) for r in engine.rows(statements.HUB_ROWS)],
        funnel={name: int(value) for name, value in engine.rows(statements.FUNNEL)[0].items()},
    )


def totals(world: World, weighed: Iterable[Mapping[str, Any]]) -> dict[Pair, int]:
    """Each pair's milli-bits, added up from its single things: by family, capped, summed."""
    by_family: dict[tuple[Pair, str], int] = defaultdict(int)
    for row in weighed:
        by_family[(row["left_subject"], row["right_subject"]), row["family"]] += int(row["mb"])
    found: dict[Pair, int] = defaultdict(int)
    for (pair, family), mb in by_family.items():
        found[pair] += min(mb, world.cap_of(family))
    return dict(found)


def expected(world: World, rows: Sequence[Has]) -> dict[Pair, int]:
    """The links that the docstring of ``link/statements.py`` promises, computed pair by pair without any SQL."""
    holders: dict[tuple[str, str], dict[str, Has]] = defaultdict(dict)
    for row in rows:
        holders[row.kind, row.thing][row.subject] = row
    shared: dict[Pair, list[tuple[str, str, int, int, int]]] = defaultdict(list)
    for (kind, thing), by_subject in holders.items():
        if len(by_subject) < 2 or len(by_subject) > world.kinds[kind].hub or (kind, thing) in world.public:
            continue
        embedded = (kind, thing) in world.embedded
        family = "content" if embedded else world.kinds[kind].family
        for left in by_subject.values():
            for right in by_subject.values():
                if left.subject < right.subject:
                    order, mb = _alone(world, kind, len(by_subject), left, right)
                    group = "passage" if embedded else kind
                    shared[left.subject, right.subject].append(
                        (f"{family}/{group}", family, order, mb, key(kind, thing))
                    )
    accepted = {pair: _accepted(world, things) for pair, things in shared.items()}
    return {pair: mb for pair, mb in accepted.items() if mb is not None}


def _alone(world: World, kind: str, n: int, left: Has, right: Has) -> tuple[int, int]:
    policy = world.kinds[kind]
    u = (n - 1 + world.prior_count) / (world.n_population - 1 + world.prior_subjects)
    bits = min(policy.cap_bits, math.log2(policy.m / u))
    if policy.activity:
        bits -= left.log2_activity + right.log2_activity
    if policy.class_order == 1 and n <= policy.a_max and min(left.n_turns, right.n_turns) >= policy.a_min_turns:
        order = 1
    else:
        order = 2 if policy.class_order <= 2 and n <= policy.b_max else 3
    return order, max(0, _rounded(1000 * bits))


def _accepted(world: World, things: Sequence[tuple[str, str, int, int, int]]) -> int | None:
    weight: dict[str, int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)  # without context
    best_a = 0
    nth: dict[str, int] = defaultdict(int)
    for group, family, order, mb, _ in sorted(things, key=lambda t: (t[0], -t[3], t[2], t[4])):
        damped = _rounded(mb * world.damping ** nth[group])
        nth[group] += 1
        weight[family] += damped
        own[family] += damped if order <= 2 else 0
        best_a = max(best_a, mb if order == 1 else 0)
    carried = [min(mb, world.cap_of(family)) for family, mb in own.items()]
    ruled = best_a >= world.min_family_mb or sum(mb >= world.min_family_mb for mb in carried) >= 2
    total = sum(min(mb, world.cap_of(family)) for family, mb in weight.items())
    return total if ruled and sum(carried) >= world.threshold_mb else None


def _rounded(value: float) -> int:
    """Half away from zero, as SQL rounds."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)
