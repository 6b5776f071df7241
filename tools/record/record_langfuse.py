"""Records the ``langfuse`` SDK: the raw OTLP it sends, and export rows derived from it.

    recenv/bin/python tools/record/record_langfuse.py

``langfuse_otlp.jsonl`` is recorded. ``langfuse_observations.jsonl`` (v2 API / export field names) and
``langfuse_legacy.jsonl`` (snake_case) are DERIVED by ``derive()``: the exporting server can't run here.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import conversation as conv
from common import Receiver, client_for, expect, message_of, otlp_json, versions, write_lines
from fake_openai import FakeOpenAI

PROJECT = "cm-recording-project"


def run(sink: str, api: str) -> None:
    os.environ |= {
        "LANGFUSE_PUBLIC_KEY": "pk-lf-recording",
        "LANGFUSE_SECRET_KEY": "sk-lf-recording",
        "LANGFUSE_BASE_URL": sink,
        "LANGFUSE_HOST": sink,
        "LANGFUSE_TRACING_ENVIRONMENT": "production",
        "LANGFUSE_RELEASE": "kitchen-1.4.0",
    }
    from langfuse import get_client, propagate_attributes
    from langfuse.openai import OpenAI  # the drop-in client

    langfuse = get_client()
    clients = {}
    for name, account in conv.ACCOUNTS.items():
        plain = client_for(api, account)
        clients[name] = OpenAI(
            base_url=api, api_key=account["key"], max_retries=0, default_headers=plain._custom_headers
        )

    def send(c: dict, body: dict) -> dict:
        account = conv.ACCOUNTS[c["account"]]
        known = {"account_id": c["account"], "end_user": c["end_user"], "ip": account["ip"]}
        with langfuse.start_as_current_observation(as_type="span", name="kitchen-chat", input=body["messages"][-1]):
            with propagate_attributes(
                user_id=c["account"] if c["account"] != "acct-gamma" else c["end_user"],
                session_id=c["id"] if c["account"] != "acct-beta" else None,
                metadata=known,
                tags=["kitchen", account["team"]],
                trace_name="kitchen-chat",
            ):
                if body.get("stream"):
                    parts = [
                        chunk.choices[0].delta.content or ""
                        for chunk in clients[c["account"]].chat.completions.create(name="answer", **body)
                        if chunk.choices
                    ]
                    reply = {"role": "assistant", "content": "".join(parts)}
                else:
                    reply = message_of(clients[c["account"]].chat.completions.create(name="answer", **body))
            langfuse.update_current_span(output=reply.get("content"))
            return reply

    for c in conv.CONVERSATIONS:
        conv.play(c, send)
        langfuse.flush()
    try:
        conv.play(conv.FAILURE, send)
    except Exception as exc:
        print("failure as expected:", type(exc).__name__)
    langfuse.flush()
    langfuse.shutdown()


def value(any_value: dict):
    ((kind, got),) = any_value.items() or (("stringValue", None),)
    if kind == "intValue":
        return int(got)
    if kind == "arrayValue":
        return [value(v) for v in got.get("values", [])]
    return got


def iso(nanos: str | None) -> str | None:
    if not nanos:
        return None
    t = datetime.fromtimestamp(int(nanos) / 1e9, UTC)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"


def loads(text):
    """A metadata value as the server keeps it: the SDK sends each value as JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def flat_usage(usage: dict) -> dict:
    """OpenAI's usage names to Langfuse's flat ones: input, output, total, input_*, output_*."""
    names = {"prompt_tokens": "input", "completion_tokens": "output", "total_tokens": "total"}
    out = {new: usage[old] for old, new in names.items() if old in usage}
    for old, prefix in (("prompt_tokens_details", "input_"), ("completion_tokens_details", "output_")):
        out |= {prefix + k: v for k, v in (usage.get(old) or {}).items() if v is not None}
    return out


def derive(requests: list[dict]) -> list[dict]:
    """v2 observation rows from the SDK's spans. The mapping, attribute by attribute, is in README.md."""
    rows = []
    for request in requests:
        for group in request["resourceSpans"]:
            for scope in group["scopeSpans"]:
                for span in scope["spans"]:
                    a = {x["key"]: value(x["value"]) for x in span.get("attributes", [])}
                    usage = flat_usage(json.loads(a.get("langfuse.observation.usage_details") or "{}"))
                    metadata = {k.rpartition("metadata.")[2]: loads(v) for k, v in a.items() if ".metadata." in k}
                    start = a.get("langfuse.observation.completion_start_time")
                    rows.append(
                        {
                            "id": span["spanId"],
                            "traceId": span["traceId"],
                            "projectId": PROJECT,
                            "parentObservationId": span.get("parentSpanId"),
                            "type": a.get("langfuse.observation.type", "span").upper(),
                            "startTime": iso(span["startTimeUnixNano"]),
                            "endTime": iso(span["endTimeUnixNano"]),
                            "name": span["name"],
                            "level": a.get("langfuse.observation.level", "DEFAULT"),
                            "statusMessage": a.get("langfuse.observation.status_message"),
                            "version": a.get("langfuse.version"),
                            "environment": a.get("langfuse.environment", "default"),
                            "bookmarked": False,
                            "public": False,
                            "userId": a.get("user.id"),
                            "sessionId": a.get("session.id"),
                            "isRootObservation": "parentSpanId" not in span,
                            "input": a.get("langfuse.observation.input"),
                            "output": a.get("langfuse.observation.output"),
                            "metadata": metadata,
                            "providedModelName": a.get("langfuse.observation.model.name"),
                            "internalModelId": None,
                            "modelParameters": json.loads(a.get("langfuse.observation.model.parameters") or "null"),
                            "usageDetails": usage,
                            "costDetails": {},
                            "totalCost": None,
                            "completionStartTime": json.loads(start) if start else None,
                            "tags": a.get("langfuse.trace.tags", []),
                            "release": a.get("langfuse.release"),
                            "traceName": a.get("langfuse.trace.name"),
                        }
                    )
    return sorted(rows, key=lambda r: r["startTime"])


LEGACY = {  # snake_case name -> v2 name
    "id": "id",
    "trace_id": "traceId",
    "project_id": "projectId",
    "parent_observation_id": "parentObservationId",
    "type": "type",
    "start_time": "startTime",
    "end_time": "endTime",
    "name": "name",
    "level": "level",
    "status_message": "statusMessage",
    "version": "version",
    "environment": "environment",
    "user_id": "userId",
    "session_id": "sessionId",
    "input": "input",
    "output": "output",
    "metadata": "metadata",
    "provided_model_name": "providedModelName",
    "model_parameters": "modelParameters",
    "usage_details": "usageDetails",
    "cost_details": "costDetails",
    "total_cost": "totalCost",
    "completion_start_time": "completionStartTime",
    "tags": "tags",
    "release": "release",
    "trace_name": "traceName",
}


def legacy(row: dict) -> dict:
    out = {k: row[v] for k, v in LEGACY.items()}
    for key in ("start_time", "end_time"):  # ClickHouse prints DateTime64(3) so
        out[key] = out[key] and out[key].replace("T", " ").rstrip("Z")
    out["usage_details"] = {k: str(v) for k, v in out["usage_details"].items()}  # 64-bit integers as strings
    out["model_parameters"] = json.dumps(out["model_parameters"]) if out["model_parameters"] else ""
    return out


def main() -> None:
    print(versions("langfuse", "openai"))
    with (
        FakeOpenAI() as fake,
        Receiver(replies={"/api/public/media": b'{"mediaId": "recorded-media", "uploadUrl": null}'}) as sink,
    ):
        run(sink.url, fake.url)
        for path, headers, raw in sink.got:
            print(
                path,
                headers.get("content-type"),
                len(raw),
                {k: v for k, v in headers.items() if k.startswith("x-langfuse")},
            )
        requests = [otlp_json(raw, "traces") for path, _, raw in sink.got if path.endswith("/v1/traces")]
    every = conv.CONVERSATIONS + [conv.FAILURE]
    both = {
        **conv.expected(every),
        "end_user_ids": conv.end_user_ids(every, "plain"),
        "new_output_turns": conv.expected()["new_output_turns"],
    }
    write_lines("langfuse_otlp.jsonl", requests)
    rows = derive(requests)
    note = (
        "each call makes a SPAN (root) and a GENERATION (child): events counts the generations. userId is the "
        "account for acct-alpha and acct-beta but the end user for acct-gamma; acct-beta has no sessionId"
    )
    for name, made in (("langfuse_observations.jsonl", rows), ("langfuse_legacy.jsonl", [legacy(r) for r in rows])):
        write_lines(name, made)
        expect(name, both, failed_events=1, rows=len(rows), derived=True, note=note)
    expect("langfuse_otlp.jsonl", both, failed_events=1, spans=len(rows), note=note)


if __name__ == "__main__":
    main()
