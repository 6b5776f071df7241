"""Where everything that was learned lies: inside the package, or a folder that ``counterveil lab train`` wrote.

One folder is one unit (segmenter, heads of every vector space, account weights, card, manifest): parts of two trainings
never mix.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

SEGMENTS = "segments.npz"
ACCOUNT = "account.toml"
CARD = "card.md"
MANIFEST = "manifest.json"


def trained(folder: Path | None = None) -> Path:
    """The folder of learned weights; None: those that ship."""
    return folder if folder is not None else Path(str(files("counterveil"))) / "trained"


def heads_name(space: str) -> str:
    """File of the heads of one vector space.

    >>> heads_name("use-multilingual-v3/0.2.1")
    'heads_use-multilingual-v3_0.2.1.npz'
    """
    return f"heads_{space.replace('/', '_')}.npz"
