"""Ingest: logs into the lake, each unit of input wholly or not at all.

The ledger makes it idempotent (a unit's digest) and resumable (a killed run continues with the first unit that is not
in the ledger); the key set makes it exact (an event id counts once, wherever it turns up again).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from counterveil.engine.keyset import KeySet
from counterveil.errors import InputError, UsageError
from counterveil.ids import digest_hex, utc_now
from counterveil.model.event import EVENT_SCHEMA, TEXT_SCHEMA
from counterveil.pipeline.pool import ordered_map
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.workspace import Workspace
from counterveil.sources.base import BadFieldError, Frame, ReadOptions, Reject, Source
from counterveil.sources.build import check_overrides
from counterveil.sources.expand import expand
from counterveil.sources.frames import STDIN, frames, label_of
from counterveil.sources.joining import Ready
from counterveil.sources.parse import Parsed, parse, records
from counterveil.sources.registry import by_name, detect, new_joiners
from counterveil.store import batches
from counterveil.store.batches import BatchRow, FileRow

_SNIFF_RECORDS = 50


@dataclass(slots=True)
class IngestReport:
    """What one ingest did; ``known_units`` are units of input that were in already."""

    n_files: int = 0
    n_records: int = 0
    n_events: int = 0
    n_duplicates: int = 0
    n_accounts: int = 0
    n_rejects: int = 0
    n_units: int = 0
    known_units: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Unit:
    frame: Frame
    source: Source
    options: ReadOptions
    digest: str


class _Seen:
    """Event ids and texts that are in the lake."""

    def __init__(self, workspace: Workspace) -> None:
        self.events = KeySet()
        self.texts = KeySet()
        with workspace.database.begin() as connection:
            event_paths = batches.paths(connection, "events")
            text_paths = batches.paths(connection, "texts")
        for path in event_paths:
            table = workspace.lake.read([path], EVENT_SCHEMA, ["event_hi", "event_lo"])
            self.events.add(_ints(table["event_hi"]), _ints(table["event_lo"]))
        for path in text_paths:
            keys = _ints(workspace.lake.read([path], TEXT_SCHEMA, ["content_key"])["content_key"])
            self.texts.add(keys, np.zeros_like(keys))


def ingest(
    workspace: Workspace,
    patterns: Sequence[str],
    *,
    format_name: str | None = None,
    overrides: Mapping[str, str] | None = None,
    identity: Sequence[str] = (),
    progress: Progress,
) -> IngestReport:
    """Take in files, folders, globs or ``-``; see :class:`IngestReport`.

    Raises:
        InputError: a file that does not exist or whose format is not recognised; what came before is in.
    """
    try:
        check_overrides(overrides or {})
    except BadFieldError as bad:
        raise UsageError(f"--map {bad.field_name}: {bad.reason}", remedy=bad.remedy) from bad
    paths = expand(patterns)
    sizes = [p.stat().st_size for p in paths if p != STDIN]
    total = sum(sizes) if len(sizes) == len(paths) else None
    progress.step("ingest", total, "bytes")
    seen = _Seen(workspace)
    report = IngestReport(n_files=len(paths))
    options = ReadOptions("", dict(overrides or {}), tuple(identity), secret=workspace.secret)
    units = _units(workspace, paths, options, format_name=format_name, report=report, progress=progress)
    small = total is not None and total < 3 * workspace.settings.batch_bytes
    try:
        for unit, parsed in ordered_map(_parse_unit, units, workers=workspace.settings.workers, inline=small):
            _commit(workspace, unit, parsed, seen, report)
            progress.advance(0, f"{report.n_events:,} events, {report.n_rejects:,} rejects")
    finally:
        write_rejects(workspace)
    return report


def _parse_unit(unit: _Unit) -> Parsed:
    return parse(unit.frame, unit.source, unit.options)


def _units(
    workspace: Workspace,
    paths: Sequence[Path],
    common: ReadOptions,
    *,
    format_name: str | None,
    report: IngestReport,
    progress: Progress,
) -> Iterator[_Unit]:
    """Units of input that are not in the ledger yet."""
    settings = workspace.settings
    joiners = new_joiners()
    try:
        for path in paths:
            stat_s = None if path == STDIN else path.stat().st_mtime
            options = replace(common, label=label_of(path), file_time_s=stat_s)
            source = by_name(format_name) if format_name else None
            for frame in frames(path, frame_bytes=settings.batch_bytes, max_line_bytes=settings.max_line_bytes):
                if source is None and frame.data:
                    source = _detected(frame, options.label)
                for ready in joiners.feed(frame, source, options):
                    yield from _unless_known(workspace, ready, report)
                progress.advance(len(frame.data))
    except InputError:
        # What came before the unreadable file is taken in, joined or not, before the call fails.
        for ready in joiners.rest():
            yield from _unless_known(workspace, ready, report)
        raise
    for ready in joiners.rest():
        yield from _unless_known(workspace, ready, report)


def _unless_known(workspace: Workspace, ready: Ready, report: IngestReport) -> Iterator[_Unit]:
    unit = _unit(ready.frame, ready.source, ready.options)
    with workspace.database.begin() as connection:
        known = batches.has_batch(connection, unit.digest)
    if known:
        report.known_units += 1
    else:
        yield unit


def _unit(frame: Frame, source: Source | None, options: ReadOptions) -> _Unit:
    chosen = source or by_name("native")
    mapping = orjson.dumps([sorted(options.overrides.items()), options.identity]).decode()
    bad = "".join(f"{r.file}:{r.number}:{r.reason}" for r in frame.bad)
    return _Unit(frame, chosen, options, digest_hex(frame.data, chosen.name, mapping, bad))


def _detected(frame: Frame, label: str) -> Source:
    sample = []
    for _, record in records(frame, label):
        if not isinstance(record, Reject):
            sample.append(record)
        if len(sample) >= _SNIFF_RECORDS:
            break
    if not sample:
        # Nothing readable: let every line be rejected by name rather than refusing the file.
        return by_name("native")
    return detect(sample, label)


def _commit(workspace: Workspace, unit: _Unit, parsed: Parsed, seen: _Seen, report: IngestReport) -> None:
    hi, lo = _ints(parsed.events["event_hi"]), _ints(parsed.events["event_lo"])
    fresh = seen.events.first_unseen(hi, lo)
    events = parsed.events.filter(pa.array(fresh))
    texts = _new_texts(events, parsed.texts, seen)
    files = _write(workspace, unit, events, texts, parsed)
    row = BatchRow(
        digest=unit.digest,
        label=unit.options.label,
        format=unit.source.name,
        first_record=unit.frame.first,
        n_records=parsed.n_records,
        n_events=events.num_rows,
        n_duplicates=len(hi) - events.num_rows,
        n_accounts=parsed.accounts.num_rows,
        n_rejects=len(parsed.rejects),
        skipped=parsed.skipped,
    )
    with workspace.database.begin() as connection:
        if batches.has_batch(connection, unit.digest):
            # The same bytes twice in one call (one file under two names): the first one counts.
            report.known_units += 1
            return
        batches.add_batch(connection, row, files, utc_now())
    seen.events.add(hi[fresh], lo[fresh])
    keys = _ints(texts["content_key"])
    seen.texts.add(keys, np.zeros_like(keys))
    for name in ("n_records", "n_events", "n_duplicates", "n_accounts", "n_rejects"):
        setattr(report, name, getattr(report, name) + getattr(row, name))
    report.n_units += 1
    report.skipped.update(parsed.skipped)
    report.formats[unit.source.name] += 1


def _new_texts(events: pa.Table, texts: pa.Table, seen: _Seen) -> pa.Table:
    """Texts of the kept events that the lake does not hold yet."""
    messages = pc.list_flatten(events["messages"].combine_chunks())
    used = pc.struct_field(messages, "content_key") if len(messages) else pa.array([], pa.int64())
    keys = _ints(texts["content_key"])
    fresh = seen.texts.first_unseen(keys, np.zeros_like(keys))
    wanted = pc.and_(pa.array(fresh), pc.is_in(texts["content_key"], value_set=used))
    return texts.filter(wanted)


def _write(workspace: Workspace, unit: _Unit, events: pa.Table, texts: pa.Table, parsed: Parsed) -> list[FileRow]:
    files = []
    days = (
        pc.strftime(events["time"], format="%Y-%m-%d")
        if events.num_rows
        else pa.chunked_array([pa.array([], pa.string())])
    )
    for day in sorted(pc.unique(days).to_pylist()):
        part = events.filter(pc.equal(days, day)).sort_by([("time", "ascending"), ("event_id", "ascending")])
        path = f"events/day={day}/{unit.digest}.parquet"
        workspace.lake.write(part, path)
        files.append(FileRow(path, "events", part.num_rows, unit.digest))
    for kind, table in (("texts", texts), ("accounts", parsed.accounts)):
        if table.num_rows:
            path = f"{kind}/{unit.digest}.parquet"
            workspace.lake.write(table, path)
            files.append(FileRow(path, kind, table.num_rows, unit.digest))
    if parsed.rejects:
        path = f"rejects/{unit.digest}.parquet"
        workspace.lake.write(_reject_table(parsed.rejects), path)
        files.append(FileRow(path, "rejects", len(parsed.rejects), unit.digest))
    return files


_REJECT_SCHEMA = pa.schema([pa.field("reject", pa.string(), nullable=False)])


def _reject_table(rejects: Sequence[Reject]) -> pa.Table:
    lines = [orjson.dumps(r.as_dict()).decode() for r in rejects]
    return pa.table({"reject": lines}, schema=_REJECT_SCHEMA)


def write_rejects(workspace: Workspace) -> Path:
    """``rejects.jsonl``: every reject of the workspace, in the order of ingest, written whole."""
    target = workspace.home / "rejects.jsonl"
    with workspace.database.begin() as connection:
        paths = batches.paths(connection, "rejects")
    temporary = target.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as out:
        for path in paths:
            for line in workspace.lake.read([path], _REJECT_SCHEMA)["reject"].to_pylist():
                out.write(line + "\n")
    temporary.replace(target)
    return target


def _ints(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    values: np.ndarray[tuple[int], np.dtype[np.int64]] = column.to_numpy()
    return values


__all__ = ["IngestReport", "InputError", "ingest", "write_rejects"]
