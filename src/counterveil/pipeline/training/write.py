"""Writing a folder of learned weights: whole or not at all, with a manifest of what they were learned from."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from counterveil.lab import corpus
from counterveil.lab.packs import packs_folder
from counterveil.observe.trained import ACCOUNT, CARD, MANIFEST, SEGMENTS, heads_name
from counterveil.pipeline.training.card import card
from counterveil.pipeline.training.rows import LINE_PACKS
from counterveil.pipeline.training.train import Trained, account_toml

_LICENCE = "Apache-2.0, written for Counterveil"


def manifest(folder: Path | None, outside: Path | None = None) -> dict[str, Any]:
    """Every training file with its hash and licence, and one digest over all of them: the training's version."""
    root: Traversable = folder or corpus.folder()
    names = sorted(p.name for p in root.iterdir() if p.name.endswith(".jsonl"))
    files: dict[str, Traversable] = {f"accounts/{name}": root / name for name in names}
    files |= {f"packs/{name}.jsonl": packs_folder() / f"{name}.jsonl" for name in LINE_PACKS}
    listed = {
        name: {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "licence": _LICENCE if folder is None else "operator's own",
        }
        for name, path in files.items()
    }
    if outside is not None:
        with outside.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        listed[f"outside/{outside.name}"] = {
            "sha256": found,
            "licence": "of each row's source; check before you pass the weights on",
        }
    digest = hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()
    return {"version": digest[:12], "files": listed}


def write(out: Path, trained: Trained, listed: dict[str, Any]) -> None:
    """Replace the folder's files by those of this training."""
    building = out.with_name(f"{out.name}.new")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    whole = trained.prepared.whole
    _save(
        building / SEGMENTS,
        weights=whole.weights.astype(np.float16),
        start=whole.start,
        moves=whole.moves,
        first_pass=whole.first_pass.astype(np.float16),
    )
    for space in trained.spaces:
        heads = space.heads
        _save(
            building / heads_name(heads.space),
            version=np.array(heads.version),
            space=np.array(heads.space),
            columns=np.array(heads.columns),
            weights=heads.weights.astype(np.float16),
            bias=heads.bias,
            slope=heads.slope,
            offset=heads.offset,
        )
    (building / ACCOUNT).write_text(account_toml(trained, listed["version"]), encoding="utf-8")
    (building / CARD).write_text(card(trained, listed), encoding="utf-8")
    (building / MANIFEST).write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("heads_*.npz"):
        old.unlink()
    for path in building.iterdir():
        path.replace(out / path.name)
    building.rmdir()


def _save(path: Path, **arrays: Any) -> None:
    """A compressed archive with the same bytes for the same arrays (numpy puts no time into it)."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    path.write_bytes(stream.getvalue())
