"""Any OpenAI-compatible ``/v1/embeddings`` endpoint, through the official client (extra ``endpoint``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from counterveil.encoders.base import encodable, unit
from counterveil.errors import UsageError

try:
    from openai import OpenAI, OpenAIError
except ImportError:  # the extra is not installed; said when it is asked for
    OpenAI = None  # type: ignore[assignment,misc]
    OpenAIError = Exception  # type: ignore[assignment,misc]

_BATCH = 64
_TIMEOUT_S = 60.0
_RETRIES = 5
# Squares of larger ones overflow; embeddings are near 1.
_MAX_NUMBER = 1e15


class EndpointEncoder:
    """Texts leave this machine for ``url``: the only encoder for which that is so, and only when it is configured."""

    max_chars = 1200

    def __init__(self, url: str, model: str, key_env: str) -> None:
        if OpenAI is None:
            raise UsageError(
                "encoder = 'endpoint' needs the openai client", remedy="pip install 'counterveil[endpoint]'"
            )
        if not url or not model:
            raise UsageError(
                "encoder = 'endpoint' needs encoder_url and encoder_model",
                remedy="Set both in counterveil.toml, for example http://127.0.0.1:8000/v1 and the model's name.",
            )
        self._url = url
        self._model = model
        # Servers without keys still want one to be sent.
        self._client = OpenAI(
            base_url=url, api_key=os.environ.get(key_env) or "none", timeout=_TIMEOUT_S, max_retries=_RETRIES
        )

    @property
    def space(self) -> str:
        """The model's name: vectors of one model served elsewhere are the same space."""
        return f"endpoint/{self._model}"

    @cached_property
    def dimensions(self) -> int:
        """Asked from the endpoint once."""
        return int(self._embed(["dimensions"]).shape[1])

    def covers(self, language: str) -> bool:
        """What a foreign model covers is not known: all that can be named."""
        return language != "und"

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors in the order of the texts.

        Raises:
            UsageError: the endpoint does not answer, or not with one vector a text.
        """
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        filled = [i for i, text in enumerate(texts) if text.strip()]
        for at in range(0, len(filled), _BATCH):
            part = filled[at : at + _BATCH]
            found = self._embed([encodable(texts[i]) for i in part])
            if found.shape[1] != self.dimensions:
                raise self._not_the_api(f"vectors of {found.shape[1]} numbers, of {self.dimensions} before")
            vectors[part] = found
        return vectors

    def _embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        try:
            answer = self._client.embeddings.create(model=self._model, input=list(texts), encoding_format="float")
        except OpenAIError as error:
            raise UsageError(
                f"embedding endpoint {self._url}: {type(error).__name__}: {error}",
                remedy="Check encoder_url, encoder_model and the key; what was encoded so far is kept.",
            ) from error
        except ValueError as error:
            raise self._not_the_api("the answer is no JSON") from error
        try:
            rows = sorted(answer.data, key=lambda row: row.index)
            vectors = np.array([row.embedding for row in rows], dtype=np.float64)
        except (AttributeError, TypeError, ValueError) as error:
            raise self._not_the_api("no vectors of numbers of one length") from error
        if len(rows) != len(texts):
            raise self._not_the_api(f"{len(rows)} vectors for {len(texts)} texts")
        if vectors.ndim != 2 or vectors.size == 0 or not (np.abs(vectors) < _MAX_NUMBER).all():
            raise self._not_the_api("numbers that make no vector")
        return unit(vectors.astype(np.float32))

    def _not_the_api(self, why: str) -> UsageError:
        return UsageError(
            f"embedding endpoint {self._url}: {why}",
            remedy="The server does not follow the OpenAI embeddings API; use another.",
        )
