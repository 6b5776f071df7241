"""A log without bodies still gives infrastructure, identity and timing evidence (DESIGN.md §4), and accuses nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from counterveil.model.operation import Verdict
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.scan import scan
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings
from tests.pipeline.logs import event


def test_metadata_only(make_settings: Callable[..., Settings], write_log: Callable[..., Path]) -> None:
    names = [f"farm{n}" for n in range(4)] + [f"person{n}" for n in range(40)]
    events = [
        event(index * 3 + turn, name, "", input=[], output=[], device_id=f"dev-{index // 2 if index < 4 else index}")
        for index, name in enumerate(names)
        for turn in range(3)
    ]
    accounts = [
        {
            "account_id": name,
            "created_at": f"2026-02-{1 + index // 2 if index >= 4 else 1:02d}T0{index % 10 if index >= 4 else 1}:02:00Z",
            "payment_fingerprint": "card-1" if index < 4 else f"card-{name}",
            "email": f"harborlin{index}@mail.example" if index < 4 else f"{name}@mail.example",
        }
        for index, name in enumerate(names)
    ]
    with for_writing(make_settings()) as workspace:
        report = scan(
            workspace,
            [str(write_log(events)), str(write_log(accounts, "accounts.jsonl"))],
            progress=Silent(),
        )
    assert report.linked.groups == [[f"farm{n}" for n in range(4)]]
    families = {thing.family.value for link in report.linked.links.values() for thing in link.shared}
    assert {"infrastructure", "identity", "timing"} <= families
    (operation,) = report.assessed.operations
    assert operation.verdict is Verdict.COHORT
    assert report.assessed.leads == ()
