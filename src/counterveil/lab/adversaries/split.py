"""One account a task: every conversation from an account of its own, so that no account has a history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.labels import operations_of
from counterveil.lab.truth import Truth, TruthAccount
from counterveil.lab.world import Record, World, conversations, dice


def _apply(world: World, seed: int) -> World:
    registered = {a["account_id"]: a for a in world.accounts}
    events: list[Record] = []
    accounts: list[Record] = [a for a in world.accounts if not world.malicious(a["account_id"])]
    labels: dict[str, TruthAccount] = {n: a for n, a in world.truth.accounts.items() if not a.malicious}
    written = world.of_account()
    for name in sorted(set(written) | set(world.truth.accounts)):
        if not world.malicious(name):
            events += written.get(name, [])
            continue
        # An account without events stays one account.
        for number, talk in enumerate(conversations(written.get(name, [])) or [[]]):
            part = f"{name}~{number}" if number else name
            events += [{**event, "account_id": part} for event in talk]
            labels[part] = replace(world.truth.accounts[name], account_id=part)
            if name in registered:
                since = talk[0]["time"] if number else None
                accounts.append(_registration(registered[name], part, since, seed))
    return World(tuple(events), tuple(accounts), Truth(labels, operations_of(labels.values())))


def _registration(of: Record, name: str, first_event: datetime | None, seed: int) -> Record:
    """A new account needs another address and signs up some days before its task; number and card are not given again."""
    if first_event is None:
        return of
    rng = dice(seed, "split", name)
    email = of.get("email")
    if email and "@" in email:
        stem, _, host = email.rpartition("@")
        email = f"{stem}{rng.randrange(10, 10_000)}@{host}"
    created = first_event - timedelta(days=rng.uniform(0.1, 20))
    return {
        **of,
        "account_id": name,
        "email": email,
        "phone": None,
        "payment_fingerprint": None,
        "created_at": created,
    }


SPLIT = Adversary("split", "use an account of its own for every conversation", _apply)
