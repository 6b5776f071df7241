"""A tiny OpenAI-compatible server on the loopback, for recording what real clients send and log.

Standard library only. Answers are deterministic: the n-th chat request to a fresh server gets an id,
a ``created`` time and a reply computed from n and the request body alone. Every request is kept in
``FakeOpenAI.requests`` (method, path, headers, parsed body).

    python fake_openai.py --port 8099 [--log requests.jsonl]

Routes: POST/GET /v1/chat/completions, GET /v1/chat/completions/{id}/messages, POST /v1/files,
GET /v1/files/{id}/content, POST /v1/batches, GET /v1/batches/{id}, GET /v1/models.
The shapes of the replies follow the types of the ``openai`` package; the service behind them is emulated.
"""

from __future__ import annotations

import argparse
import email.parser
import email.policy
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BASE_TIME = 1767225600  # 2026-01-01T00:00:00Z
STEP = 37  # seconds between the ``created`` times of two completions
WITHHELD = "WITHHELD-SAMPLE"  # a message with this mark is answered with finish_reason content_filter
MISSING_MODEL = "model-that-does-not-exist"


def text_of(message: dict) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return " ".join(p.get("text", "") for p in content if p.get("type") == "text")
    return ""


def tokens(text: str) -> int:
    return max(1, len(text.encode()) // 4)


class ApiError(Exception):
    def __init__(self, status: int, message: str, type_: str, param: str | None, code: str | None):
        self.status = status
        self.body = {"error": {"message": message, "type": type_, "param": param, "code": code}}


def answer(n: int, body: dict) -> dict:
    """The chat.completion object for the n-th chat request (n counts from 1)."""
    model = body.get("model", "")
    if model == MISSING_MODEL:
        raise ApiError(
            404,
            f"The model `{model}` does not exist or you do not have access to it.",
            "invalid_request_error",
            None,
            "model_not_found",
        )
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ApiError(
            400,
            "Missing required parameter: 'messages'.",
            "invalid_request_error",
            "messages",
            "missing_required_parameter",
        )
    digest = hashlib.sha256(f"{n}|{json.dumps(body, sort_keys=True)}".encode()).hexdigest()
    last = messages[-1]
    asked = text_of(last)
    message: dict = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
    finish = "stop"
    if WITHHELD in asked:
        message["content"] = "Here is the beginning of the"
        finish = "content_filter"
    elif body.get("tools") and last.get("role") != "tool":
        function = body["tools"][0]["function"]["name"]
        message["tool_calls"] = [
            {
                "id": "call_" + digest[:24],
                "type": "function",
                "function": {"name": function, "arguments": json.dumps({"city": "Lyon", "unit": "celsius"})},
            }
        ]
        finish = "tool_calls"
    elif any("\u4e00" <= c <= "\u9fff" for c in asked):
        message["content"] = f"第{n}号回答：您问的是“{asked[:20]}”。先把面团静置一小时，再放进烤箱。"
    else:
        message["content"] = f"Reply {n} about: {asked[:60]}"
    prompt = sum(tokens(text_of(m)) + 4 for m in messages)
    completion = tokens(message["content"] or json.dumps(message.get("tool_calls")))
    return {
        "id": "chatcmpl-" + digest[:29],
        "object": "chat.completion",
        "created": BASE_TIME + STEP * n,
        "model": model + "-2024-07-18" if model == "gpt-4o-mini" else model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": "fp_" + digest[30:40],
    }


def chunks(completion: dict, include_usage: bool):
    """The same completion as a list of chat.completion.chunk objects."""
    head = {k: completion[k] for k in ("id", "created", "model", "service_tier", "system_fingerprint")}
    head["object"] = "chat.completion.chunk"
    choice = completion["choices"][0]
    message = choice["message"]

    def chunk(delta: dict, finish=None):
        out = dict(head, choices=[{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}])
        if include_usage:
            out["usage"] = None
        return out

    yield chunk({"role": "assistant", "content": None if message.get("tool_calls") else "", "refusal": None})
    for i, call in enumerate(message.get("tool_calls") or []):
        args = call["function"]["arguments"]
        yield chunk(
            {
                "tool_calls": [
                    {
                        "index": i,
                        "id": call["id"],
                        "type": "function",
                        "function": {"name": call["function"]["name"], "arguments": ""},
                    }
                ]
            }
        )
        for at in range(0, len(args), 12):
            yield chunk({"tool_calls": [{"index": i, "function": {"arguments": args[at : at + 12]}}]})
    content = message.get("content") or ""
    for at in range(0, len(content), 12):
        yield chunk({"content": content[at : at + 12]})
    yield chunk({}, choice["finish_reason"])
    if include_usage:
        yield dict(head, choices=[], usage=completion["usage"])


class FakeOpenAI:
    """The server and its state. Use as a context manager; ``url`` is the client's base_url."""

    def __init__(self, port: int = 0, log: str | None = None, first: int = 0):
        self.requests: list[dict] = []
        self.stored: list[tuple[dict, dict]] = []  # (request body, completion) where store is true
        self.files: dict[str, dict] = {}
        self.batches: dict[str, dict] = {}
        self.count = first  # chat requests so far; another start gives other ids
        self.lock = threading.Lock()
        self.log = log
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                self.serve("GET")

            def do_POST(self):
                self.serve("POST")

            def serve(self, method):
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                try:
                    status, reply = server.handle(method, self.path, dict(self.headers), raw)
                except ApiError as error:
                    status, reply = error.status, error.body
                if isinstance(reply, list):  # server-sent events
                    data = b"".join(b"data: " + json.dumps(c, ensure_ascii=False).encode() + b"\n\n" for c in reply)
                    data, kind = data + b"data: [DONE]\n\n", "text/event-stream"
                elif isinstance(reply, bytes):
                    data, kind = reply, "application/octet-stream"
                else:
                    data, kind = json.dumps(reply, ensure_ascii=False).encode(), "application/json"
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.send_header("x-request-id", f"req_{len(server.requests):08d}")
                self.end_headers()
                self.wfile.write(data)

        self.httpd = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.httpd.server_address[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.httpd.shutdown()
        self.httpd.server_close()

    def chat(self, body: dict) -> dict:
        with self.lock:
            self.count += 1
            completion = answer(self.count, body)
            if body.get("store"):
                self.stored.append((body, completion))
            return completion

    def handle(self, method: str, path: str, headers: dict, raw: bytes):
        route, _, _query = path.partition("?")
        headers = {k.lower(): v for k, v in headers.items()}
        body = None
        if "json" in headers.get("content-type", ""):
            body = json.loads(raw or b"null")
        record = {"method": method, "path": path, "headers": headers, "body": body}
        self.requests.append(record)
        if self.log:
            with open(self.log, "a", encoding="utf-8") as out:
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
        if route == "/v1/chat/completions" and method == "POST":
            completion = self.chat(body)
            if body.get("stream"):
                return 200, list(chunks(completion, bool((body.get("stream_options") or {}).get("include_usage"))))
            return 200, completion
        if route == "/v1/chat/completions":
            rows = [self.stored_row(i, b, c) for i, (b, c) in enumerate(self.stored)]
            return 200, {
                "object": "list",
                "data": rows,
                "first_id": rows[0]["id"] if rows else None,
                "last_id": rows[-1]["id"] if rows else None,
                "has_more": False,
            }
        if route.startswith("/v1/chat/completions/") and route.endswith("/messages"):
            wanted = route.split("/")[4]
            for body_, completion in self.stored:
                if completion["id"] == wanted:
                    rows = [dict(m, id=f"{wanted}-{i}") for i, m in enumerate(body_["messages"])]
                    return 200, {
                        "object": "list",
                        "data": rows,
                        "first_id": rows[0]["id"],
                        "last_id": rows[-1]["id"],
                        "has_more": False,
                    }
        if route == "/v1/files" and method == "POST":
            fields = multipart(headers["content-type"], raw)
            return 200, self.add_file(fields["file"], fields["purpose"].decode(), "input.jsonl")
        if route.startswith("/v1/files/") and route.endswith("/content"):
            return 200, self.files[route.split("/")[3]]["data"]
        if route == "/v1/batches" and method == "POST":
            return 200, self.run_batch(body)
        if route.startswith("/v1/batches/"):
            return 200, self.batches[route.split("/")[3]]
        if route == "/v1/models":
            return 200, {
                "object": "list",
                "data": [{"id": "gpt-4o-mini", "object": "model", "created": BASE_TIME, "owned_by": "fake"}],
            }
        raise ApiError(404, f"Unknown request URL: {method} {route}", "invalid_request_error", None, "unknown_url")

    @staticmethod
    def stored_row(index: int, body: dict, completion: dict) -> dict:
        """A row of GET /v1/chat/completions: the completion with the request's parameters beside it."""
        return dict(
            completion,
            request_id=f"req_{index:08d}",
            metadata=body.get("metadata") or {},
            tool_choice=body.get("tool_choice"),
            tools=body.get("tools"),
            seed=body.get("seed"),
            temperature=body.get("temperature", 1),
            top_p=body.get("top_p", 1),
            presence_penalty=0,
            frequency_penalty=0,
            input_user=body.get("user"),
            response_format=None,
        )

    def add_file(self, data: bytes, purpose: str, name: str) -> dict:
        ident = "file-" + hashlib.sha256(data + purpose.encode()).hexdigest()[:22]
        meta = {
            "id": ident,
            "object": "file",
            "bytes": len(data),
            "created_at": BASE_TIME,
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self.files[ident] = {"meta": meta, "data": data}
        return meta

    def run_batch(self, body: dict) -> dict:
        """Emulates the batch service: the lines run at once, the output file has the API's line shape."""
        good, bad = [], []
        for line in self.files[body["input_file_id"]]["data"].decode().splitlines():
            item = json.loads(line)
            mark = hashlib.sha256(line.encode()).hexdigest()
            out = {"id": "batch_req_" + mark[:32], "custom_id": item["custom_id"], "response": None, "error": None}
            try:
                reply, status = self.chat(item["body"]), 200
            except ApiError as error:
                reply, status = error.body, error.status
            out["response"] = {"status_code": status, "request_id": mark[32:], "body": reply}
            (good if status == 200 else bad).append(json.dumps(out, ensure_ascii=False))
        ident = "batch_" + hashlib.sha256(body["input_file_id"].encode()).hexdigest()[:32]

        def file_id(lines):
            data = "".join(x + "\n" for x in lines).encode()
            return self.add_file(data, "batch_output", ident + "_output.jsonl")["id"] if lines else None

        batch = {
            "id": ident,
            "object": "batch",
            "endpoint": body["endpoint"],
            "errors": None,
            "input_file_id": body["input_file_id"],
            "completion_window": body["completion_window"],
            "status": "completed",
            "output_file_id": file_id(good),
            "error_file_id": file_id(bad),
            "created_at": BASE_TIME,
            "completed_at": BASE_TIME + STEP,
            "metadata": body.get("metadata"),
            "request_counts": {"total": len(good) + len(bad), "completed": len(good), "failed": len(bad)},
        }
        self.batches[ident] = batch
        return batch


def multipart(content_type: str, raw: bytes) -> dict[str, bytes]:
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + raw)
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message.iter_parts()
    }


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--port", type=int, default=8099)
    cli.add_argument("--log")
    args = cli.parse_args()
    with FakeOpenAI(args.port, args.log) as fake:
        print(fake.url, flush=True)
        while True:
            time.sleep(3600)
