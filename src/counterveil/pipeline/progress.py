"""How long work tells that it is alive; the edges decide what that looks like."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A sequence of named steps, each with a total where one is known."""

    def step(self, name: str, total: float | None = None, unit: str = "") -> None:
        """Begin a step; the one before it is finished."""
        ...

    def advance(self, amount: float, note: str = "") -> None:
        """Some of the step is done."""
        ...


class Silent:
    """No display: tests, scripts."""

    def step(self, name: str, total: float | None = None, unit: str = "") -> None:
        """Nothing to show."""

    def advance(self, amount: float, note: str = "") -> None:
        """Nothing to show."""
