"""The weights of assessment, as data."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from pydantic import Field

from counterveil.model.opinion import Sureness
from counterveil.model.signal import Family
from counterveil.policy.read import Frozen, shipped


class GroupWeights(Frozen):
    """Log-odds for and against a group; see the comments of ``assessment.toml``.

    ``multiplier``: what people's decisions made of a consideration's weight, by its name (``policy/adjustment.py``); 1 where absent.
    """

    prior: float
    reading_slope: float
    reading_cap: float
    member_correlation: Annotated[float, Field(ge=0, le=1)]
    min_read_texts: int
    min_read_members: int
    private_thing: float
    private_cap: float
    working_passages: float
    many_families: float
    undisclosed: float
    new_accounts: float
    new_accounts_days: int
    links_beyond_reading: float
    disguises: float
    same_organisation: float
    declared_use: float
    declared_use_unchecked: float
    one_household: float
    household_members: int
    one_office: float
    infrastructure_only: float
    pasted_once: float
    stance_slope: float
    stance_cap: float
    long_history: float
    long_history_days: int
    multiplier: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


class SubjectWeights(Frozen):
    """Log-odds for and against a subject that no link explains."""

    max_confidence: float
    prior: float
    prior_prevalence: Annotated[float, Field(gt=0, lt=1)]
    min_read_texts: int
    declared_use: float
    declared_use_unchecked: float
    long_history: float
    long_history_days: int
    long_history_active_days: int
    min_confidence: float


class ContactPolicy(Frozen):
    """From which stance on a linked subject is a contact and no member."""

    stance: float
    core_stance: float
    min_read_texts: int


class JudgeWeights(Frozen):
    """What a judge's opinion adds at most, in log-odds, and who is read by it; see the comments of ``assessment.toml``."""

    clear: Annotated[float, Field(ge=0)]
    weak: Annotated[float, Field(ge=0)]
    cap: Annotated[float, Field(ge=0)]
    sureness: dict[Sureness, Annotated[float, Field(ge=0, le=1)]]
    top_k: Annotated[int, Field(ge=1)]
    min_signal: float
    group_sum: float
    group_count: int
    lone_sum: float
    lone_count: int
    steering: Annotated[float, Field(ge=0, le=1)]


class VerdictPolicy(Frozen):
    """From which confidence on a group is a suspected operation."""

    suspected: float


class DecayPolicy(Frozen):
    """How evidence ages: full for ``fresh_days``, then half after each half-life of its family."""

    fresh_days: Annotated[float, Field(ge=0)]
    half_life_days: dict[Family, Annotated[float, Field(gt=0)]]


class AssessmentPolicy(Frozen):
    """The whole of ``assessment.toml``."""

    version: int
    group: GroupWeights
    subject: SubjectWeights
    contact: ContactPolicy
    verdict: VerdictPolicy
    judge: JudgeWeights
    decay: DecayPolicy


@lru_cache(maxsize=1)
def assessment() -> AssessmentPolicy:
    """The shipped weights, checked."""
    return AssessmentPolicy.model_validate(shipped("assessment.toml"))
