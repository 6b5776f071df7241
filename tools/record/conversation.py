"""The conversations that every recorder sends, and the true counts that go with them.

Nine calls in six conversations by three accounts, then one call that fails upstream. In the three-turn
conversation the client re-sends the whole history on each call, as chat clients do, so the messages sent
are more than the turns made: ``expected()`` gives the true numbers, from these definitions:

* new input turn: a ``user`` or ``tool`` message seen for the first time in its conversation
  (``system`` messages are counted apart);
* new output turn: an answer of the model (text, tool calls or a filtered fragment), counted when it is made,
  not when a later request re-sends it as history.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable

from fake_openai import MISSING_MODEL, WITHHELD

MODEL = "gpt-4o-mini"
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Current weather in a city",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]


def user(text) -> dict:
    return {"role": "user", "content": text}


ACCOUNTS = {  # account -> team, organisation, key alias, address and user agent of its client
    "acct-alpha": {
        "team": "team-red",
        "org": "org-one",
        "alias": "alpha-prod",
        "key": "sk-recording-alpha",
        "ip": "203.0.113.10",
        "agent": None,
        "email": "alpha@example.com",
    },
    "acct-beta": {
        "team": "team-red",
        "org": "org-one",
        "alias": "beta-prod",
        "key": "sk-recording-beta",
        "ip": "198.51.100.20",
        "agent": None,
        "email": "beta@example.com",
    },
    "acct-gamma": {
        "team": "team-blue",
        "org": None,
        "alias": None,
        "key": "sk-recording-gamma",
        "ip": "2001:db8::30",
        "agent": "gamma-batch-tool/0.3 (+https://example.com)",
        "email": None,
    },
}

# identity: how this client names its end user. "user": the old field; "safety": safety_identifier (a hash);
# "both"; "metadata": only inside metadata.
CONVERSATIONS = [
    {
        "id": "conv-history",
        "account": "acct-alpha",
        "end_user": "eu-1",
        "identity": "user",
        "turns": [
            {"new": [user("How long should bread dough rise at room temperature?")]},
            {"new": [user("And in a fridge overnight?")]},
            {"new": [user("Which of the two gives more flavour?")]},
        ],
    },
    {
        "id": "conv-parts",
        "account": "acct-alpha",
        "end_user": "eu-2",
        "identity": "safety",
        "turns": [
            {
                "new": [
                    user(
                        [
                            {"type": "text", "text": "What colour is this picture?"},
                            {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
                        ]
                    )
                ]
            },
        ],
    },
    {
        "id": "conv-system",
        "account": "acct-beta",
        "end_user": "eu-3",
        "identity": "both",
        "turns": [
            {
                "new": [
                    {"role": "system", "content": "You are a terse cooking assistant. Answer in one line."},
                    user("Name three uses for stale bread."),
                ],
                "stream": True,
            },
        ],
    },
    {
        "id": "conv-chinese",
        "account": "acct-beta",
        "end_user": "eu-4",
        "identity": "user",
        "turns": [
            {"new": [user("请问在家怎样烤全麦面包？需要多少酵母？")]},
        ],
    },
    {
        "id": "conv-tools",
        "account": "acct-gamma",
        "end_user": "eu-5",
        "identity": "safety",
        "tools": True,
        "turns": [
            {"new": [user("Is it warm enough in Lyon today to proof dough outside?")]},
            {"new": ["TOOL_RESULT"]},
        ],
    },
    {
        "id": "conv-filtered",
        "account": "acct-gamma",
        "end_user": "eu-5",
        "identity": "metadata",
        "turns": [
            {"new": [user(f"Recite the {WITHHELD} document word for word.")]},
        ],
    },
]
FAILURE = {
    "id": "conv-failed",
    "account": "acct-gamma",
    "end_user": "eu-6",
    "identity": "user",
    "model": MISSING_MODEL,
    "turns": [{"new": [user("Does an unknown model know how to bake?")]}],
}


def safety_hash(end_user: str) -> str:
    return hashlib.sha256(end_user.encode()).hexdigest()


def end_user_names(conversation: dict) -> dict:
    """The identity fields of a request body."""
    name, style = conversation["end_user"], conversation["identity"]
    out: dict = {}
    if style in ("user", "both"):
        out["user"] = name
    if style in ("safety", "both"):
        out["safety_identifier"] = safety_hash(name)
    return out


def end_user_ids(conversations: list[dict] | None = None, style: str = "body") -> list[str]:
    """The end-user identifiers as a reader meets them in a recording (``end_users`` are the true persons).

    style "body": user, else safety_identifier, else metadata.end_user_id; "field": user or safety_identifier only
    (LiteLLM's end_user); "user": user only (input_user of stored completions); "otel": enduser.id or
    enduser.pseudo.id, a hash for acct-gamma; "plain": the plain names.
    """
    out = set()
    for c in CONVERSATIONS if conversations is None else conversations:
        names = end_user_names(c)
        if style == "plain":
            found = c["end_user"]
        elif style == "otel":
            found = safety_hash(c["end_user"]) if c["account"] == "acct-gamma" else c["end_user"]
        elif style == "user":
            found = names.get("user")
        else:
            found = names.get("user") or names.get("safety_identifier") or (c["end_user"] if style == "body" else None)
        out.add(found)
    return sorted(x for x in out if x)


def without_content(counts: dict, outputs: bool = True) -> dict:
    """The counts of a source that carries no input (and, with ``outputs``, no output either)."""
    names = ["messages_sent", "new_input_turns", "new_user_turns", "new_tool_turns", "new_system_messages"]
    return {**counts, **dict.fromkeys(names + ["new_output_turns"] * outputs, 0)}


def body_of(conversation: dict, messages: list[dict], turn: dict) -> dict:
    metadata = {"account_id": conversation["account"], "conversation_id": conversation["id"]}
    if conversation["identity"] == "metadata":
        metadata["end_user_id"] = conversation["end_user"]
    body = {
        "model": conversation.get("model", MODEL),
        "messages": copy.deepcopy(messages),
        "temperature": 0.2,
        "metadata": metadata,
        **end_user_names(conversation),
    }
    if conversation.get("tools"):
        body["tools"] = TOOLS
    if turn.get("stream"):
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return body


def play(conversation: dict, send: Callable[[dict, dict], dict]) -> None:
    """Send a conversation's calls. ``send(conversation, body)`` returns the assistant message."""
    messages: list[dict] = []
    for turn in conversation["turns"]:
        for new in turn["new"]:
            if new == "TOOL_RESULT":
                call = messages[-1]["tool_calls"][0]
                new = {"role": "tool", "tool_call_id": call["id"], "content": '{"temp_c": 21.5, "sky": "clear"}'}
            messages.append(new)
        reply = send(conversation, body_of(conversation, messages, turn))
        keep = {"role": "assistant", "content": reply.get("content")}
        if reply.get("tool_calls"):
            keep["tool_calls"] = [
                {
                    "id": c["id"],
                    "type": "function",
                    "function": {"name": c["function"]["name"], "arguments": c["function"]["arguments"]},
                }
                for c in reply["tool_calls"]
            ]
        messages.append(keep)


def play_all(send: Callable[[dict, dict], dict], only: Callable[[dict], bool] = lambda c: True) -> None:
    for conversation in CONVERSATIONS:
        if only(conversation):
            play(conversation, send)


def expected(conversations: list[dict] = CONVERSATIONS) -> dict:
    """The true counts of a list of conversations, whatever was re-sent."""
    new = [(c, m) for c in conversations for t in c["turns"] for m in t["new"]]
    events = sum(len(c["turns"]) for c in conversations)
    tool = sum(m == "TOOL_RESULT" for _, m in new)
    system = sum(m != "TOOL_RESULT" and m["role"] == "system" for _, m in new)
    sent = 0
    for c in conversations:
        history = 0
        for t in c["turns"]:
            history += len(t["new"])
            sent += history
            history += 1
    return {
        "events": events,
        "messages_sent": sent,
        "new_input_turns": len(new) - system,
        "new_user_turns": len(new) - system - tool,
        "new_tool_turns": tool,
        "new_system_messages": system,
        "new_output_turns": events,
        "accounts": sorted({c["account"] for c in conversations}),
        "end_users": sorted({c["end_user"] for c in conversations}),
        "conversations": sorted(c["id"] for c in conversations),
    }
