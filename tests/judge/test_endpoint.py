"""The real client against a scripted server: everything that goes wrong ends in an answer or in one clear error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterveil.chat import endpoint
from counterveil.chat.endpoint import ChatChoice, ChatEndpoint
from counterveil.chat.pace import Pace
from counterveil.errors import EndpointError, UsageError
from tests.encoders.make import free_port
from tests.judge.server import Answer, Script, serving

NO_KEY = "COUNTERVEIL_TEST_NO_KEY"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def ask(script: Script, **choice: Any) -> tuple[endpoint.Reply, list[dict[str, Any]]]:
    with serving(script) as served:
        usual: dict[str, Any] = {"url": served.url, "model": "m", "key_env": NO_KEY, "retries": 2}
        made = ChatEndpoint(ChatChoice(**(usual | choice)))
        return made.ask("rules", "evidence", SCHEMA, max_tokens=50), served.requests


def failing(script: Script, **choice: Any) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        ask(script, **choice)
    assert caught.value.remedy
    return caught.value


def test_the_question_is_sent_as_asked_and_has_no_tools() -> None:
    reply, requests = ask(lambda _r, _n: Answer('{"a":"b"}'))
    assert (reply.text, reply.tokens_in, reply.tokens_out, reply.is_estimate, reply.form) == (
        '{"a":"b"}',
        100,
        50,
        False,
        "json_schema",
    )
    assert requests[0]["response_format"]["json_schema"]["schema"] == SCHEMA
    assert requests[0]["temperature"] == 0.0
    assert [m["role"] for m in requests[0]["messages"]] == ["system", "user"]
    assert not {"tools", "functions", "tool_choice", "stream"} & requests[0].keys()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status: int) -> None:
    slow = {"Retry-After-Ms": "10"}
    reply, requests = ask(lambda _r, n: Answer("x", status=status, headers=slow) if n < 3 else Answer("late"))
    assert (reply.text, len(requests)) == ("late", 3)


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_that_stays_busy_is_an_error_of_this_item(status: int) -> None:
    error = failing(lambda _r, _n: Answer(status=status, headers={"Retry-After-Ms": "5"}))
    assert not error.gone


def test_a_wrong_key_ends_it() -> None:
    assert failing(lambda _r, _n: Answer(status=401, body=b'{"error":{"message":"no"}}')).gone


def test_nothing_listens() -> None:
    made = ChatEndpoint(ChatChoice(url=f"http://127.0.0.1:{free_port()}/v1", model="m", key_env=NO_KEY, retries=0))
    with pytest.raises(EndpointError) as caught:
        made.ask("a", "b", SCHEMA, max_tokens=5)
    assert caught.value.gone


def test_a_silent_server_times_out() -> None:
    assert not failing(lambda _r, _n: Answer("x", delay=1.0), timeout_s=0.2, retries=0).gone


@pytest.mark.parametrize(
    "body", [b"not json", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": 5}}]}', b"[]"]
)
def test_what_is_no_completion_is_an_error(body: bytes) -> None:
    failing(lambda _r, _n: Answer(body=body))


def test_a_server_without_schemas_is_asked_for_less_and_remembered() -> None:
    def script(request: dict[str, Any], _n: int) -> Answer:
        form = request.get("response_format", {}).get("type")
        return (
            Answer("{}")
            if form is None
            else Answer(status=400, body=json.dumps({"error": {"message": f"no {form}"}}).encode())
        )

    with serving(script) as served:
        made = ChatEndpoint(ChatChoice(url=served.url, model="m", key_env=NO_KEY, retries=0))
        assert [made.ask("a", "b", SCHEMA, max_tokens=5).form for _ in range(2)] == ["plain", "plain"]
        assert len(served.requests) == 4


def test_a_server_with_other_names_for_its_options_is_understood() -> None:
    def script(request: dict[str, Any], _n: int) -> Answer:
        said = "use max_completion_tokens instead of max_tokens" if "max_tokens" in request else ""
        said = said or ("temperature is not supported" if "temperature" in request else "")
        return Answer(status=400, body=json.dumps({"error": {"message": said}}).encode()) if said else Answer("ok")

    reply, requests = ask(script)
    assert reply.form == "json_schema"
    assert requests[-1]["max_completion_tokens"] == 50
    assert len(requests) == 3


def test_a_server_that_refuses_everything_is_an_error() -> None:
    failing(lambda _r, _n: Answer(status=400, body=b'{"error":{"message":"too long"}}'))


def test_tokens_are_estimated_where_they_are_not_counted_and_that_is_said() -> None:
    reply, _ = ask(lambda _r, _n: Answer("seven letters", usage=None))
    assert reply.is_estimate
    assert reply.tokens_out == 4
    assert reply.tokens_in > 0


def test_the_client_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "OpenAI", None)
    with pytest.raises(UsageError) as caught:
        ChatEndpoint(ChatChoice(url="http://x/v1", model="m"))
    assert "pip install" in caught.value.remedy


def test_an_endpoint_needs_a_url_and_a_model() -> None:
    with pytest.raises(UsageError, match="judge_url"):
        ChatEndpoint(ChatChoice(url="", model=""))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("requests", "tokens", "size", "at_most"), [(3, 10**6, 1, 3), (10**6, 100, 40, 2), (5, 10, 500, 1)]
)
def test_no_minute_holds_more_than_the_limits(requests: int, tokens: int, size: int, at_most: int) -> None:
    clock = Clock()
    pace = Pace(requests, tokens, clock=clock, sleep=clock.sleep)
    sent = []
    for _ in range(10):
        pace.wait(size)
        sent.append(clock.now)
        clock.now += 0.5
    assert max(sum(a <= b < a + 60 for b in sent) for a in sent) == at_most
