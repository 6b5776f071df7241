"""What a sweep costs, in a unit that can be compared: per 100,000 conversations."""

from __future__ import annotations

from dataclasses import dataclass

# Clio's published cost of facets, clusters and names with a commercial model (arXiv 2412.13678).
CLIO_USD_PER_100K = 48.81
# Chosen by us, of the order of the list price of one virtual CPU of a general-purpose cloud machine; the option
# --cpu-hour-usd takes your own price.
CPU_HOUR_USD = 0.05
_PER = 100_000


@dataclass(frozen=True, slots=True)
class Cost:
    """One scan: wall and CPU seconds (all its processes), what it went through, and its price.

    ``per_100k_*`` scale linearly to 100,000 conversations: right for reading, too kind to linking where that grows faster,
    and too harsh where the budget of texts to read is spent. None where the log has no conversation.
    """

    wall_s: float
    cpu_s: float
    workers: int
    events: int
    conversations: int
    texts_observed: int
    texts_read: int
    events_per_s: float
    cpu_hour_usd: float
    per_100k_wall_minutes: float | None
    per_100k_cpu_hours: float | None
    per_100k_usd: float | None
    clio_per_100k_usd: float = CLIO_USD_PER_100K


def cost(
    *,
    wall_s: float,
    cpu_s: float,
    workers: int,
    events: int,
    conversations: int,
    texts_observed: int,
    texts_read: int,
    cpu_hour_usd: float,
) -> Cost:
    """The figures of a scan; ``cpu_hour_usd`` is the price of one CPU for an hour."""
    scale = _PER / conversations if conversations else None
    hours = None if scale is None else scale * cpu_s / 3_600
    return Cost(
        wall_s=round(wall_s, 2),
        cpu_s=round(cpu_s, 2),
        workers=workers,
        events=events,
        conversations=conversations,
        texts_observed=texts_observed,
        texts_read=texts_read,
        events_per_s=round(events / wall_s, 1) if wall_s else 0.0,
        cpu_hour_usd=cpu_hour_usd,
        per_100k_wall_minutes=None if scale is None else round(scale * wall_s / 60, 1),
        per_100k_cpu_hours=None if hours is None else round(hours, 2),
        per_100k_usd=None if hours is None else round(hours * cpu_hour_usd, 2),
    )
