"""DESIGN.md §3.2 on a whole scan: country and language settings change nothing, one VPN for everybody links nobody."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from counterveil.model.link import Link
from counterveil.model.signal import SIGNAL_SCHEMA
from counterveil.pipeline.assess import SCORE_SCHEMA
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.scan import scan
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import load
from counterveil.store import batches, findings
from tests.pipeline.logs import group_log

LOCALES = (None, "zh-CN", "es-PE", "km-KH", "en-US", "ru-RU", "fa-IR", "de-DE")
COUNTRIES = (None, "CN", "PE", "KH", "US", "RU", "IR", "DE")
VPN = "198.18.44.4"
Record = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What a scan concluded."""

    links: dict[tuple[str, str], Link]
    scores: list[Record]
    signals: list[Record]
    operations: list[Record]
    leads: list[Record]


def concluded(folder: Path, events: list[Record], accounts: list[Record]) -> Seen:
    folder.mkdir()
    for name, records in (("events", events), ("accounts", accounts)):
        (folder / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in records))
    settings = load({"home": folder / "home", "workers": 1, "second_encoder": "none"}, environ={})[0]
    # A workspace's secret orders the texts that are read together; only what a test changes may differ here.
    settings.home.mkdir()
    (settings.home / "secret").write_text("07" * 32, encoding="ascii")
    with for_writing(settings) as workspace:
        report = scan(workspace, [str(folder)], progress=Silent())
        with workspace.database.begin() as connection:
            times = ("first_found_at", "changed_at")
            operations = [{k: v for k, v in o.items() if k not in times} for o in findings.operations(connection)]
            leads = [{k: v for k, v in o.items() if k not in times} for o in findings.leads(connection)]
            scores = workspace.lake.read(batches.paths(connection, "scores"), SCORE_SCHEMA).to_pylist()
            signals = workspace.lake.read(batches.paths(connection, "signals"), SIGNAL_SCHEMA).to_pylist()
    return Seen(report.linked.links, scores, signals, operations, leads)


def log() -> tuple[list[Record], list[Record]]:
    """The group, people who share nothing, and two that share a little: an unusual name and the address of sign-up."""
    events = [event | {"client_ip": f"198.18.9.{1 + n % 200}"} for n, event in enumerate(group_log())]
    for event in events:
        if event["account_id"] in ("person1", "person2"):
            event["input"][0]["content"] += " My neighbour “Oskar Zwierzynski” asks."
    ids = sorted({event["account_id"] for event in events})
    accounts = [{"account_id": a, "signup_ip": f"198.18.7.{i}", "signup_country": "US"} for i, a in enumerate(ids)]
    return [event | {"locale": "en-US"} for event in events], accounts


def inside(record: Record) -> bool:
    """Whether this is of the group that keeps pasting one brief."""
    return str(record["account_id"]).startswith("member")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Record], list[Record]], Seen]:
    def go(events: list[Record], accounts: list[Record]) -> Seen:
        return concluded(tmp_path_factory.mktemp("scan") / "log", events, accounts)

    return go


@pytest.fixture(scope="module")
def plain(run: Callable[..., Seen]) -> Seen:
    return run(*log())


def test_the_log_has_something_to_conclude(plain: Seen) -> None:
    assert plain.links
    assert plain.operations
    assert len({row["score"] for row in plain.scores}) > 1
    assert {row["subject_id"] for row in plain.signals} == {row["subject_id"] for row in plain.scores}
    assert len({row["detector"] for row in plain.signals}) > 5
    assert any(row["ledger"] for row in plain.scores)


def test_country_and_locale_change_nothing(run: Callable[..., Seen], plain: Seen) -> None:
    rng = random.Random(20260302)
    events, accounts = log()
    moved = [event | {"locale": rng.choice(LOCALES)} for event in events]
    settled = [account | {"signup_country": rng.choice(COUNTRIES)} for account in accounts]
    assert run(moved, settled) == plain


def test_without_country_and_locale_nothing_is_different(run: Callable[..., Seen], plain: Seen) -> None:
    """A log that never had the fields is scored the same, signal by signal."""
    events, accounts = log()
    blank = [{k: v for k, v in event.items() if k != "locale"} for event in events]
    nowhere = [{k: v for k, v in account.items() if k != "signup_country"} for account in accounts]
    assert len(blank[0]) < len(events[0])
    assert run(blank, nowhere) == plain


def test_the_country_of_the_group_alone_changes_nothing(run: Callable[..., Seen], plain: Seen) -> None:
    """All of the group from one country and of one locale, everybody else from another."""
    events, accounts = log()
    moved = [event | {"locale": "zh-CN" if inside(event) else "en-US"} for event in events]
    settled = [account | {"signup_country": "CN" if inside(account) else "US"} for account in accounts]
    assert run(moved, settled) == plain


def test_one_vpn_for_everybody_links_nobody(run: Callable[..., Seen], plain: Seen) -> None:
    events, accounts = log()
    other = run([event | {"client_ip": VPN} for event in events], accounts)
    assert other.links.keys() == plain.links.keys()
    assert {lead["about"] for lead in other.leads} == {lead["about"] for lead in plain.leads}
    assert [o["confidence"] for o in other.operations] == [o["confidence"] for o in plain.operations]
    assert other.signals == plain.signals
    for name in ("board", "origin"):
        assert [o[name] for o in other.operations] == [o[name] for o in plain.operations]
    assert [lead["rank_score"] for lead in other.leads] == [lead["rank_score"] for lead in plain.leads]
    shared = [thing for link in other.links.values() for thing in link.shared if thing.value == VPN]
    assert all(thing.evidence_class.value == "C" for thing in shared)


def test_another_time_zone_changes_nothing(run: Callable[..., Seen], plain: Seen) -> None:
    """Everybody nine hours later: the same links, hypotheses, origin, leads and ranks."""
    events, accounts = log()
    later = [e | {"time": (datetime.fromisoformat(e["time"]) + timedelta(hours=9)).isoformat()} for e in events]
    other = run(later, accounts)
    assert other.scores == plain.scores
    assert [lead | {"ledger": ()} for lead in other.leads] == [lead | {"ledger": ()} for lead in plain.leads]
    for name in ("board", "origin", "confidence", "behaviours"):
        assert [o[name] for o in other.operations] == [o[name] for o in plain.operations]


def test_there_is_something_that_could_change(plain: Seen) -> None:
    """Boards of several hypotheses over evidence, and no origin without a word from outside."""
    for found in plain.operations:
        kinds = [h["innocent"] for h in found["board"]["hypotheses"]]
        assert kinds.count(False) >= 2
        assert kinds.count(True) >= 1
        assert found["board"]["evidence"]
        assert found["origin"]["place"] == ""
