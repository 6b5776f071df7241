"""A folder of learned weights whose account score is made up: tests of what follows from it do not hang on a training."""

from __future__ import annotations

import shutil
from pathlib import Path

from counterveil.observe.trained import ACCOUNT, trained

# Everybody scores about the same; what was seen moves that by at most one and a half to both sides.
_POLICY = """
version = "made up"
intercept = {score}
innocent_quartile = {score}
full_at_texts = 6

[signal.doing_share]
detector_version = 1
weight = 1.0
usual = 0.3

[signal.whole_account]
detector_version = 1
weight = 1.0
usual = 0.5

[signal.everyday_use]
detector_version = 1
weight = -0.5
usual = 0.5

[signal.analyst_stance]
detector_version = 1
weight = -0.5
usual = 0.5
"""


def made_up(folder: Path, score: float) -> Path:
    """Segmenter and heads that ship, with an account score near ``score`` for whoever has six texts, less for fewer."""
    shutil.copytree(trained(), folder)
    (folder / ACCOUNT).write_text(_POLICY.format(score=score), encoding="utf-8")
    return folder


def suspicious(folder: Path) -> Path:
    """Whoever was read is most likely an operator: a group that shares much is always suspected, all is read twice."""
    return made_up(folder, 3.0)


def undecided(folder: Path) -> Path:
    """Whether somebody is worth a second look hangs on how many texts are there, and on what they say."""
    return made_up(folder, -4.0)
