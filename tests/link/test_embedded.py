"""One copied text is one coincidence: artefacts of a pair whose text holds a passage that both share are marked."""

from __future__ import annotations

import pytest

from counterveil.engine.duck import Engine
from tests.link.incidence import Has, Kind, Pair, World, expected_totals, key, run

KINDS = {
    "name": Kind("artefact", class_order=2),
    "domain": Kind("artefact"),
    "passage": Kind("content", hub=4),
    "device": Kind("infrastructure"),
}
AB = ("a", "b")
SHEET, OTHER, BARE = 1, 2, 3
# Which passages stand in which text; no passage stands in the bare one.
WORLD = World(KINDS, threshold_mb=0, unit_passages={SHEET: (("passage", "p"),), OTHER: (("passage", "q"),)})


def embedded(engine: Engine, rows: list[Has], world: World = WORLD) -> set[tuple[Pair, str]]:
    """Pairs and kinds that the statement marks; the totals must be those of plain arithmetic."""
    found = run(engine, world, rows)
    assert found.totals == expected_totals(world, rows)
    for row in found.weighed:
        pair = (row["left_subject"], row["right_subject"])
        marked = (pair, row["kind"], row["thing_key"]) in found.embedded
        family, group = ("content", "passage") if marked else (KINDS[row["kind"]].family, row["kind"])
        assert (row["family"], row["damped_with"]) == (family, group)
    return {(pair, kind) for pair, kind, _ in found.embedded}


def passage(*subjects: str, thing: str = "p") -> list[Has]:
    return [Has(s, "passage", thing, unit=SHEET if thing == "p" else OTHER) for s in subjects]


def test_a_name_inside_a_pasted_sheet_is_embedded(engine: Engine) -> None:
    rows = passage("a", "b", "c") + [Has(s, "name", "n", unit=SHEET) for s in "abc"]
    assert embedded(engine, rows) == {((left, right), "name") for left, right in ("ab", "ac", "bc")}


@pytest.mark.parametrize(
    ("units", "marked"),
    [
        ((SHEET, SHEET), True),
        ((SHEET, BARE), True),  # on one side it came with the sheet that both have
        ((BARE, SHEET), True),
        ((BARE, BARE), False),
        ((OTHER, OTHER), False),  # a passage that they do not share
        ((OTHER, BARE), False),
        ((SHEET, None), True),
        ((None, None), False),
        ((BARE, None), False),
    ],
)
def test_the_text_of_either_side_must_hold_a_shared_passage(
    engine: Engine, units: tuple[int | None, int | None], marked: bool
) -> None:
    rows = passage("a", "b") + [Has(s, "name", "n", unit=u) for s, u in zip(AB, units, strict=True)]
    assert bool(embedded(engine, rows)) is marked


def test_each_pair_is_judged_by_itself(engine: Engine) -> None:
    """All three have the name from the sheet; only a and b share its passage, a and c another one."""
    rows = passage("a", "b") + passage("a", "c", thing="q") + [Has(s, "name", "n", unit=SHEET) for s in "abc"]
    assert embedded(engine, rows) == {(AB, "name")}


def test_two_texts_that_hold_one_passage_each(engine: Engine) -> None:
    """Where both passages are shared, either text embeds; the pair is marked once."""
    rows = passage("a", "b") + passage("a", "b", thing="q")
    rows += [Has("a", "name", "n", unit=SHEET), Has("b", "name", "n", unit=OTHER)]
    assert embedded(engine, rows) == {(AB, "name")}
    assert sum(row["kind"] == "name" for row in run(engine, WORLD, rows).weighed) == 1


def test_only_artefacts_are_embedded(engine: Engine) -> None:
    rows = passage("a", "b") + [Has(s, kind, "x", unit=SHEET) for s in AB for kind in ("device", "domain")]
    rows += [Has(s, "passage", "q", unit=SHEET) for s in AB]
    assert embedded(engine, rows) == {(AB, "domain")}


def test_a_passage_that_links_nobody_embeds_nothing(engine: Engine) -> None:
    """Of one side only, public, of a crowd over the hub, or said to both by the model alone."""
    names = [Has(s, "name", "n", unit=SHEET) for s in AB]
    assert embedded(engine, passage("a") + names) == set()
    assert embedded(engine, passage("a", "b") + names, WORLD.but(public=(("passage", "p"),))) == set()
    assert embedded(engine, passage(*"abcde") + names) == set()
    assert embedded(engine, [Has(s, "passage", "p", own=False, unit=SHEET) for s in AB] + names) == set()
    assert embedded(engine, passage("a", "b") + names) == {(AB, "name")}


def test_an_embedded_artefact_is_damped_with_the_passages_and_keeps_its_class(engine: Engine) -> None:
    """Passages 8 and 8, a domain of the sheet 8: 8 + 4 + 2 of one family; the domain is strong still, and what rules."""
    kinds = KINDS | {"passage": Kind("content", class_order=3)}
    rows = passage("a", "b") + passage("a", "b", thing="q") + [Has(s, "domain", "d", unit=SHEET) for s in AB]
    found = run(engine, WORLD.but(kinds=kinds, threshold_mb=8000), rows)
    assert found.links == {AB: 14_000}
    assert found.own == {AB: 8000}
    found = run(engine, WORLD.but(kinds=kinds, threshold_mb=8000, family_caps={"content": 9000}), rows)
    assert found.links == {AB: 9000}


def test_what_stands_elsewhere_is_evidence_of_its_own(engine: Engine) -> None:
    rows = passage("a", "b") + [Has(s, "domain", "d", unit=BARE) for s in AB]
    assert run(engine, WORLD, rows).links == {AB: 16_000}
    rows = passage("a", "b") + [Has(s, "domain", "d", unit=SHEET) for s in AB]
    assert run(engine, WORLD, rows).links == {AB: 12_000}
    keys = {row["thing_key"] for row in run(engine, WORLD, rows).ledger}
    assert keys == {key("passage", "p"), key("domain", "d")}
