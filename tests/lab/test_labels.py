"""``labels.csv``: what people write is read, what cannot be meant is located, and the generator's own says what its truth says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.errors import InputError
from counterveil.lab.labels import label_lines, load_labels, operations_of
from counterveil.lab.truth import Truth, TruthAccount

from .conftest import World

_HEAD = b"account_id,operation_id,harm,role,note\n"


def labels(folder: Path, data: bytes) -> Path:
    path = folder / "labels.csv"
    path.write_bytes(data)
    return path


def test_members_look_alikes_ordinary_people_and_bystanders(tmp_path: Path) -> None:
    truth = load_labels(
        labels(
            tmp_path,
            _HEAD
            + b'a,op1,SC-1,writer,"hand, made"\nb,op1,SC-1,,\nc,op2,,,\nd,,,journalist,\ne,,,,\nf,op1,,Victim,wrote to a\n',
        )
    )
    assert [(o.operation_id, o.kind, o.members) for o in truth.operations] == [
        ("op1", "SC-1", ("a", "b")),
        ("op2", "unnamed", ("c",)),
    ]
    assert (truth.accounts["a"].role, truth.accounts["a"].note) == ("writer", "hand, made")
    kinds = {name: (a.label, a.kind) for name, a in truth.accounts.items() if not a.malicious}
    assert kinds == {"d": ("lookalike", "journalist"), "e": ("background", "ordinary"), "f": ("lookalike", "Victim")}
    assert truth.accounts["f"].group == "op1"


def test_what_spreadsheets_write_is_read(tmp_path: Path) -> None:
    """A byte order mark, CRLF, capitals, spaces, empty lines, more columns in another order."""
    data = "\ufeffNote, Operation_ID ,ACCOUNT_ID,extra\r\nx,op1, a ,1\r\n\r\n,,b\r\n".encode()
    truth = load_labels(labels(tmp_path, data))
    assert truth.accounts["a"].malicious
    assert truth.accounts["a"].note == "x"
    assert truth.accounts["b"].label == "background"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "empty"),
        (b"account_id,harm\na,\n", "operation_id"),
        (b"account_id;operation_id;harm;role;note\na;;;;\n", "no column account_id or operation_id"),
        (_HEAD + b"a,,,,\nb,,,,\na,op,,,\n", r"labels\.csv:4: account_id: a is there twice"),
        (_HEAD + b"a,,,,\n ,op,,,\n", r"labels\.csv:3: account_id: missing"),
        (_HEAD + b"a,,,,one, two\n", r"labels\.csv:2: 6 values, 5 columns"),
        (_HEAD + b"a,,,,\xff\n", r"labels\.csv:2: not UTF-8"),
        (_HEAD.decode().encode("utf-16"), "UTF-16"),
        (_HEAD + b'"' + b"x" * 200_000, "not CSV"),
    ],
)
def test_damage_is_located(tmp_path: Path, data: bytes, named: str) -> None:
    with pytest.raises(InputError, match=named) as caught:
        load_labels(labels(tmp_path, data))
    assert caught.value.remedy


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"labels\.csv: cannot be read"):
        load_labels(tmp_path / "labels.csv")


def test_a_generated_folder_is_a_pack_with_the_same_key(world: World) -> None:
    found = load_labels(world.folder / "labels.csv")
    assert found.accounts.keys() == world.truth.accounts.keys()
    for name, account in world.truth.accounts.items():
        own = found.accounts[name]
        assert (own.label, own.malicious, own.harm) == (account.label, account.malicious, account.harm)
        if account.malicious:
            assert own.group == account.group
        elif account.label == "lookalike":
            assert own.kind == account.kind
    assert {o.operation_id: o.members for o in found.operations} == {
        o.operation_id: o.members for o in world.truth.operations
    }


_names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda s: s.strip() == s
)
_words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).filter(lambda s: s.strip() == s)


@given(st.dictionaries(_names, st.tuples(_words, _words, _words, _words), min_size=1, max_size=6))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, tuple[str, ...]]
) -> None:
    accounts = {
        name: TruthAccount(
            name, "malicious", harm or "unnamed", operation, harm=harm or "unnamed", role=role, note=note
        )
        for name, (operation, harm, role, note) in rows.items()
        if operation and role.lower() not in {"victim", "target", "contact", "bystander"}
    }
    truth = Truth(accounts, operations_of(accounts.values()))
    path = labels(tmp_path_factory.mktemp("labels"), label_lines(truth))
    assert load_labels(path) == truth
