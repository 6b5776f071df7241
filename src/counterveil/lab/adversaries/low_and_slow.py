"""Half the work over the whole period: no bursts, no busy days; hour and weekday stay."""

from __future__ import annotations

from datetime import timedelta

from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.world import Record, World, conversations, moment

_KEPT = 2
_WEEK = timedelta(weeks=1)


def _apply(world: World, seed: int) -> World:  # noqa: ARG001 (nothing is left to chance here)
    times = [event["time"] for event in world.events]
    if not times:
        return world
    begin, weeks = min(times), max(1, (max(times) - min(times)) // _WEEK)

    def change(_: str, events: list[Record]) -> list[Record]:
        # Every second conversation is not held at all; the first one always is.
        talks = conversations(events)[::_KEPT]
        found: list[Record] = []
        for number, talk in enumerate(talks):
            wanted = number * weeks // len(talks)
            shift = (wanted - (talk[0]["time"] - begin) // _WEEK) * _WEEK
            found += [{**event, "time": event["time"] + shift} for event in talk]
        return sorted(found, key=moment)

    return world.change_events(change)


LOW_AND_SLOW = Adversary("low_and_slow", "do half of it, spread evenly over the weeks", _apply)
