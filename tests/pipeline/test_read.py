"""Reading: each text once by each encoder, whatever is read follows from log and settings, and what is left out is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.use import UseEncoder
from counterveil.engine.lake import Lake
from counterveil.errors import SettingsError
from counterveil.observe.language import language
from counterveil.observe.trained import heads_name, trained
from counterveil.pipeline import read
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.read import ReadReport
from counterveil.pipeline.scan import scan
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings
from tests.pipeline.conftest import Counted
from tests.pipeline.logs import event, group_log
from tests.pipeline.stored import concluded, tables
from tests.weights import suspicious, undecided

Make = Callable[..., Settings]
Write = Callable[..., Path]
LOG = group_log(n_ordinary=8)
# Members of one invoice send the same texts; what is ordinary is everybody's own.
N_MEMBER_TEXTS = 7 + 9
N_TEXTS = N_MEMBER_TEXTS + 8 * 4
# Ukrainian, Vietnamese and Khmer: the first encoder knows none of them.
OTHERS = (
    "Підкажіть, будь ласка, як правильно поливати помідори на балконі влітку?",
    "Xin hãy giải thích cho tôi cách nấu món phở bò truyền thống của Hà Nội.",
    "សូមជួយពន្យល់ខ្ញុំអំពីរបៀបធ្វើម្ហូបខ្មែរដ៏ឆ្ងាញ់នេះផង",
)


@pytest.fixture(autouse=True)
def _members_are_worth_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The group of these logs writes invoices; whether it gets a second look must not hang on the weights that ship."""
    monkeypatch.setattr(read, "_MEMBER_WORTH_A_LOOK", -99.0)


def with_others() -> list[dict[str, Any]]:
    """The group and others, and one person who asks in languages that only the second encoder knows."""
    return [*LOG, *(event(4000 + n, "polyglot", text) for n, text in enumerate(OTHERS))]


def read_of(settings: Settings, *paths: Path) -> ReadReport:
    with for_writing(settings) as workspace:
        return scan(workspace, [str(p) for p in paths], progress=Silent()).read


def changed_heads(folder: Path, *, space: str, **arrays: Any) -> Path:
    """A copy of what ships, in which some arrays of one space's heads are others."""
    shutil.copytree(trained(), folder)
    path = folder / heads_name(space)
    with np.load(path, allow_pickle=False) as stored:
        np.savez(path, **({name: stored[name] for name in stored.files} | arrays))
    return folder


def scores_of(settings: Settings) -> dict[str, dict[str, Any]]:
    found: list[Any] = tables(settings)["scores"]
    return {row["subject_id"]: row for row in found}


def test_a_text_is_encoded_once_by_each_encoder(
    make_settings: Make, write_log: Write, counted: Counted, tmp_path: Path
) -> None:
    """Also one that several accounts sent, and whatever is scanned later."""
    settings = make_settings(second_encoder="e5", trained=suspicious(tmp_path / "weights"))
    shared = "What would a lighthouse keeper think of the harbour tariff?"
    log = [*LOG, *(event(3000 + n, f"person{n}", shared) for n in range(6))]
    report = read_of(settings, write_log(log))
    assert report.n_texts == counted.texts(UseEncoder) == N_TEXTS + 1
    assert report.n_second == counted.texts(E5Encoder) == report.n_texts, "all are worth a second look"
    vectors = tables(settings)["vectors"]
    assert len({(row["content_key"], row["space"]) for row in vectors}) == len(vectors)  # type: ignore[index]
    assert len(vectors) == report.n_texts + report.n_second

    again = read_of(settings)
    assert (again.n_texts, again.n_second, counted.total()) == (0, 0, 0)
    late = write_log([event(5000, "person3", shared), event(5001, "person3", "Why is the sea salt?")], "late.jsonl")
    later = read_of(settings, late)
    assert later.n_texts == counted.texts(UseEncoder) == 1
    assert later.n_second == counted.texts(E5Encoder)


def test_other_heads_need_no_encoding(make_settings: Make, write_log: Write, counted: Counted, tmp_path: Path) -> None:
    path = write_log(LOG)
    read_of(make_settings(second_encoder="e5"), path)
    before = tables(make_settings(second_encoder="e5"))
    other = changed_heads(tmp_path / "other", space=UseEncoder.space, version=np.array("next"))
    bolder = changed_heads(
        tmp_path / "bolder",
        space=UseEncoder.space,
        version=np.array("bold"),
        offset=np.full(len(trained_columns()), 2.0, dtype=np.float32),
    )
    counted.clear()
    report = read_of(make_settings(second_encoder="e5", trained=other))
    assert (report.n_texts, report.n_second, counted.total()) == (0, 0, 0)
    # A new version with the same numbers: everything was computed again, and is the same.
    assert tables(make_settings(second_encoder="e5", trained=other)) == before

    report = read_of(make_settings(second_encoder="e5", trained=bolder))
    assert (report.n_texts, counted.texts(UseEncoder)) == (0, 0)
    after = tables(make_settings(second_encoder="e5", trained=bolder))
    assert len(after["readings"]) >= len(before["readings"]), "no reading of the heads before is left or lost"
    assert after["readings"] != before["readings"]
    assert after["scores"] != before["scores"]
    unchanged = ("turns", "subjects", "observations", "sifted", "segments", "claims")
    assert {kind: after[kind] for kind in unchanged} == {kind: before[kind] for kind in unchanged}
    fresh = make_settings("fresh", second_encoder="e5", trained=bolder)
    read_of(fresh, path)
    assert concluded(fresh) == {kind: after[kind] for kind in concluded(fresh)}


def trained_columns() -> list[str]:
    with np.load(trained() / heads_name(UseEncoder.space), allow_pickle=False) as stored:
        return [str(name) for name in stored["columns"]]


def test_without_a_second_encoder_other_languages_are_unread_and_it_is_said(
    make_settings: Make, write_log: Write, counted: Counted
) -> None:
    assert not any(UseEncoder().covers(language(text)) for text in OTHERS)
    settings = make_settings(second_encoder="none")
    report = read_of(settings, write_log(with_others()))
    assert report.n_texts_not_covered == len(OTHERS)
    assert report.n_subjects_unread == 1
    assert (report.n_texts, report.n_second, counted[E5Encoder.space]) == (N_TEXTS, 0, 0)
    found = scores_of(settings)
    assert (found["polyglot"]["n_read"], found["polyglot"]["n_not_covered"]) == (0, len(OTHERS))
    assert (found["polyglot"]["score"], found["polyglot"]["ledger"]) == (0.0, [])
    assert {row["n_not_covered"] for name, row in found.items() if name != "polyglot"} == {0}


def test_the_second_encoder_reads_other_languages(make_settings: Make, write_log: Write, counted: Counted) -> None:
    settings = make_settings(second_encoder="e5")
    report = read_of(settings, write_log(with_others()))
    assert (report.n_texts_not_covered, report.n_subjects_unread) == (0, 0)
    assert counted.texts(UseEncoder) == N_TEXTS
    assert report.n_texts == N_TEXTS + len(OTHERS)
    found = scores_of(settings)["polyglot"]
    assert (found["n_read"], found["n_not_covered"]) == (len(OTHERS), 0)


def test_one_encoder_alone_reads_everything_that_it_knows(
    make_settings: Make, write_log: Write, counted: Counted
) -> None:
    settings = make_settings(first_encoder="none", second_encoder="e5")
    report = read_of(settings, write_log(with_others()))
    assert (report.n_texts, report.n_second) == (N_TEXTS + len(OTHERS), 0)
    assert (counted.texts(UseEncoder), counted.texts(E5Encoder)) == (0, report.n_texts)


@pytest.mark.parametrize(
    "changes",
    [
        ({}, {"second_encoder": "none"}),
        ({}, {"second_budget_texts": 0}),
        ({}, {"first_encoder": "none"}),
        ({"first_encoder": "none"}, {}),
        ({"second_encoder": "none"}, {}),
    ],
)
def test_findings_follow_from_the_settings_of_the_last_scan(
    make_settings: Make,
    write_log: Write,
    counted: Counted,
    tmp_path: Path,
    changes: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    """What earlier scans read with other encoders is kept, and weighs nothing that these settings would not weigh."""
    first, then = changes
    # Within a budget, what was read once by a text's first reader stays read.
    path = write_log(LOG if then.get("second_budget_texts") == 0 else with_others())
    both = {"second_encoder": "e5", "trained": undecided(tmp_path / "weights")}
    read_of(make_settings(**(both | first)), path)
    read_of(make_settings(**(both | then)))
    read_of(make_settings("fresh", **(both | then)), path)
    assert concluded(make_settings(**(both | then))) == concluded(make_settings("fresh", **(both | then)))


def test_a_small_budget_reads_members_and_says_who_is_left(
    make_settings: Make, write_log: Write, counted: Counted
) -> None:
    settings = make_settings(read_budget_texts=0)
    report = read_of(settings, write_log(LOG))
    assert (report.n_texts, report.n_subjects_read, report.n_subjects_unread) == (N_MEMBER_TEXTS, 4, 8)
    assert {name for name, row in scores_of(settings).items() if row["n_read"]} == {f"member{i}" for i in range(4)}
    wider = make_settings(read_budget_texts=12)
    assert 0 < read_of(wider).n_texts <= 12


def test_of_a_busy_subject_a_fixed_sample_is_read(make_settings: Make, write_log: Write, counted: Counted) -> None:
    path = write_log(LOG)
    settings = make_settings(max_read_texts_per_subject=3)
    report = read_of(settings, path)
    assert 8 * 3 + 3 < report.n_texts <= 12 * 3
    assert {row["n_read"] for row in scores_of(settings).values()} == {3}
    # What was read of more before does not count either.
    wide = make_settings("wide")
    read_of(wide, path)
    narrow = make_settings("wide", max_read_texts_per_subject=3)
    read_of(narrow)
    assert concluded(narrow) == concluded(settings)


def test_the_order_of_scans_does_not_change_who_is_looked_at_twice(
    make_settings: Make, write_log: Write, counted: Counted, tmp_path: Path
) -> None:
    """A person whose first texts alone looked worth a second look, and a group that is only found at the end."""
    log = with_others()
    parts = [write_log(log[i::3], f"part{i}.jsonl") for i in range(3)]
    found = []
    weights = undecided(tmp_path / "weights")
    for name, scans in (("whole", [parts]), ("parts", [[parts[i]] for i in (2, 0, 1)])):
        settings = make_settings(name, second_encoder="e5", trained=weights)
        for paths in scans:
            read_of(settings, *paths)
        found.append(concluded(settings))
        twice = tables(settings)["second_looks"]
        assert 0 < len(twice) < N_TEXTS, "some were worth a second look and some were not"
    assert found[0] == found[1]


def test_interrupted_while_encoding_ends_like_an_undisturbed_run(
    make_settings: Make, write_log: Write, counted: Counted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Again and again, in the first look and in the second: what was encoded is kept, the tables are the same."""
    for name, size in (("_UNIT", 8), ("_FILE_UNITS", 2), ("_FILE_UNITS_SECOND", 1)):
        monkeypatch.setattr(read, name, size)
    path = write_log(with_others())
    reading = {"second_encoder": "e5", "trained": undecided(tmp_path / "weights")}
    calm, broken = make_settings("calm", **reading), make_settings("broken", **reading)
    report = read_of(calm, path)
    n_halves = counted.total()
    assert min(report.n_texts, report.n_second) >= N_MEMBER_TEXTS
    counted.clear()
    kills = 0
    for patience in (0, 3, 5, 6, 7, 2, 3, 4, 100):
        counted.calls, counted.stop_at = 0, patience
        try:
            read_of(broken, path)
            break
        except KeyboardInterrupt:
            kills += 1
    assert kills >= 5
    assert tables(broken) == tables(calm)
    # A kill loses what is in no file yet: at most two units, and half of one.
    assert counted.total() <= n_halves + kills * 2 * 8 * 3


def test_interrupted_while_writing_ends_like_an_undisturbed_run(
    make_settings: Make, write_log: Write, counted: Counted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Killed after a file is written and before the ledger names it, at each stage from sifting on."""
    path = write_log(with_others())
    reading = {"second_encoder": "e5", "trained": undecided(tmp_path / "weights")}
    calm, broken = make_settings("calm", **reading), make_settings("broken", **reading)
    read_of(calm, path)
    really = Lake.write
    killed_at = list[str]()

    def write(self: Lake, table: Any, relative: str) -> int:
        size = really(self, table, relative)
        kind = relative.split("/", maxsplit=1)[0]
        if next(iter(waiting), None) == kind:
            killed_at.append(waiting.pop(0))
            raise KeyboardInterrupt
        return size

    monkeypatch.setattr(Lake, "write", write)
    stages = ["segments", "claims", "vectors", "readings", "vectors", "readings", "second_looks", "scores", "signals"]
    waiting = list(stages)
    while waiting:
        with pytest.raises(KeyboardInterrupt):
            read_of(broken, path)
    read_of(broken, path)
    assert killed_at == stages
    assert tables(broken) == tables(calm)


def test_a_folder_without_heads_is_a_clear_error(make_settings: Make, write_log: Write, tmp_path: Path) -> None:
    path = write_log(LOG[:3])
    shutil.copytree(trained(), tmp_path / "half")
    (tmp_path / "half" / heads_name(E5Encoder.space)).unlink()
    with pytest.raises(SettingsError, match=f"no heads for the vector space {E5Encoder.space}") as refused:
        read_of(make_settings("a", second_encoder="e5", trained=tmp_path / "half"), path)
    assert "lab train" in refused.value.remedy
    assert not (tmp_path / "a" / "lake" / "events").exists(), "refused before anything was read"
    assert read_of(make_settings("b", trained=tmp_path / "half"), path).n_texts == 3
