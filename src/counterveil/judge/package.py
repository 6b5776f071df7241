"""The evidence package: masked texts of one operation or subject, few enough to read, on both sides, fenced as data.

Three levels, each checkable against the one below: what joins the group, a line of numbers an account, and turns. The fence's
word is made from the content, so no text in it can know it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from counterveil.chat.tokens import estimated
from counterveil.ids import digest_hex

FOR, AGAINST, ORDINARY = "for", "against", "ordinary"
# What each side gets of the space; what one side does not need goes to the others in this order. Chosen by us: half or more
# of a real operation's traffic is harmless read alone (DESIGN.md §3.1), so that the harmless part must be seen too.
_SHARES = ((FOR, 0.5), (AGAINST, 0.2), (ORDINARY, 0.3))
MAX_PIECE = 700
_SAME = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One turn. ``account`` counts from 0; ``telling`` orders the turns of one bearing."""

    account: int
    event_id: str
    content_key: int
    text: str
    telling: float
    bearing: str


@dataclass(frozen=True, slots=True)
class Package:
    """What the judge sees of one target; ids of accounts and events stay here and are not shown to it."""

    target: str
    kind: str
    subjects: tuple[str, ...]
    heading: str
    accounts: tuple[str, ...]
    pieces: tuple[Piece, ...]
    n_left_out: int
    digest: str

    @property
    def boundary(self) -> str:
        """The word of the fence."""
        return f"EVIDENCE-{self.digest[:16]}"

    def rendered(self) -> str:
        """The text that is sent, one line a turn."""
        lines = [f"<<<{self.boundary}>>>", self.heading, *self.accounts]
        lines += [f"T{i} A{p.account + 1} | {p.text}" for i, p in enumerate(self.pieces, 1)]
        if self.n_left_out:
            lines.append(f"({self.n_left_out} more turns were left out for length or because others say the same)")
        return "\n".join([*lines, f"<<<END {self.boundary}>>>"])

    @property
    def tokens(self) -> int:
        """Estimated."""
        return estimated(self.rendered())


def chosen(pieces: Sequence[Piece], max_chars: int) -> list[Piece]:
    """The pieces to show within a number of characters: each text once, the most telling of every account first."""
    once: dict[str, Piece] = {}
    for piece in sorted(pieces, key=lambda p: (-p.telling, p.account, p.content_key)):
        once.setdefault(_SAME.sub(" ", piece.text.casefold()).strip() or piece.text, piece)
    waiting = {side: _in_turns([p for p in once.values() if p.bearing == side]) for side, _ in _SHARES}
    left = max_chars
    found: list[Piece] = []

    def take(side: str, room: int) -> None:
        nonlocal left
        room = min(room, left)
        rest = []
        for piece in waiting[side]:
            size = min(len(piece.text), MAX_PIECE) + 12
            if size <= room:
                found.append(piece)
                room -= size
                left -= size
            else:
                rest.append(piece)
        waiting[side] = rest

    for side, share in _SHARES:
        take(side, int(share * max_chars))
    for side, _ in _SHARES:
        take(side, left)
    return found


def _in_turns(pieces: Sequence[Piece]) -> list[Piece]:
    """Accounts take turns, so that one that writes much does not hide the others."""
    rank: dict[int, int] = defaultdict(int)
    placed = []
    for piece in pieces:
        placed.append((rank[piece.account], -piece.telling, piece.account, piece.content_key, piece))
        rank[piece.account] += 1
    return [row[-1] for row in sorted(placed, key=lambda r: r[:4])]


def package(
    *,
    target: str,
    kind: str,
    subjects: Sequence[str],
    heading: str,
    accounts: Sequence[str],
    pieces: Sequence[Piece],
    max_chars: int,
    mask: Callable[[str], str],
) -> Package:
    """The package of a target. ``mask`` takes names, numbers and hidden characters out of a text; only what is shown is masked.

    The chosen turns stand in an order that tells nothing of their score.
    """
    some = chosen(pieces, max_chars)
    shown = [replace(p, text=mask(p.text)) for p in some]
    shown.sort(key=lambda p: (p.account, p.event_id, p.content_key))
    kept = tuple(p for p in shown if p.text)
    parts = [heading, *accounts, *(f"{p.account}|{p.text}" for p in kept), str(len(pieces) - len(kept))]
    digest = digest_hex(b"package", *(part.encode("utf-8", "replace").decode() for part in parts))
    return Package(target, kind, tuple(subjects), heading, tuple(accounts), kept, len(pieces) - len(kept), digest)
