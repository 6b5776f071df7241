"""Weights and limits of every kind of evidence, and the list of hubs."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from pydantic import ConfigDict, Field

from counterveil.errors import SettingsError
from counterveil.ids import key64
from counterveil.model.signal import EvidenceClass, Family
from counterveil.policy.read import Frozen, shipped


class _Frozen(Frozen):
    model_config = ConfigDict(populate_by_name=True)


class KindPolicy(_Frozen):
    """How a shared thing of one kind counts; see the head of ``evidence.toml``."""

    label: str
    family: Family
    best: Annotated[EvidenceClass, Field(alias="class")]
    a_max: Annotated[int, Field(ge=0)]
    # Class A only where both sides show the thing in at least so many turns: used, not merely met once.
    a_min_turns: Annotated[int, Field(ge=1)] = 1
    b_max: Annotated[int, Field(ge=0)]
    m: Annotated[float, Field(gt=0, lt=1)]
    hub: Annotated[int, Field(ge=2)]
    cap_bits: Annotated[float, Field(gt=0)]
    activity: bool


class Population(_Frozen):
    """Prior on how common a thing is (a Beta prior written as pseudo-counts)."""

    prior_subjects: float
    prior_count: float


class Decision(_Frozen):
    """When a pair's evidence is enough, and how dependent things are damped."""

    expected_partners: float
    posterior_bits: float
    damping: Annotated[float, Field(gt=0, lt=1)]
    false_discovery: Annotated[float, Field(gt=0, lt=1)]
    probable_discovery: Annotated[float, Field(gt=0, lt=1)]
    min_family_bits: Annotated[float, Field(gt=0)]
    listed_things: int


class LikenessPolicy(_Frozen):
    """How texts that are alike are told apart: edges of similarity in [0,1]; most bits of one meeting."""

    similarity: tuple[float, ...]
    cap_bits: Annotated[float, Field(gt=0)]
    # Texts at least so alike are filled-in copies of one: a family, whose meetings are not independent.
    one_family: Annotated[float, Field(gt=0, le=1)]


class EvidencePolicy(_Frozen):
    """The whole of ``evidence.toml``."""

    version: int
    population: Population
    decision: Decision
    family_caps: dict[Family, float]
    kinds: dict[str, KindPolicy]
    likeness: dict[str, LikenessPolicy]


@lru_cache(maxsize=1)
def evidence() -> EvidencePolicy:
    """The shipped evidence policy, checked."""
    policy = EvidencePolicy.model_validate(shipped("evidence.toml"))
    missing = {kind.family for kind in policy.kinds.values()} - policy.family_caps.keys()
    if missing:
        raise SettingsError(f"evidence.toml: no cap for {sorted(missing)}", remedy="Add it under [family_caps].")
    return policy


@lru_cache(maxsize=1)
def hub_keys() -> frozenset[int]:
    """Keys (kind and value) of things that are public everywhere."""
    data = shipped("hubs.toml")
    return frozenset(
        key64(kind, value) for kind, table in data.items() if isinstance(table, dict) for value in table["values"]
    )
