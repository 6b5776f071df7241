"""The golden table: the same rows on every engine, and rows that a person has checked."""

from __future__ import annotations

import orjson

from counterveil.engine.duck import Engine
from tests.link.golden import FILE, WORLD, result, rows
from tests.link.incidence import expected, expected_sure


def test_gives_the_golden_rows(engine: Engine) -> None:
    assert result(engine) == orjson.loads(FILE.read_bytes())


def test_the_golden_rows_are_those_of_plain_arithmetic() -> None:
    golden = orjson.loads(FILE.read_bytes())
    found, sure = expected(WORLD, rows()), expected_sure(WORLD, rows())
    assert golden["links"] == [
        [*pair, found[pair].mb, found[pair].own_mb, found[pair].n_things, pair in sure] for pair in sorted(found)
    ]


def test_the_golden_rows_say_what_they_were_made_to_say() -> None:
    golden = orjson.loads(FILE.read_bytes())
    linked = {(left, right): (mb, own, sure) for left, right, mb, own, _, sure in golden["links"]}
    desk = [f"desk{i}" for i in range(1, 5)]
    writers = {("para1", "para2"), ("para1", "para3"), ("para1", "para4")}
    assert set(linked) == {(a, b) for a in desk for b in desk if a < b} | {("home1", "home2")} | writers
    # By hand: device min(12, log2(0.3 · 2399 / 1.5)) = 8.906; address of sign-up log2(0.2 · 2399 / 1.5) = 8.321, at most 8;
    # address of requests log2(0.1 · 2399 / 1.5) = 7.321, at most 4, and half of that beside the device; it is context.
    home = {(row[2], row[6]) for row in golden["ledger"] if row[0] == "home1"}
    assert home == {("device", 8906), ("signup_ip", 8000), ("client_ip", 4000)}
    assert linked["home1", "home2"] == (8906 + 8000 + 2000, 8906 + 8000, True)
    # Texts alike alone: sure from 14.5 bits on, probable from 11.952 on.
    assert linked["para1", "para2"] == (14_499, 14_499, False)
    assert linked["para1", "para3"] == (14_500, 14_500, True)
    # Three kinds of one family: a domain 8.906, half a wallet log2(0.2 · 2399 / 1.5) = 8.321, a quarter of two names, which
    # are measured to weigh 3 bits where two have them and 4.5 where up to four do: 4.5 + 3/2.
    assert linked["para1", "para4"][0] == 8906 + 4161 + 1500
    # Content of one pair of the desk: near 12.5, half of passages and the name in them, a quarter of what means the same;
    # the domain (1.5 bits of activity off) beside it.
    assert 6599 + 3300 + 1650 + 375 == 11_924
    assert linked["desk1", "desk4"][0] == 12_500 + 5962 + 1750 + 6184
    assert {(kind, n) for kind, _, n in golden["hubs"]} == {("client_ip", 9), ("domain", 9)}
    assert {kind for _, _, kind in golden["embedded"]} == {"name"}
