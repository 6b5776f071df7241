"""From links to groups, and how firmly each subject belongs to its group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import graspologic_native

from counterveil.model.operation import Belonging, Standing

# CPM keeps two clusters apart when the mean weight between them is below the resolution, whatever the size of the network
# (Traag, Van Dooren & Nesterov 2011): no resolution limit, and one stray link does not join two groups. Weights are
# links over the accepting threshold: at 0.08 two groups of ten stay apart under a stray link of up to eight times the
# threshold, and a chain in which everybody is linked to the next one only stays whole up to seven subjects. Chosen by us.
RESOLUTION = 0.08
_SEED = 20260302
_TRIALS = 4
_CORE_SHARE, _LIKELY_SHARE, _LIKELY_LINKS = 0.5, 0.2, 2


def communities(links: Mapping[tuple[str, str], float], *, threshold_bits: float) -> list[list[str]]:
    """Groups of two and more subjects by Leiden with CPM (Traag, Waltman & van Eck 2019).

    The result does not depend on the order of links: they are sorted and the generator is seeded. Groups come sorted by
    size, then by name.
    """
    if not links:
        return []
    edges = [(left, right, bits / threshold_bits) for (left, right), bits in sorted(links.items())]
    _, membership = graspologic_native.leiden(
        edges=edges,
        starting_communities=None,
        resolution=RESOLUTION,
        randomness=0.001,
        iterations=3,
        use_modularity=False,
        seed=_SEED,
        trials=_TRIALS,
    )
    members: dict[int, list[str]] = defaultdict(list)
    for subject, community in membership.items():
        members[community].append(subject)
    groups = [sorted(group) for group in members.values() if len(group) >= 2]
    return sorted(groups, key=lambda group: (-len(group), group))


def belongings(
    group: Sequence[str], links: Mapping[tuple[str, str], float], *, threshold_bits: float
) -> list[Belonging]:
    """Standing by the share of the group that a subject is linked to; confidence by its bits beyond the threshold.

    Confidence is 1 − 2^−(excess/2) over all in-group links, so a single link at the threshold gives one half: the
    pair is believed, but one thread is all that holds the subject.
    """
    inside = set(group)
    partners: dict[str, int] = defaultdict(int)
    bits: dict[str, float] = defaultdict(float)
    for (left, right), value in links.items():
        if left in inside and right in inside:
            for subject in (left, right):
                partners[subject] += 1
                bits[subject] += value
    found = []
    for subject in group:
        n, share = partners[subject], partners[subject] / max(1, len(group) - 1)
        if share >= _CORE_SHARE:
            standing = Standing.CORE
        elif share >= _LIKELY_SHARE or n >= _LIKELY_LINKS:
            standing = Standing.LIKELY
        else:
            standing = Standing.CONTACT
        excess = max(0.0, bits[subject] - threshold_bits) + 2.0
        found.append(Belonging(subject, standing, round(1.0 - 2.0 ** (-excess / 2.0), 4)))
    return found
