"""New turns of every recording: history that a client re-sends is counted once (DESIGN.md §2).

Needs ``counterveil.pipeline.profile.turns(workspace)``: a table with account_id, event_id, side, role and content_key,
one row for each NEW turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from counterveil.pipeline import profile
from counterveil.pipeline.observe import observe_new
from counterveil.pipeline.progress import Silent
from counterveil.pipeline.workspace import for_writing
from counterveil.settings import load

RECORDINGS = Path(__file__).parent.parent / "recordings"
EXPECTED: dict[str, dict[str, Any]] = json.loads((RECORDINGS / "expected.json").read_text())
PARTNER = {
    "openai_batch_output.jsonl": "openai_batch_input.jsonl",
    "openai_stored_messages.jsonl": "openai_completions.jsonl",
    "otel_genai_events.jsonl": "otel_genai.jsonl",
    "otel_genai_v130_events.jsonl": "otel_genai_v130.jsonl",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_new_turns(name: str, load_files: Callable[..., Any]) -> None:
    names = [name, *([PARTNER[name]] if name in PARTNER else [])]
    loaded = load_files([RECORDINGS / n for n in names])
    settings, _ = load({"home": loaded.home, "workers": 1}, environ={})
    with for_writing(settings) as workspace:
        observe_new(workspace, Silent())
        profile.profile(workspace, Silent())
        turns = profile.turns(workspace).to_pylist()
    # A pair is read whole: each side has what the better half of it has.
    halves = [EXPECTED[n] for n in names]
    lost = EXPECTED[name].get("lost") or {}
    inputs = max(h["new_input_turns"] for h in halves) - len(lost.get("input", {}))
    # expected.json counts user and tool messages. An answer that is only known because a later request re-sent it (a
    # batch's input alone) is a new message as well, but nobody's input.
    asked = [t for t in turns if t["side"] == 0 and t["role"] in ("user", "tool")]
    assert len(asked) == inputs
    assert sum(t["side"] == 1 for t in turns) == max(h["new_output_turns"] for h in halves)
