"""A labelled log in memory: what an adversary changes. Records are native ones (DESIGN.md §4) with plain text contents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from counterveil.lab.truth import Truth, TruthAccount

# An event: ``time`` is aware UTC, ``input`` and ``output`` are lists of {"role", "content"} with text contents.
# An account: ``created_at`` is aware UTC or None.
Record = Mapping[str, Any]
Events = tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Events, registrations and the key to both. ``truth`` may name accounts without events, and miss some with."""

    events: Events
    accounts: Events
    truth: Truth

    def of_account(self) -> dict[str, list[Record]]:
        """Each account's events in the order of time; accounts by id, so that no result depends on the log's order."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for event in self.events:
            found[event["account_id"]].append(event)
        return {name: sorted(found[name], key=moment) for name in sorted(found)}

    def malicious(self, account_id: str) -> bool:
        """Whether the key calls the account malicious; one that it does not know is left alone."""
        account = self.truth.accounts.get(account_id)
        return account is not None and account.malicious

    def benign(self) -> list[TruthAccount]:
        """Innocent accounts by id."""
        return [a for _, a in sorted(self.truth.accounts.items()) if not a.malicious]

    def change_events(self, change: Callable[[str, list[Record]], list[Record]]) -> World:
        """Every malicious account's events through ``change(account_id, events)``; all others stay as they are."""
        events: list[Record] = []
        for name, own in self.of_account().items():
            events += change(name, own) if self.malicious(name) else own
        return replace(self, events=tuple(events))

    def change_accounts(self, change: Callable[[Record], Record]) -> World:
        """Every malicious account's registration through ``change``."""
        accounts = tuple(change(a) if self.malicious(a["account_id"]) else a for a in self.accounts)
        return replace(self, accounts=accounts)


def moment(event: Record) -> tuple[datetime, str]:
    """Sorts events: by time, then by id."""
    return event["time"], event["event_id"]


def dice(*parts: object) -> Random:
    """Chance that depends on what it is about, and on nothing that came before."""
    return Random("/".join(str(part) for part in parts))


def conversations(events: list[Record]) -> list[list[Record]]:
    """One account's events by conversation, in the order of their beginnings; without an id, each event is one of its own."""
    found: dict[str, list[Record]] = {}
    for event in events:
        found.setdefault(event.get("conversation_id") or f"\0{event['event_id']}", []).append(event)
    return list(found.values())


def reword(event: Record, change: Callable[[str], str]) -> Record:
    """The event with every text that the account itself sent changed; what the model answered stays as it was.

    ``change`` gives the same for the same text, so that a history that is sent again still repeats what was sent.
    """
    sent = [m if m["role"] == "assistant" else {**m, "content": change(m["content"])} for m in event["input"]]
    return {**event, "input": sent}
