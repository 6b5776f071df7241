"""The scenario as data: who is planted, who only looks like it, and what each group shares (``scenario.toml``)."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from counterveil.errors import InputError
from counterveil.lab.packs import TRAINING_PREFIX

Share = Annotated[float, Field(ge=0, le=1)]
Place = Literal["home", "office", "vpn", "campus", "carrier"]
Label = Literal["malicious", "lookalike"]
_FILE = "scenario.toml"
_MONDAY = 0


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Language(_Data):
    """Where speakers of a language sit, as far as a log shows it, and what short replies they get."""

    offset: float
    countries: tuple[str, ...]
    locale: str
    weight: Annotated[float, Field(ge=0)] = 0.0
    replies: tuple[str, ...] = ()


class Infra(_Data):
    """What the accounts of a group have in common below their text, and how they hide it.

    ``own_exits``: each member has its own favourite VPN exits, where otherwise the crew uses the same few.
    """

    device: Literal["none", "pairs", "chain", "pool"] = "none"
    device_pool: Annotated[int, Field(ge=0)] = 0
    device_share: Share = 0.3
    payment: Literal["own", "groups", "gift"] = "own"
    payment_group: Annotated[int, Field(ge=0)] = 0
    paid: Share = 0.5
    signup_ip: Literal["home", "office", "vpn", "campus", "same"] = "home"
    client_ip: dict[Place, Annotated[float, Field(gt=0)]] = {"home": 1.0}
    shared_home: bool = False
    own_exits: bool = False
    signup_age_days: Annotated[float, Field(gt=0)] = 300.0
    signup_spread_hours: Annotated[float, Field(ge=0)] = 6_000.0
    email: Literal["personal", "pattern", "random", "org"] = "personal"
    org: bool = False
    phone: Share = 0.3
    api: Share = 0.0

    @model_validator(mode="after")
    def _sizes(self) -> Infra:
        if self.device == "pool" and not self.device_pool:
            raise ValueError("device = 'pool' needs device_pool")
        if self.payment == "groups" and not self.payment_group:
            raise ValueError("payment = 'groups' needs payment_group")
        return self


class Schedule(_Data):
    """Local hours of work; each account keeps one of the shifts. Without ``utc_offset``, its language's."""

    shifts: tuple[tuple[float, float], ...] = ((8.0, 23.0),)
    weekdays: Annotated[int, Field(ge=1, le=7)] = 7
    active: Share = 0.6
    utc_offset: float | None = None


class Text(_Data):
    """How a group's prompts reach the log.

    ``cover`` is the share of ordinary use among what is added to the pack's lines; ``block`` how often a shared passage
    is pasted before a prompt, ``edit`` how often that copy is changed; ``overlap`` the share of prompts that a second
    account uses too; ``quote`` the share of accounts that quote another group's domain or message.
    """

    cover: Share = 0.5
    block: Share = 0.0
    edit: Share = 0.5
    overlap: Share = 0.0
    quote: Share = 0.0
    quote_packs: tuple[str, ...] = ()
    quote_forms: dict[str, str] = Field(default_factory=dict)


class Group(_Data):
    """One operation, or one kind of people who could be taken for one."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    kind: str
    label: Label
    pack: str
    accounts: Annotated[int, Field(ge=1)]
    cluster: Annotated[int, Field(ge=0)] = 0
    related: bool = False
    deal: Literal["role", "lang", "any"] = "role"
    events: Annotated[float, Field(gt=0)] = 15.0
    sigma: Annotated[float, Field(ge=0)] = 0.6
    end_users: Annotated[int, Field(ge=0)] = 0
    declared: tuple[str, ...] = ()
    declared_share: Share = 0.0
    infra: Infra = Infra()
    schedule: Schedule = Schedule()
    text: Text = Text()

    @model_validator(mode="after")
    def _no_training_text(self) -> Group:
        for name in (self.pack, *self.text.quote_packs):
            if name.startswith(TRAINING_PREFIX):
                raise ValueError(f"pack {name!r} is training data and may not be generated from")
        return self


class Background(_Data):
    """Everybody else: how many share a household, a campus, a VPN exit, a phone carrier's address, a viral prompt."""

    events: Annotated[float, Field(gt=0)]
    sigma: Annotated[float, Field(ge=0)]
    second_language: Share
    household: Share
    campus: Share
    vpn: Share
    carrier: Share
    viral: Share
    viral_pack: str
    api: Share
    paid: Share
    declared: tuple[str, ...]
    declared_share: Share


class Scenario(_Data):
    """All of ``scenario.toml``."""

    start: date
    languages: dict[str, Language]
    background: Background
    group: tuple[Group, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        ids = [group.id for group in self.group]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"group {doubled[0]!r} is there twice")
        if self.start.weekday() != _MONDAY:
            raise ValueError("start must be a Monday, because days off are counted from it")
        if "en" not in self.languages or not any(language.weight for language in self.languages.values()):
            raise ValueError("languages must hold 'en' and at least one with a weight")
        return self

    @property
    def malicious_accounts(self) -> int:
        """How many accounts the operations have; the background is counted in multiples of it."""
        return sum(group.accounts for group in self.group if group.label == "malicious")

    def language(self, tag: str) -> Language:
        """The data of a language, or of its base (``zh-Hant`` → ``zh``), or of English."""
        return self.languages.get(tag) or self.languages.get(tag.partition("-")[0]) or self.languages["en"]


def load_scenario(path: Traversable | None = None) -> Scenario:
    """The scenario that ships with Counterveil, or the file at ``path``.

    Raises:
        InputError: file, key and what is wrong there.
    """
    source = path or files("counterveil.lab") / _FILE
    try:
        return Scenario.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{source.name}: not valid TOML: {error}", remedy="Correct the line that is named.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "scenario"
        raise InputError(
            f"{source.name}: {key}: {first['msg']}", remedy="The fields are described in counterveil/lab/scenario.py."
        ) from error
