"""The golden table: the same rows on every engine, and rows that a person has checked."""

from __future__ import annotations

import orjson

from counterveil.engine.duck import Engine
from tests.link.golden import FILE, WORLD, result, rows
from tests.link.incidence import expected


def test_gives_the_golden_rows(engine: Engine) -> None:
    assert result(engine) == orjson.loads(FILE.read_bytes())


def test_the_golden_rows_are_those_of_plain_arithmetic() -> None:
    golden = orjson.loads(FILE.read_bytes())
    assert {(left, right): mb for left, right, mb, _ in golden["links"]} == expected(WORLD, rows())


def test_the_golden_rows_say_what_they_were_made_to_say() -> None:
    golden = orjson.loads(FILE.read_bytes())
    linked = {(left, right) for left, right, _, _ in golden["links"]}
    desk = [f"desk{i}" for i in range(1, 5)]
    assert linked == {(a, b) for a in desk for b in desk if a < b} | {("home1", "home2")}
    # By hand: device min(12, log2(0.3 · 2399 / 1.5)) = 8.906; address of sign-up log2(0.2 · 2399 / 1.5) = 8.321, at most 8;
    # address of requests log2(0.1 · 2399 / 1.5) = 7.321, at most 4.
    home = {(row[2], row[6]) for row in golden["ledger"] if row[0] == "home1"}
    assert home == {("device", 8906), ("signup_ip", 8000), ("client_ip", 4000)}
    assert {(kind, n) for kind, _, n in golden["hubs"]} == {("client_ip", 9), ("domain", 9)}
