"""The map of disagreement as an SVG that needs nothing else: no script, no font, no link."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Any

from counterveil.observe.mask import inert

_SIDE, _PAD = 560, 50
_COLOURS = {
    "blind spot": "#c0392b",
    "possible false alarm": "#d68910",
    "concerning and flagged": "#6c3483",
    "quiet": "#7f8c8d",
    "too few": "#d5d8dc",
}


def scatter(found: Mapping[str, Any]) -> str:
    """One circle a cluster: right is flagged, up is concerning, area is subjects; dashed lines are the log's own shares."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE + 2 * _PAD} {_SIDE + 2 * _PAD + 30}" font-family="sans-serif" font-size="12">',
        "<title>Topics of use: concern against flags</title>",
        f'<rect x="{_PAD}" y="{_PAD}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#444"/>',
        f'<text x="{_PAD}" y="{_PAD + _SIDE + 30}">share of subjects flagged →</text>',
        f'<text transform="translate({_PAD - 30},{_PAD + _SIDE}) rotate(-90)">share of subjects concerning →</text>',
    ]
    usual_x, usual_y = (found[name]["value"] or 0.0 for name in ("usual_flagged", "usual_concern"))
    parts.append(
        f'<path d="M{_x(usual_x)} {_y(0)}V{_y(1)}M{_x(0)} {_y(usual_y)}H{_x(1)}" stroke="#888" stroke-dasharray="4 4" fill="none"/>'
    )
    most = max((s["n_subjects"] for s in found["standings"]), default=1)
    for standing in sorted(found["standings"], key=lambda s: (-s["n_subjects"], s["topic"])):
        x, y = _x(standing["flagged"]["value"] or 0.0), _y(standing["concern"]["value"] or 0.0)
        radius = 3 + 15 * math.sqrt(standing["n_subjects"] / most)
        title = f"{standing['topic']} {standing['quadrant']}: {standing['n_subjects']} subjects; {', '.join(standing['terms'])}"
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" fill="{_COLOURS[standing["quadrant"]]}" fill-opacity="0.6">'
            f"<title>{escape(inert(title))}</title></circle>"
        )
    for place, (name, colour) in enumerate(_COLOURS.items()):
        x = _PAD + place * 118
        parts.append(f'<circle cx="{x + 5}" cy="{_PAD + _SIDE + 52}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{x + 14}" y="{_PAD + _SIDE + 56}" font-size="10">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _x(share: float) -> float:
    return round(_PAD + share * _SIDE, 1)


def _y(share: float) -> float:
    return round(_PAD + (1 - share) * _SIDE, 1)
