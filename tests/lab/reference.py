"""A small frozen evaluation, compared in CI with what it was: ``python -m tests.lab.reference`` writes it anew.

A difference is no fault by itself: whoever changes what is found looks at it, and commits the new figures with the change.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from counterveil.lab.generate import generate
from counterveil.lab.labels import label_lines, load_labels, operations_of
from counterveil.lab.truth import Truth
from counterveil.pipeline.progress import Silent
from counterveil.service.evaluation import Plan, evaluate_pack
from counterveil.settings import load

STORED = Path(__file__).with_name("reference.json")
SEED = 4
_OPERATIONS = ("op_jobs", "op_task", "op_tracker")
_LOOKALIKES = ("jobseeker", "victim", "agency", "translator")
# The first requests of each account: enough to link and to read, and quick.
_EVENTS = 10


def write_pack(folder: Path) -> Path:
    """Three operations and four kinds of look-alikes of a generated scenario, the first requests of each account."""
    whole, part = folder / "whole", folder / "pack"
    generate(whole, seed=SEED, background=0, days=7)
    part.mkdir()
    key = load_labels(whole / "labels.csv")
    chosen = {n: a for n, a in key.accounts.items() if a.group in _OPERATIONS or a.kind in _LOOKALIKES}
    (part / "labels.csv").write_bytes(label_lines(Truth(chosen, operations_of(chosen.values()))))
    for name in ("events.jsonl", "accounts.jsonl"):
        seen: Counter[str] = Counter()
        with (whole / name).open("rb") as lines, (part / name).open("wb") as out:
            for line in lines:
                account = orjson.loads(line)["account_id"]
                seen[account] += 1
                if account in chosen and seen[account] <= _EVENTS:
                    out.write(line)
    return part


def figures(folder: Path) -> dict[str, Any]:
    """The frozen part of the scorecard: everything but wall times and versions."""
    settings = load({"home": folder / "unused", "workers": 1, "second_encoder": "none"}, environ={})[0]
    card = evaluate_pack(settings, Plan(pack=write_pack(folder), ratios=(1.0,), seed=SEED), Silent())
    (run,) = card.runs
    e, q = run.measured.counterveil, run.measured.queue
    found: dict[str, Any] = {
        "events": card.events,
        "background": run.background,
        "auc": e.auc,
        "at": [[at.rate, at.cutoff, at.benign.hits, at.accounts.hits, at.operations.hits] for at in e.at],
        "suspected_groups": asdict(e.suspected_grouping),
        "groups": asdict(e.grouping),
        "operations": [
            [row.operation_id, row.members, [p.hits for p in row.flagged], row.group_share.hits] for row in e.operations
        ],
        "benign": [
            [row.label, row.kind, row.accounts, [p.hits for p in row.flagged], row.suspected.hits]
            for row in e.benign_kinds
        ],
        "languages": [
            [row.language, [p.total for p in row.recall[:1]], [p.hits for p in row.recall]] for row in e.languages
        ],
        "queue": {"leads": q.leads, "right": q.right.hits, "accounts": q.accounts.hits, "benign": q.benign.hits},
        "false_positives": [[f.account_id, f.kind, f.score, f.in_queue] for f in run.measured.false_positives],
        "duplicates_auc": run.measured.duplicates.auc,
        "keywords_auc": run.measured.keywords.auc,
    }
    return orjson.loads(orjson.dumps(found))  # type: ignore[no-any-return]


def main() -> None:
    """Write the figures of now."""
    with tempfile.TemporaryDirectory() as folder:
        STORED.write_bytes(orjson.dumps(figures(Path(folder)), option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.write(f"{STORED}\n")


if __name__ == "__main__":
    main()
