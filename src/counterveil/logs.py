"""Logging of what the program does; never of what people wrote.

Messages are ``noun_verbed`` with plain numbers and ids. No text of a log, no IP, e-mail or name is ever passed to a
logger: records name rows by file and line.
"""

from __future__ import annotations

import logging


def set_up(*, verbose: bool) -> logging.Logger:
    """The program's logger, on standard error; debug lines with ``--verbose``."""
    logger = logging.getLogger("counterveil")
    logger.handlers.clear()
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    return logger
