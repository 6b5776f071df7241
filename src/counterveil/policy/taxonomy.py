"""What a text may ask for, with which stance and in which form, as data (references/casebook.md §4)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from counterveil.errors import SettingsError
from counterveil.policy.read import Frozen, tables

DOING = "doing"
_REMEDY = "Correct that field; the head of taxonomy.toml tells what each one holds."

Line = Annotated[str, Field(pattern=r"^\S")]
BehaviourId = Annotated[str, Field(pattern=r"^[A-Z]{2}-[1-9]$")]
WordId = Annotated[str, Field(pattern=r"^[a-z]+$")]
# DISARM and ATT&CK number alike; which framework an id is of says the field.
TechniqueId = Annotated[str, Field(pattern=r"^T\d{4}(\.\d{3})?$")]
AtlasId = Annotated[str, Field(pattern=r"^AML\.T\d{4}(\.\d{3})?$")]


class NonExample(Frozen):
    """What an innocent person asks that looks like a behaviour, and with which stance."""

    text: Line
    stance: WordId


class Behaviour(Frozen):
    """One taxonomy entry. ``severity`` 1–4 is harm if true, never belief; no single sign or example decides.

    ``disarm``, ``attack``, ``atlas``: what others call it; ``examples``: what operators ask, half-harmless steps included;
    ``non_examples``: what stands beside it in an innocent log.
    """

    behaviour_id: Annotated[BehaviourId, Field(alias="id")]
    name: Line
    definition: Line
    severity: Annotated[int, Field(strict=True, ge=1, le=4)]
    disarm: tuple[TechniqueId, ...]
    attack: tuple[TechniqueId, ...]
    atlas: tuple[AtlasId, ...]
    signs: Annotated[tuple[Line, ...], Field(min_length=2)]
    examples: Annotated[tuple[Line, ...], Field(min_length=4, max_length=6)]
    non_examples: Annotated[tuple[NonExample, ...], Field(min_length=4, max_length=6)]


class Stance(Frozen):
    """What a writer does with a subject. ``separates``: what tells it from doing it."""

    stance_id: Annotated[WordId, Field(alias="id")]
    name: Line
    definition: Line
    separates: Line


class Form(Frozen):
    """Which kind of work a text asks for: how an operation divides its labour, never whether it is one."""

    form_id: Annotated[WordId, Field(alias="id")]
    name: Line
    definition: Line


class Taxonomy(Frozen):
    """The whole of ``taxonomy.toml``."""

    version: Annotated[int, Field(strict=True, ge=1)]
    behaviour: Annotated[tuple[Behaviour, ...], Field(min_length=1)]
    stance: Annotated[tuple[Stance, ...], Field(min_length=1)]
    form: Annotated[tuple[Form, ...], Field(min_length=1)]


def load_taxonomy(path: Path | Traversable) -> Taxonomy:
    """A taxonomy file, checked.

    Raises:
        SettingsError: names file, table and field.
    """
    data = tables(path, path.name)
    try:
        found = Taxonomy.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{path.name}: {_place(data, first['loc'])}: {first['msg']}", remedy=_REMEDY) from error
    _check_ids(found, path.name)
    _check_examples(found, path.name)
    return found


@lru_cache(maxsize=1)
def _shipped() -> Taxonomy:
    return load_taxonomy(files("counterveil.policy") / "taxonomy.toml")


@lru_cache(maxsize=1)
def taxonomy() -> dict[str, Behaviour]:
    """All behaviours by id, in the order of the table."""
    return {behaviour.behaviour_id: behaviour for behaviour in _shipped().behaviour}


@lru_cache(maxsize=1)
def stances() -> dict[str, Stance]:
    """All stances by id, ``doing`` first."""
    return {stance.stance_id: stance for stance in _shipped().stance}


@lru_cache(maxsize=1)
def forms() -> dict[str, Form]:
    """All forms of work by id, in the order of the table."""
    return {form.form_id: form for form in _shipped().form}


def _place(data: dict[str, Any], where: tuple[int | str, ...]) -> str:
    """Table and field as a person finds them in the file: ``[[behaviour]] IO-1, non_examples 2, stance``."""
    table, number, path = where[0], where[1] if len(where) > 1 else None, where[2:]
    if not isinstance(number, int):
        return str(table)
    row = data[str(table)][number]
    named = row.get("id") if isinstance(row, dict) else None
    # Counted from one, as people count.
    steps = [f" {step + 1}" if isinstance(step, int) else f", {step}" for step in path]
    return f"[[{table}]] {named or f'number {number + 1}'}{''.join(steps)}"


def _check_ids(found: Taxonomy, name: str) -> None:
    tables = {
        "behaviour": [behaviour.behaviour_id for behaviour in found.behaviour],
        "stance": [stance.stance_id for stance in found.stance],
        "form": [form.form_id for form in found.form],
    }
    for table, ids in tables.items():
        twice = next((value for value in ids if ids.count(value) > 1), None)
        if twice is not None:
            raise SettingsError(f"{name}: [[{table}]] {twice}, id: appears twice", remedy="Give each table its own id.")
    if DOING not in tables["stance"]:
        raise SettingsError(f"{name}: [[stance]] {DOING}: missing", remedy="Add the table; behaviours count by it.")


def _check_examples(found: Taxonomy, name: str) -> None:
    """No text stands twice, and a look-alike has a stance that is listed and is not doing it."""
    allowed = [stance.stance_id for stance in found.stance if stance.stance_id != DOING]
    seen: set[str] = set()
    for behaviour in found.behaviour:
        place = f"{name}: [[behaviour]] {behaviour.behaviour_id}"
        texts = [(f"examples {number}", text) for number, text in enumerate(behaviour.examples, 1)]
        for number, near in enumerate(behaviour.non_examples, 1):
            if near.stance not in allowed:
                raise SettingsError(
                    f"{place}, non_examples {number}, stance: {near.stance!r} is not allowed",
                    remedy=f"Write one of {', '.join(allowed)}.",
                )
            texts.append((f"non_examples {number}, text", near.text))
        for field, text in texts:
            if text in seen:
                raise SettingsError(f"{place}, {field}: stands twice in the file", remedy="Write another text.")
            seen.add(text)
