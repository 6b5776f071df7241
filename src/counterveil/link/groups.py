"""From links to groups, and how firmly each subject belongs to its group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import graspologic_native

from counterveil.model.operation import Belonging, Standing

Pair = tuple[str, str]

# CPM keeps two clusters apart when the mean weight between them is below the resolution, whatever the size of the network
# (Traag, Van Dooren & Nesterov 2011): no resolution limit, and one stray link does not join two groups. Weights are
# links over the accepting threshold. 0.02 and the two numbers below keep large operations in one piece (all of 20 against 18 at
# 0.08) at no innocent member; who hangs on by one link is a contact, not a member. Chosen by us on one generated log, measured
# on others: bench/quality/linking.
RESOLUTION = 0.02
_SEED = 20260302
_TRIALS = 4
# Chosen by us, see bench/quality/linking: what holds a large operation together and a stray link does not have.
_JOIN_SUBJECTS, _JOIN_SHARE = 2, 0.15
_ATTACHED = 1.5
# A probable link is as good as a sure one where its ends have so many partners in common; chosen by us, see bench/quality/linking.
_COMMON_PARTNERS = 3
# Whom no sure link holds is a member only by so many probable ones; chosen by us.
_PROBABLE_LINKS = 3
_CORE_SHARE, _LIKELY_SHARE, _LIKELY_LINKS = 0.5, 0.2, 2


def borne_out(links: Collection[Pair], sure: Collection[Pair]) -> set[Pair]:
    """Probable links whose two ends have several partners in common: chance seldom closes a triangle, an operation does."""
    partners: dict[str, set[str]] = defaultdict(set)
    for left, right in links:
        partners[left].add(right)
        partners[right].add(left)
    return {
        (left, right)
        for left, right in links
        if (left, right) not in sure and len(partners[left] & partners[right]) >= _COMMON_PARTNERS
    }


def communities(
    links: Mapping[Pair, float], sure: Collection[Pair], *, threshold_bits: float, apart: Collection[Pair] = ()
) -> list[list[str]]:
    """Groups of two and more subjects: Leiden with CPM (Traag, Waltman & van Eck 2019) over sure links, joined again where
    it cut too much; then those are taken in whom several probable links hold.

    Two groups become one when links join them through at least two subjects on either side, and through a part of the smaller
    one: a stray link does not. The result does not depend on the order of links: they are sorted and the generator is seeded.
    Groups come sorted by size, then by name. Of a pair that must be ``apart`` the one whom less holds leaves the group.
    """
    firm = {pair: bits for pair, bits in links.items() if pair in sure}
    if not firm:
        return []
    edges = [(left, right, bits / threshold_bits) for (left, right), bits in sorted(firm.items())]
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
    members: dict[int, set[str]] = defaultdict(set)
    for subject, community in membership.items():
        members[community].add(subject)
    groups = sorted(_joined(members, membership, firm), key=lambda group: (-len(group), sorted(group)))
    groups = [group for group in groups if len(group) >= 2]
    _attached(groups, {pair: bits for pair, bits in links.items() if pair not in sure}, threshold_bits)
    found = [_parted(group, links, apart) for group in groups]
    return sorted((sorted(group) for group in found if len(group) >= 2), key=lambda group: (-len(group), group))


def _joined(
    members: Mapping[int, set[str]], membership: Mapping[str, int], links: Mapping[Pair, float]
) -> list[set[str]]:
    """Groups that many links join as one: Leiden's cut of what is large or long, undone."""
    sides: dict[tuple[int, int], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for left, right in links:
        a, b = membership[left], membership[right]
        if a != b:
            near, far = sides[min(a, b), max(a, b)]
            (near if a < b else far).add(left)
            (far if a < b else near).add(right)
    parent = {community: community for community in members}

    def root(community: int) -> int:
        while parent[community] != community:
            community = parent[community]
        return community

    for (a, b), (near, far) in sorted(sides.items()):
        enough = max(_JOIN_SUBJECTS, _JOIN_SHARE * min(len(members[a]), len(members[b])))
        if len(near) >= enough and len(far) >= enough:
            parent[max(root(a), root(b))] = min(root(a), root(b))
    whole: dict[int, set[str]] = defaultdict(set)
    for community, group in members.items():
        whole[root(community)] |= group
    return [whole[community] for community in sorted(whole)]


def _parted(group: set[str], links: Mapping[Pair, float], apart: Collection[Pair]) -> set[str]:
    """The group without those whom an investigator set apart from a firmer member."""
    left = set(group)
    for pair in sorted(apart):
        if left.issuperset(pair):
            strength = {s: sum(bits for p, bits in links.items() if s in p and left.issuperset(p)) for s in pair}
            left.remove(min(pair, key=lambda s: (strength[s], s)))
    return left


def _attached(groups: Sequence[set[str]], probable: Mapping[Pair, float], threshold_bits: float) -> None:
    """Take in those whom two probable links and more hold to members: as much as a sure link and a half together."""
    place = {subject: at for at, group in enumerate(groups) for subject in group}
    pulled: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (left, right), bits in sorted(probable.items()):
        for one, other in ((left, right), (right, left)):
            if one not in place and other in place:
                pulled[one][place[other]].append(bits)
    for subject, of_group in pulled.items():
        at, weights = max(of_group.items(), key=lambda item: (sum(item[1]), -item[0]))
        if len(weights) >= 2 and sum(weights) >= _ATTACHED * threshold_bits:
            groups[at].add(subject)


def belongings(
    group: Sequence[str], links: Mapping[Pair, float], sure: Collection[Pair], *, threshold_bits: float
) -> list[Belonging]:
    """Standing by the share of the group that a subject is linked to; confidence by its bits beyond the threshold.

    Confidence is 1 − 2^−(excess/2) over all in-group links, so a single link at the threshold gives one half: the
    pair is believed, but one thread is all that holds the subject.
    """
    inside = set(group)
    held = {subject for pair in sure if inside.issuperset(pair) for subject in pair}
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
        if subject not in held and n < _PROBABLE_LINKS:
            standing = Standing.CONTACT
        elif share >= _CORE_SHARE:
            standing = Standing.CORE
        elif share >= _LIKELY_SHARE or n >= _LIKELY_LINKS:
            standing = Standing.LIKELY
        else:
            standing = Standing.CONTACT
        excess = max(0.0, bits[subject] - threshold_bits) + 2.0
        found.append(Belonging(subject, standing, round(1.0 - 2.0 ** (-excess / 2.0), 4)))
    return found
