"""The quality report of a workspace: kept by the scan, the same whatever the order of the log, honest about what is missing."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from counterveil.pipeline.ingest import ingest
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.quality import report
from counterveil.pipeline.scan import ScanReport, scan
from counterveil.pipeline.workspace import for_writing
from counterveil.quality.health import Check, Status
from counterveil.settings import Settings
from counterveil.store import batches
from tests.pipeline.logs import START, event, group_log

Make = Callable[..., Settings]
Write = Callable[..., Path]


def stored(settings: Settings, log: Path) -> tuple[ScanReport, dict[str, Any]]:
    """Scan, and the report that it kept."""
    with for_writing(settings) as workspace:
        done = scan(workspace, [str(log)], progress=Silent())
        with workspace.database.begin() as connection:
            return done, batches.get_fact(connection, report.REPORT)


def found_in(settings: Settings, events: list[dict[str, Any]], write_log: Write, name: str = "log") -> dict[str, Check]:
    """The checks of the data after an ingest."""
    with for_writing(settings) as workspace:
        ingest(workspace, [str(write_log(events, f"{name}.jsonl"))], progress=Silent())
        return {c.name: c for c in report.health(workspace)}


def test_the_report_follows_from_the_log_and_not_from_its_order(make_settings: Make, write_log: Write) -> None:
    events = group_log()
    shuffled = random.Random(5).sample(events, len(events))
    done, first = stored(make_settings("a"), write_log(events))
    _, second = stored(make_settings("b"), write_log(shuffled, "other.jsonl"))
    assert first["topics"]
    for key in ("topics", "disagreement", "n_texts", "n_flagged"):
        assert first[key] == second[key]
    assert sum(t["n_texts"] for t in first["topics"]) == first["n_texts"]
    assert sum(s["n_texts"] for s in first["disagreement"]["standings"]) >= first["n_texts"]
    assert done.quality["n_topics"] == len(first["topics"])
    assert "quality" in done.seconds


def test_a_second_scan_keeps_names_and_encodes_nothing(make_settings: Make, write_log: Write) -> None:
    log = write_log(group_log())
    _, first = stored(make_settings(), log)
    again, second = stored(make_settings(), log)
    assert [t["topic"] for t in first["topics"]] == [t["topic"] for t in second["topics"]]
    assert again.read.n_texts == again.read.n_second == 0
    assert again.quality["n_drifted"] == 0


def test_masked_things_are_in_no_description(make_settings: Make, write_log: Write) -> None:
    texts = (
        "write to {0}@secret-mail.example about labrujula-altiplano.example, Ramiro Oquendo wants the sourdough ready"
    )
    events = [event(i, f"acc{i % 12}", texts.format(f"box{i}") + f" for {i} guests") for i in range(60)]
    events += group_log()
    _, found = stored(make_settings(), write_log(events))
    words = {word for t in found["topics"] for word in t["terms"]}
    assert words
    assert not [w for w in words if "secret" in w or "example" in w or "@" in w or any(c.isdigit() for c in w)]


def test_a_log_without_bodies_has_health_and_no_topics(make_settings: Make, write_log: Write) -> None:
    events = [event(i, f"p{i % 9}", "", input=[], output=[], device_id=f"d{i % 9}") for i in range(90)]
    done, found = stored(make_settings(), write_log(events))
    assert found["topics"] == []
    assert found["disagreement"]["usual_concern"]["value"] is None
    assert done.quality["n_blind_spots"] == 0
    with for_writing(make_settings()) as workspace:
        checks = {c.name: c for c in report.health(workspace)}
        drift = report.drift(workspace)
    assert checks["texts"].status is Status.WARN
    assert checks["texts"].seen == "in no event"
    assert checks["device_id"].status is Status.OK
    assert drift is not None
    assert all(c["level"] == "too few" for c in drift["changes"])


def test_an_empty_workspace_is_one_bad_check(make_settings: Make) -> None:
    with for_writing(make_settings()) as workspace:
        assert [c.status for c in report.health(workspace)] == [Status.BAD]
        assert report.drift(workspace) is None
        assert report.standing_report(workspace, Silent())["n_topics"] == 0


def test_injected_faults_of_a_log_are_found(make_settings: Make, write_log: Write) -> None:
    days = [
        event(d * 100 + i, f"p{i % 7}", f"how do I bake loaf {d} {i}", time=(START + timedelta(days=d, minutes=9 * i)).isoformat())
        | {"device_id": None if d == 3 else f"dev{i % 7}", "client_ip": "198.51.100.7"}
        for d in range(6)
        for i in range(60)
    ]  # fmt: skip
    sound = [{**e, "device_id": "dev1"} for e in days]
    before = found_in(make_settings("sound"), sound, write_log, "sound")
    assert before["device_id"].status is before["clock"].status is before["gaps in time"].status is Status.OK
    future = [{**e, "time": "2098-01-01T00:00:00Z", "event_id": f"f{n}"} for n, e in enumerate(days[:2])]
    after = found_in(make_settings("faulty"), [*days, *future], write_log, "faulty")
    assert after["device_id"].status is Status.BAD
    assert "2026-03-05" in after["device_id"].seen
    assert after["clock"].status is Status.BAD
    assert after["accounts without registration"].status is Status.WARN


def test_what_comes_after_the_reference_is_compared_with_it(make_settings: Make, write_log: Write) -> None:
    def person(n: int, text: str, week: int) -> dict[str, Any]:
        at = START + timedelta(days=7 * week, minutes=n)
        return event(n + 1000 * week, f"w{week}p{n}", f"{text} {n}", time=at.isoformat(), model="small")

    english = [
        person(n, "Could you please tell me how long the bread has to stay in the oven for", 0) for n in range(80)
    ]
    same = [person(n, "Would you kindly explain how the night buses run on a public holiday in", 1) for n in range(80)]
    other = [person(n, "请告诉我面包要在烤箱里烤多长时间才能熟透并且外皮酥脆", 1) for n in range(80)]
    for name, later, moved in (("same", same, False), ("other", other, True)):
        settings = make_settings(name)
        stored(settings, write_log(english, f"{name}1.jsonl"))
        stored(settings, write_log(later, f"{name}2.jsonl"))
        with for_writing(settings) as workspace:
            found = report.drift(workspace)
        assert found is not None
        levels = {c["name"]: c["level"] for c in found["changes"]}
        assert found["compared"] == "subjects active after the reference"
        assert (levels["language"] == "large") is moved
        assert any(c["name"].startswith("language, week of 2026-03-09") for c in found["weeks"])
        assert any(c["level"] == "large" for c in found["weeks"] if c["name"].startswith("language")) is moved
