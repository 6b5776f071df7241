"""Training accounts: whole sequences of turns by operators, look-alikes and ordinary people, written for this project.

The format is told in ``accounts/README.md``. Every line of a file is checked; the first mistake stops with file, line,
field and remedy, since a mislabelled account teaches every later score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from counterveil.errors import InputError
from counterveil.policy.taxonomy import taxonomy

_README = "See accounts/README.md for the format."
_MAX_TURNS = 60


class AccountKind(StrEnum):
    """Who writes: a member of an abusive operation, an innocent twin of one, or anybody."""

    OPERATOR = "operator"
    LOOKALIKE = "lookalike"
    ORDINARY = "ordinary"


Stance = Literal["doing", "analysing", "defending", "victim", "fiction", "teaching", "ordinary"]
Form = Literal["translate", "write", "edit", "batch", "reply", "profile", "code", "plan", "report", "ask"]
Tag = Literal["conceal", "selfdesc", "persona", "refused", "rephrase"]
PartKind = Literal["ask", "context", "paste:target", "paste:source", "paste:own"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Frozen):
    """One user message as parts in order (joined without a separator), with what it stands for."""

    conv: int
    lang: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    parts: Annotated[tuple[tuple[PartKind, str], ...], Field(min_length=1)]
    stance: Stance
    form: Form
    about: str | None = None
    tags: tuple[Tag, ...] = ()
    reply: str | None = None

    @property
    def text(self) -> str:
        """The message as sent."""
        return "".join(text for _, text in self.parts)

    @property
    def is_doing(self) -> bool:
        """Serves a behaviour, with the stance of doing."""
        return self.about is not None and self.stance == "doing"

    @model_validator(mode="after")
    def _checked(self) -> Turn:
        if self.about is not None and self.about not in taxonomy():
            raise ValueError(f"about: no behaviour {self.about!r} in the taxonomy")
        if self.stance == "doing" and self.about is None:
            raise ValueError("stance 'doing' needs 'about' (cover turns are 'ordinary')")
        if (
            not any(kind in ("ask", "context") for kind, _ in self.parts)
            and self.form != "reply"
            and len(self.parts) > 1
        ):
            raise ValueError("parts: several parts and none of them is 'ask' or 'context'")
        if any(not text.strip() for _, text in self.parts):
            raise ValueError("parts: an empty part")
        return self


class TrainingAccount(_Frozen):
    """One account: who wrote it (``author``: never trained and tested on together), and all its turns in order."""

    account: str
    author: str
    kind: AccountKind
    operation: str | None = None
    twin: str | None = None
    behaviours: tuple[str, ...] = ()
    role: str | None = None
    turns: Annotated[tuple[Turn, ...], Field(min_length=3, max_length=_MAX_TURNS)]

    @model_validator(mode="after")
    def _checked(self) -> TrainingAccount:
        doing = {turn.about for turn in self.turns if turn.is_doing}
        if self.kind is AccountKind.OPERATOR:
            if not self.operation or not self.behaviours:
                raise ValueError("an operator needs 'operation' and 'behaviours'")
            if not doing:
                raise ValueError("an operator needs at least one turn with stance 'doing'")
        elif doing:
            raise ValueError("only operators have turns with stance 'doing'")
        if self.kind is AccountKind.LOOKALIKE and not self.twin:
            raise ValueError("a lookalike needs 'twin': what it is")
        return self


@dataclass(frozen=True, slots=True)
class Corpus:
    """All training accounts, in order of file and line."""

    accounts: tuple[TrainingAccount, ...]


def folder() -> Traversable:
    """Where the training accounts that ship with Counterveil lie."""
    return files("counterveil.lab") / "accounts"


def load_file(path: Path | Traversable) -> Iterator[TrainingAccount]:
    """The accounts of one file.

    Raises:
        InputError: names file, line and field.
    """
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield TrainingAccount.model_validate(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path.name}, line {number}: not JSON ({error})", remedy=_README) from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "account"
            raise InputError(f"{path.name}, line {number}, {place}: {first['msg']}", remedy=_README) from error


def load(where: Path | Traversable | None = None) -> Corpus:
    """Every account of a folder, ids unique.

    Raises:
        InputError: names file, line and field; or the account that appears twice.
    """
    root = where or folder()
    accounts: list[TrainingAccount] = []
    seen: set[str] = set()
    for path in sorted((p for p in root.iterdir() if p.name.endswith(".jsonl")), key=lambda p: p.name):
        for account in load_file(path):
            if account.account in seen:
                raise InputError(f"{path.name}: account {account.account!r} appears twice", remedy=_README)
            seen.add(account.account)
            accounts.append(account)
    return Corpus(tuple(accounts))
