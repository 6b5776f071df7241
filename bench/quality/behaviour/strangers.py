"""Texts that training had nothing to do with: the scenario's packs, and labelled outside sources where they are at hand."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np

from bench.quality.behaviour.data import Data, activities_of, read
from counterveil.lab.baselines import read_turns
from counterveil.lab.generate import generate
from counterveil.observe.canonical import canonical
from counterveil.observe.heads import DOING, OPERATOR, sigmoid
from counterveil.pipeline.training.account import signal_matrix
from counterveil.pipeline.training.measure import TABLE, figures, table_row
from counterveil.pipeline.training.rows import Row

_MAX_TURNS = 24
_MIN_TURNS = 3
_SEED = 1
_PER_SOURCE = 400


def report(data: Data) -> str:
    """The tables."""
    parts = ["## Strangers\n\nWeights as they ship (trained on all training accounts).", _scenario(data)]
    if data.shared and (data.shared / "content.parquet").is_file():
        parts.append(_sources(data, data.shared / "content.parquet"))
    return "\n\n".join(parts)


def scenario_rows() -> tuple[list[Row], dict[str, dict[str, object]]]:
    """Turns of the shipped scenario's accounts (at most 24 each), as they come in the log, and the truth."""
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "scenario"
        generate(out, seed=_SEED, background=1.0, events=None, days=30, progress=lambda _: None)
        truth = {}
        for text in (out / "truth" / "accounts.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(text)
            truth[row["account_id"]] = row
        turns: dict[str, list[str]] = {}
        for account, text in read_turns(out / "events.jsonl"):
            turns.setdefault(account, []).append(text)
    rows = []
    for account, texts in sorted(turns.items()):
        unique = list(dict.fromkeys(texts))[:_MAX_TURNS]
        if len(unique) >= _MIN_TURNS:
            rows += [
                Row(account, "scenario", i // 4, "", canonical(t).text, (), (), None, {}) for i, t in enumerate(unique)
            ]
    return rows, truth


def _scenario(data: Data) -> str:
    rows, truth = scenario_rows()
    ids = list(dict.fromkeys(row.account for row in rows))
    label = np.array([str(truth[a]["label"]) for a in ids])
    groups = [str(truth[a]["group"] or a) for a in ids]
    weights, intercept = data.account_weights(np.ones(len(data.prepared.operator), dtype=np.bool_))
    tables = []
    last = np.zeros(len(ids))
    scores = []
    for index, space in enumerate(data.spaces):
        scores.append(read(space.heads, data.vectors(rows, [data.prepared.whole] * len(rows), index)))
    scores += [np.mean(scores, axis=0)] if len(scores) > 1 else []
    for reading, of_rows in zip(data.readings, scores, strict=True):
        last = signal_matrix(activities_of(rows, of_rows, data.names, data.prepared.whole)) @ weights + intercept
        for name, here in (("all", label != ""), ("look-alikes only", label != "background")):
            found = figures(
                sigmoid(last[here]), label[here] == "malicious", [g for g, h in zip(groups, here, strict=True) if h]
            )
            tables.append(table_row(f"{reading}, {name}", found, digits=3))
    kinds = Counter(str(truth[a]["kind"]) for a in ids)
    medians = []
    for kind, n in kinds.most_common():
        of_kind = np.array([str(truth[a]["kind"]) == kind for a in ids])
        medians.append(
            f"| {kind} | {label[of_kind][0]} | {n} | {np.median(last[of_kind]):+.1f} | {last[of_kind].max():+.1f} |"
        )
    return (
        "Accounts of the shipped scenario by their texts alone (no links), 86 malicious ones of nine operations; written by other briefs, "
        "never trained on. Intervals resample operations and accounts:\n\n"
        + TABLE.format("read by")
        + "\n"
        + "\n".join(tables)
        + "\n\n| kind | label | accounts | median score | highest |\n|---|---|---|---|---|\n"
        + "\n".join(medians)
    )


def _sources(data: Data, path: Path) -> str:
    """Leave-one-source-out in the only sense that labelled single texts allow: none of these sources was trained on."""
    query = f"""
    select source, cls, text, lang from (
      select *, row_number() over (partition by source, cls order by md5(text)) as nth from read_parquet('{path}')
      where cls in ('influence_operation','scam_fraud','malware_phishing','surveillance','deceptive_employment','none') and length(text) > 20
    ) where nth <= {_PER_SOURCE} order by source, cls, nth"""
    found = duckdb.connect().execute(query).fetchall()
    rows = [
        Row(f"s{i}", source, 1, lang or "", canonical(text[:4000]).text, (), (), None, {})
        for i, (source, _, text, lang) in enumerate(found)
    ]
    bad = np.array([cls != "none" for _, cls, _, _ in found])
    source = np.array([s for s, _, _, _ in found])
    space = data.spaces[0].heads
    scores = read(space, data.vectors(rows, [data.prepared.whole] * len(rows), 0))
    lines = []
    for name in sorted(set(source)):
        here = source == name
        doing, operator = (scores[here, data.names.index(c)] for c in (DOING, OPERATOR))
        both = figures(doing, bad[here], list(np.arange(here.sum()).astype(str)))
        auc = f"{both.auc:.3f}" if both else "–"
        lines.append(
            f"| {name} | {int(bad[here].sum())} of {int(here.sum())} | {doing.mean():.2f} | {operator.mean():.2f} | {auc} |"
        )
    return (
        f"Outside labelled texts, none trained on ({space.space}; at most {_PER_SOURCE} a source and class). Most are blunt benchmark "
        "prompts, victims' reports, posts or calls, not prompts of operators: a high mean on harmless sources is a warning, a low one on "
        "abusive posts is expected.\n\n| source | abusive | mean `doing` | mean `operator` | AUC of `doing` inside the source |\n|---|---|---|---|---|\n"
        + "\n".join(lines)
    )
