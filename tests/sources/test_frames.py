"""Files as they are found: compressed, recoded, cut off, pretty-printed, piped."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from counterveil.errors import InputError
from counterveil.sources.base import Frame, Reject
from counterveil.sources.frames import STDIN, frames
from counterveil.sources.parse import records

RECORDS = [
    {"event_id": f"e{n}", "time": "2026-03-02T01:14:09Z", "account_id": "a", "input": f"héllo {n}"} for n in range(2000)
]
JSONL = "\n".join(json.dumps(r, ensure_ascii=False) for r in RECORDS).encode() + b"\n"


def read(path: Path, frame_bytes: int = 65_536, max_line_bytes: int = 1_000_000) -> tuple[list[Any], list[Reject]]:
    """Records and rejects of a file, with their numbers checked for order."""
    found: list[Any] = []
    rejects: list[Reject] = []
    last = 0
    for frame in frames(path, frame_bytes=frame_bytes, max_line_bytes=max_line_bytes):
        rejects.extend(frame.bad)
        for number, record in records(frame, "x"):
            assert number >= last
            last = number
            (rejects if isinstance(record, Reject) else found).append(record)  # type: ignore[arg-type]
    return found, rejects


def zstd(data: bytes) -> bytes:
    return pa.compress(data, codec="zstd", asbytes=True)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "data",
    [
        JSONL,
        JSONL.rstrip(b"\n"),
        JSONL.replace(b"\n", b"\r\n"),
        JSONL.replace(b"\n", b"\n\n  \n"),
        b"\xef\xbb\xbf" + JSONL,
        JSONL.decode().encode("utf-16"),
        b"\xfe\xff" + JSONL.decode().encode("utf-16-be"),
        gzip.compress(JSONL),
        gzip.compress(JSONL[: JSONL.index(b"\n") + 1]) + gzip.compress(JSONL[JSONL.index(b"\n") + 1 :]),
        gzip.compress(JSONL.decode().encode("utf-16")),
        zstd(JSONL),
        zstd(JSONL[: JSONL.index(b"\n") + 1]) + zstd(JSONL[JSONL.index(b"\n") + 1 :]),
        json.dumps(RECORDS).encode(),
        json.dumps(RECORDS, indent=2).encode(),
        json.dumps({"data": RECORDS, "meta": {"page": 1}}).encode(),
        json.dumps({"object": "list", "data": RECORDS}, indent=1).encode(),
        b"\n".join(json.dumps(RECORDS[i : i + 50]).encode() for i in range(0, 2000, 50)),
        b"\n".join(json.dumps(r, indent=2).encode() for r in RECORDS),
    ],
    ids=[
        *(
            "plain",
            "no end",
            "crlf",
            "blank lines",
            "bom",
            "utf-16-le",
            "utf-16-be",
            "gzip",
            "gzip members",
            "gzip utf-16",
        ),
        *(
            "zstd",
            "zstd frames",
            "array",
            "pretty array",
            "listing",
            "pretty listing",
            "arrays a line",
            "pretty objects",
        ),
    ],
)
def test_every_wrapping_gives_the_same_records(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    assert read(path) == (RECORDS, [])


@pytest.mark.parametrize("frame_bytes", [65_536, 100_000_000])
@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_truncated_compression_keeps_what_came_before(
    pack: Callable[[bytes], bytes], frame_bytes: int, tmp_path: Path
) -> None:
    # Not compressible to a single block, so that a good part comes before the break.
    noisy = [{**r, "input": hashlib.sha512(str(n).encode()).hexdigest() * 4} for n, r in enumerate(RECORDS)]
    data = pack("\n".join(json.dumps(r) for r in noisy).encode())
    path = tmp_path / "log.gz"
    path.write_bytes(data[: len(data) * 3 // 4])
    found, rejects = read(path, frame_bytes)
    assert found == noisy[: len(found)]
    assert len(found) > 100
    assert [r.field for r in rejects] == ["file"]
    assert "breaks off" in rejects[0].reason


@pytest.mark.parametrize("keep", [4, 10, 18, 30])
def test_compression_cut_at_its_start(keep: int, tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(JSONL)[:keep])
    found, rejects = read(path)
    assert (found, len(rejects)) == ([], 1)


def test_damaged_array_keeps_items_before(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(json.dumps(RECORDS).encode()[:-100])
    found, rejects = read(path)
    assert found == RECORDS[: len(found)]
    assert len(found) >= 1998
    assert len(rejects) == 1


@pytest.mark.parametrize(
    "first", [b"{", b"[", b'["event_id": "e0"}', b'{"event_id":', b"[1]", b'{"event_id": "e0"', b"\x00"]
)
def test_one_damaged_first_line_does_not_take_the_file(first: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(first + b"\n" + JSONL)
    found, rejects = read(path)
    if first == b"[":
        # An array that is opened on its first line: read as one, and reported as broken.
        assert len(rejects) == 1
        return
    assert (found, len(rejects)) == (RECORDS, 1)


def test_over_long_lines_are_rejected_by_number(tmp_path: Path) -> None:
    long = json.dumps({**RECORDS[0], "input": "x" * 5000}).encode()
    lines = JSONL.splitlines()
    path = tmp_path / "log.jsonl"
    for where in (0, 1, 700, 1999):
        path.write_bytes(b"\n".join([*lines[:where], long, *lines[where:]]))
        for frame_bytes in (300, 65_536, 10_000_000):
            found, rejects = read(path, frame_bytes, 2000)
            assert found == RECORDS
            assert [(r.number, r.field) for r in rejects] == [(where + 1, "line")]
    path.write_bytes(b"\n".join([*lines, long]))
    assert [r.number for r in read(path, 65_536, 2000)[1]] == [2001]


def test_frames_are_the_same_every_time(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(JSONL)
    once = list(frames(path, frame_bytes=65_536, max_line_bytes=1_000_000))
    assert len(once) > 1
    assert once == list(frames(path, frame_bytes=65_536, max_line_bytes=1_000_000))
    assert b"".join(frame.data for frame in once) == JSONL


def test_parquet_native(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    rows = [{**r, "input": [{"role": "user", "content": r["input"]}]} for r in RECORDS]
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert read(path) == (rows, [])
    path.write_bytes(path.read_bytes()[:-50])
    found, rejects = read(path)
    assert (found, [r.field for r in rejects]) == ([], ["file"])


@pytest.mark.parametrize("kind", ["plain", "gzip", "parquet"])
def test_standard_input_stays_open(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(RECORDS), buffer)
    else:
        buffer.write(gzip.compress(JSONL) if kind == "gzip" else JSONL)
    buffer.seek(0)
    monkeypatch.setattr(sys, "stdin", type("In", (), {"buffer": buffer}))
    assert read(STDIN) == (RECORDS, [])
    assert not buffer.closed


def test_missing_file_is_an_error_and_empty_file_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(frames(tmp_path / "none", frame_bytes=65_536, max_line_bytes=1000))
    (tmp_path / "empty").touch()
    assert read(tmp_path / "empty") == ([], [])
    (tmp_path / "blank").write_bytes(b"\n \n\n")
    assert read(tmp_path / "blank") == ([], [])


def test_pretty_printed_export_is_one_record(tmp_path: Path) -> None:
    recording = Path(__file__).parent.parent / "recordings" / "otel_genai.jsonl"
    docs = [json.loads(line) for line in recording.read_text().splitlines()]
    path = tmp_path / "traces.json"
    path.write_text("\n".join(json.dumps(doc, indent=2) for doc in docs))
    assert read(path) == (docs, [])


def test_an_object_with_a_nested_data_key_is_not_a_listing(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    record = {"event_id": "e", "account_id": "a", "x": {"data": [1, 2]}}
    path.write_text(json.dumps(record, indent=2))
    assert read(path) == ([record], [])


def test_file_names_that_are_no_utf8(tmp_path: Path, load_files: Callable[..., Any]) -> None:
    path = tmp_path / b"caf\xe9.jsonl".decode("utf-8", "surrogateescape")
    path.write_bytes(JSONL)
    assert load_files([path]).report.n_events == 2000


def test_frame_is_plain() -> None:
    assert Frame(b"", 1) == Frame(b"", 1, "line", ())


def test_a_long_array_on_the_first_line_does_not_hide_the_lines_after_it(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    array = json.dumps([{"event_id": str(n), "filler": "x" * 300} for n in range(400)])
    path.write_text(f'{array}\n{{"event_id": "late"}}\n', encoding="utf-8")
    found = b"".join(f.data for f in frames(path, frame_bytes=1 << 20, max_line_bytes=1 << 26))
    assert b'"late"' in found
    assert found.count(b'"event_id"') == 401
