"""``lab train``: a folder of weights from a few accounts, the same bytes every time, and a scan that uses it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from counterveil.detectors.activity import ACTIVITY
from counterveil.encoders.use import UseEncoder
from counterveil.model.signal import Bearing
from counterveil.observe.trained import heads_name
from counterveil.pipeline.training import train
from counterveil.pipeline.training.rows import line_rows
from counterveil.policy.taxonomy import taxonomy
from counterveil.settings import FILE_NAME
from tests.cli.conftest import cli, data, write
from tests.lab.corpora import AUTHORS, accounts, write_corpus
from tests.pipeline.logs import group_log

HEADS = heads_name(UseEncoder.space)
FILES = {"segments.npz", HEADS, "account.toml", "card.md", "manifest.json"}


@dataclass(frozen=True)
class Training:
    """A folder of weights and what was said of it."""

    corpus: Path
    folder: Path
    cache: Path
    report: dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def few_lines() -> Iterator[None]:
    """Of the single lines that train beside the accounts only some: encoding them is what costs time."""
    some = line_rows()[::30]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "line_rows", lambda: some)
        yield


@pytest.fixture(scope="module")
def training(few_lines: None, tmp_path_factory: pytest.TempPathFactory) -> Training:
    root = tmp_path_factory.mktemp("train")
    corpus = write_corpus(root / "accounts")
    words = ("lab", "train", "--data", corpus, "--out", root / "out", "--cache", root / "cache", "--quiet", "--json")
    return Training(corpus, root / "out", root / "cache", data(cli(*words, "--home", root / "home"), "training"))


def test_the_folder_is_whole(training: Training) -> None:
    assert {p.name for p in training.folder.iterdir()} == FILES
    assert [p.name for p in training.folder.parent.iterdir() if p.name.startswith("out")] == ["out"]
    manifest = json.loads((training.folder / "manifest.json").read_text())
    assert manifest["version"] == training.report["version"]
    assert {f"accounts/{author}_1.jsonl" for author in AUTHORS} <= manifest["files"].keys()
    assert all(len(entry["sha256"]) == 64 and entry["licence"] for entry in manifest["files"].values())
    assert "operator's own" in {entry["licence"] for entry in manifest["files"].values()}


def test_the_report_counts(training: Training) -> None:
    report = training.report
    assert (report["n_accounts"], report["n_turns"], report["n_authors"]) == (12, 48, 3)
    (figures,) = report["figures"].values()
    assert (figures["n"], figures["n_positive"]) == (12, 6)
    assert 0.0 <= figures["low"] <= figures["auc"] <= figures["high"] <= 1.0


def test_the_weights_are_those_of_every_detector_and_to_its_side(training: Training) -> None:
    policy = tomllib.loads((training.folder / "account.toml").read_text())
    assert policy["version"] == training.report["version"]
    assert isinstance(policy["innocent_quartile"], float)
    assert policy["signal"].keys() == {d.info.name for d in ACTIVITY}
    for detector in ACTIVITY:
        weight = policy["signal"][detector.info.name]["weight"]
        assert weight * (1 if detector.info.bearing is Bearing.FOR else -1) >= 0.0


def test_the_heads_have_a_column_a_behaviour(training: Training) -> None:
    with np.load(training.folder / HEADS, allow_pickle=False) as heads:
        columns = [str(name) for name in heads["columns"]]
        assert set(taxonomy()) | {"doing", "operator", "ordinary"} <= set(columns)
        assert heads["weights"].shape == (2 * UseEncoder.dimensions + 5, len(columns))
        assert str(heads["version"]) == training.report["version"]
        assert all(np.isfinite(heads[name]).all() for name in ("weights", "bias", "slope", "offset"))


def test_the_card_says_what_it_was_learned_from(training: Training) -> None:
    card = (training.folder / "card.md").read_text(encoding="utf-8")
    for said in (
        training.report["version"],
        "12 whole accounts",
        "6 of operators",
        "3 authors",
        "never a ban",
        "Known limits",
    ):
        assert said in card


def test_the_same_accounts_give_the_same_bytes(training: Training, tmp_path: Path) -> None:
    """Vectors from the cache or from the encoder; over an older training, which is replaced."""
    words = ("lab", "train", "--data", training.corpus, "--home", tmp_path / "home", "--quiet")
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "manifest.json").write_text("{}")
    (tmp_path / "again" / "heads_other.npz").write_bytes(b"of an encoder that is no longer used")
    result = cli(*words, "--out", tmp_path / "again", "--cache", training.cache)
    assert result.exit_code == 0, result.output
    assert {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()} == {
        p.name: p.read_bytes() for p in training.folder.iterdir()
    }
    assert "12 accounts, 48 turns, 3 authors" in result.stdout
    assert UseEncoder.space in result.stdout
    assert "scan again" in result.stdout


def test_vectors_need_no_cache(training: Training, tmp_path: Path) -> None:
    words = ("lab", "train", "--data", training.corpus, "--home", tmp_path / "home", "--quiet")
    assert cli(*words, "--out", tmp_path / "bare").exit_code == 0
    assert (tmp_path / "bare" / HEADS).read_bytes() == (training.folder / HEADS).read_bytes()


def test_a_scan_uses_the_folder(training: Training, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / FILE_NAME).write_text(f"trained = '{training.folder}'\n", encoding="utf-8")
    log = write(tmp_path / "log.jsonl", group_log(n_ordinary=3))
    said = data(cli("scan", log, "--home", home, "--quiet", "--json"), "scan")
    assert said["read"]["n_subjects_read"] == 7
    account = data(cli("accounts", "show", "member3", "--home", home, "--json"), "account")["subjects"][0]
    policy = tomllib.loads((training.folder / "account.toml").read_text())
    start = next(e for e in account["ledger"] if e["name"] == "usual account")
    assert start["log_odds"] == pytest.approx(policy["intercept"], abs=5.1e-4)
    checks = data(cli("doctor", "--home", home, "--json"), "doctor")
    (encoder,) = [c for c in checks if c["name"] == "encoder"]
    assert encoder["ok"]


def refused(*words: str | Path, tmp_path: Path) -> str:
    result = cli("lab", "train", *words, "--home", tmp_path / "home", "--quiet")
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "try:   " in result.stderr
    return " ".join(result.stderr.split())


def test_a_bad_line_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    bad = accounts("t02")
    bad[1]["turns"][2]["stance"] = "dreaming"
    corpus = write_corpus(tmp_path / "accounts", t02=bad)
    said = refused("--data", corpus, "--out", tmp_path / "out", tmp_path=tmp_path)
    assert "t02_1.jsonl, line 2, turns.2.stance" in said
    assert not (tmp_path / "out").exists()


def test_two_authors_are_too_few(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "accounts")
    (corpus / "t03_1.jsonl").unlink()
    assert "2 authors" in refused("--data", corpus, "--out", tmp_path / "out", tmp_path=tmp_path)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    said = refused("--data", write_corpus(tmp_path / "accounts"), "--out", tmp_path / "out", tmp_path=tmp_path)
    assert "holds no training" in said
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["thesis.txt"]
