"""A sentence-transformers model on this machine: a folder with ``model.onnx`` and ``tokenizer.json`` (extra ``onnx``)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from counterveil.encoders.base import encodable, unit
from counterveil.errors import UsageError

try:
    import onnxruntime
    from tokenizers import Tokenizer
except ImportError:  # the extra is not installed; said when it is asked for
    onnxruntime = None
    Tokenizer = None  # type: ignore[assignment,misc]

_MAX_TOKENS = 384


class OnnxEncoder:
    """Mean over the tokens' last hidden states, as sentence-transformers pools by default (Reimers & Gurevych 2019)."""

    max_chars = 1200

    def __init__(self, folder: str) -> None:
        if onnxruntime is None or Tokenizer is None:
            raise UsageError(
                "encoder = 'onnx' needs onnxruntime and tokenizers", remedy="pip install 'counterveil[onnx]'"
            )
        root = Path(folder)
        model = next((p for p in (root / "model.onnx", root / "onnx" / "model.onnx") if p.is_file()), None)
        if model is None or not (root / "tokenizer.json").is_file():
            raise UsageError(
                f"encoder_model = {folder!r}: no model.onnx with a tokenizer.json there",
                remedy="Name the folder of a sentence-transformers model exported to ONNX.",
            )
        with model.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self.space = f"onnx/{root.name}/{digest[:12]}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            self._inputs = {i.name for i in self._session.get_inputs()}
            self._tokenizer = Tokenizer.from_file(str(root / "tokenizer.json"))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(_MAX_TOKENS)
            self.dimensions = int(self.encode(["dimensions"]).shape[1])
        except Exception as error:  # both libraries raise bare Exceptions
            raise UsageError(
                f"encoder_model = {folder!r}: {type(error).__name__}: {error}",
                remedy="The model or its tokenizer is damaged, or wants other inputs than tokens; a file of a few hundred "
                "bytes is a Git LFS pointer.",
            ) from error

    def covers(self, language: str) -> bool:
        """What a foreign model covers is not known: all that can be named."""
        return language != "und"

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One text at a time: padding would change the last digits with the neighbours."""
        rows = [self._one(text) for text in texts]
        return unit(np.stack(rows)) if rows else np.zeros((0, self.dimensions), dtype=np.float32)

    def _one(self, text: str) -> npt.NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(encodable(text)).ids or [0]], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: given[name] for name in self._inputs if name in given})[0]
        pooled: npt.NDArray[np.float32] = hidden[0].mean(axis=0) if hidden.ndim == 3 else hidden[0]
        return pooled.astype(np.float32) if text.strip() else np.zeros_like(pooled, dtype=np.float32)
