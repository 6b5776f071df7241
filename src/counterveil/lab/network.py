"""Addresses of the made-up internet: homes, offices, campuses, phone carriers and VPN exits.

All lie in 240.0.0.0/4, which is reserved and routed nowhere (RFC 1112 §4), so that no generated log points at anybody.
Innocents and operations draw from the same VPN exits: an exit is a hub, never evidence.
"""

from __future__ import annotations

from random import Random

_BLOCKS = 1 << 19
# Coprime to the number of blocks, so that it permutes them: neighbouring indices get unrelated /24s.
_STEP = 324_027
_EXIT_COUNTRIES = ("US", "NL", "SG", "JP", "DE", "GB", "HK", "CA")
# How many accounts share one thing on average; chosen so that every hub has innocents at the smallest background too.
_PER_EXIT = 40
_PER_CARRIER = 60
_PER_CAMPUS = 150
_PER_HOME_BLOCK = 3


class Network:
    """Every address in one scenario, sized for its population."""

    def __init__(self, rng: Random, population: int) -> None:
        self._shift = rng.randrange(_BLOCKS)
        self._homes = max(64, population // _PER_HOME_BLOCK)
        self._next = self._homes
        self.exits = [(self._fixed(rng), _EXIT_COUNTRIES[i % 8]) for i in range(6 + population // _PER_EXIT)]
        self.carriers = [self._fixed(rng) for _ in range(4 + population // _PER_CARRIER)]
        self.campuses = [self._fixed(rng) for _ in range(2 + population // _PER_CAMPUS)]

    def home(self, rng: Random) -> tuple[str, ...]:
        """The addresses of a household's line over a month: one /24 that strangers use too, renumbered at times."""
        block = int(rng.random() * self._homes)
        return tuple(self._address(block, rng) for _ in range(1 + int(rng.random() * 3)))

    def office(self, rng: Random) -> str:
        """The fixed address of one organisation, used by nobody else."""
        return self._fixed(rng)

    def vpn(self, rng: Random, count: int) -> list[tuple[str, str]]:
        """Exits that one person or crew has in its client's favourites, with the country that each appears in."""
        return rng.sample(self.exits, min(count, len(self.exits)))

    def _fixed(self, rng: Random) -> str:
        self._next += 1
        return self._address(self._next, rng)

    def _address(self, block: int, rng: Random) -> str:
        spot = (block * _STEP + self._shift) % _BLOCKS
        return f"{240 + (spot >> 16)}.{spot >> 8 & 255}.{spot & 255}.{1 + int(rng.random() * 254)}"
