"""The encoders that the settings name, made once a process."""

from __future__ import annotations

from functools import lru_cache

from counterveil.encoders.base import Encoder, EncoderChoice
from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.endpoint import EndpointEncoder
from counterveil.encoders.onnx import OnnxEncoder
from counterveil.encoders.use import UseEncoder


@lru_cache(maxsize=4)
def encoders(choice: EncoderChoice) -> tuple[Encoder, ...]:
    """First, then second, as far as they are named. A text that both have read counts with the mean of their scores."""
    names = [name for name in (choice.first, choice.second) if name != "none"]
    return tuple(_made(name, choice) for name in names)


def _made(name: str, choice: EncoderChoice) -> Encoder:
    if name == "endpoint":
        return EndpointEncoder(choice.url, choice.model, choice.key_env)
    if name == "onnx":
        return OnnxEncoder(choice.model)
    return E5Encoder() if name == "e5" else UseEncoder()


def reader_of(choice: EncoderChoice, *languages: str) -> int | None:
    """Place in ``encoders`` of who reads a text of these languages first (empty ones do not matter); None: nobody can."""
    named = [language for language in languages if language]
    return next((i for i, e in enumerate(encoders(choice)) if all(e.covers(language) for language in named)), None)
