"""Turn de-duplication: re-sent history is never counted twice, whatever the order of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from counterveil.pipeline.ingest import ingest
from counterveil.pipeline.observe import observe_new
from counterveil.pipeline.profile import profile, turns
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import Settings, load
from tests.pipeline.logs import event

Make = Callable[..., Settings]
Write = Callable[..., Path]


def counted(settings: Settings, *paths: Path) -> list[tuple[str, str, int, str]]:
    with for_writing(settings) as workspace:
        for path in paths:
            ingest(workspace, [str(path)], progress=Silent())
        observe_new(workspace, Silent())
        profile(workspace, Silent())
        return sorted((r["event_id"], r["role"], r["side"], r["content_key"]) for r in turns(workspace).to_pylist())


def talk(conversation: str | None, *, start: int = 0, system: bool = False) -> list[dict[str, Any]]:
    """Three requests of one conversation; each re-sends everything before it."""
    history: list[dict[str, str]] = [{"role": "system", "content": "Be brief."}] if system else []
    events = []
    for turn, (asked, answered) in enumerate([("hi", "hello"), ("continue", "one"), ("continue", "two")]):
        history = [*history, {"role": "user", "content": asked}]
        record = event(start + turn, "a", "", conversation_id=conversation)
        record |= {"input": list(history), "output": [{"role": "assistant", "content": answered}]}
        events.append(record)
        history = [*history, {"role": "assistant", "content": answered}]
    return events


def test_history_is_counted_once(make_settings: Make, write_log: Write) -> None:
    found = counted(make_settings(), write_log(talk("c1", system=True)))
    roles = [(role, side) for _, role, side, _ in found]
    assert roles.count(("user", 0)) == 3  # the second "continue" is a new turn although its text is not new
    assert roles.count(("assistant", 1)) == 3
    assert roles.count(("assistant", 0)) == 0
    assert roles.count(("system", 0)) == 1


def test_without_conversation_ids(make_settings: Make, write_log: Write) -> None:
    found = counted(make_settings(), write_log(talk(None)))
    assert sum(role == "user" for _, role, _, _ in found) == 3
    assert sum(side == 1 for _, _, side, _ in found) == 3


def test_a_regenerated_answer_does_not_ask_again(make_settings: Make, write_log: Write) -> None:
    again = talk("c1")[1] | {"event_id": "retry", "output": [{"role": "assistant", "content": "uno"}]}
    found = counted(make_settings(), write_log([*talk("c1"), again]))
    assert sum(role == "user" for _, role, _, _ in found) == 3
    assert sum(side == 1 for _, _, side, _ in found) == 4


def test_clients_that_send_only_the_new_message(make_settings: Make, write_log: Write) -> None:
    """Stateful clients: the same short answer twice in one conversation is two turns; twice in a row looks like a retry."""
    events = [event(n, "a", text, conversation_id="c1") for n, text in enumerate(("go on", "why?", "go on", "stop"))]
    found = counted(make_settings(), write_log(events))
    assert sum(role == "user" for _, role, _, _ in found) == 4


def test_clients_that_keep_no_answers(make_settings: Make, write_log: Write) -> None:
    """History without the model's answers: what was asked before is not asked again."""
    asked = [{"role": "user", "content": text} for text in ("one", "two", "three")]
    events = [event(n, "a", "", conversation_id="c1") | {"input": asked[: n + 1], "output": []} for n in range(3)]
    found = counted(make_settings(), write_log(events))
    assert sum(role == "user" for _, role, _, _ in found) == 3


def test_two_people_who_say_the_same_are_two(make_settings: Make, write_log: Write) -> None:
    other = [e | {"event_id": f"x{e['event_id']}", "account_id": "b"} for e in talk("c1")]
    assert len(counted(make_settings(), write_log(talk("c1") + other))) == 12


def test_log_that_begins_in_the_middle(make_settings: Make, write_log: Write) -> None:
    """History that was never seen as asked is counted once, in the first event that shows it."""
    found = counted(make_settings(), write_log(talk("c1")[2:]))
    assert sum(role == "user" for _, role, _, _ in found) == 3 - 1  # "hi", and "continue" (twice the same text: once)
    assert [side for *_, side, _ in found].count(1) == 1


@given(order=st.permutations(range(3)))
def test_order_of_files_does_not_matter(tmp_path_factory: Any, order: list[int]) -> None:
    folder = tmp_path_factory.mktemp("order")
    files = []
    for index, record in enumerate(talk("c1", system=True)):
        path = folder / f"{index}.jsonl"
        path.write_bytes(orjson.dumps(record))
        files.append(path)
    for name in ("base", "other"):
        (folder / name).mkdir()
        (folder / name / "secret").write_text("5e" * 32)
    base = counted(load({"home": folder / "base", "workers": 1}, environ={})[0], *files)
    other = counted(load({"home": folder / "other", "workers": 1}, environ={})[0], *(files[i] for i in order))
    assert other == base


def test_an_account_that_fronts_many_is_scored_per_end_user(make_settings: Make, write_log: Write) -> None:
    events = [event(n, "shop", f"question {n}", end_user_id=f"u{n % 6}") for n in range(12)]
    events += [event(100 + n, "small", f"note {n}", end_user_id=f"u{n % 2}") for n in range(4)]
    settings = make_settings()
    counted(settings, write_log(events))
    with for_writing(settings) as workspace:
        subjects = {r["subject_id"] for r in turns(workspace).to_pylist()}
    assert subjects == {*(f"shop / u{n}" for n in range(6)), "small"}
