"""Train the shipped behaviour head from the training packs, and write its model card.

    python tools/train_head.py            # rewrites src/counterveil/observe/behaviours.npz and behaviours.card.md

Never reads a scenario pack (op_*, la_*, bg_*): those are what `lab evaluate` tests on. Needs scikit-learn (dev group).
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from counterveil.observe.encoder import COVERED, DIMENSIONS, encode
from counterveil.observe.head import ANY, INNOCENT

PACKS = Path(__file__).parents[1] / "src/counterveil/lab/packs"
OUT = Path(__file__).parents[1] / "src/counterveil/observe"
SEED = 20261124
MIN_LINES = 20
C = 3.0
INNOCENT_STANCES = ("analysing", "defending", "victim", "fiction", "teaching")


def load(name: str) -> list[dict[str, str]]:
    """Lines of a training pack."""
    return [json.loads(line) for line in (PACKS / name).read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Train one classifier a column, calibrate it out of fold, write weights and card."""
    lines = load("train_behaviours.jsonl") + load("train_benign.jsonl")
    texts = [line["text"] for line in lines]
    behaviours = [line.get("behaviour") if line.get("stance") == "doing" else None for line in lines]
    counts = Counter(b for b in behaviours if b)
    columns = sorted(b for b, n in counts.items() if n >= MIN_LINES)
    any_bad = np.array([b is not None for b in behaviours])
    targets = {c: np.array([b == c for b in behaviours]) for c in columns}
    targets[ANY] = any_bad
    targets[INNOCENT] = np.array([line.get("stance") in INNOCENT_STANCES for line in lines])
    names = [*columns, ANY, INNOCENT]
    x = encode(texts)
    weights = np.zeros((DIMENSIONS, len(names)), dtype=np.float32)
    bias, slope, offset = (np.zeros(len(names), dtype=np.float32) for _ in range(3))
    rows = []
    for index, name in enumerate(names):
        y = targets[name]
        held_out = np.zeros(len(y))
        for train, test in StratifiedKFold(5, shuffle=True, random_state=SEED).split(x, y):
            model = LogisticRegression(C=C, class_weight="balanced", max_iter=500).fit(x[train], y[train])
            held_out[test] = model.decision_function(x[test])
        model = LogisticRegression(C=C, class_weight="balanced", max_iter=500).fit(x, y)
        platt = LogisticRegression(C=1e6).fit(held_out[:, None], y)
        weights[:, index] = model.coef_[0]
        bias[index], slope[index], offset[index] = model.intercept_[0], platt.coef_[0, 0], platt.intercept_[0]
        rows.append((name, int(y.sum()), roc_auc_score(y, held_out)))
    np.savez_compressed(
        OUT / "behaviours.npz",
        weights=weights,
        bias=bias,
        slope=slope,
        offset=offset,
        columns=np.array(names),
        version=np.array("1"),
    )
    write_card(lines, rows)


def write_card(lines: list[dict[str, str]], rows: list[tuple[str, int, float]]) -> None:
    """The model card, with the figures of this training."""
    languages = ", ".join(f"{lang} {n}" for lang, n in Counter(line["lang"] for line in lines).most_common())
    table = "\n".join(f"| {name} | {n} | {auc:.2f} |" for name, n, auc in rows)
    card = f"""# Model card: behaviours, version 1

**What it is.** One-against-rest logistic regression over multilingual sentence embeddings (USE multilingual v3, 512
numbers a text), one column a behaviour with at least {MIN_LINES} training lines, `any` (some behaviour is being done) and
`innocent` (analysing, defending, teaching, fiction, or a victim). Platt-calibrated out of fold (Platt 1999).

**Trained on** {len(lines):,} lines written for this project (`lab/packs/train_*.jsonl`; Apache-2.0). Nothing of anyone's log.
Languages: {languages}. No scenario pack and no outside text was used for training, settings or calibration.

**Use.** One weak signal among others, read per subject over many texts. Not for judging one text: most abusive traffic is
harmless read alone (casebook §1). Rows of one file share their authors: the figures below flatter it. What it is worth on
operations it never saw stands in the README (`lab evaluate`).

**Five-fold cross-validation by row** (the optimistic figure; there is one source, so none by source):

| column | lines | ROC AUC |
|---|---|---|
{table}

**Known limits.** No context, no segmentation of pasted material, stance only by wording. The encoder was trained on sixteen
languages ({", ".join(sorted(COVERED))}); readings in others are marked as not covered. Made by `tools/train_head.py`
(seed {SEED}, C = {C}).
"""
    (OUT / "behaviours.card.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
