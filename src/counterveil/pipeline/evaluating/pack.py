"""A pack taken in: any folder with ``events.jsonl``, ``labels.csv`` and, if there is one, ``accounts.jsonl``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from counterveil.errors import InputError, UsageError
from counterveil.lab.labels import FILE, load_labels
from counterveil.lab.world import World
from counterveil.pipeline.ingest import IngestReport, ingest
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.records import stored_accounts, stored_events
from counterveil.pipeline.workspace import Workspace

_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
_REMEDY = (
    "A pack is a folder with events.jsonl, labels.csv and, if there is one, accounts.jsonl (docs/evaluation-packs.md)."
)
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack in memory. ``unlabelled`` accounts are in the log and not in the labels, ``unseen`` ones the other way round."""

    folder: Path
    world: World
    unlabelled: tuple[str, ...]
    unseen: tuple[str, ...]
    taken: IngestReport
    first_reject: str

    @property
    def malicious(self) -> int:
        """How many accounts the labels call malicious: the unit of the background ratio."""
        return sum(account.malicious for account in self.world.truth.accounts.values())

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """First and last event."""
        times = [event["time"] for event in self.world.events]
        return (min(times), max(times)) if times else None


def take_pack(folder: Path, workspace: Workspace, progress: Progress) -> Pack:
    """Read a pack into ``workspace`` (a temporary one) and into memory.

    Raises:
        UsageError: no folder, or one without a log.
        InputError: labels that cannot be read, or that are of another log (most of their accounts are not in it).
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", remedy=_REMEDY)
    truth = load_labels(folder / FILE)
    paths = [_one(folder, "events"), _one(folder, "accounts")]
    if paths[0] is None:
        raise UsageError(f"{folder}: no events.jsonl", remedy=_REMEDY)
    taken = ingest(workspace, [str(path) for path in paths if path is not None], progress=progress)
    events, accounts = tuple(stored_events(workspace)), tuple(stored_accounts(workspace))
    if not events:
        raise InputError(
            f"{paths[0]}: no event could be read ({taken.n_rejects:,} lines rejected)",
            remedy=_first_reject(workspace.home / "rejects.jsonl"),
        )
    active = {event["account_id"] for event in events}
    seen = active | {account["account_id"] for account in accounts}
    unseen = tuple(sorted(set(truth.accounts) - seen))
    if len(unseen) > _HALF * len(truth.accounts):
        raise InputError(
            f"{folder / FILE}: {len(unseen):,} of {len(truth.accounts):,} accounts are not in the log, {unseen[0]} for one",
            remedy="Labels and log must be of the same pack; ids are compared letter by letter.",
        )
    return Pack(
        folder,
        World(events, accounts, truth),
        tuple(sorted(active - set(truth.accounts))),
        unseen,
        taken,
        _first_reject(workspace.home / "rejects.jsonl"),
    )


def take_log(
    patterns: Sequence[str], format_name: str | None, workspace: Workspace, progress: Progress
) -> IngestReport:
    """Read a background log, in any format that a scan reads. Raises InputError where nothing can be read."""
    taken = ingest(workspace, patterns, format_name=format_name, progress=progress)
    if not taken.n_events:
        raise InputError(
            f"{', '.join(patterns)}: no event could be read ({taken.n_rejects:,} records rejected)",
            remedy=_first_reject(workspace.home / "rejects.jsonl"),
        )
    return taken


def _one(folder: Path, stem: str) -> Path | None:
    return next((path for ending in _ENDINGS if (path := folder / f"{stem}{ending}").is_file()), None)


def _first_reject(rejects: Path) -> str:
    """Why, by the example of the first record: the temporary folder itself is gone when this is read."""
    with rejects.open(encoding="utf-8") as lines:
        line = lines.readline()
    if not line:
        return "The file holds no record."
    first = orjson.loads(line)
    where = f"{first['file']}:{first.get('line', first.get('item'))}"
    return f"The first of them: {where}: {first['field']}: {first['reason']}. {first['remedy']}"
