"""Checks the recordings: sizes, parsing, leftover machine names, and expected.json against an independent count.

    python tools/record/check.py        # standard library only

The readers here are deliberately small and separate from the product's own importers. They find turns as
(conversation, role, text); a conversation is found by metadata where the identity fields don't carry one.
"""

from __future__ import annotations

import getpass
import json
import re
import socket
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "tests" / "recordings"
EXPECTED = json.loads((OUT / "expected.json").read_text(encoding="utf-8"))


def lines(name: str) -> list:
    return [json.loads(x) for x in (OUT / name).read_text(encoding="utf-8").splitlines()]


def loads(text):
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def key(message: dict) -> str:
    """A message's role and content, in one spelling for all formats."""
    content = message.get("content")
    if message.get("parts") is not None:
        content = [
            p.get("content") or p.get("response") or p.get("name") for p in message["parts"] if p.get("type") != "blob"
        ]
    if isinstance(content, list):
        content = [p.get("text", "") if isinstance(p, dict) else str(p) for p in content]
        content = " ".join(x for x in content if x)
    calls = message.get("tool_calls")
    return f"{message.get('role')}|{content or ''}|{'call' if calls and not content else ''}"


def event(c, account, who, messages, answer) -> dict:
    return {"conversation": c, "account": account, "end_user": who, "messages": messages, "answer": answer}


def ids(events: list[dict]) -> set:
    return {e["end_user"] for e in events if e["end_user"]}


def of_body(body: dict, answer) -> dict:
    m = body.get("metadata", {})
    who = body.get("user") or body.get("safety_identifier") or m.get("end_user_id")
    return event(m.get("conversation_id"), m.get("account_id"), who, body["messages"], answer)


def choice(completion: dict):
    return completion["choices"][0]["message"] if completion and completion.get("choices") else None


def value(v: dict):
    ((kind, got),) = v.items() or (("stringValue", None),)
    if kind == "arrayValue":
        return [value(x) for x in got.get("values", [])]
    if kind == "kvlistValue":
        return {x["key"]: value(x["value"]) for x in got.get("values", [])}
    return got


def spans(name: str) -> dict[str, dict]:
    return {
        s["spanId"]: {**s, "a": {x["key"]: value(x["value"]) for x in s.get("attributes", [])}}
        for r in lines(name)
        for g in r["resourceSpans"]
        for x in g["scopeSpans"]
        for s in x["spans"]
    }


def indexed(a: dict, prefix: str) -> list[dict]:
    out: dict[int, dict] = {}
    for k, v in a.items():
        m = re.match(re.escape(prefix) + r"\.(\d+)\.(.+)", k)
        if m:
            out.setdefault(int(m[1]), {})["tool_calls" if m[2].startswith("tool_calls") else m[2]] = v
    for m in out.values():
        if isinstance(m.get("content"), str) and m["content"].startswith("[{"):
            m["content"] = json.loads(m["content"])
    return [out[i] for i in sorted(out)]


def otel(name: str) -> list[dict]:
    found, every = [], spans(name)
    for span in every.values():
        a = span["a"]
        if span["kind"] != 3:
            continue
        up = {**every[span["parentSpanId"]]["a"], **a}
        account = up.get("user.id") or up.get("enduser.id")
        who = up.get("enduser.pseudo.id") or up.get("user.hash") or up.get("enduser.id")
        given = loads(a.get("gen_ai.input.messages")) or indexed(a, "gen_ai.prompt")
        made = (loads(a.get("gen_ai.output.messages")) or indexed(a, "gen_ai.completion") or [None])[0]
        if made and not a.get("gen_ai.response.id"):
            made = None
        found.append(event(up.get("session.id") or up.get("gen_ai.conversation.id"), account, who, given, made))
    return found


def otel_events(name: str, spans_name: str) -> list[dict]:
    by_span: dict[str, dict] = {}
    parents = spans(spans_name)
    for r in lines(name):
        for g in r["resourceLogs"]:
            for x in g["scopeLogs"]:
                for rec in x["logRecords"]:
                    a = {i["key"]: value(i["value"]) for i in rec.get("attributes", [])}
                    kind = rec.get("eventName") or a.get("event.name")
                    span = parents.get(rec["spanId"], {"a": {}})
                    up = {**parents.get(span.get("parentSpanId"), {"a": {}})["a"], **span["a"]}
                    e = by_span.setdefault(
                        rec["spanId"],
                        event(
                            up.get("session.id") or up.get("gen_ai.conversation.id"),
                            up.get("user.id") or up.get("enduser.id"),
                            up.get("enduser.pseudo.id") or up.get("user.hash") or up.get("enduser.id"),
                            [],
                            None,
                        ),
                    )
                    body = value(rec["body"]) if rec.get("body") else {}
                    if kind == "gen_ai.client.inference.operation.details":
                        e["messages"] = a["gen_ai.input.messages"]
                        e["answer"] = (a.get("gen_ai.output.messages") or [None])[0]
                    elif kind == "gen_ai.choice":
                        e["answer"] = body["message"]
                    else:
                        e["messages"].append({"role": kind.split(".")[1], **body})
    return list(by_span.values())


def litellm(rows: list[dict]) -> list[dict]:
    return [
        event(
            r["metadata"]["requester_metadata"]["conversation_id"],
            r["metadata"]["user_api_key_user_id"],
            r["end_user"],
            r["messages"],
            choice(r["response"]),
        )
        for r in rows
    ]


def spend(rows: list[dict]) -> list[dict]:
    out = []
    for r in rows:
        body, response = loads(r["proxy_server_request"]), loads(r["response"])
        m = body.get("metadata", {})
        out.append(
            event(m.get("conversation_id"), r["user"], r["end_user"], body.get("messages", []), choice(response))
        )
    return out


def langfuse(rows: list[dict]) -> list[dict]:
    out = []
    for r in rows:
        if r["type"] != "GENERATION":
            continue
        given, made = loads(r["input"]), loads(r["output"])
        given = given["messages"] if isinstance(given, dict) else given
        made = {"role": "assistant", "content": made} if isinstance(made, str) else made
        m = r["metadata"]
        out.append(event(m["conversation_id"], m["account_id"], m["end_user"], given, made))
    return out


def langfuse_otlp(name: str) -> list[dict]:
    rows = []
    for s in spans(name).values():
        a = s["a"]
        rows.append(
            {
                "type": a["langfuse.observation.type"].upper(),
                "input": a.get("langfuse.observation.input"),
                "output": a.get("langfuse.observation.output"),
                "metadata": {k.rpartition(".")[2]: loads(v) for k, v in a.items() if ".metadata." in k},
            }
        )
    return langfuse(rows)


def batch_in() -> list[dict]:
    return [of_body(r["body"], None) for r in lines("openai_batch_input.jsonl")]


def batch_out() -> list[dict]:
    ask = {r["custom_id"]: r["body"] for r in lines("openai_batch_input.jsonl")}
    return [
        {**of_body(ask[r["custom_id"]], choice(r["response"]["body"])), "messages": []}
        for r in lines("openai_batch_output.jsonl")
    ]


def stored() -> list[dict]:
    by: dict[str, list] = {}
    for r in lines("openai_stored_messages.jsonl"):
        m = r["message"]
        by.setdefault(r["completion_id"], []).append({**m, "content": m["content"] or m.get("content_parts")})
    return [
        event(
            c["metadata"]["conversation_id"], c["metadata"]["account_id"], c.get("input_user"), by[c["id"]], choice(c)
        )
        for c in lines("openai_completions.jsonl")
    ]


READ = {
    "openai_chat.jsonl": lambda: [of_body(r["request"], choice(r["response"])) for r in lines("openai_chat.jsonl")],
    "openai_completions.jsonl": lambda: [{**e, "messages": []} for e in stored()],
    "openai_stored_messages.jsonl": stored,
    "openai_batch_input.jsonl": batch_in,
    "openai_batch_output.jsonl": batch_out,
    "litellm_payload.ndjson": lambda: litellm(lines("litellm_payload.ndjson")),
    "litellm_payload.json": lambda: litellm(json.loads((OUT / "litellm_payload.json").read_text(encoding="utf-8"))),
    "litellm_spendlogs_payload.jsonl": lambda: spend(lines("litellm_spendlogs_payload.jsonl")),
    "litellm_spendlogs.jsonl": lambda: spend(
        [
            r
            for r in lines("litellm_spendlogs.jsonl")
            if r["request_id"] in EXPECTED["litellm_spendlogs.jsonl"]["with_bodies"]["request_ids"]
        ]
    ),
    "otel_genai.jsonl": lambda: otel("otel_genai.jsonl"),
    "otel_genai_nocontent.jsonl": lambda: otel("otel_genai_nocontent.jsonl"),
    "otel_genai_traceloop.jsonl": lambda: otel("otel_genai_traceloop.jsonl"),
    "otel_genai_legacy.jsonl": lambda: otel("otel_genai_legacy.jsonl"),
    "otel_genai_v130.jsonl": lambda: otel("otel_genai_v130.jsonl"),
    "otel_genai_events.jsonl": lambda: otel_events("otel_genai_events.jsonl", "otel_genai.jsonl"),
    "otel_genai_v130_events.jsonl": lambda: otel_events("otel_genai_v130_events.jsonl", "otel_genai_v130.jsonl"),
    "langfuse_observations.jsonl": lambda: langfuse(lines("langfuse_observations.jsonl")),
    "langfuse_legacy.jsonl": lambda: langfuse(list(lines("langfuse_legacy.jsonl"))),
    "langfuse_otlp.jsonl": lambda: langfuse_otlp("langfuse_otlp.jsonl"),
}


def count(events: list[dict]) -> dict:
    seen: set = set()
    for e in events:
        made = {f"{e['conversation']}|{key(e['answer'])}"} if e["answer"] else set()
        seen |= {("out", x) for x in made}
        for m in e["messages"] or []:
            if m["role"] != "assistant":
                seen.add((m["role"], f"{e['conversation']}|{key(m)}"))
    kinds = [k for k, _ in seen]
    return {
        "events": len(events),
        "messages_sent": sum(len(e["messages"] or []) for e in events),
        "new_user_turns": kinds.count("user"),
        "new_tool_turns": kinds.count("tool"),
        "new_system_messages": kinds.count("system"),
        "new_output_turns": kinds.count("out"),
        "accounts": len({e["account"] for e in events}),
        "end_user_ids": len(ids(events)),
        "conversations": len({e["conversation"] for e in events}),
    }


def main() -> int:
    bad = 0
    for path in sorted(OUT.iterdir()):
        text = path.read_text(encoding="utf-8")
        who = getpass.getuser()
        leaks = re.findall(r"/tmp/|/home/|/root|site-packages|" + re.escape(socket.gethostname()), text)
        if who != "root":
            leaks += re.findall(rf"\b{re.escape(who)}\b", text)
        if leaks and path.name != "README.md":
            print("LEAK", path.name, set(leaks))
            bad += 1
        if path.stat().st_size > 200_000:
            print("LARGE", path.name, path.stat().st_size)
            bad += 1
        if path.name not in READ and path.suffix != ".md" and path.name != "expected.json":
            print("no reader:", path.name)
    for name, read in READ.items():
        want, got = EXPECTED[name], count(read())
        diff = {
            k: (got[k], len(want[k]) if isinstance(want[k], list) else want[k])
            for k in got
            if got[k] != (len(want[k]) if isinstance(want[k], list) else want[k])
        }
        print(f"{name}: {'ok' if not diff else 'differs (found, expected): ' + str(diff)}")
        bad += bool(diff)
        for k, found in (
            ("end_user_ids", ids),
            ("accounts", lambda es: {e["account"] for e in es}),
            ("conversations", lambda es: {e["conversation"] for e in es}),
        ):
            if found(read()) != set(want[k]):
                print("   ", k, found(read()) ^ set(want[k]))
                bad += 1
    missing = set(EXPECTED) - set(READ)
    if missing:
        print("no reader for", missing)
    return bad


if __name__ == "__main__":
    sys.exit(main())
