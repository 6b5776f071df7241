"""Progress on standard error: a bar a step on a terminal, one line a step elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_WORDS = {
    "ingest": "reading logs",
    "observe": "observing texts",
    "profile": "counting turns",
    "sift": "sifting prompts",
    "link": "linking subjects",
    "read": "reading behaviour",
    "second look": "reading again, closely",
    "assess": "weighing evidence",
    "judge": "asking the judge",
    "golden": "asking the golden sets",
    "quality": "checking quality",
    "generate": "writing the scenario",
    "pack": "taking in the pack",
    "background": "taking in background",
    "measure": "measuring",
}


class Shown:
    """Implements ``pipeline.progress.Progress``; quiet where nobody looks, unless a step takes long."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._name = ""
        self._begun = time.perf_counter()
        self._done = 0.0
        self._unit = ""

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description:<20}"),
                BarColumn(bar_width=28),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[note]}"),
                console=Console(stderr=True),
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        if self._bar is not None:
            self._bar.stop()

    def step(self, name: str, total: float | None = None, unit: str = "") -> None:
        """Begin a step; the one before it is finished."""
        self._finish()
        self._name, self._done, self._unit = name, 0.0, unit
        self._begun = time.perf_counter()
        if self._bar is not None:
            self._task = self._bar.add_task(_WORDS.get(name, name), total=total or None, note="")

    def advance(self, amount: float, note: str = "") -> None:
        """Some of the step is done."""
        self._done += amount
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, amount)
            if note:
                self._bar.update(self._task, note=note)

    def _finish(self) -> None:
        if not self._name:
            return
        if self._bar is not None and self._task is not None:
            total = self._bar.tasks[self._task].total
            self._bar.update(
                self._task, completed=total if total is not None else self._done, total=total or self._done or 1
            )
        elif not self._quiet:
            amount = f"{self._done:,.0f} {self._unit}" if self._unit == "texts" and self._done else ""
            sys.stderr.write(
                f"{_WORDS.get(self._name, self._name):<20} {time.perf_counter() - self._begun:7.1f} s  {amount}\n"
            )
        self._name = ""
