"""The golden result of the linking statements: one incidence table that meets every rule, and what must come out.

Every engine that runs the statements must give these rows (DESIGN.md §5). After a wanted change of the statements:
``python -m tests.link.golden`` writes ``golden.json`` anew; read the difference before committing it.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import orjson

from counterveil.engine.duck import Engine
from tests.link.incidence import Alike, Has, Kind, World, run

FILE = Path(__file__).with_name("golden.json")
BRIEF = 71  # the desk's style sheet: it holds the passages that the desk shares, and the name in the byline
WORLD = World(
    {
        "domain": Kind("artefact", a_max=3, b_max=5, hub=8, m=0.3, activity=True),
        "name": Kind("artefact", class_order=2, b_max=4, hub=8, m=0.3, cap_bits=8.0, activity=True),
        "wallet": Kind("artefact", a_max=3, b_max=5, hub=8, m=0.2, cap_bits=14.0),
        "passage": Kind("content", a_max=6, a_min_turns=3, b_max=8, hub=8, m=0.4, cap_bits=10.0, activity=True),
        "device": Kind("infrastructure", a_max=3, b_max=5, hub=8, m=0.3),
        "signup_ip": Kind("identity", class_order=2, b_max=4, hub=6, m=0.2, cap_bits=8.0),
        "client_ip": Kind("infrastructure", class_order=3, m=0.1, hub=7, cap_bits=4.0),
    },
    n_population=400,
    prior_subjects=2000.0,
    prior_count=0.5,
    strata=((14_500, 11_952), (13_000, 11_952)),
    min_family_mb=4000,
    family_caps={"content": 40_000, "artefact": 16_000, "infrastructure": 16_000, "identity": 14_000},
    public=(("domain", "public.example"),),
    alike=(
        Alike("desk1", "desk4", 12_500, n_things=5),
        Alike("desk1", "desk4", 7001, "same_meaning", evidence_class=2),
        Alike("para1", "para2", 14_499, n_things=4),
        Alike("para1", "para3", 14_500, n_things=4),
        Alike("para2", "para3", 11_951, n_things=4),
        Alike("lone", "para1", 15_000, evidence_class=2),
    ),
    # Strangers often share a name that two to four have: it weighs no more than this.
    measured={("name", 1): 3.0, ("name", 2): 4.5},
    unit_passages={BRIEF: tuple(("passage", f"brief {p}") for p in range(3))},
)


def rows() -> list[Has]:
    """A desk of four, a household of two, two with one wallet, a campus behind one address, a class with one assignment."""
    found = []
    for i, member in enumerate(("desk1", "desk2", "desk3", "desk4")):
        activity = 0.5 * i
        found += [Has(member, "passage", f"brief {p}", 3 + i, activity, unit=BRIEF) for p in range(3)]
        found += [
            Has(member, "name", "in the brief", 3 + i, activity, unit=BRIEF if i else 72),
            Has(member, "domain", "outlet.example", 1, activity, unit=73),
        ]
        found.append(Has(member, "device", f"dev{i // 2}"))
    for member in ("home1", "home2"):
        found += [Has(member, "device", "tablet"), Has(member, "signup_ip", "home"), Has(member, "client_ip", "home")]
    for member in ("para1", "para4"):
        found += [
            Has(member, "wallet", "bc1q"),
            Has(member, "name", "of the wallet"),
            Has(member, "domain", "shop.example"),
        ]
    found += [Has(s, "name", "the model's", 1, own=s == "para4") for s in ("para1", "para3", "para4")]
    for i in range(9):
        found += [Has(f"campus{i}", "client_ip", "campus"), Has(f"campus{i}", "domain", "public.example")]
    for i in range(7):
        found.append(Has(f"campus{i}", "passage", "assignment", 1))
    found += [Has(s, "name", "shared name", 1) for s in ("campus0", "desk1", "lone")]
    found += [Has("lone", "domain", "own.example", 2), Has("lone", "device", "dev9")]
    random.Random(7).shuffle(found)
    return found


def result(engine: Engine) -> dict[str, Any]:
    """The statements' answer, as plain JSON."""
    found = run(engine, WORLD, rows())
    columns = (
        "left_subject",
        "right_subject",
        "kind",
        "family",
        "n_subjects",
        "evidence_class",
        "alone_mb",
        "mb",
    )
    plain = {
        "links": [[*p, mb, found.own[p], found.n_things[p], p in found.sure] for p, mb in found.links.items()],
        "ledger": [[row[column] for column in columns] for row in found.ledger],
        "hubs": [list(hub) for hub in found.hubs],
        "embedded": sorted([*pair, kind] for pair, kind, _ in found.embedded),
        "funnel": found.funnel,
    }
    again: dict[str, Any] = orjson.loads(orjson.dumps(plain))
    return again


def main() -> None:
    """Write the file anew, one row a line."""
    with tempfile.TemporaryDirectory() as spill, Engine(memory_limit_mib=256, threads=1, spill=Path(spill)) as engine:
        found = result(engine)
    parts = []
    for name, value in found.items():
        lines = ",\n  ".join(orjson.dumps(row).decode() for row in value) if isinstance(value, list) else ""
        parts.append(f'"{name}": [\n  {lines}\n]' if lines else f'"{name}": {orjson.dumps(value).decode()}')
    FILE.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
