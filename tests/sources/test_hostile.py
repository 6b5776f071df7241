"""Damaged and hostile input: every line is accounted for, and nothing ever raises."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterveil.sources.base import Frame, ReadOptions, Source
from counterveil.sources.frames import frames
from counterveil.sources.parse import Parsed, parse
from counterveil.sources.registry import BUILTIN, by_name, new_joiners

RECORDINGS = Path(__file__).parent.parent / "recordings"
OPTIONS = ReadOptions("log.jsonl", file_time_s=1_772_414_049.0)
ONE_TO_ONE = ("langfuse", "litellm", "litellm-spend", "native", "accounts", "openai", "openai-batch")
NATIVE = [
    {
        "event_id": f"e{n}",
        "time": "2026-03-02T01:14:09Z",
        "account_id": "a",
        "input": [{"role": "user", "content": "hi"}],
        "x": {"y": [n]},
    }
    for n in range(5)
]
FILES = {
    "native": None,
    "accounts": None,
    "langfuse": "langfuse_observations.jsonl",
    "litellm": "litellm_payload.ndjson",
    "litellm-spend": "litellm_spendlogs_payload.jsonl",
    "openai": "openai_chat.jsonl",
    "openai-batch": "openai_batch_output.jsonl",
    "otel": "otel_genai_legacy.jsonl",
}


def lines_of(name: str) -> list[bytes]:
    file = FILES[name]
    if file is None:
        return [json.dumps(record).encode() for record in NATIVE]
    return (RECORDINGS / file).read_bytes().splitlines()


LINES = {source.name: lines_of(source.name) for source in BUILTIN}
STRANGE: tuple[Any, ...] = (
    None,
    True,
    [],
    {},
    "",
    "\0",
    "\ud800",
    -1,
    10**30,
    1e308,
    [[]],
    {"a": None},
    "9" * 5000,
    "{",
    "[1",
)


def through(source: Source, data: bytes) -> list[Parsed]:
    """A frame through joiner and parser, as ingest does it."""
    joiners = new_joiners()
    ready = [*joiners.feed(Frame(data, 1), source, OPTIONS), *joiners.rest()]
    return [parse(r.frame, source, r.options) for r in ready]


def check(source: Source, data: bytes) -> None:
    """The accounting: each non-blank line is an event, an account, a skip or a reject."""
    parsed = through(source, data)
    n_lines = sum(1 for line in data.split(b"\n") if line.strip())
    n_records = sum(p.n_records for p in parsed)
    n_out = sum(p.events.num_rows + p.accounts.num_rows + len(p.rejects) + sum(p.skipped.values()) for p in parsed)
    assert n_records >= n_lines
    assert n_out == n_records if source.name in ONE_TO_ONE else n_out >= n_records
    for p in parsed:
        p.events.validate(full=True)
        for reject in p.rejects:
            assert reject.reason
            assert reject.remedy
            json.dumps(reject.as_dict()).encode("utf-8")


def mutate_bytes(line: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut, doubled, replaced by what breaks parsers."""
    data = bytearray(line)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            data[at:at] = rng.choice(
                [b"\0", b"\\ud800", b"\xff\xfe", b"\xed\xa0\x80", b"NaN", b"1e999", b"\\u0000", b'"', b"[", b"{"]
            )
        elif kind == 3:
            del data[at : at + rng.randint(1, 40)]
        elif kind == 4:
            data[at:at] = data[at : at + 60]
        elif kind == 5:
            data = bytearray(bytes(data).decode("utf-8", "replace").encode("utf-16"))
        else:
            data[at:at] = b"[" * rng.choice([10, 300, 2000])
    return bytes(data).replace(b"\n", b" ")


def mutate_value(value: Any, rng: random.Random) -> Any:
    """Keys dropped, renamed, types swapped, somewhere in the tree."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        copy = dict(value)
        kind = rng.randrange(5)
        if kind == 0:
            del copy[key]
        elif kind == 1:
            copy[key] = rng.choice(STRANGE)
        elif kind == 2:
            copy[rng.choice(["\ud800", "a.b", "", "id", "metadata", "counterveil.otel", "counterveil.batch_input"])] = (
                rng.choice(STRANGE)
            )
        else:
            copy[key] = mutate_value(copy[key], rng)
        return copy
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        return [*value[:at], mutate_value(value[at], rng), *value[at + 1 :]]
    if isinstance(value, str) and value[:1] in "[{" and rng.random() < 0.7:
        try:
            return json.dumps(mutate_value(json.loads(value), rng))
        except ValueError:
            return "["
    return rng.choice(STRANGE)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), name=st.sampled_from(list(LINES)))
def test_damaged_bytes(seed: int, name: str) -> None:
    rng = random.Random(seed)
    data = b"\n".join(mutate_bytes(line, rng) if rng.random() < 0.7 else line for line in LINES[name])
    check(by_name(name), data)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), name=st.sampled_from(list(LINES)))
def test_damaged_structure(seed: int, name: str) -> None:
    rng = random.Random(seed)
    found = []
    for line in LINES[name]:
        value = json.loads(line)
        for _ in range(rng.randint(1, 6)):
            value = mutate_value(value, rng)
        found.append(json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass"))
    check(by_name(name), b"\n".join(found))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), name=st.sampled_from(list(LINES)), other=st.sampled_from(list(LINES)))
def test_lines_of_another_format(seed: int, name: str, other: str) -> None:
    rng = random.Random(seed)
    data = b"\n".join(rng.choice(LINES[rng.choice([name, other])]) for _ in range(6))
    check(by_name(name), data)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=2000), zipped=st.booleans())
def test_any_bytes_as_a_file(tmp_path_factory: pytest.TempPathFactory, data: bytes, zipped: bool) -> None:
    path = tmp_path_factory.mktemp("f") / "x.jsonl"
    path.write_bytes(gzip.compress(data)[: max(4, len(data))] if zipped else data)
    for frame in frames(path, frame_bytes=65_536, max_line_bytes=1024):
        parse(frame, by_name("native"), OPTIONS)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_damaged_files_through_ingest(
    tmp_path_factory: pytest.TempPathFactory, load_files: Callable[..., Any], seed: int
) -> None:
    """With detection, joins across files, the lake and ``rejects.jsonl``."""
    rng, folder = random.Random(seed), tmp_path_factory.mktemp("logs")
    names = rng.sample([p.name for p in RECORDINGS.glob("*.*json*") if p.name != "expected.json"], 4)
    for name in names:
        data = (RECORDINGS / name).read_bytes().splitlines()
        damaged = [mutate_bytes(line, rng) if rng.random() < 0.5 else line for line in data]
        (folder / name).write_bytes(b"\n".join([*damaged, *data[:2]]))
    loaded = load_files([folder / name for name in names], home=folder.name)
    report = loaded.report
    n_out = report.n_events + report.n_duplicates + report.n_accounts + report.n_rejects + sum(report.skipped.values())
    assert n_out >= report.n_records
    assert len(loaded.rejects) == report.n_rejects
    again = load_files([folder / name for name in names], home=folder.name)
    assert again.report.n_units == 0


@pytest.mark.parametrize("name", list(LINES))
def test_a_hundred_thousand_levels(name: str) -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    check(
        by_name(name),
        b"\n".join([LINES[name][0], deep, b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, LINES[name][-1]]),
    )


def test_a_line_of_ten_megabytes() -> None:
    record = {**NATIVE[0], "input": [{"role": "user", "content": "x" * 10_000_000}]}
    parsed = parse(Frame(json.dumps(record).encode(), 1), by_name("native"), OPTIONS)
    assert (parsed.events.num_rows, len(parsed.rejects)) == (1, 0)


def test_one_bad_span_leaves_its_neighbours() -> None:
    record = json.loads(LINES["otel"][0])
    spans = record["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[1]["startTimeUnixNano"] = "soon"
    spans[2]["attributes"] = [{"key": 3}, None, {"key": "gen_ai.request.model", "value": {"kvlistValue": 1}}]
    parsed = parse(Frame(json.dumps(record).encode(), 1), by_name("otel"), OPTIONS)
    assert parsed.events.num_rows == 9
    assert [r.field for r in parsed.rejects] == ["time"]
