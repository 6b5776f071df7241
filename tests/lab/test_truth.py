"""The answer key is read back as it was written, and damage is located."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest

from counterveil.errors import InputError
from counterveil.lab.truth import load_truth

from .conftest import World


def test_round_trip(world: World) -> None:
    truth = world.truth
    assert len(truth.operations) == 9
    for operation in truth.operations:
        assert operation.behaviours
        assert operation.languages
        assert all(truth.accounts[member].malicious for member in operation.members)
    members = [member for operation in truth.operations for member in operation.members]
    assert sorted(members) == sorted(name for name, account in truth.accounts.items() if account.malicious)
    assert all(account.language != "und" for account in truth.accounts.values())
    key = orjson.loads((world.folder / "truth" / "scenario.json").read_bytes())
    assert key["seed"] == 3
    assert "synthetic" in key["statement"]
    assert any(account.kind == "viral" for account in truth.accounts.values())


@pytest.mark.parametrize(
    ("name", "line", "named"),
    [
        ("accounts.jsonl", b"{", "not JSON"),
        ("accounts.jsonl", b"3", "not an object"),
        ("accounts.jsonl", b'{"account_id":"x","label":"odd"}', "label"),
        ("accounts.jsonl", b'{"account_id":"x","label":"background","kind":"k","group":4}', "group"),
        ("accounts.jsonl", b'{"account_id":"x","label":"background"}', "kind"),
        ("accounts.jsonl", b'{"account_id":"x","label":"background","kind":"k","languages":"en"}', "languages"),
        (
            "operations.jsonl",
            b'{"operation_id":"o","kind":"k","members":["nobody"],"behaviours":[],"languages":[]}',
            "nobody",
        ),
    ],
)
def test_damage_is_located(tmp_path: Path, world: World, name: str, line: bytes, named: str) -> None:
    shutil.copytree(world.folder / "truth", tmp_path / "truth")
    with (tmp_path / "truth" / name).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(InputError, match=named) as caught:
        load_truth(tmp_path / "truth")
    assert name in caught.value.message


def test_doubled_account_and_missing_file(tmp_path: Path, world: World) -> None:
    shutil.copytree(world.folder / "truth", tmp_path / "truth")
    path = tmp_path / "truth" / "accounts.jsonl"
    path.write_bytes(path.read_bytes() + path.read_bytes().split(b"\n")[0] + b"\n")
    with pytest.raises(InputError, match="twice"):
        load_truth(tmp_path / "truth")
    path.unlink()
    with pytest.raises(InputError, match=r"accounts\.jsonl"):
        load_truth(tmp_path / "truth")
