"""Exit codes of DESIGN.md §7, and that every refusal comes with a remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from counterveil.cli import main
from counterveil.cli.exits import EXIT_CODES, FINE, FOUND, INTERRUPTED, PARTIAL, USAGE
from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.use import UseEncoder
from counterveil.errors import CounterveilError
from counterveil.service import scanning
from counterveil.store.lock import writing
from tests.cli.conftest import Scanned, cli, data, write
from tests.pipeline.logs import event


def refused(result: Result, *said: str) -> None:
    """Exit 2, one sentence and a remedy on standard error, nothing on standard output."""
    assert result.exit_code == USAGE, result.output
    assert result.stdout == ""
    shown = result.stderr
    assert "error: " in shown
    assert "try:   " in shown
    assert "Traceback" not in shown
    for part in said:
        assert part in shown


@pytest.mark.parametrize(
    "words",
    [
        ("leads", "list"), ("leads", "show", "LD-1"), ("operations", "list"), ("operations", "show", "OP-1"), ("accounts", "show", "a"),
        ("scan",), ("lab", "evaluate", "nowhere", "truth"),
    ],
)  # fmt: skip
def test_no_workspace(words: tuple[str, ...], tmp_path: Path) -> None:
    """Reading commands say how to get a workspace, and make none by themselves."""
    if words[0] == "lab":
        write(tmp_path / "truth" / "accounts.jsonl", [])
        write(tmp_path / "truth" / "operations.jsonl", [])
        refused(cli(*words), "nowhere", "counterveil scan")
    else:
        refused(cli(*words, "--home", tmp_path / "nothing"), "counterveil scan")
        assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("leads", "show", "LD-nobody"), "leads list"),
        (("operations", "show", "OP-nobody"), "operations list --all"),
        (("accounts", "show", "nobody"), "operations show"),
    ],
)
def test_unknown_ids(workspace: Scanned, words: tuple[str, ...], where: str) -> None:
    refused(workspace.run(*words), words[-1], where)
    refused(workspace.run(*words, "--json"), words[-1])


def test_the_beginning_of_many_ids_is_no_id(workspace: Scanned, tmp_path: Path) -> None:
    """Half an id that fits two leads names neither."""
    home = tmp_path / "copy"
    shutil.copytree(workspace.home, home)
    engine = create_engine(f"sqlite:///{home / 'state.db'}")
    with engine.begin() as connection:
        columns = "kind, about, rank_score, body_digest, first_found_at, changed_at"
        connection.execute(text(
            f"insert into lead (lead_id, body, {columns}) "
            f"select 'LD-second', json_set(body, '$.lead_id', 'LD-second'), {columns} from lead limit 1"
        ))  # fmt: skip
    engine.dispose()
    refused(cli("leads", "show", "LD-", "--home", home), "2 match")
    assert cli("leads", "show", "LD-sec", "--home", home).exit_code == FINE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.jsonl",), "no such file"),
        (("empty-folder",), "no log files"),
        (("log.jsonl", "--format", "nosuch"), "no format 'nosuch'"),
        (("log.jsonl", "--map", "account_id"), "not FIELD=PATH"),
        (("log.jsonl", "--map", "=x"), "not FIELD=PATH"),
        (("log.jsonl", "--map", "acount_id=x"), "no such field"),
        (("strange.jsonl",), "format not recognised"),
        (("log.jsonl", "--workers", "0"), "command line: workers"),
    ],
)
@pytest.mark.parametrize("verb", ["scan", "ingest"])
def test_what_cannot_be_read(verb: str, words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl", [event(1, "a", "x")])
    write(tmp_path / "strange.jsonl", [{"temperature": 21.5}, {"temperature": 22.0}])
    (tmp_path / "empty-folder").mkdir()
    refused(cli(verb, *words, "--home", tmp_path / "home", "--quiet"), said)


def test_nothing_to_ingest(tmp_path: Path) -> None:
    refused(cli("ingest", "--home", tmp_path / "home"), "nothing to read")


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_workspace_where_a_file_is(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    write(tmp_path / "log.jsonl", [event(1, "a", "x")])
    refused(
        cli("scan", tmp_path / "log.jsonl", "--home", tmp_path / "file" / below, "--quiet"), "no workspace can be here"
    )


def test_another_writer(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [event(1, "a", "x")])
    with writing(tmp_path / "home"):
        refused(cli("scan", log, "--home", tmp_path / "home", "--quiet"), "another counterveil is writing")


def test_a_state_of_a_newer_version(workspace: Scanned, tmp_path: Path) -> None:
    home = tmp_path / "newer"
    home.mkdir()
    shutil.copy(workspace.home / "state.db", home)
    engine = create_engine(f"sqlite:///{home / 'state.db'}")
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    refused(cli("leads", "list", "--home", home), "9999")


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("leads", "bogus"),
        ("leads", "show"),
        ("leads", "list", "--limit", "0"),
        ("scan", "--bogus"),
        ("lab", "generate", "x", "--days", "1"),
    ],
)
def test_usage(words: tuple[str, ...]) -> None:
    result = cli(*words)
    assert result.exit_code == USAGE
    assert result.stderr


def test_rejects_end_with_partial(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    write(log, [event(1, "a", "fine")])
    log.write_bytes(log.read_bytes() + b"{broken\n")
    result = cli("ingest", log, "--home", tmp_path / "home", "--quiet")
    assert result.exit_code == PARTIAL
    assert "1 new events, 0 duplicates, 0 account records, 1 rejects" in result.stdout
    assert str(tmp_path / "home" / "rejects.jsonl") in result.stdout
    assert '"line":2' in (tmp_path / "home" / "rejects.jsonl").read_text().replace(" ", "")


def test_a_scan_with_rejects_ends_with_partial_and_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    write(log, [event(1, "a", "fine")])
    log.write_bytes(log.read_bytes() + b"{broken\n")
    result = cli("scan", log, "--home", tmp_path / "home", "--quiet", "--json")
    assert result.exit_code == PARTIAL
    assert data(result, "scan")["linking"]["n_population"] == 1


def test_doctor_finds_nothing_wrong(workspace: Scanned) -> None:
    result = workspace.run("doctor")
    assert result.exit_code == FINE, result.stdout
    assert "FAULT" not in result.stdout
    checks = data(workspace.run("doctor", "--json"), "doctor")
    assert {c["name"] for c in checks} >= {
        "python",
        "engine",
        "encoder",
        "detectors",
        "policies",
        "folder",
        "workspace",
    }
    assert all(c["ok"] for c in checks)
    assert [c["seen"].split(":")[0] for c in checks if c["name"] == "encoder"] == [UseEncoder.space]
    assert "110 events" in next(c["seen"] for c in checks if c["name"] == "workspace")


def test_doctor_tries_every_encoder_for_real(tmp_path: Path) -> None:
    both = cli("doctor", "--home", tmp_path, "--json", env={"COUNTERVEIL_SECOND_ENCODER": "e5"})
    assert both.exit_code == FINE
    seen = [c["seen"] for c in data(both, "doctor") if c["name"] == "encoder"]
    assert [s.split(":")[0] for s in seen] == [UseEncoder.space, E5Encoder.space]
    assert all("nearer than stranger" in s for s in seen)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"COUNTERVEIL_SECOND_ENCODER": "endpoint"}, "encoder_url"),
        ({"COUNTERVEIL_SECOND_ENCODER": "onnx", "COUNTERVEIL_ENCODER_MODEL": "nowhere"}, "nowhere"),
        ({"COUNTERVEIL_TRAINED": "nowhere"}, "no heads_"),
    ],
)
def test_doctor_finds_an_encoder_or_heads_that_are_not_there(tmp_path: Path, env: dict[str, str], said: str) -> None:
    result = cli("doctor", "--home", tmp_path, "--json", env=env)
    assert result.exit_code == FOUND
    (fault,) = [c for c in data(result, "doctor") if not c["ok"]]
    assert fault["name"] == "encoder"
    assert said in fault["seen"]
    assert fault["remedy"]
    log = write(tmp_path / "log.jsonl", [event(1, "a", "x")])
    refused(cli("scan", log, "--home", tmp_path / "home", "--quiet", env=env), said)


def test_doctor_finds_a_lost_file(workspace: Scanned, tmp_path: Path) -> None:
    home = tmp_path / "copy"
    shutil.copytree(workspace.home, home)
    next((home / "lake" / "turns").rglob("*.parquet")).unlink()
    result = cli("doctor", "--home", home, "--json")
    assert result.exit_code == FOUND
    faults = [c for c in data(result, "doctor") if not c["ok"]]
    assert [c["name"] for c in faults] == ["workspace"]
    assert faults[0]["remedy"]
    assert "FAULT" in cli("doctor", "--home", home).stdout


def test_doctor_finds_a_broken_state_and_a_bad_folder(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "state.db").write_bytes(b"no database" * 100)
    assert cli("doctor", "--home", broken).exit_code == FOUND
    (tmp_path / "file").write_text("not a folder")
    result = cli("doctor", "--home", tmp_path / "file" / "home", "--json")
    assert result.exit_code == FOUND
    assert [c["name"] for c in data(result, "doctor") if not c["ok"]] == ["folder"]


def test_every_expected_error_has_its_code() -> None:
    def below(kind: type[CounterveilError]) -> set[type[CounterveilError]]:
        return {kind, *(k for child in kind.__subclasses__() for k in below(child))}

    assert below(CounterveilError) - {CounterveilError} == set(EXIT_CODES)


@pytest.mark.parametrize(
    ("raised", "code"), [(RuntimeError("a fault of ours"), USAGE), (KeyboardInterrupt(), INTERRUPTED)]
)
def test_a_crash_is_not_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: BaseException, code: int
) -> None:
    """Python's own exit code for a crash is 1, which here means that a check found something."""

    def fails(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(main, "app", fails)
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == code
    if code == USAGE:
        assert "a fault of ours" in capsys.readouterr().err


def test_an_interruption_says_that_work_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scanning, "ingest", interrupted)
    log = write(tmp_path / "log.jsonl", [event(1, "a", "x")])
    result = CliRunner().invoke(main.app, ["ingest", str(log), "--home", str(tmp_path / "home"), "--quiet"])
    assert result.exit_code == INTERRUPTED
    assert "same command" in result.stderr
