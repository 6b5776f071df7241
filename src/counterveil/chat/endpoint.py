"""Any OpenAI-compatible ``/v1/chat/completions`` endpoint, through the official client (extra ``endpoint``).

One question, one answer: no tools, no memory, no streaming.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterveil.chat.pace import Pace
from counterveil.chat.tokens import estimated
from counterveil.errors import EndpointError, UsageError

try:
    from openai import APIConnectionError, APIStatusError, APITimeoutError, AuthenticationError, OpenAI, OpenAIError
except ImportError:  # the extra is not installed; said when it is asked for
    OpenAI = None  # type: ignore[assignment,misc]

# How an answer's form can be asked for, the strictest first; a server that refuses one is asked for the next.
_FORMS = ("json_schema", "json_object", "plain")
_REFUSED = frozenset((400, 404, 415, 422, 501))
_MAX_CHANGES = 6


@dataclass(frozen=True, slots=True)
class ChatChoice:
    """Which endpoint and model, and how much of it; ``key_env`` names the environment variable with the key."""

    url: str
    model: str
    key_env: str = "OPENAI_API_KEY"
    timeout_s: float = 120.0
    retries: int = 4
    requests_per_minute: int = 60
    tokens_per_minute: int = 200_000


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with what it cost. ``is_estimate``: the endpoint counted no tokens, we guessed."""

    text: str
    tokens_in: int
    tokens_out: int
    is_estimate: bool
    seconds: float
    form: str


class ChatEndpoint:
    """Masked evidence leaves this process for ``url``, and only when it is configured."""

    def __init__(self, choice: ChatChoice) -> None:
        if OpenAI is None:
            raise UsageError("judge = 'endpoint' needs the openai client", remedy="pip install 'counterveil[endpoint]'")
        if not choice.url or not choice.model:
            raise UsageError(
                "judge = 'endpoint' needs judge_url and judge_model",
                remedy="Set both in counterveil.toml, for example http://127.0.0.1:8000/v1 and the model's name.",
            )
        self._choice = choice
        self._pace = Pace(choice.requests_per_minute, choice.tokens_per_minute)
        self._form = 0
        self._size_name = "max_tokens"
        self._with_temperature = True
        # Servers without keys still want one to be sent.
        self._client = OpenAI(
            base_url=choice.url,
            api_key=os.environ.get(choice.key_env) or "none",
            timeout=choice.timeout_s,
            max_retries=choice.retries,
        )

    @property
    def model(self) -> str:
        """Its name, as stored with every opinion."""
        return self._choice.model

    def ask(self, system: str, user: str, schema: Mapping[str, Any], *, max_tokens: int, seed: int = 0) -> Reply:
        """One answer in the form of ``schema`` as far as the server can.

        Retries of 429, 5xx and lost connections are the client's, with growing pauses and the server's own ``Retry-After``.

        Raises:
            EndpointError: no usable answer; ``gone`` when asking on makes no sense (no connection, wrong key).
        """
        size = estimated(system) + estimated(user)
        self._pace.wait(size + max_tokens)
        begun = time.perf_counter()
        for _ in range(_MAX_CHANGES):
            try:
                answer = self._client.chat.completions.create(
                    model=self._choice.model,
                    messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
                    **self._options(schema, max_tokens, seed),
                )
            except APIStatusError as error:
                if error.status_code in _REFUSED and self._give_way(str(error)):
                    continue
                raise self._failed(error, gone=isinstance(error, AuthenticationError)) from error
            except OpenAIError as error:
                lost = isinstance(error, APIConnectionError) and not isinstance(error, APITimeoutError)
                raise self._failed(error, gone=lost) from error
            except ValueError as error:
                raise self._not_the_api("the answer is no JSON") from error
            return self._reply(answer, size, time.perf_counter() - begun)
        raise self._not_the_api("it refuses every form of request")

    def _options(self, schema: Mapping[str, Any], max_tokens: int, seed: int) -> dict[str, Any]:
        options: dict[str, Any] = {self._size_name: max_tokens, "seed": seed}
        if self._with_temperature:
            options["temperature"] = 0.0
        if _FORMS[self._form] == "json_schema":
            named = {"name": "opinion", "schema": dict(schema), "strict": True}
            options["response_format"] = {"type": "json_schema", "json_schema": named}
        elif _FORMS[self._form] == "json_object":
            options["response_format"] = {"type": "json_object"}
        return options

    def _give_way(self, said: str) -> bool:
        """Change what the server refused; it is remembered for the next question. False: nothing is left to change."""
        if self._size_name in said and self._size_name == "max_tokens" and "max_completion_tokens" in said:
            self._size_name = "max_completion_tokens"
        elif "temperature" in said and self._with_temperature:
            self._with_temperature = False
        elif self._form + 1 < len(_FORMS):
            self._form += 1
        else:
            return False
        return True

    def _reply(self, answer: Any, size: int, seconds: float) -> Reply:
        try:
            text = answer.choices[0].message.content or ""
            if not isinstance(text, str):
                raise self._not_the_api("content that is no text")
        except (AttributeError, IndexError, TypeError) as error:
            raise self._not_the_api("no message in the answer") from error
        usage = getattr(answer, "usage", None)
        counted = [getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens")]
        known = all(isinstance(n, int) and n >= 0 for n in counted) and any(counted)
        tokens_in, tokens_out = counted if known else (size, estimated(text))
        return Reply(text, int(tokens_in or 0), int(tokens_out or 0), not known, round(seconds, 3), _FORMS[self._form])

    def _failed(self, error: Exception, *, gone: bool) -> EndpointError:
        return EndpointError(
            f"judge endpoint {self._choice.url}: {type(error).__name__}: {str(error)[:300]}",
            remedy="Check judge_url, judge_model and the key; what was judged so far is kept.",
            gone=gone,
        )

    def _not_the_api(self, why: str) -> EndpointError:
        return EndpointError(
            f"judge endpoint {self._choice.url}: {why}",
            remedy="The server does not follow the OpenAI chat API; use another.",
        )
