"""Languages that training never saw, and scores without anything that tells a language, country, zone or network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.quality.behaviour.data import Array, Data, Mask, read
from counterveil.observe.heads import DOING, sigmoid
from counterveil.pipeline.training.account import activity_of, signal_matrix
from counterveil.pipeline.training.measure import TABLE, figures, table_row

_MIN_ROWS = 120


def report(data: Data) -> str:
    """Zero-shot tables, a language at a time: trained without any row of it, tested on accounts that mostly ask in it."""
    rows = data.prepared.rows
    langs = np.array([row.lang for row in rows])
    y = data.truth
    authors = np.array([row.author for row in rows])
    column = data.names.index(DOING)
    texts, accounts = [], []
    unseen_scores: dict[str, list[Array]] = {}
    mostly = np.array([_mostly([rows[i].lang for i in p]) for p in data.prepared.places()])
    wanted = [lang for lang in sorted(set(langs)) if (langs == lang).sum() >= _MIN_ROWS]
    for index, space in enumerate(data.spaces):
        for lang in wanted:
            test = langs == lang
            scores = read(data.heads_from(~test, index), space.x)
            known = figures(space.scores[test, column], y[test, column] > 0, list(authors[test]))
            unseen = figures(scores[test, column], y[test, column] > 0, list(authors[test]))
            if known and unseen:
                texts.append(
                    f"| {space.heads.space} | {lang} | {int(test.sum())} | {known.auc:.3f} | {unseen.auc:.3f} | {unseen.auc - known.auc:+.3f} |"
                )
            unseen_scores.setdefault(lang, []).append(scores)
            if index == len(data.spaces) - 1:
                accounts.append(_accounts(data, lang, mostly == lang, np.mean(unseen_scores[lang], axis=0)))
    return (
        "## Languages never seen\n\n`doing`, single texts: with the language in training (author left out), and without any row of it "
        "(other rows of the same authors are in training there, so the second column is a little flattered):\n\n"
        "| space | language | texts | AUC, language seen | AUC, unseen | difference |\n|---|---|---|---|---|---|\n"
        + "\n".join(texts)
        + f"\n\nAccounts that mostly ask in it, heads and weights trained without any of them ({data.readings[-1]}):\n\n"
        + TABLE.format("language")
        + "\n"
        + "\n".join(accounts)
        + "\n\n"
        + _blind(data)
    )


def _mostly(langs: list[str]) -> str:
    return max(sorted(set(langs)), key=langs.count)


def _accounts(data: Data, lang: str, test: Mask, scores: Array) -> str:
    weights, intercept = data.account_weights(~test)
    places = [p for p, t in zip(data.prepared.places(), test, strict=True) if t]
    signals = signal_matrix(
        [activity_of([data.prepared.rows[i] for i in p], scores[p], data.names, data.prepared.whole) for p in places]
    )
    belief = sigmoid(signals @ weights + intercept)
    authors = [a for a, t in zip(data.prepared.authors, test, strict=True) if t]
    return table_row(lang, figures(belief, data.prepared.operator[test], authors), digits=3)


def _blind(data: Data) -> str:
    """What is left when everything that names a language, country, zone or network is taken away before scoring."""
    changed = 0.0
    for scores in (space.scores for space in data.spaces):
        for account, places in zip(data.prepared.accounts, data.prepared.places(), strict=True):
            cutter = data.prepared.segmenters[account.author]
            rows = [data.prepared.rows[i] for i in places]
            before = activity_of(rows, scores[places], data.names, cutter)
            blind = replace(before, own_langs=("",) * len(rows), pasted_langs=("",) * len(rows))
            changed = max(changed, float(np.abs(signal_matrix([before]) - signal_matrix([blind])).max()))
    return (
        f"Largest change of any signal when languages are blanked: {changed:.4f} (no detector reads them; country, time zone and network "
        "are no input at all). Text has a language, and heads could learn it: the tables by language show how far they err with it."
    )
