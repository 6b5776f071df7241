"""The answer key of a scenario: who belongs to which operation, who only looks like it, who is anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeGuard

import orjson

from counterveil.errors import InputError

Label = Literal["malicious", "lookalike", "background"]
_REMEDY = "Generate the scenario again; truth files are not edited by hand."


@dataclass(frozen=True, slots=True)
class TruthAccount:
    """One account's true nature. ``group`` is its operation, or the class, firm or household that it belongs to.

    ``kind`` is what an innocent account looks like; ``harm`` what a malicious one does (a taxonomy id or free words);
    ``role`` and ``note`` are the labeller's own words.
    """

    account_id: str
    label: Label
    kind: str
    group: str | None = None
    languages: tuple[str, ...] = ()
    behaviours: tuple[str, ...] = ()
    harm: str = ""
    role: str = ""
    note: str = ""

    @property
    def malicious(self) -> bool:
        """Whether it is right to flag this account."""
        return self.label == "malicious"

    @property
    def language(self) -> str:
        """The language used most, or ``und`` (undetermined) for an account that wrote nothing."""
        return self.languages[0] if self.languages else "und"


@dataclass(frozen=True, slots=True)
class TruthOperation:
    """One planted operation."""

    operation_id: str
    kind: str
    members: tuple[str, ...]
    behaviours: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """All of a scenario's answer key."""

    accounts: dict[str, TruthAccount]
    operations: tuple[TruthOperation, ...]

    def written_in(self, languages: Mapping[str, str]) -> Truth:
        """The same key, with the language that a run saw where the key names none."""
        accounts = {
            name: account
            if account.languages or name not in languages
            else replace(account, languages=(languages[name],))
            for name, account in self.accounts.items()
        }
        return Truth(accounts, self.operations)


def load_truth(folder: Path) -> Truth:
    """The key in ``folder`` (a scenario's ``truth/``).

    Raises:
        InputError: a missing file or a bad line, with file, line and field.
    """
    accounts: dict[str, TruthAccount] = {}
    for where, record in _records(folder / "accounts.jsonl"):
        account = _account(record, where)
        if account.account_id in accounts:
            raise InputError(f"{where}: account_id: {account.account_id} is there twice", remedy=_REMEDY)
        accounts[account.account_id] = account
    operations = tuple(_operation(record, where) for where, record in _records(folder / "operations.jsonl"))
    for operation in operations:
        for member in operation.members:
            if member not in accounts or accounts[member].group != operation.operation_id:
                raise InputError(
                    f"{folder / 'operations.jsonl'}: {operation.operation_id}: members: {member} is not in that group "
                    "according to accounts.jsonl",
                    remedy=_REMEDY,
                )
    return Truth(accounts, operations)


def _records(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read: {error.strerror}", remedy="Name a scenario's truth folder."
        ) from error
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            record: object = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"{where}: not JSON: {error}", remedy=_REMEDY) from error
        if not isinstance(record, dict):
            raise InputError(f"{where}: not an object", remedy=_REMEDY)
        yield where, record


def _account(record: dict[str, object], where: str) -> TruthAccount:
    label, group = record.get("label"), record.get("group")
    if not _is_label(label):
        raise InputError(f"{where}: label: {label!r} is not malicious, lookalike or background", remedy=_REMEDY)
    if group is not None and not isinstance(group, str):
        raise InputError(f"{where}: group: not a text or null", remedy=_REMEDY)
    account = TruthAccount(
        account_id=_text(record, "account_id", where),
        label=label,
        kind=_text(record, "kind", where),
        group=group,
        languages=_texts(record, "languages", where),
        behaviours=_texts(record, "behaviours", where),
    )
    # What it does most; one whose every turn is cover does what its operation does.
    return replace(account, harm=(account.behaviours or (account.kind,))[0]) if account.malicious else account


def _operation(record: dict[str, object], where: str) -> TruthOperation:
    return TruthOperation(
        operation_id=_text(record, "operation_id", where),
        kind=_text(record, "kind", where),
        members=_texts(record, "members", where),
        behaviours=_texts(record, "behaviours", where),
        languages=_texts(record, "languages", where),
    )


def _is_label(value: object) -> TypeGuard[Label]:
    return value in {"malicious", "lookalike", "background"}


def _text(record: dict[str, object], name: str, where: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value:
        raise InputError(f"{where}: {name}: missing or not a text", remedy=_REMEDY)
    return value


def _texts(record: dict[str, object], name: str, where: str) -> tuple[str, ...]:
    value = record.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{where}: {name}: not a list of texts", remedy=_REMEDY)
    return tuple(value)
