"""Packages and opinions made by hand."""

from __future__ import annotations

from typing import Any

from counterveil.judge.package import FOR, Package, Piece, package
from counterveil.model.opinion import Opinion, Quote, Rating, Sureness


def piece(text: str, number: int = 0, *, account: int = 0, telling: float = 0.5, bearing: str = FOR) -> Piece:
    return Piece(account, f"e{number}", number, text, telling, bearing)


def packed(*pieces: Piece, max_chars: int = 9000, **more: Any) -> Package:
    usual: dict[str, Any] = {
        "target": "OP-1",
        "kind": "operation",
        "subjects": ("a", "b"),
        "heading": "A group.",
        "accounts": ("A1: x",),
    }
    return package(**(usual | more), pieces=pieces, max_chars=max_chars, mask=str)


def opinion(**said: Any) -> Opinion:
    usual: dict[str, Any] = {
        "target": "OP-1",
        "subjects": ("m0", "m1", "m2", "m3", "m4"),
        "ratings": {"SC-1": Rating.CLEAR},
        "stance": "doing",
        "summary": "",
        "innocent_explanation": "",
        "quotes": (Quote("for", "e1", 1, 0, 5, "d"),),
        "n_dropped": 0,
        "sureness": Sureness.HIGH,
        "injection_suspected": False,
    }
    return Opinion(**(usual | said))
