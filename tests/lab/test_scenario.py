"""The scenario file is checked when it is loaded."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from counterveil.errors import InputError
from counterveil.lab.scenario import load_scenario

_SHIPPED = (files("counterveil.lab") / "scenario.toml").read_text(encoding="utf-8")


def test_shipped_scenario() -> None:
    scenario = load_scenario()
    sizes = {group.kind: group.accounts for group in scenario.group if group.label == "malicious"}
    assert sizes == {
        "placement": 12,
        "swarm": 14,
        "engage": 6,
        "romance": 14,
        "task": 10,
        "recovery": 6,
        "monitor": 9,
        "tracker": 5,
        "jobs": 10,
    }
    assert not any(group.pack.startswith("train_") for group in scenario.group)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("accounts = 12", "accounts = 0", "accounts"),
        ('pack = "op_swarm"', 'pack = "train_behaviours"', "training"),
        ("device_pool = 6", "device_pool = 0", "device_pool"),
        ("start = 2026-03-02", "start = 2026-03-03", "Monday"),
        ('id = "op_swarm"', 'id = "op_placement"', "twice"),
        ('device = "chain"', 'device = "ring"', "device"),
        ("sigma = 0.9", "sigma = 0.9\nsurprise = 1", "surprise"),
        ("start = 2026-03-02", "start = ", "TOML"),
    ],
)
def test_bad_scenario_is_located(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(_SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=named) as caught:
        load_scenario(path)
    assert "scenario.toml" in caught.value.message
    assert caught.value.remedy
