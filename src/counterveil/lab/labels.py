"""``labels.csv``: the answer key that stands beside any pack's log, written by anybody (docs/evaluation-packs.md)."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from counterveil.errors import InputError
from counterveil.lab.truth import Truth, TruthAccount, TruthOperation

COLUMNS = ("account_id", "operation_id", "harm", "role", "note")
FILE = "labels.csv"
_REQUIRED = COLUMNS[:2]
# Listed under an operation because it touched them; to flag them would be wrong.
BYSTANDERS = frozenset({"victim", "target", "contact", "bystander"})
# Roles that say "nobody in particular": no look-alike is meant.
_ORDINARY = frozenset({"", "-", "none", "benign", "ordinary", "background"})
_EXAMPLE = f"The first line is {','.join(COLUMNS)}; commas, UTF-8; see docs/evaluation-packs.md."


def load_labels(path: Path) -> Truth:
    """The key in a ``labels.csv``.

    An empty ``operation_id`` is a benign account and ``role`` then says what it looks like. Somebody whom an operation
    touched (role victim, target, contact or bystander) is benign, whatever the ``operation_id``.

    Raises:
        InputError: a missing file, column or id, an account listed twice, another encoding, with file and line.
    """
    rows = csv.reader(io.StringIO(_text(path), newline=""))
    accounts: dict[str, TruthAccount] = {}
    places: dict[str, int] | None = None
    try:
        for row in rows:
            if not any(value.strip() for value in row):
                continue
            if places is None:
                places = _places(row, path)
                width = len(row)
                continue
            where = f"{path}:{rows.line_num}"
            if len(row) > width:
                raise InputError(
                    f"{where}: {len(row)} values, {width} columns",
                    remedy='Put a value that holds a comma between double quotes: "a, b".',
                )
            account = _account({name: row[at].strip() if at < len(row) else "" for name, at in places.items()}, where)
            if account.account_id in accounts:
                raise InputError(
                    f"{where}: account_id: {account.account_id} is there twice", remedy="Keep one line an account."
                )
            accounts[account.account_id] = account
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: not CSV: {error}", remedy=_EXAMPLE) from error
    if places is None:
        raise InputError(f"{path}: empty", remedy=_EXAMPLE)
    return Truth(accounts, operations_of(accounts.values()))


def label_line(account_id: str, operation_id: str, harm: str, *, role: str = "", note: str = "") -> bytes:
    """One line of ``labels.csv``, without its end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow((account_id, operation_id, harm, role, note))
    return out.getvalue().encode()


def label_lines(truth: Truth) -> bytes:
    """A whole ``labels.csv`` of a key, accounts in order of their ids."""
    lines = [",".join(COLUMNS).encode()]
    for name in sorted(truth.accounts):
        account = truth.accounts[name]
        operation = account.group if account.malicious and account.group else ""
        role = account.kind if account.label == "lookalike" else account.role
        lines.append(label_line(name, operation, account.harm, role=role, note=account.note))
    return b"\n".join(lines) + b"\n"


def operations_of(accounts: Iterable[TruthAccount]) -> tuple[TruthOperation, ...]:
    """The operations that malicious accounts name as their group; an operation's kind is its members' commonest harm."""
    members: defaultdict[str, list[TruthAccount]] = defaultdict(list)
    for account in accounts:
        if account.malicious and account.group:
            members[account.group].append(account)
    found = []
    for name, some in sorted(members.items()):
        harms = Counter(account.harm for account in some if account.harm)
        ranked = tuple(sorted(harms, key=lambda harm: (-harms[harm], harm)))
        ids = tuple(sorted(account.account_id for account in some))
        found.append(TruthOperation(name, ranked[0] if ranked else "unnamed", ids, ranked))
    return tuple(found)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", remedy=f"A pack has a {FILE}.") from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{path}: encoded as UTF-16", remedy="Save it as CSV UTF-8.")
    try:
        # A byte order mark, as spreadsheets write it, is no part of the first column's name.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8 at byte {error.start}", remedy="Save it as CSV UTF-8.") from error


def _places(row: list[str], path: Path) -> dict[str, int]:
    names = [name.strip().lower() for name in row]
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise InputError(
            f"{path}:1: no column {' or '.join(missing)} (columns seen: {', '.join(names)[:200]})", remedy=_EXAMPLE
        )
    return {name: names.index(name) for name in COLUMNS if name in names}


def _account(row: dict[str, str], where: str) -> TruthAccount:
    name, operation, role = row["account_id"], row["operation_id"], row.get("role", "")
    harm, note = row.get("harm", ""), row.get("note", "")
    if not name:
        raise InputError(f"{where}: account_id: missing", remedy="Every line names an account of the log.")
    kind = role.lower()
    if operation and kind not in BYSTANDERS:
        return TruthAccount(
            name, "malicious", harm or "unnamed", operation, harm=harm or "unnamed", role=role, note=note
        )
    if kind in _ORDINARY:
        return TruthAccount(name, "background", "ordinary", note=note)
    return TruthAccount(name, "lookalike", role, operation or None, role=role, note=note)
