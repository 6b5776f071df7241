"""Small incidence tables for the linking statements, and the same arithmetic written a second time in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from typing import Any

import pyarrow as pa

from counterveil.engine.duck import Engine
from counterveil.ids import key64
from counterveil.link import statements

Pair = tuple[str, str]
NULL = "_null"


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
    unit: int | None = None  # the text that stands for it; none for what no text holds
    lang: int = -1  # the language of that text


@dataclass(frozen=True)
class Alike:
    """What is alike between two subjects without being the same: a row of the table ``alike``."""

    left: str
    right: str
    mb: int
    kind: str = "near_text"
    family: str = "content"
    evidence_class: int = 1
    n_things: int = 1
    n_subjects: int = 2

    @property
    def pair(self) -> Pair:
        """The two, in order."""
        return (self.left, self.right)


@dataclass(frozen=True)
class Total:
    """All evidence of one pair, in milli-bits; ``own_mb`` without context."""

    mb: int
    own_mb: int
    n_things: int
    is_ruled: bool
    stratum: int


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
    # Least milli-bits of any link; ``strata`` gives (sure, least) for each stratum where they differ.
    threshold_mb: int = 7000
    strata: tuple[tuple[int, int], tuple[int, int]] | None = None
    min_family_mb: int = 1
    cap_mb: int = 16_000
    family_caps: Mapping[str, int] = field(default_factory=dict)
    public: tuple[tuple[str, str], ...] = ()
    alike: tuple[Alike, ...] = ()
    measured: Mapping[tuple[str, int], float] = field(default_factory=dict)
    # Which passages (kind and thing) stand in the text of a unit.
    unit_passages: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def cap_of(self, family: str) -> int:
        """The cap of a family, in milli-bits."""
        return self.family_caps.get(family, self.cap_mb)

    def but(self, **changes: Any) -> World:
        """The same world with other parameters."""
        return replace(self, **changes)

    def thresholds(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Milli-bits of a sure link, and the least of any, by stratum."""
        return self.strata or ((self.threshold_mb, self.threshold_mb), (self.threshold_mb, self.threshold_mb))


@dataclass(frozen=True)
class Found:
    """What the statements gave."""

    links: dict[Pair, int]
    own: dict[Pair, int]
    n_things: dict[Pair, int]
    sure: set[Pair]
    totals: dict[Pair, Total]
    ledger: list[dict[str, Any]]
    weighed: list[dict[str, Any]]
    embedded: set[tuple[Pair, str, int]]
    hubs: list[tuple[str, int, int]]
    funnel: dict[str, int]


def key(kind: str, thing: str) -> int:
    """The key of a thing, as the pipeline makes it."""
    return key64(kind, thing)


def numbers(rows: Sequence[Has], alike: Sequence[Alike] = ()) -> dict[str, int]:
    """Subjects by number in the order of their names, as the pipeline has them."""
    names = {r.subject for r in rows} | {s for a in alike for s in a.pair}
    return {name: at for at, name in enumerate(sorted(names))}


def register(engine: Engine, world: World, rows: Sequence[Has], *, numbered: bool = False, null: bool = False) -> None:
    """Make every table that the statements read; ``null``: the incidence and what is alike are those of the null world."""
    number = numbers(rows, world.alike)
    subject = pa.int32() if numbered else pa.string()

    def named(name: str) -> Any:
        return number[name] if numbered else name

    w = NULL if null else ""
    incidence = pa.schema(
        [
            ("subject", subject),
            ("kind", pa.string()),
            ("thing_key", pa.int64()),
            ("n_turns", pa.int64()),
            ("n_own_turns", pa.int64()),
            ("log2_activity", pa.float64()),
            ("unit", pa.int64()),
            ("lang", pa.int32()),
        ]
    )
    things = [
        {
            "subject": named(r.subject),
            "kind": r.kind,
            "thing_key": key(r.kind, r.thing),
            "n_turns": r.n_turns,
            "n_own_turns": r.n_turns if r.own else 0,
            "log2_activity": r.log2_activity,
            "unit": r.unit,
            "lang": r.lang,
        }
        for r in rows
    ]
    engine.table(f"incidence{w}", pa.Table.from_pylist(things, schema=incidence))
    alike = pa.schema(
        [
            ("left_subject", subject),
            ("right_subject", subject),
            ("kind", pa.string()),
            ("family", pa.string()),
            ("thing_key", pa.int64()),
            ("n_subjects", pa.int64()),
            ("n_things", pa.int64()),
            ("evidence_class", pa.int32()),
            ("mb", pa.int64()),
        ]
    )
    pairs = [
        {
            "left_subject": named(a.left),
            "right_subject": named(a.right),
            "kind": a.kind,
            "family": a.family,
            "thing_key": key("text", a.kind),
            "n_subjects": a.n_subjects,
            "n_things": a.n_things,
            "evidence_class": a.evidence_class,
            "mb": a.mb,
        }
        for a in world.alike
    ]
    engine.table(f"alike{w}", pa.Table.from_pylist(pairs, schema=alike))
    if not null:
        _register_policy(engine, world)


def _register_policy(engine: Engine, world: World) -> None:
    engine.table(
        "kind_policy", pa.Table.from_pylist([{"kind": name, **asdict(kind)} for name, kind in world.kinds.items()])
    )
    families = sorted({kind.family for kind in world.kinds.values()} | {"content"} | {a.family for a in world.alike})
    engine.table("family_caps", pa.Table.from_pylist([{"family": f, "cap_mb": world.cap_of(f)} for f in families]))
    engine.table("public_things", pa.table({"thing_key": pa.array([key(*p) for p in world.public], pa.int64())}))
    measured = pa.schema(
        [("kind", pa.string()), ("size_bin", pa.int32()), ("lang", pa.int32()), ("bits", pa.float64())]
    )
    counted = [
        {"kind": kind, "size_bin": size, "lang": -1, "bits": bits} for (kind, size), bits in world.measured.items()
    ]
    engine.table("measured", pa.Table.from_pylist(counted, schema=measured))
    passages = pa.schema([("content_key", pa.int64()), ("thing_key", pa.int64())])
    inside = [
        {"content_key": unit, "thing_key": key(*thing)}
        for unit, things in world.unit_passages.items()
        for thing in things
    ]
    engine.table("unit_passages", pa.Table.from_pylist(inside, schema=passages))
    thresholds = pa.schema([("stratum", pa.int32()), ("sure_mb", pa.int64()), ("least_mb", pa.int64())])
    asked = [{"stratum": at, "sure_mb": a, "least_mb": b} for at, (a, b) in enumerate(world.thresholds())]
    engine.table("thresholds", pa.Table.from_pylist(asked, schema=thresholds))


def language_pairs(engine: Engine, n_pairs: Mapping[int, float]) -> None:
    """How many pairs write in each language."""
    table = pa.table({"lang": pa.array(list(n_pairs), pa.int32()), "n_pairs": list(n_pairs.values())})
    engine.table("language_pairs", table)


def weigh(engine: Engine, world: World, w: str = "") -> None:
    """From the incidence to the totals, in the order of ``pipeline/linking/link.py``; ``commonness`` is there already."""
    engine.run(statements.PAIRS.format(w=w))
    engine.run(statements.EMBEDDED_PAIRS.format(w=w))
    priors = {name: getattr(world, name) for name in ("n_population", "prior_subjects", "prior_count", "damping")}
    engine.run(statements.WEIGHED.format(w=w), priors)
    ruled = {"damping": world.damping, "min_family_mb": world.min_family_mb}
    engine.run(statements.TOTALS.format(w=w), ruled)


def links_of(engine: Engine, world: World, rows: Sequence[Has], *, numbered: bool = False) -> dict[Pair, int]:
    """The statements of linking over hand-made tables: links in milli-bits."""
    register(engine, world, rows, numbered=numbered)
    engine.run(statements.COMMONNESS)
    weigh(engine, world)
    engine.run(statements.LINKS)
    return {(r["left_subject"], r["right_subject"]): int(r["mb"]) for r in engine.rows(statements.LINK_ROWS)}


def run(engine: Engine, world: World, rows: Sequence[Has], *, listed: int = 1000) -> Found:
    """Links with all that is shown beside them."""
    links = links_of(engine, world, rows)
    found = {(r["left_subject"], r["right_subject"]): r for r in engine.rows(statements.LINK_ROWS)}
    return Found(
        links=links,
        own={pair: int(r["own_mb"]) for pair, r in found.items()},
        n_things={pair: int(r["n_things"]) for pair, r in found.items()},
        sure={pair for pair, r in found.items() if r["is_sure"]},
        totals=totals_of(engine),
        ledger=engine.rows(statements.LEDGER_ROWS, {"listed": listed}),
        weighed=engine.rows("select * from weighed order by left_subject, right_subject, kind, thing_key"),
        embedded={
            ((r["left_subject"], r["right_subject"]), r["kind"], r["thing_key"])
            for r in engine.rows("select * from embedded_pairs")
        },
        hubs=[(r["kind"], r["thing_key"], int(r["n_subjects"])) for r in engine.rows(statements.HUB_ROWS)],
        funnel={name: int(value) for name, value in engine.rows(statements.FUNNEL)[0].items()},
    )


def totals_of(engine: Engine, w: str = "") -> dict[Pair, Total]:
    """The table ``totals`` of one world."""
    return {
        (r["left_subject"], r["right_subject"]): Total(
            int(r["mb"]), int(r["own_mb"]), int(r["n_things"]), r["is_ruled"], int(r["stratum"])
        )
        for r in engine.rows(f"select * from totals{w}")
    }


@dataclass(frozen=True)
class _Thing:
    """One shared thing of a pair, weighed by itself; ``group`` is what it is damped with."""

    family: str
    group: str
    order: int
    mb: int


def sums(world: World, weighed: Iterable[Mapping[str, Any]]) -> dict[Pair, int]:
    """Each pair's milli-bits from the rows of ``weighed`` (damped within kinds already) and what is alike."""
    by_kind: dict[tuple[Pair, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in weighed:
        by_kind[(row["left_subject"], row["right_subject"]), row["family"]][row["damped_with"]] += int(row["mb"])
    for a in world.alike:
        by_kind[a.pair, a.family][a.kind] += a.mb
    found: dict[Pair, int] = defaultdict(int)
    for (pair, family), kinds in by_kind.items():
        found[pair] += min(_damped(world, kinds.values()), world.cap_of(family))
    return dict(found)


def expected(world: World, rows: Sequence[Has]) -> dict[Pair, Total]:
    """The links that the docstring of ``link/statements.py`` promises, computed pair by pair without any SQL."""
    found = expected_totals(world, rows)
    least = [least for _, least in world.thresholds()]
    return {pair: total for pair, total in found.items() if total.is_ruled and total.own_mb >= least[total.stratum]}


def expected_sure(world: World, rows: Sequence[Has]) -> set[Pair]:
    """Those of the expected links that stand by themselves."""
    sure = [sure for sure, _ in world.thresholds()]
    return {pair for pair, total in expected(world, rows).items() if total.own_mb >= sure[total.stratum]}


def expected_totals(world: World, rows: Sequence[Has]) -> dict[Pair, Total]:
    """What every pair that shares anything comes to."""
    things: dict[Pair, list[_Thing]] = defaultdict(list)
    for pair, both in _shared(world, rows).items():
        for left, right, n in both:
            policy = world.kinds[left.kind]
            embedded = policy.family == "artefact" and _embedded(world, left, right, both)
            family, group = ("content", "passage") if embedded else (policy.family, left.kind)
            things[pair].append(_Thing(family, group, *_alone(world, left, right, n)))
    every = {*things, *(a.pair for a in world.alike)}
    return {pair: _total(world, things[pair], [a for a in world.alike if a.pair == pair]) for pair in every}


def _shared(world: World, rows: Sequence[Has]) -> dict[Pair, list[tuple[Has, Has, int]]]:
    """What each pair shares that links: both sides of each thing, and how many have it."""
    holders: dict[tuple[str, str], dict[str, Has]] = defaultdict(dict)
    for row in rows:
        holders[row.kind, row.thing][row.subject] = row
    found: dict[Pair, list[tuple[Has, Has, int]]] = defaultdict(list)
    for (kind, thing), by_subject in holders.items():
        if len(by_subject) > world.kinds[kind].hub or (kind, thing) in world.public:
            continue
        for left, right in combinations(sorted(by_subject), 2):
            both = by_subject[left], by_subject[right]
            if any(side.own for side in both):
                found[left, right].append((*both, len(by_subject)))
    return found


def _embedded(world: World, left: Has, right: Has, both: Sequence[tuple[Has, Has, int]]) -> bool:
    """Whether the text that stands for the thing on either side holds a passage that both share."""
    passages = {(one.kind, one.thing) for one, _, _ in both if world.kinds[one.kind].family == "content"}
    units = {side.unit for side in (left, right) if side.unit is not None}
    return any(passages & set(world.unit_passages.get(unit, ())) for unit in units)


def _alone(world: World, left: Has, right: Has, n: int) -> tuple[int, int]:
    policy = world.kinds[left.kind]
    u = (n - 1 + world.prior_count) / (world.n_population - 1 + world.prior_subjects)
    bits = min(policy.cap_bits, math.log2(policy.m / u))
    bits = min(bits, world.measured.get((left.kind, math.ceil(math.log2(n))), bits))
    if policy.activity:
        bits -= left.log2_activity + right.log2_activity
    if policy.class_order == 1 and n <= policy.a_max and min(left.n_turns, right.n_turns) >= policy.a_min_turns:
        order = 1
    else:
        order = 2 if policy.class_order <= 2 and n <= policy.b_max else 3
    return order, max(0, _rounded(1000 * bits))


def _total(world: World, things: Sequence[_Thing], alike: Sequence[Alike]) -> Total:
    """Damped within each kind, then the kinds within each family, then capped and added up; without context by itself."""
    kinds: dict[tuple[str, str], list[_Thing]] = defaultdict(list)
    for thing in things:
        kinds[thing.family, thing.group].append(thing)
    # By family: milli-bits of a kind, those without context, the best strong thing, how many.
    found: dict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    for (family, _), of_kind in kinds.items():
        every = _damped(world, (t.mb for t in of_kind))
        own = _damped(world, (t.mb for t in of_kind if t.order <= 2))
        best_a = max((t.mb for t in of_kind if t.order == 1), default=0)
        found[family].append((every, own, best_a, len(of_kind)))
    for a in alike:
        own, best_a = a.mb if a.evidence_class <= 2 else 0, a.mb if a.evidence_class == 1 else 0
        found[a.family].append((a.mb, own, best_a, a.n_things))
    weight, carried = 0, {}
    for family, of_family in found.items():
        weight += min(_damped(world, (k[0] for k in of_family)), world.cap_of(family))
        carried[family] = min(_damped(world, (k[1] for k in of_family)), world.cap_of(family))
    best = max(k[2] for of_family in found.values() for k in of_family)
    return Total(
        mb=weight,
        own_mb=sum(carried.values()),
        n_things=sum(k[3] for of_family in found.values() for k in of_family),
        is_ruled=best >= world.min_family_mb or sum(mb >= world.min_family_mb for mb in carried.values()) >= 2,
        stratum=int(any(carried.get(family, 0) > 0 for family in ("infrastructure", "identity"))),
    )


def _damped(world: World, every: Iterable[int]) -> int:
    """The k-th best counts damping^(k−1)."""
    return sum(_rounded(mb * world.damping**nth) for nth, mb in enumerate(sorted(every, reverse=True)))


def _rounded(value: float) -> int:
    """Half away from zero, as SQL rounds."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)
