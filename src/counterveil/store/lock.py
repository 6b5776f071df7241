"""One writing process per workspace: an advisory lock that the operating system drops when the process dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from counterveil.errors import BusyError, StateError


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the workspace for writing. Raises BusyError when another process has it, StateError where none can be."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".lock").open("a")
    except OSError as error:
        raise StateError(
            f"{home}: no workspace can be here: {error.strerror}", remedy="Choose a writable folder."
        ) from error
    with lock as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(
                f"{home}: another counterveil is writing here", remedy="Wait for it, or use another --home."
            ) from error
        yield
