"""Which files a user means: paths, folders, globs and ``-``."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from counterveil.errors import InputError
from counterveil.sources.frames import STDIN

_SUFFIXES = (".jsonl", ".ndjson", ".json", ".parquet")
_COMPRESSED = ("", ".gz", ".zst", ".zstd")
# Files that `lab generate` writes beside a log and that must never be read as evidence.
_NOT_LOGS = ("truth",)


def expand(patterns: Sequence[str]) -> list[Path]:
    """Files in a stable order, each once; accounts files first, so that events find their accounts.

    Raises:
        InputError: a path that matches nothing, or a folder without any log file.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        for path in _one(pattern):
            found.setdefault(path if path == STDIN else Path(path), None)
    return sorted(found, key=lambda p: (not p.name.startswith("accounts"), list(found).index(p)))


def _one(pattern: str) -> list[Path]:
    if pattern == "-":
        return [STDIN]
    path = Path(pattern)
    if path.is_dir():
        files = sorted(
            p
            for p in path.rglob("*")
            if p.is_file() and _is_log(p) and not set(_NOT_LOGS) & set(p.relative_to(path).parts[:-1])
        )
        if not files:
            raise InputError(
                f"{pattern}: no log files in this folder", remedy=f"Looked for {', '.join(_SUFFIXES)} (.gz, .zst)."
            )
        return files
    if path.is_file():
        return [path]
    matches = sorted(Path(p) for p in glob.glob(pattern, recursive=True) if Path(p).is_file())  # noqa: PTH207 (absolute globs)
    if not matches:
        raise InputError(
            f"{pattern}: no such file", remedy="Give a file, a folder, a quoted glob, or - for standard input."
        )
    return matches


def _is_log(path: Path) -> bool:
    name = path.name.lower()
    return not name.startswith(".") and any(name.endswith(s + c) for s in _SUFFIXES for c in _COMPRESSED)
