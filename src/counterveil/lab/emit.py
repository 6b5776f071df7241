"""Conversations into logged requests: the client re-sends the whole history each time, as real clients do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random

import orjson

from counterveil.lab.actors import Actor, browser, client
from counterveil.lab.conversation import Talk, Turn
from counterveil.lab.people import token
from counterveil.lab.scenario import Scenario

Message = dict[str, str]
# Where the time stands in every line, so that lines are sorted without being parsed.
_HEAD = len('{"event_id":"ev_0123456789abcdef","time":"')
TIME_BYTES = slice(_HEAD, _HEAD + len("2026-03-02T00:00:00Z"))
_MODELS = ("atlas-large", "atlas-small", "atlas-small", "atlas-code")
_SHORT_REPLY = 0.15
_LONG, _FILTERED = 0.02, 0.01
_MEAN_GAP_S = 110.0


class Emitter:
    """Writes accounts' conversations as events; counts nothing and keeps nothing."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._replies = {tag: language.replies for tag, language in scenario.languages.items()}

    def events(self, rng: Random, actor: Actor, talks: Sequence[Talk]) -> Iterator[tuple[int, bytes]]:
        """Each request of an account as its time in seconds and its line; conversations in no order."""
        for number, talk in enumerate(talks):
            _count(actor, talk)
            end_user = None
            if actor.end_users:
                # The first round lets everybody appear once.
                index = number if number < len(actor.end_users) else int(rng.random() * len(actor.end_users))
                end_user = actor.end_users[index]
            yield from self._talk(rng, actor, talk, end_user)

    def _talk(self, rng: Random, actor: Actor, talk: Talk, end_user: str | None) -> Iterator[tuple[int, bytes]]:
        moment = actor.clock.moment(rng)
        api = rng.random() < actor.api
        device = None if api else actor.devices.pick(rng)
        history, first = _opening(talk, api=api)
        tokens = sum(_tokens(message["content"]) for message in history)
        record: dict[str, object] = {
            "event_id": "",
            "time": None,
            "account_id": actor.account_id,
            "end_user_id": end_user,
            "conversation_id": token("cv", rng),
            "model": _MODELS[int(actor.account_id[-3], 16) % len(_MODELS)],
            "channel": "api" if api else "chat",
            "client_ip": actor.addresses.pick(rng),
            "user_agent": client(actor.account_id) if device is None else browser(device),
            "device_id": device,
            "locale": None if api else actor.locale,
        }
        for turn in (first, *talk.turns[1:]):
            history.append({"role": "user", "content": turn.text})
            tokens += _tokens(turn.text)
            output = self._output(rng, turn)
            written = _tokens(output[0]["content"]) if output else 40 + int(rng.expovariate(1 / 220))
            record["event_id"] = f"ev_{rng.getrandbits(64):016x}"
            record["time"] = datetime.fromtimestamp(moment, UTC)
            record["input"] = history
            record["output"] = output
            record["input_tokens"] = tokens
            record["output_tokens"] = written
            record["finish_reason"] = _reason(rng.random())
            yield moment, orjson.dumps(record, option=orjson.OPT_UTC_Z)
            if output:
                history.append(output[0])
                tokens += written
            moment += 15 + int(rng.expovariate(1 / _MEAN_GAP_S))

    def _output(self, rng: Random, turn: Turn) -> list[Message]:
        if turn.reply is not None:
            return [{"role": "assistant", "content": turn.reply}]
        replies = self._replies.get(turn.lang)
        if replies and rng.random() < _SHORT_REPLY:
            return [{"role": "assistant", "content": replies[int(rng.random() * len(replies))]}]
        return []


def _opening(talk: Talk, *, api: bool) -> tuple[list[Message], Turn]:
    """What stands before the first prompt: programs send a passage as the system message, people paste it."""
    first = talk.turns[0]
    if talk.passage is None:
        return [], first
    if api:
        return [{"role": "system", "content": talk.passage}], first
    return [], Turn(f"{talk.passage}\n\n{first.text}", first.reply, first.lang, first.behaviour)


def _count(actor: Actor, talk: Talk) -> None:
    truth = actor.truth
    if talk.passage_behaviour:
        truth.behaviours[talk.passage_behaviour] += 1
    for turn in talk.turns:
        truth.languages[turn.lang] += 1
        if turn.behaviour:
            truth.behaviours[turn.behaviour] += 1


def _tokens(text: str) -> int:
    return 4 + len(text.encode()) // 4


def _reason(draw: float) -> str:
    if draw < _FILTERED:
        return "content_filter"
    return "length" if draw < _FILTERED + _LONG else "stop"
