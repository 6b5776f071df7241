"""The fitted weights of the account score, as data."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from counterveil.policy.read import Frozen


class SignalWeight(Frozen):
    """Log-odds for the whole of a signal's scale, and the signal's mean among innocent training accounts."""

    detector_version: int
    weight: float
    usual: Annotated[float, Field(ge=0, le=1)]


class AccountPolicy(Frozen):
    """``intercept``: log-odds of an account whose signals are all as usual, where half of the accounts are operators'.

    ``innocent_quartile``: a quarter of the innocent training accounts, left out of training, scored below this; it tells how
    far another log reads differently as a whole.
    """

    version: str
    intercept: float
    innocent_quartile: float
    full_at_texts: Annotated[int, Field(ge=1)]
    signal: dict[str, SignalWeight]


@lru_cache(maxsize=2)
def load_account(path: Path) -> AccountPolicy:
    """Weights that ``counterveil lab train`` wrote, checked."""
    return AccountPolicy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
