"""Everything that can go wrong and that a person can do something about.

An error carries a stable ``code``, a sentence, and a remedy. Exit codes and HTTP statuses are not known here: each
edge maps the classes below in one table.
"""

from __future__ import annotations


class CounterveilError(Exception):
    """Base of all expected failures; shown to the user without a traceback."""

    code = "error"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(CounterveilError):
    """The call cannot be carried out as written (wrong option, unknown name, contradictory settings)."""

    code = "usage"


class SettingsError(UsageError):
    """The configuration file or environment holds a value that is not allowed."""

    code = "settings"


class InputError(CounterveilError):
    """An input file cannot be read at all; single bad records are rejects, not errors."""

    code = "input"


class NotFoundError(CounterveilError):
    """The named lead, operation, account or file does not exist in this workspace."""

    code = "not_found"


class BusyError(CounterveilError):
    """Another process is writing to the same workspace."""

    code = "busy"


class StateError(CounterveilError):
    """The workspace is damaged or was written by a newer version."""

    code = "state"


class EndpointError(CounterveilError):
    """A model endpoint does not answer, or not as the API says; what was done before is kept."""

    code = "endpoint"

    def __init__(self, message: str, *, remedy: str = "", gone: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        # Nothing answers there: the next question would fail as this one did.
        self.gone = gone
