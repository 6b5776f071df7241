"""Handles of messengers and social networks."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

_PATTERN = re.compile(
    r"(?:(?<![\w.@/])@([a-z][a-z0-9_.]{3,30}[a-z0-9])(?![\w@])"
    r"|(?:t\.me|wa\.me|line\.me/ti/p|discord\.gg)/(\+?[a-z0-9_~-]{4,40})"
    r"|(?:微信号?|wechat(?: id)?|line id|telegram|whatsapp|teams id|skype)\s*[:：]\s*@?([a-z][a-z0-9_.-]{4,30}))",
    re.IGNORECASE | re.ASCII,
)
# Code and style sheets use the same sign.
_NOT_HANDLES = frozenset(
    "media import param return returns override property staticmethod classmethod dataclass keyframes charset deprecated "
    "throws author since version autowired component test before after types angular babel gmail example".split()
)


def _handle(match: re.Match[str]) -> str | None:
    value = next(group for group in match.groups() if group).lower()
    return None if value in _NOT_HANDLES else f"@{value}"


class Handle:
    """A messenger or social handle that two accounts' texts name."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="handle",
        version=2,
        kind="handle",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.B,
        reads=Reads.TEXT,
        meaning="Both subjects' texts name the same handle.",
        source="references/casebook.md §5 'Artefact reuse' (handles); forms chosen by us from the networks' own rules",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, "add me on Telegram: lena_fx88 or t.me/goldclub_vip"), ("@lena_fx88", "@goldclub_vip")),
        Example(Row(2, "@media screen { } @property def area(self)"), (), "style sheets and decorators"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Handles in lower case with a leading @."""
        return matches(row, "handle", _PATTERN, _handle)
