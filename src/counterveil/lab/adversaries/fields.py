"""Fields taken away: what infrastructure proves, and what is context only (DESIGN.md §3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.world import Record, World

_INFRASTRUCTURE = ("client_ip", "device_id", "signup_ip", "payment_fingerprint", "phone")
_CONTEXT = ("locale", "user_agent", "signup_country")
# What foreign logs call them; native records keep them under ``extra``.
_EXTRA = frozenset(
    "vpn is_vpn proxy is_proxy tor asn as_org isp country country_code region city geo geoip timezone tz utc_offset "
    "accept_language language".split()
)


def without(record: Record, names: Iterable[str], extra: frozenset[str] = frozenset()) -> Record:
    """The record with some fields null, and some keys of ``extra`` gone."""
    found = {**record, **{name: None for name in names if record.get(name) is not None}}
    more = record.get("extra")
    if extra and more:
        found["extra"] = {key: value for key, value in more.items() if key.lower() not in extra}
    return found


def without_context(record: Record) -> Record:
    """An event or account without locale, country, user agent and what the log says of VPN, network and time zone."""
    return without(record, _CONTEXT, _EXTRA)


def _without_infrastructure(record: Record) -> Record:
    return without(record, _INFRASTRUCTURE)


def _no_infrastructure(world: World, seed: int) -> World:  # noqa: ARG001 (nothing is left to chance here)
    return world.change_events(lambda _, events: [_without_infrastructure(e) for e in events]).change_accounts(
        _without_infrastructure
    )


def _no_context(world: World, seed: int) -> World:  # noqa: ARG001 (nothing is left to chance here)
    return world.change_events(lambda _, events: [without_context(e) for e in events]).change_accounts(without_context)


NO_INFRASTRUCTURE = Adversary("no_infrastructure", "leave no address, device, card or phone number", _no_infrastructure)
NO_CONTEXT = Adversary("no_context", "leave no locale, country, user agent or network", _no_context)
