"""Settings come from four places in a fixed order, each value knows from where, and a wrong one is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from counterveil.errors import SettingsError
from counterveil.settings import ENV_PREFIX, FILE_NAME, Settings, default_home, load, usable_cpus


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder of the test's own: ``counterveil.toml`` and ``.counterveil`` are looked for there."""
    monkeypatch.chdir(tmp_path)


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_nothing() -> None:
    settings, origins = load(environ={})
    assert set(origins.values()) == {"default"}
    assert set(origins) == set(Settings.model_fields)
    assert settings.workers == usable_cpus() >= 1
    assert settings.home == default_home()


def test_a_local_workspace_is_preferred(tmp_path: Path) -> None:
    assert default_home() != Path(".counterveil")
    (tmp_path / ".counterveil").mkdir()
    assert default_home() == Path(".counterveil")


def test_each_place_overrules_the_one_before() -> None:
    put(Path(FILE_NAME), "workers = 2\nmemory_limit_mib = 256\nbatch_bytes = 100000\nmax_line_bytes = 5000\n")
    put(Path("home") / FILE_NAME, "workers = 3\nmemory_limit_mib = 512\nbatch_bytes = 200000\n")
    environ = {"COUNTERVEIL_WORKERS": "4", "COUNTERVEIL_MEMORY_LIMIT_MIB": "1024"}
    settings, origins = load({"home": Path("home"), "workers": 5}, environ)
    assert (settings.max_line_bytes, origins["max_line_bytes"]) == (5000, FILE_NAME)
    assert (settings.batch_bytes, origins["batch_bytes"]) == (200_000, str(Path("home") / FILE_NAME))
    assert (settings.memory_limit_mib, origins["memory_limit_mib"]) == (1024, "environment")
    assert (settings.workers, origins["workers"]) == (5, "command line")
    assert origins["read_budget_texts"] == "default"


def test_an_option_that_was_not_given_overrules_nothing() -> None:
    settings, origins = load({"home": None, "workers": None}, {"COUNTERVEIL_WORKERS": "3"})
    assert (settings.workers, origins["workers"]) == (3, "environment")


def test_the_environments_workspace_has_its_file_read() -> None:
    put(Path("there") / FILE_NAME, "workers = 7\n")
    settings, origins = load(environ={"COUNTERVEIL_HOME": "there"})
    assert (settings.workers, settings.home) == (7, Path("there"))
    assert origins["workers"] == str(Path("there") / FILE_NAME)


def test_other_variables_are_none_of_our_business() -> None:
    settings, _ = load(environ={"WORKERS": "3", "PATH": "/bin"})
    assert settings.workers == usable_cpus()


def test_a_misspelt_variable_is_an_error_and_not_ignored() -> None:
    with pytest.raises(SettingsError, match="wrokers"):
        load(environ={"COUNTERVEIL_WROKERS": "3"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wrokers = 2\n", ["wrokers"]),
        ("workers = 0\n", ["workers", "greater than or equal to 1", "0"]),
        ('workers = "many"\n', ["workers", "integer", "many"]),
        ("workers = 2\nworkers = 3\n", ["not valid TOML", "line 2"]),
        ("workers = \n", ["not valid TOML", "line 1"]),
        ("[nested]\nworkers = 2\n", ["nested"]),
    ],
)
def test_a_wrong_file_is_named_with_key_and_place(text: str, said: list[str]) -> None:
    put(Path(FILE_NAME), text)
    with pytest.raises(SettingsError) as refused:
        load(environ={})
    for part in (FILE_NAME, *said):
        assert part in refused.value.message
    assert refused.value.remedy


def test_a_file_that_is_no_text_is_named() -> None:
    Path(FILE_NAME).write_bytes(b"workers = 2 # \xff\xfe\n")
    with pytest.raises(SettingsError, match=FILE_NAME):
        load(environ={})


@pytest.mark.parametrize(
    ("overrides", "environ", "origin"),
    [({"workers": 0}, {}, "command line"), ({}, {"COUNTERVEIL_WORKERS": "x"}, "environment")],
)
def test_a_wrong_value_is_named_with_its_origin(
    overrides: dict[str, int], environ: dict[str, str], origin: str
) -> None:
    with pytest.raises(SettingsError, match=f"^{origin}: workers: "):
        load(overrides, environ)


def test_settings_cannot_be_changed_later() -> None:
    settings, _ = load(environ={})
    with pytest.raises(ValidationError):
        settings.workers = 3


def test_no_setting_turns_a_rule_of_evidence_off() -> None:
    """DESIGN.md §3: weights, classes, verdicts and hubs are policy, not settings."""
    words = (
        "bits",
        "class",
        "threshold",
        "confidence",
        "hub",
        "verdict",
        "weight",
        "family",
        "disable",
        "country",
        "language",
    )
    assert not [key for key in Settings.model_fields if any(word in key for word in words)]


@given(workers=st.integers(1, 256), chars=st.integers(256, 10_000_000))
def test_the_environment_says_the_same_as_the_file(workers: int, chars: int) -> None:
    values = {"workers": workers, "max_observed_chars": chars}
    put(Path(FILE_NAME), "".join(f"{key} = {value}\n" for key, value in values.items()))
    from_file, _ = load(environ={})
    Path(FILE_NAME).unlink()
    from_env, _ = load(environ={f"{ENV_PREFIX}{key.upper()}": str(value) for key, value in values.items()})
    assert from_file == from_env


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_says_what_it_is(field: str) -> None:
    described = Settings.model_fields[field].description or ""
    assert len(described) > 20
    assert described.endswith(".")
