"""As many everyday questions as work: harmless conversations of others, asked from the operators' accounts."""

from __future__ import annotations

from datetime import timedelta

from counterveil.errors import UsageError
from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.world import Record, World, conversations, dice, moment

# The first prompt of a conversation stands alone; more of them are not needed.
_MAX_POOL = 20_000
_OWN = ("account_id", "end_user_id", "model", "channel", "client_ip", "user_agent", "device_id", "locale")


def _apply(world: World, seed: int) -> World:
    pool = _everyday(world)
    if not pool and any(world.malicious(event["account_id"]) for event in world.events):
        raise UsageError(
            "padding: no innocent prompts to mix in",
            remedy="Give a --background, a --ratio, or a pack with benign accounts.",
        )

    def change(name: str, events: list[Record]) -> list[Record]:
        rng = dice(seed, "padding", name)
        found = list(events)
        for number in range(len(conversations(events))):
            beside = rng.choice(events)
            found.append(
                {key: beside.get(key) for key in _OWN}
                | {
                    "event_id": f"{name}:padding:{number}",
                    "conversation_id": f"{name}:padding:{number}",
                    "time": beside["time"] + timedelta(minutes=rng.uniform(2, 90)),
                    "input": [{"role": "user", "content": rng.choice(pool)}],
                    "output": [],
                }
            )
        return sorted(found, key=moment)

    return world.change_events(change)


def _everyday(world: World) -> list[str]:
    """First prompts of ordinary people; of look-alikes only where nobody is ordinary."""
    labels = world.truth.accounts
    for wanted in ("background", "lookalike"):
        pool = [
            sent[0]["content"]
            for name, events in world.of_account().items()
            if name in labels and labels[name].label == wanted
            for talk in conversations(events)
            if (sent := [m for m in talk[0]["input"] if m["role"] == "user"])
        ]
        if pool:
            return sorted(set(pool))[:_MAX_POOL]
    return []


PADDING = Adversary("padding", "ask as many everyday questions as they do work", _apply)
