"""A folder of learned weights whose account score is made up: tests of what follows from it do not hang on a training."""

from __future__ import annotations

import shutil
from pathlib import Path

from counterveil.observe.trained import ACCOUNT, trained

# Whoever was read is most likely an operator; what was seen moves that a little to both sides.
SUSPICIOUS = """
version = "made up"
intercept = 3.0
innocent_quartile = 3.0
full_at_texts = 3

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


def suspicious(folder: Path) -> Path:
    """Segmenter and heads that ship, with an account score under which a group that shares much is always suspected."""
    shutil.copytree(trained(), folder)
    (folder / ACCOUNT).write_text(SUSPICIOUS, encoding="utf-8")
    return folder
