"""Everybody behind the same few exits: all operators, and as many innocent accounts, so that an address proves nothing."""

from __future__ import annotations

from dataclasses import replace

from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.world import Record, World, dice

# 198.18.0.0/15 is kept for benchmarks (RFC 2544): no real service is meant, and no log has it already.
_EXITS = ("198.18.77.11", "198.18.77.12", "198.18.77.13")


def _apply(world: World, seed: int) -> World:
    bad = {name for name, account in world.truth.accounts.items() if account.malicious}
    good = [account.account_id for account in world.benign()]
    behind = bad | set(dice(seed, "shared_vpn").sample(good, min(len(bad), len(good))))

    def exit_of(*parts: str) -> str:
        return dice(seed, "shared_vpn", *parts).choice(_EXITS)

    def event(record: Record) -> Record:
        name = record["account_id"]
        if name not in behind:
            return record
        # A session keeps its exit.
        return {**record, "client_ip": exit_of(name, record.get("conversation_id") or record["event_id"])}

    def account(record: Record) -> Record:
        name = record["account_id"]
        return {**record, "signup_ip": exit_of(name)} if name in behind else record

    return replace(world, events=tuple(map(event, world.events)), accounts=tuple(map(account, world.accounts)))


SHARED_VPN = Adversary(
    "shared_vpn", "sit behind three VPN exits, with as many innocent accounts", _apply, touches_benign=True
)
