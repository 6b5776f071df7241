"""Who in a group says which lines of its pack: by role, by language or by chance, busier people more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from counterveil.lab.conversation import Unit
from counterveil.lab.scenario import Group


def activity(rng: Random, group: Group) -> list[float]:
    """Events per account: lognormal with the group's mean, since a few people do most of the work everywhere."""
    drift = -(group.sigma**2) / 2
    return [group.events * rng.lognormvariate(drift, group.sigma) for _ in range(group.accounts)]


def deal(rng: Random, group: Group, units: Sequence[Unit], weights: Sequence[float]) -> list[list[Unit]]:
    """Each unit to exactly one account, so that all of the pack's text is said."""
    hands: list[list[Unit]] = [[] for _ in weights]
    size = group.cluster or 1
    seats = [list(range(at, min(at + size, len(weights)))) for at in range(0, len(weights), size)]
    counts = Counter(_trait(group, unit) for unit in units)
    holders = _assign(counts, len(seats))
    loads = [0.0] * len(weights)
    for unit in rng.sample(list(units), len(units)):
        table = holders[_trait(group, unit)]
        options = [member for seat in table for member in seats[seat]]
        if size > 1:
            # In a household each language mostly has its own speaker.
            options = _by_language(options, unit, size)
        chosen = min(options, key=lambda member: (loads[member] / weights[member], member))
        hands[chosen].append(unit)
        loads[chosen] += len(unit)
    return hands


def _trait(group: Group, unit: Unit) -> str:
    if group.deal == "any":
        return ""
    return (unit[0].role if group.deal == "role" else unit[0].lang) or ""


def _by_language(options: list[int], unit: Unit, size: int) -> list[int]:
    speakers = [member for member in options if member % size == sum(unit[0].lang.encode()) % size]
    return speakers or options


def _assign(counts: Counter[str], seats: int) -> dict[str, list[int]]:
    """Seats for each trait in proportion to its lines, at least one each; several traits a seat where seats are few."""
    traits = [trait for trait, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    if len(traits) >= seats:
        loads = [0] * seats
        table: dict[str, list[int]] = {}
        for trait in traits:
            seat = loads.index(min(loads))
            loads[seat] += counts[trait]
            table[trait] = [seat]
        return table
    share = dict.fromkeys(traits, 1)
    for _ in range(seats - len(traits)):
        neediest = max(traits, key=lambda trait: (counts[trait] / share[trait], trait))
        share[neediest] += 1
    numbers = iter(range(seats))
    return {trait: [next(numbers) for _ in range(share[trait])] for trait in traits}
