"""What every format must do, whatever it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from counterveil.sources.base import Frame, ReadOptions, Reject, Source
from counterveil.sources.parse import parse, records
from counterveil.sources.registry import BUILTIN, by_name, detect, new_joiners

RECORDINGS = Path(__file__).parent.parent / "recordings"
OPTIONS = ReadOptions("log.jsonl", file_time_s=1_772_414_049.0)
NATIVE = {
    "event_id": "e1",
    "time": "2026-03-02T01:14:09Z",
    "account_id": "a1",
    "input": [{"role": "user", "content": "hi"}],
}
ACCOUNT = {"account_id": "a1", "email": "a@example.com"}
WRONG: tuple[Any, ...] = (None, True, -1, 1e300, "", "x", [], [[]], [None, 1, "x", {}], {}, {"a": {"b": []}})
# A name of each format's own field, to find the format of a recording without asking the registry.
OF_FILE = {"langfuse_otlp": "otel", "langfuse": "langfuse", "litellm_spend": "litellm-spend", "litellm": "litellm"}
OF_FILE |= {"openai_batch": "openai-batch", "openai": "openai", "otel": "otel"}


def _deep(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [{"content": value}]
    return value


def _recorded() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    found = {}
    for path in sorted(RECORDINGS.glob("*.*json*")):
        if path.name != "expected.json":
            name = OF_FILE[max((p for p in OF_FILE if path.name.startswith(p)), key=len)]
            sample = [dict(r) for _, r in records(Frame(path.read_bytes(), 1), path.name) if not isinstance(r, Reject)]
            found[path.name] = (name, sample)
    return found


RECORDED = _recorded()
SAMPLES = {name: sample[0] for name, sample in RECORDED.values()} | {"native": NATIVE, "accounts": ACCOUNT}


def _parse(source: Source, *found: Any) -> Any:
    data = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in found)
    return parse(Frame(data, 1), source, OPTIONS)


def test_every_format_has_a_recording() -> None:
    assert set(SAMPLES) == {source.name for source in BUILTIN}


@pytest.mark.parametrize("name", RECORDED)
def test_each_record_is_claimed_by_its_format_alone(name: str) -> None:
    expected, sample = RECORDED[name]
    for record in sample:
        assert [source.name for source in BUILTIN if source.claims(record)] == [expected]
    assert detect(sample, name).name == expected


def test_native_records_are_claimed_by_nothing_else() -> None:
    everything = {
        **NATIVE,
        "id": "1",
        "type": "x",
        "user": "u",
        "metadata": {},
        "trace_id": "t",
        "model": "m",
        "object": "y",
    }
    for record, name in ((NATIVE, "native"), (everything, "native"), (ACCOUNT, "accounts")):
        assert [source.name for source in BUILTIN if source.claims(record)] == [name]
    # Even where unknown keys look like another format, a native file stays native.
    odd = {**NATIVE, "request": {}, "response": {}, "custom_id": "c", "body": {}, "call_type": "x", "startTime": 1}
    assert detect([odd], "x").name == "native"


@pytest.mark.parametrize("source", BUILTIN, ids=lambda s: s.name)
def test_empty_and_foreign_records(source: Source) -> None:
    assert not source.claims({})
    strange: tuple[dict[str, Any], ...] = ({}, {"a": 1}, {"counterveil.joined": 1}, {"counterveil.otel": []})
    for record in strange:
        parsed = _parse(source, record)
        assert len(parsed.rejects) == 1 or parsed.skipped
        assert parsed.events.num_rows == 0


def _variants(value: Any) -> list[Any]:
    """The value with each of its parts replaced by each wrong value, three levels down."""
    found: list[Any] = list(WRONG)
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, _ in items[:40]:
        for wrong in WRONG:
            copy = value.copy()
            copy[key] = wrong
            found.append(copy)
    return found


@pytest.mark.parametrize("source", BUILTIN, ids=lambda s: s.name)
def test_wrong_types_in_every_field(source: Source) -> None:
    sample = orjson.loads(orjson.dumps(SAMPLES[source.name]))
    for key in sample:
        for wrong in _variants(sample[key]):
            record = {**sample, key: wrong}
            source.claims(record)
            parsed = _parse(source, record)
            assert parsed.n_records == 1
            assert (
                parsed.events.num_rows + parsed.accounts.num_rows + len(parsed.rejects) + sum(parsed.skipped.values())
                >= 1
            )


@pytest.mark.parametrize("depth", [50, 200, 500, 900])
@pytest.mark.parametrize("source", BUILTIN, ids=lambda s: s.name)
def test_deep_nesting_in_every_field(source: Source, depth: int) -> None:
    sample = SAMPLES[source.name]
    for key in [*sample, "unknown"]:
        line = orjson.dumps({**sample, key: "@"}).replace(b'"@"', b'[{"content":' * depth + b'"x"' + b"}]" * depth)
        joiners = new_joiners()
        (ready,) = [*joiners.feed(Frame(line, 1), source, OPTIONS), *joiners.rest()]
        parsed = parse(ready.frame, source, OPTIONS)
        assert (
            parsed.events.num_rows + parsed.accounts.num_rows + len(parsed.rejects) + sum(parsed.skipped.values()) >= 1
        )


@pytest.mark.parametrize("source", BUILTIN, ids=lambda s: s.name)
def test_unknown_keys_are_kept(source: Source) -> None:
    if source.name == "otel":
        span = _span({"gen_ai.request.model": "m", "user.id": "u", "acme.tier": "gold"})
        assert '"acme.tier":"gold"' in _parse(source, span).events["extra"][0].as_py()
        return
    sample = SAMPLES[source.name]
    if source.name == "openai":
        sample = RECORDED["openai_chat.jsonl"][1][0]
    if source.name == "openai-batch":
        sample = RECORDED["openai_batch_input.jsonl"][1][0]
    if source.name == "langfuse":
        sample = next(r for r in RECORDED["langfuse_legacy.jsonl"][1] if r["type"] == "GENERATION")
    parsed = _parse(source, {**sample, "acme": {"tier": "gold"}})
    table = parsed.accounts if source.name == "accounts" else parsed.events
    assert '"acme":{"tier":"gold"}' in table["extra"][0].as_py()


def _span(attributes: dict[str, str], **fields: Any) -> dict[str, Any]:
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    span = {"traceId": "t1", "spanId": "s1", "startTimeUnixNano": "1772414049000000000", "attributes": pairs, **fields}
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [span]}]}]}


MAPPED = {
    "native": ("model", "model"),
    "litellm": ("metadata.user_api_key_team_id", "team-red"),
    "litellm-spend": ("team_id", "team-red"),
    "langfuse": ("metadata.end_user", "eu-1"),
    "openai": ("request.user", "eu-1"),
    "openai-batch": ("body.user", "eu-1"),
    "otel": ("enduser.id", "eu-1"),
}


@pytest.mark.parametrize("name", MAPPED)
def test_map_and_identity_reach_into_every_format(name: str) -> None:
    path, value = MAPPED[name]
    file = {"openai": "openai_chat.jsonl", "openai-batch": "openai_batch_input.jsonl", "otel": "otel_genai.jsonl"}.get(
        name
    )
    sample = RECORDED[file][1][0] if file else {**SAMPLES[name], **({"model": "model"} if name == "native" else {})}
    for options in (
        ReadOptions("x", overrides={"account_id": path}, file_time_s=1_772_414_049.0),
        ReadOptions("x", identity=("no.such.place", path), file_time_s=1_772_414_049.0),
    ):
        event = parse(Frame(orjson.dumps(sample), 1), by_name(name), options).events.to_pylist()[0]
        assert event["account_id"] == value
        # Who is the account now cannot be the person behind it as well.
        assert event["end_user_id"] != value
    constant = ReadOptions("x", overrides={"device_id": "=d1"}, file_time_s=1_772_414_049.0)
    assert parse(Frame(orjson.dumps(sample), 1), by_name(name), constant).events["device_id"][0].as_py() == "d1"


def test_map_reaches_parents_and_resource_of_a_span() -> None:
    record = _span({"gen_ai.request.model": "m"}, parentSpanId="p1")
    parent = _span({"tenant": "acme", "locale": "de"}, spanId="p1")["resourceSpans"][0]
    parent["resource"] = {"attributes": [{"key": "cell", "value": {"stringValue": "eu-west"}}]}
    record["resourceSpans"].append(parent)
    options = ReadOptions("x", overrides={"account_id": "tenant", "device_id": "cell", "locale": "locale"})
    event = parse(Frame(orjson.dumps(record), 1), by_name("otel"), options).events.to_pylist()[0]
    assert (event["account_id"], event["device_id"], event["locale"]) == ("acme", "eu-west", "de")
