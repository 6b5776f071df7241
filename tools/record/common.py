"""Shared by the recorders: writing recordings, scrubbing them, expected.json, and an HTTP receiver."""

from __future__ import annotations

import base64
import getpass
import gzip
import importlib.metadata
import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "tests" / "recordings"


def scrub(text: str) -> str:
    """Take machine paths and host names out of a recording; ports become 9999 so that reruns differ less."""
    text = re.sub(r"(127\.0\.0\.1|localhost):\d{2,5}", "127.0.0.1:9999", text)
    text = re.sub(r"/(?:tmp|work|root|home)/[^\s\"'\\,)]*", "/scrubbed/path", text)
    host = socket.gethostname()
    if host and len(host) > 3:
        text = text.replace(host, "127.0.0.1")
    who = getpass.getuser()
    return text if who in ("root", "user") else text.replace(who, "nobody")


def write_lines(name: str, rows) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    lines = [scrub(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) for row in rows]
    for line in lines:
        json.loads(line)
    text = "".join(line + "\n" for line in lines)
    (OUT / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(lines)} lines, {len(text.encode())} bytes")
    return len(lines)


def expect(name: str, counts: dict, **extra) -> None:
    """Set one source's entry of expected.json, keeping the others."""
    path = OUT / "expected.json"
    data = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    data[name] = {**counts, **extra}
    path.write_text(json.dumps(dict(sorted(data.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def versions(*packages: str) -> str:
    return ", ".join(f"{p} {importlib.metadata.version(p)}" for p in packages)


class Receiver:
    """Takes any POST, keeps (path, headers, body bytes with gzip undone), answers 200 (``replies``: path -> body)."""

    def __init__(self, port: int = 0, replies: dict[str, bytes] | None = None):
        self.got: list[tuple[str, dict, bytes]] = []
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                self.reply(b"{}")

            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                if self.headers.get("content-encoding") == "gzip":
                    raw = gzip.decompress(raw)
                got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, raw))
                self.reply(
                    b""
                    if "protobuf" in (self.headers.get("content-type") or "")
                    else (replies or {}).get(self.path, b"{}")
                )

            def reply(self, data: bytes):
                self.send_response(200)
                self.send_header("content-type", self.headers.get("content-type") or "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.httpd = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.httpd.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.httpd.shutdown()
        self.httpd.server_close()


ID_FIELDS = ("traceId", "spanId", "parentSpanId")


def hex_ids(value):
    """OTLP JSON writes the three id fields as hex; protobuf's own JSON mapping gives base64."""
    if isinstance(value, dict):
        return {
            k: base64.b64decode(v).hex() if k in ID_FIELDS and isinstance(v, str) else hex_ids(v)
            for k, v in value.items()
        }
    if isinstance(value, list):
        return [hex_ids(v) for v in value]
    return value


def otlp_json(raw: bytes, signal: str) -> dict:
    """A protobuf export request ("traces" or "logs") in OTLP's JSON encoding."""
    from google.protobuf.json_format import MessageToDict

    if signal == "traces":
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest as Request
    else:
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest as Request
    message = Request()
    message.ParseFromString(raw)
    return scrub_resource(hex_ids(MessageToDict(message, use_integers_for_enums=True)))


def scrub_resource(request: dict) -> dict:
    """Drop resource attributes that name this machine."""
    for group in (*request.get("resourceSpans", ()), *request.get("resourceLogs", ())):
        resource = group.get("resource", {})
        if "attributes" in resource:
            resource["attributes"] = [
                a for a in resource["attributes"] if not a["key"].startswith(("host.", "process.", "os."))
            ]
    return request


def message_of(completion) -> dict:
    return completion.choices[0].message.model_dump()


def client_for(url: str, account: dict, **kw):
    """A real ``openai`` client as one account's program would make it."""
    from openai import OpenAI

    headers = {"X-Forwarded-For": account["ip"], **kw.pop("headers", {})}
    if account["agent"]:
        headers["User-Agent"] = account["agent"]
    return OpenAI(base_url=url, api_key=account["key"], max_retries=0, default_headers=headers, **kw)


def call(client, body: dict, **kw) -> dict:
    """Make the call with create(); a stream is read to its end and put together. Returns the assistant message."""
    if not body.get("stream"):
        return message_of(client.chat.completions.create(**body, **kw))
    parts: list[str] = []
    for chunk in client.chat.completions.create(**body, **kw):
        if chunk.choices and chunk.choices[0].delta.content:
            parts.append(chunk.choices[0].delta.content)  # noqa: PERF401 (a stream)
    return {"role": "assistant", "content": "".join(parts)}
