"""Conversations before they have a time and a place: what is typed, turn by turn, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from counterveil.lab.edits import personal, touch
from counterveil.lab.packs import PackLine

Unit = tuple[PackLine, ...]
_MAX_RUN = 5
_REPEAT_EDIT = 0.7


@dataclass(frozen=True, slots=True)
class Turn:
    """One message by the person, with the reply if the log kept it."""

    text: str
    reply: str | None
    lang: str
    behaviour: str | None = None


@dataclass(slots=True)
class Talk:
    """One conversation; ``work`` tells that it serves the group's purpose, so that a shared passage may precede it."""

    turns: list[Turn]
    work: bool = False
    role: str | None = None
    passage: str | None = None
    passage_behaviour: str | None = None

    def paste(self, block: PackLine, text: str) -> None:
        """Put a shared passage before the first prompt."""
        self.passage = text
        self.passage_behaviour = block.behaviour


@dataclass(slots=True)
class Script:
    """Everything that one account will say, and the units of the pack that it was dealt."""

    units: list[Unit] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)

    @property
    def turns(self) -> int:
        """How many events the script gives."""
        return sum(len(talk.turns) for talk in self.talks)


def turn(line: PackLine, text: str | None = None) -> Turn:
    """A pack line as a turn, with other wording if given."""
    return Turn(line.text if text is None else text, line.reply, line.lang, line.behaviour)


def talks_of(rng: Random, units: Sequence[Unit]) -> list[Talk]:
    """Threads as they are; single prompts of one role and language mostly one after another in a running chat."""
    talks: list[Talk] = []
    open_runs: dict[tuple[str, str | None, bool], Talk] = {}
    for unit in units:
        first = unit[0]
        work = not all(line.cover for line in unit)
        if len(unit) > 1:
            talks.append(Talk([turn(line) for line in unit], work, first.role))
            continue
        key = (first.lang, first.role, work)
        run = open_runs.get(key)
        if run is not None and len(run.turns) < _MAX_RUN and rng.random() < 0.6:
            run.turns.append(turn(first))
            continue
        open_runs[key] = Talk([turn(first)], work, first.role)
        talks.append(open_runs[key])
    return talks


def repeat(rng: Random, unit: Unit) -> Talk:
    """The same request on another day, by the same or another hand: changed a little, the reply not the same."""
    line = unit[0]
    text = personal(rng, touch(rng, line.text, _REPEAT_EDIT))
    return Talk([Turn(text, None, line.lang, line.behaviour)], not line.cover, line.role)


def paste_passages(
    rng: Random, scripts: Sequence[Script], blocks: Sequence[PackLine], *, rate: float, edit: float
) -> None:
    """Spread a group's shared passages: each once word for word, then as often as the group does it, edited by hand."""
    if not blocks:
        return
    work = [talk for script in scripts for talk in script.talks if talk.work]
    for block in blocks:
        free = [talk for talk in work if talk.passage is None]
        fitting = [talk for talk in free if talk.role == block.role] or free
        if fitting:
            rng.choice(fitting).paste(block, block.text)
    by_role: dict[str | None, list[PackLine]] = {}
    for block in blocks:
        by_role.setdefault(block.role, []).append(block)
    for talk in work:
        if talk.passage is None and rng.random() < rate:
            own = by_role.get(talk.role)
            # Most paste the sheet of their own job; some take whatever lies on the shared drive.
            block = rng.choice(own if own and rng.random() < 0.7 else list(blocks))
            talk.paste(block, touch(rng, block.text, edit))
