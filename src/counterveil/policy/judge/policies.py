"""Judge policies as data: which file serves which behaviours, what it says, and the golden set that measures it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from counterveil.errors import SettingsError
from counterveil.ids import digest_hex
from counterveil.model.opinion import Opinion, Rating
from counterveil.policy.read import Frozen, tables
from counterveil.policy.taxonomy import DOING, stances, taxonomy

Line = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
NAMES = ("influence", "surveillance", "employment", "fraud", "personas", "cyber", "access")
_REMEDY = "Correct the table that is named; the form is that of the shipped files in policy/judge."


class BehaviourPolicy(Frozen):
    """What one taxonomy behaviour is to the judge: what counts, and which look-alikes do not."""

    behaviour_id: Annotated[str, Field(alias="id")]
    counts: Annotated[tuple[Line, ...], Field(min_length=2)]
    not_this: Annotated[tuple[Line, ...], Field(min_length=2)]


class Golden(Frozen):
    """A short evidence package with the answer that a careful person gives. ``behaviours`` empty: innocent.

    ``accounts``: texts by account; more than one account is judged as a group. ``writer``: who wrote the texts.
    """

    golden_id: Annotated[str, Field(alias="id", pattern=r"^[a-z0-9-]+$")]
    lang: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    writer: Literal["counterveil"]
    stance: str
    behaviours: tuple[str, ...]
    why: Line
    accounts: Annotated[tuple[Annotated[tuple[Line, ...], Field(min_length=1)], ...], Field(min_length=1)]


class JudgePolicy(Frozen):
    """One file: a family of behaviours that are told apart by the same questions."""

    name: str
    version: Annotated[int, Field(strict=True, ge=1)]
    definition: Line
    questions: Annotated[tuple[Line, ...], Field(min_length=2)]
    behaviour: Annotated[tuple[BehaviourPolicy, ...], Field(min_length=1)]
    golden: Annotated[tuple[Golden, ...], Field(min_length=4)]

    @property
    def ids(self) -> tuple[str, ...]:
        """The behaviours it serves."""
        return tuple(b.behaviour_id for b in self.behaviour)

    @property
    def label(self) -> str:
        """Name, version and a digest of what the judge is told: stored with every verdict."""
        told = repr((self.definition, self.questions, self.behaviour))
        return f"{self.name}@{self.version}:{digest_hex(told.encode())[:8]}"


def load_policy(path: Path | Traversable) -> JudgePolicy:
    """One policy file, checked.

    Raises:
        SettingsError: names file, table and field.
    """
    data = tables(path, path.name)
    try:
        found = JudgePolicy.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ", ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise SettingsError(f"{path.name}: {place}: {first['msg']}", remedy=_REMEDY) from error
    _check(found, path.name)
    return found


def _check(found: JudgePolicy, name: str) -> None:
    """Ids are known and of this file; positives do it, look-alikes do not; both are there; no golden id stands twice."""

    def fault(what: str) -> SettingsError:
        return SettingsError(f"{name}: {what}", remedy=_REMEDY)

    if f"{found.name}.toml" != name:
        raise fault(f"name: {found.name!r} is not the file's")
    if unknown := [i for i in found.ids if i not in taxonomy()]:
        raise fault(f"[[behaviour]] {unknown[0]}, id: not in the taxonomy")
    ids = [g.golden_id for g in found.golden]
    if len({*found.ids}) < len(found.ids) or len({*ids}) < len(ids):
        raise fault("an id stands twice")
    for golden in found.golden:
        place = f"[[golden]] {golden.golden_id}"
        if golden.stance not in stances():
            raise fault(f"{place}, stance: {golden.stance!r} is not one of {', '.join(stances())}")
        if strange := [b for b in golden.behaviours if b not in found.ids]:
            raise fault(f"{place}, behaviours: {strange[0]!r} is not served by this file")
        if bool(golden.behaviours) != (golden.stance == DOING):
            raise fault(f"{place}: a positive has behaviours and the stance {DOING!r}, a look-alike neither")
    if len({bool(g.behaviours) for g in found.golden}) < 2:
        raise fault("[[golden]]: positives and look-alikes must both be there")


@lru_cache(maxsize=1)
def judge_policies() -> dict[str, JudgePolicy]:
    """The shipped policies by name, checked; together they serve every behaviour of the taxonomy once.

    Raises:
        SettingsError: a file is wrong, or a behaviour has no or two policies.
    """
    folder = files("counterveil.policy.judge")
    found = {name: load_policy(folder / f"{name}.toml") for name in NAMES}
    served = sorted(b for policy in found.values() for b in policy.ids)
    if served != sorted(taxonomy()):
        raise SettingsError("policy/judge: not every behaviour has exactly one policy", remedy=_REMEDY)
    return found


def says_abuse(said: Opinion, least: Rating = Rating.WEAK) -> bool:
    """What counts as a judge that says so: doing, at least this rating, and a quote that stands in the evidence."""
    return said.stance == DOING and said.n_quotes_for > 0 and said.best[1] in {Rating.CLEAR, least}


def policies_for(behaviours: Sequence[str], limit: int = 2) -> tuple[JudgePolicy, ...]:
    """The policies of the most telling behaviours, in their order, at most ``limit``; ``fraud`` where none is known."""
    found: dict[str, JudgePolicy] = {}
    for behaviour in behaviours:
        for policy in judge_policies().values():
            if behaviour in policy.ids and len(found) < limit:
                found.setdefault(policy.name, policy)
    return tuple(found.values()) or (judge_policies()["fraud"],)
