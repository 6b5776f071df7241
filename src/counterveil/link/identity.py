"""Which of today's groups is which of the operations that are known: ids that outlive growth, merging and splitting."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from counterveil.model.operation import Named

# A group that holds so little of a known operation has nothing to do with it; chosen by us.
_LEAST_SHARED = 2
_LEAST_SHARE = 0.3


def identify(
    groups: Sequence[Sequence[str]],
    known: Mapping[str, frozenset[str]],
    new_id: Callable[[Sequence[str]], str],
    taken: Collection[str] = (),
) -> list[Named]:
    """Name every group, in their order.

    An operation's id goes to the group that holds most of its members; a group that inherits several keeps the one it shares
    most with, and has absorbed the others. ``new_id`` names what nothing known is in; where that id is known or ``taken``
    (an operation that went up in another), all members do.
    """
    of_member = {member: at for at, group in enumerate(groups) for member in group}
    heirs: dict[int, list[tuple[int, str]]] = {}
    split: dict[int, list[tuple[int, str]]] = {}
    for operation_id, members in sorted(known.items()):
        held: dict[int, int] = {}
        for member in members:
            if member in of_member:
                held[of_member[member]] = held.get(of_member[member], 0) + 1
        enough = {
            at: n
            for at, n in held.items()
            if n >= min(_LEAST_SHARED, len(members)) and n >= _LEAST_SHARE * min(len(members), len(groups[at]))
        }
        if not enough:
            continue
        heir = min(enough, key=lambda at: (-enough[at], groups[at]))
        heirs.setdefault(heir, []).append((enough[heir], operation_id))
        for at, n in enough.items():
            if at != heir:
                split.setdefault(at, []).append((n, operation_id))
    given = {*known, *taken}
    named = []
    for at, group in enumerate(groups):
        inherited = sorted(heirs.get(at, []), key=lambda pair: (-pair[0], pair[1]))
        if inherited:
            operation_id = inherited[0][1]
        else:
            operation_id = new_id(group)
            while operation_id in given:
                operation_id = new_id([*group, operation_id])
            given.add(operation_id)
        parents = sorted(split.get(at, []), key=lambda pair: (-pair[0], pair[1]))
        named.append(
            Named(
                operation_id,
                frozenset(group),
                tuple(other for _, other in inherited[1:]),
                parents[0][1] if parents and not inherited else None,
            )
        )
    return named
