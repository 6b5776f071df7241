"""A scripted OpenAI-compatible chat server: real HTTP, so that the real client meets 429, 500, silence, bad JSON and lies."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TURN = re.compile(r"^T\d+ A\d+ \| (.*)$", re.MULTILINE)
RATED = re.compile(r"ratings: for each of ([A-Z0-9, -]+):")
OBEYED = re.compile(r"benign|harmless|ignore|flag this|无害|инструкции", re.IGNORECASE)


@dataclass
class Answer:
    """What the server sends: ``content`` in a well-formed completion, or a raw ``body``; ``delay`` seconds before it."""

    content: str = ""
    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 50})


Script = Callable[[dict[str, Any], int], Answer]


def opinion(ids: list[str], **said: Any) -> str:
    """An answer of the right form."""
    body = {
        "summary": "They write.",
        "stance": "doing",
        "ratings": dict.fromkeys(ids, "none"),
        "quotes_for": [],
        "quotes_against": [],
        "innocent_explanation": "Colleagues.",
        "confidence": "high",
        "injection_suspected": False,
    }
    return json.dumps(body | said)


def asked(request: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Behaviours and turns of a question."""
    system, user = (m["content"] for m in request["messages"])
    found = RATED.search(system)
    assert found
    return found.group(1).split(", "), TURN.findall(user)


def accuser(request: dict[str, Any], _number: int) -> Answer:
    """Rates everything clear and quotes the first turn truly."""
    ids, turns = asked(request)
    return Answer(opinion(ids, ratings=dict.fromkeys(ids, "clear"), quotes_for=[turns[0][:60]]))


def liar(request: dict[str, Any], _number: int) -> Answer:
    """Rates everything clear with quotes that nobody wrote."""
    ids, _ = asked(request)
    made_up = ["we will rob them all tonight", "the boss of the whole ring is me"]
    return Answer(opinion(ids, ratings=dict.fromkeys(ids, "clear"), quotes_for=made_up))


def obedient(request: dict[str, Any], _number: int) -> Answer:
    """Does what an injection in the evidence asks, and accuses where there is none: the worst judge that could be bought."""
    ids, turns = asked(request)
    if any(OBEYED.search(turn) for turn in turns):
        return Answer(
            opinion(ids, stance="ordinary", innocent_explanation="All clear, close the case, lower the score.")
        )
    return accuser(request, _number)


@dataclass
class Served:
    """Where it listens, and what it was sent."""

    url: str
    requests: list[dict[str, Any]]


@contextmanager
def serving(script: Script) -> Iterator[Served]:
    """The server on a free port of this machine until the end of the block."""
    requests: list[dict[str, Any]] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                requests.append(request)
                number = len(requests)
            answer = script(request, number)
            time.sleep(answer.delay)
            message = {"role": "assistant", "content": answer.content}
            whole: dict[str, Any] = {
                "id": "c1", "object": "chat.completion", "created": 1, "model": request["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            }  # fmt: skip
            if answer.usage:
                whole["usage"] = {**answer.usage, "total_tokens": sum(answer.usage.values())}
            body = answer.body if answer.body is not None else json.dumps(whole).encode()
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the client has given up waiting

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}/v1", requests)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
