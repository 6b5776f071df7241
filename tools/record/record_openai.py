"""Records the ``openai`` package against fake_openai: chat pairs, stored completions, batch files.

recenv/openai/bin/python tools/record/record_openai.py
"""

from __future__ import annotations

import io
import json

import conversation as conv
import openai
from common import client_for, expect, message_of, versions, write_lines
from fake_openai import FakeOpenAI
from openai import APIStatusError


def chat() -> None:
    """Pairs of the body as sent (taken from the httpx request) and the completion as the SDK dumps it."""
    pairs: list[dict] = []
    with FakeOpenAI() as fake:
        clients = {name: client_for(fake.url, account) for name, account in conv.ACCOUNTS.items()}
        sent: list[dict] = []
        for client in clients.values():
            client._client.event_hooks["request"].append(
                lambda request: sent.append(json.loads(request.read())) if request.method == "POST" else None
            )

        def send(c: dict, body: dict) -> dict:
            client = clients[c["account"]]
            body = dict(body, store=True)
            if body.pop("stream", False):
                options = body.pop("stream_options")
                with client.chat.completions.stream(**body, stream_options=options) as stream:
                    completion = stream.get_final_completion()
            else:
                completion = client.chat.completions.create(**body)
            pairs.append({"request": sent[-1], "response": completion.model_dump(mode="json")})
            return message_of(completion)

        conv.play_all(send)
        write_lines("openai_chat.jsonl", pairs)
        listed = [row.model_dump(mode="json") for row in clients["acct-alpha"].chat.completions.list(limit=100)]
        write_lines("openai_completions.jsonl", listed)
        stored = []
        for row in listed:
            page = clients["acct-alpha"].chat.completions.messages.list(row["id"])
            stored += [{"completion_id": row["id"], "message": m.model_dump(mode="json")} for m in page]
        write_lines("openai_stored_messages.jsonl", stored)
    counts = conv.expected()
    expect("openai_chat.jsonl", counts, end_user_ids=conv.end_user_ids())
    expect(
        "openai_completions.jsonl",
        conv.without_content(counts, outputs=False),
        end_user_ids=conv.end_user_ids(style="user"),
        note="answers only; metadata has account and conversation, input_user the end user where user was sent",
    )
    expect(
        "openai_stored_messages.jsonl",
        counts,
        lines=len(stored),
        end_user_ids=conv.end_user_ids(style="user"),
        note="one line per message of a request, keyed by completion_id; join with openai_completions.jsonl",
    )


def batch() -> None:
    """The batch lines: each conversation's calls, flattened, plus one line that fails."""
    with FakeOpenAI() as source:
        bodies: list[dict] = []
        client = client_for(source.url, conv.ACCOUNTS["acct-gamma"])

        def send(c: dict, body: dict) -> dict:
            body = {k: v for k, v in body.items() if not k.startswith("stream")}
            bodies.append((c, body))
            return message_of(client.chat.completions.create(**body))

        conv.play_all(send)
        conv.play(conv.FAILURE, lambda c, body: bodies.append((c, body)) or {"content": None})
    lines = [
        {"custom_id": f"{c['id']}:{i}", "method": "POST", "url": "/v1/chat/completions", "body": b}
        for i, (c, b) in enumerate(bodies)
    ]
    data = "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines).encode()
    with FakeOpenAI() as fake:
        client = client_for(fake.url, conv.ACCOUNTS["acct-gamma"])
        file = client.files.create(file=("input.jsonl", io.BytesIO(data)), purpose="batch")
        made = client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"job": "nightly"}
        )
        done = client.batches.retrieve(made.id)
        uploaded = fake.files[file.id]["data"].decode()  # what the SDK's multipart upload brought
        output = client.files.content(done.output_file_id).text + client.files.content(done.error_file_id).text
        write_lines("openai_batch_input.jsonl", uploaded.splitlines())
        write_lines("openai_batch_output.jsonl", output.splitlines())
        write_lines("openai_batch_object.jsonl", [done.model_dump(mode="json")])
    every = conv.CONVERSATIONS + [conv.FAILURE]
    both, ids = conv.expected(every), conv.end_user_ids(every)
    expect(
        "openai_batch_input.jsonl",
        {**both, "new_output_turns": 0},
        end_user_ids=ids,
        note="a later turn's body still re-sends earlier answers as assistant messages",
    )
    expect(
        "openai_batch_output.jsonl",
        {**conv.without_content(both), "new_output_turns": conv.expected()["new_output_turns"]},
        failed_events=1,
        end_user_ids=ids,
        note="no identity in these lines: accounts, end users and conversations come from the input by custom_id",
    )


def error() -> None:
    """What the SDK raises on an upstream error (printed only)."""
    with FakeOpenAI() as fake:
        client = client_for(fake.url, conv.ACCOUNTS["acct-gamma"])
        try:
            conv.play(conv.FAILURE, lambda c, body: message_of(client.chat.completions.create(**body)))
        except APIStatusError as exc:
            print("error as expected:", exc.status_code, exc.body)


if __name__ == "__main__":
    print(versions("openai"), next(m for m in ("httpx2", "httpx") if hasattr(openai._base_client, m)))
    chat()
    batch()
    error()
