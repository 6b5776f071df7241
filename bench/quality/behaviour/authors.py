"""Leaving one author out: accounts, behaviours, stances, languages, look-alikes, beside keyword rules and n-grams."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bench.quality.behaviour.data import Array, Data
from counterveil.lab.baselines import keyword_rules
from counterveil.observe.heads import DOING, OPERATOR, sigmoid
from counterveil.pipeline.training.measure import TABLE, figures, table_row

_MIN_POSITIVE = 20
_HEAD = """## One author left out

Accounts. `n-grams`: logistic regression over characters 2–5, each turn by the account's label, mean over turns, same authors
left out. `keyword rules`: share of turns that a rule matches."""


def report(data: Data) -> str:
    """The tables."""
    return "\n\n".join(
        [
            _HEAD,
            _accounts(data),
            _groups(data, "Accounts by the language they mostly ask in (mean of the spaces)", _languages(data)),
            _groups(
                data,
                "Operators of each main behaviour against all innocent accounts (mean of the spaces)",
                _behaviours(data),
            ),
            _lookalikes(data),
            *(_texts(data, i) for i in range(len(data.spaces))),
        ]
    )


def _accounts(data: Data) -> str:
    rows = []
    every = np.ones(len(data.prepared.operator), dtype=np.bool_)
    methods = {space: sigmoid(scores) for space, scores in zip(data.readings, data.accounts, strict=True)}
    methods["n-grams"] = _ngrams(data)
    methods["keyword rules"] = _keywords(data)
    for name, scores in methods.items():
        for which, here in (("all", every), ("look-alikes only", data.prepared.operator | data.prepared.lookalike)):
            authors = list(np.array(data.prepared.authors)[here])
            rows.append(
                table_row(f"{name}, {which}", figures(scores[here], data.prepared.operator[here], authors), digits=3)
            )
    return TABLE.format("method") + "\n" + "\n".join(rows)


def _keywords(data: Data) -> Array:
    anything = re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in keyword_rules()), re.IGNORECASE)
    rows = data.prepared.rows
    return np.array([np.mean([bool(anything.search(rows[i].text)) for i in p]) for p in data.prepared.places()])


def _ngrams(data: Data) -> Array:
    rows = data.prepared.rows[: data.prepared.n_turns]
    author = np.array([row.author for row in rows])
    label = np.array([row.truth[OPERATOR] > 0 for row in rows])
    scores = np.zeros(len(rows))
    for left_out in sorted(set(author)):
        train = author != left_out
        words = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True, max_features=200_000
        )
        model = LogisticRegression(C=3.0, class_weight="balanced", max_iter=200)
        model.fit(words.fit_transform([r.text for r, t in zip(rows, train, strict=True) if t]), label[train])
        test = words.transform([r.text for r, t in zip(rows, train, strict=True) if not t])
        scores[~train] = model.predict_proba(test)[:, 1]
    return np.array([scores[p].mean() for p in data.prepared.places()])


def _languages(data: Data) -> list[str]:
    rows = data.prepared.rows
    return [Counter(rows[i].lang for i in p).most_common(1)[0][0] for p in data.prepared.places()]


def _behaviours(data: Data) -> list[str]:
    return [a.behaviours[0] if a.behaviours else "" for a in data.prepared.accounts]


def _groups(data: Data, title: str, group_of: list[str]) -> str:
    groups = np.array(group_of)
    scores = sigmoid(data.accounts[-1])
    rows = []
    for name, n in sorted(Counter(group_of).items(), key=lambda item: (-item[1], item[0])):
        if not name:
            continue
        here = groups == name
        # Of a behaviour there are only operators: they are compared with everybody who is innocent.
        here = here | ~data.prepared.operator if data.prepared.operator[here].all() else here
        if data.prepared.operator[groups == name].any() and n >= 8:
            rows.append(
                table_row(
                    name,
                    figures(scores[here], data.prepared.operator[here], list(np.array(data.prepared.authors)[here])),
                    digits=3,
                )
            )
    return f"{title}:\n\n{TABLE.format('')}\n" + "\n".join(rows)


def _lookalikes(data: Data) -> str:
    scores = data.accounts[-1]
    innocent = np.sort(scores[~data.prepared.operator])
    limits = [innocent[-1], np.quantile(innocent, 0.99), np.quantile(innocent, 0.95)]
    twins = Counter((a.twin or "ordinary person") for a in data.prepared.accounts if not a.behaviours)
    rows = []
    for twin, n in sorted(twins.items(), key=lambda item: (-item[1], item[0])):
        of_twin = [
            s
            for a, s in zip(data.prepared.accounts, scores, strict=True)
            if not a.behaviours and (a.twin or "ordinary person") == twin
        ]
        over = " / ".join(str(sum(s > limit for s in of_twin)) for limit in limits[1:])
        if n >= 3 or not over.startswith("0 / 0"):
            rows.append(f"| {twin} | {n} | {over} | {np.median(of_twin):+.1f} |")
    return (
        "Innocent accounts above the thresholds of 1 and 5 % false positives (mean of the spaces); score in log-odds at even odds:\n\n"
        "| who | accounts | over at 1 / 5 % | median score |\n|---|---|---|---|\n" + "\n".join(rows)
    )


def _texts(data: Data, index: int) -> str:
    y, scores = data.truth, data.spaces[index].scores
    authors = np.array([row.author for row in data.prepared.rows])
    rows = []
    for c, name in enumerate(data.names):
        known = ~np.isnan(y[:, c])
        if np.nansum(y[:, c]) >= _MIN_POSITIVE:
            rows.append(table_row(name, figures(scores[known, c], y[known, c] > 0, list(authors[known])), digits=3))
    langs = np.array([row.lang for row in data.prepared.rows])
    column = data.names.index(DOING)
    for lang, n in Counter(langs.tolist()).most_common():
        here = langs == lang
        if n >= 60:
            found = figures(scores[here, column], y[here, column] > 0, list(authors[here]))
            rows.append(table_row(f"doing, asked in {lang}", found, digits=3))
    return f"Single texts, {data.spaces[index].heads.space}:\n\n{TABLE.format('column')}\n" + "\n".join(rows)
