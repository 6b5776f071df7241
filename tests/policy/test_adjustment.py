"""Adjusted weights: the file says exactly what was proposed, and a damaged one is never used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.errors import SettingsError
from counterveil.policy.adjustment import APPLIED, FOLDER, Adjustment, adjusted, applied, load_adjustment, written
from counterveil.policy.assessment import assessment


def made(**more: object) -> Adjustment:
    usual = {
        "version": "W-0a",
        "proposed_by": "ana",
        "proposed_at": "2026-03-02T00:00:00+00:00",
        "assessment_version": assessment().version,
        "n_confirmed": 10,
        "n_dismissed": 12,
        "multiplier": {"private names": 0.8},
    }
    return Adjustment.model_validate(usual | more)


def put(home: Path, data: bytes) -> Path:
    path = home / FOLDER / APPLIED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@given(author=st.text(min_size=1), value=st.floats(0.5, 2.0))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, author: str, value: float) -> None:
    author = author.encode("utf-8", "replace").decode()
    before = made(proposed_by=author, multiplier={"private names": value})
    path = put(tmp_path_factory.mktemp("w"), written(before))
    assert load_adjustment(path) == before
    assert written(load_adjustment(path)) == path.read_bytes()


def test_without_a_file_the_shipped_weights_are_in_force(tmp_path: Path) -> None:
    assert applied(tmp_path) is None
    assert adjusted(tmp_path) == (assessment(), "")


def test_an_applied_file_multiplies_and_changes_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, written(made()))
    policy, version = adjusted(tmp_path)
    assert version == "W-0a"
    assert policy.group.multiplier == {"private names": 0.8}
    assert policy.model_copy(update={"group": assessment().group}) == assessment()
    assert assessment().group.multiplier == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"multiplier = ", "not valid TOML"),
        (b"\xff", "not valid TOML"),
        (written(made()).replace(b"0.8", b"9.0"), "multiplier.private names"),
        (written(made()).replace(b"0.8", b"-0.8"), "multiplier.private names"),
        (written(made(assessment_version=999)), "fitted to weights v999"),
    ],
)
def test_a_damaged_file_is_refused_with_a_remedy(tmp_path: Path, data: bytes, said: str) -> None:
    put(tmp_path, data)
    with pytest.raises(SettingsError, match=said) as caught:
        applied(tmp_path)
    assert "weights revert" in caught.value.remedy
