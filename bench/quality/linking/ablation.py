"""The same world with one sort of evidence taken out of the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bench.quality.linking.plan import NONE
from bench.quality.linking.world import World

_VPN_EXITS = 3


def no_infrastructure(world: World) -> World:
    """No devices, addresses of requests or means of payment."""
    nothing = np.full_like(world.device, NONE)
    return replace(world, device=nothing, ip=nothing, payment=np.full_like(world.payment, NONE))


def no_likeness(world: World) -> World:
    """Every word of the log at another place: texts keep their length and words their frequency, and none is like another.

    Addresses of sites and e-mail addresses stay where they are.
    """
    return replace(world, tokens=_rng(world).permutation(world.tokens))


def no_ips(world: World) -> World:
    """No addresses of requests."""
    return replace(world, ip=np.full_like(world.ip, NONE))


def one_vpn(world: World) -> World:
    """All requests from three addresses."""
    return replace(world, ip=_rng(world).integers(0, _VPN_EXITS, len(world.ip), dtype=np.int32))


ABLATIONS: dict[str, Callable[[World], World]] = {
    "nothing taken out": lambda world: world,
    "no devices, addresses, cards": no_infrastructure,
    "no texts alike": no_likeness,
    "no addresses of requests": no_ips,
    "all behind one VPN of three addresses": one_vpn,
}


def _rng(world: World) -> np.random.Generator:
    return np.random.default_rng([world.spec.seed, 9000])
