"""The model card: what was learned from what, how well on authors that were left out, and what it cannot do."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from counterveil.observe.heads import DOING, OPERATOR, sigmoid
from counterveil.observe.segments import CONTEXT, Segmenter
from counterveil.pipeline.training.heads import RIDGE
from counterveil.pipeline.training.measure import TABLE, figures, table_row
from counterveil.pipeline.training.rows import Row, columns, targets
from counterveil.pipeline.training.train import Prepared, Trained

_MIN_POSITIVE = 20


def card(trained: Trained, listed: dict[str, Any]) -> str:
    """The text of ``card.md``."""
    prepared = trained.prepared
    kinds = Counter(a.kind.value for a in prepared.accounts)
    langs = Counter(row.lang for row in prepared.rows)
    authors = len(set(prepared.authors))
    parts = [
        f"""# Model card: behaviours, training {listed["version"]}

**What it is.** A segmenter (who speaks in a prompt), a first pass, linear heads over sentence embeddings of what a person asks
and of what is pasted, and the weights of an account score. All of it is linear; all weights are in this folder.

**Learned from** {len(prepared.accounts)} whole accounts ({kinds["operator"]} of operators, {kinds["lookalike"]} look-alikes, {kinds["ordinary"]} ordinary) with
{prepared.n_turns:,} turns by {authors} authors, and {len(prepared.rows) - prepared.n_turns:,} single lines; all written for this project, none from anyone's log. Files, hashes and
licences: `manifest.json`. The authors are instances of one language model with different briefs: they differ less than
people do, so figures with an author left out flatter it. Languages (rows): {", ".join(f"{code} {n}" for code, n in langs.most_common())}.

**Use.** Weak signals that add up over an account and an operation. Not for judging one text, never a ban, never sole evidence.
Language, country, time zone and address are not inputs; text is, and text has a language: see the table by language.

**How it was measured.** Each author's accounts by segmenter, heads and weights that saw nothing of that author (ridge {RIDGE:g},
Platt calibration over those held-out margins). Intervals resample authors."""
    ]
    parts += [_segments(prepared), *(_space(trained, i) for i in range(len(trained.spaces))), _accounts(trained)]
    parts.append(
        """## Known limits

Synthetic text of few authors; no real operator's log was available for training. The segmenter often takes a bare paste
for a request. Behaviours of access abuse (AC-*) and intrusion show more in volume and infrastructure than in text. An
account that writes like an ordinary customer is not seen. Reproduce with `counterveil lab train --out FOLDER`."""
    )
    return "\n\n".join(parts) + "\n"


def _segments(prepared: Prepared) -> str:
    turns = prepared.rows[: prepared.n_turns]
    right = [0, 0, 0, 0, 0]
    total = [0, 0, 0, 0, 0]
    pasted_right = 0
    for row in turns:
        for (start, end), true, kind in zip(
            row.spans, row.unit_kinds or (), _kinds(prepared.segmenters, row), strict=True
        ):
            total[true] += end - start
            right[true] += (end - start) * (true == kind)
            pasted_right += (end - start) * ((true > CONTEXT) == (kind > CONTEXT))
    names = ("asked", "context", "pasted, somebody's words", "pasted, a document", "pasted, own draft")
    recalls = ", ".join(f"{n} {r / max(t, 1):.2f}" for n, r, t in zip(names, right, total, strict=True))
    own = sum(total[: CONTEXT + 1]) / max(sum(total), 1)
    return (
        f"## Segmenter\n\nShare of characters whose writer is right: own words or pasted {pasted_right / max(sum(total), 1):.2f} "
        f"(always saying the commoner: {max(own, 1 - own):.2f}), all five kinds {sum(right) / max(sum(total), 1):.2f}. Recall: {recalls}."
    )


def _kinds(segmenters: dict[str, Segmenter], row: Row) -> list[int]:
    return segmenters[row.author].kinds(row.of_units)


def _space(trained: Trained, index: int) -> str:
    space = trained.spaces[index]
    names = columns()
    y = targets(trained.prepared.rows, names)
    authors = [row.author for row in trained.prepared.rows]
    rows = []
    for c, name in enumerate(names):
        known = ~np.isnan(y[:, c])
        if np.nansum(y[:, c]) >= _MIN_POSITIVE:
            rows.append(
                table_row(name, figures(space.scores[known, c], y[known, c] > 0, list(np.array(authors)[known])))
            )
    by_language = []
    langs = np.array([row.lang for row in trained.prepared.rows])
    column = names.index(DOING)
    for lang, n in Counter(langs.tolist()).most_common():
        here = langs == lang
        if n >= 2 * _MIN_POSITIVE:
            found = figures(space.scores[here, column], y[here, column] > 0, list(np.array(authors)[here]))
            by_language.append(table_row(lang, found))
    return (
        f"## Single texts, {space.heads.space}\n\n{TABLE.format('column')}\n"
        + "\n".join(rows)
        + f"\n\n`{OPERATOR}` says of a turn whose account it is in: single turns can hardly know, accounts can.\n\n"
        + f"`{DOING}` by language of the request:\n\n{TABLE.format('language')}\n"
        + "\n".join(by_language)
    )


def _accounts(trained: Trained) -> str:
    accounts = trained.prepared.accounts
    operator, lookalike = trained.prepared.operator, trained.prepared.lookalike
    authors = trained.prepared.authors
    rows = []
    for reading, scores in zip(trained.readings, trained.held_out, strict=True):
        belief = sigmoid(scores)
        for name, here in (("all", operator | True), ("look-alikes only", operator | lookalike)):
            found = figures(belief[here], operator[here], [a for a, h in zip(authors, here, strict=True) if h])
            rows.append(table_row(f"{reading}, {name}", found))
    twins = Counter(a.twin for a in accounts if a.twin)
    threshold = float(np.quantile(trained.held_out[-1][~operator], 0.95))
    flagged = Counter(
        a.twin for a, s in zip(accounts, trained.held_out[-1], strict=True) if a.twin is not None and s > threshold
    )
    worst = ", ".join(f"{twin} {n}/{twins[twin]}" for twin, n in flagged.most_common(12)) or "none"
    return (
        f"## Accounts\n\n{TABLE.format('read by')}\n"
        + "\n".join(rows)
        + "\n\nLook-alikes above the threshold that 5 % of innocent "
        f"accounts exceed (last line): {worst}. Larger tables, baselines, languages left out and evasion: `bench/quality/behaviour`."
    )
