"""Fitting the account score: which signals count how much, from whole accounts whose authors the heads had not seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from counterveil.detectors.activity import ACTIVITY
from counterveil.detectors.behaviour import BEHAVIOUR
from counterveil.lab.corpus import AccountKind, TrainingAccount
from counterveil.model.activity import HOUR, Activity, Claim
from counterveil.model.signal import Bearing
from counterveil.observe.claims import claims
from counterveil.observe.readable import readable
from counterveil.observe.segments import Segmenter, pasted_by
from counterveil.pipeline.training.rows import Row

Array = npt.NDArray[np.float64]
# Squared-norm penalty on weights of unit-variance signals; chosen by us on authors left out.
_PENALTY = 0.03
_CONVERSATION_HOURS = 20.0
# No signal may weigh more over its whole scale, a workflow less than a pattern: rare ones would otherwise be stretched until
# a single odd account decides. Chosen by us.
_MAX_PATTERN, _MAX_WORKFLOW = 15.0, 6.0


def activity_of(rows: Sequence[Row], scores: Array, names: Sequence[str], cutter: Segmenter) -> Activity:
    """The activity that a scan would make of these turns: one an hour, a conversation a day."""
    by = []
    claimed: list[Claim] = []
    tricks = []
    for index, row in enumerate(rows):
        by.append(pasted_by(cutter.cut(row.text)))
        claimed += [Claim(c.slot, c.value, index, c.start, c.end) for c in claims(row.text, [row.lang])]
        tricks.append(readable(row.text)[1])
    conversations = np.array([row.conversation for row in rows], dtype=np.int64)
    return Activity(
        subject_id=rows[0].account,
        event_ids=tuple(f"{rows[0].account}-{i}" for i in range(len(rows))),
        times=HOUR * (np.arange(len(rows)) + _CONVERSATION_HOURS * conversations),
        conversations=conversations,
        pasted_by=np.array(by, dtype=np.int8),
        refused=np.array([row.refused for row in rows], dtype=np.bool_),
        n_disguises=np.array(tricks, dtype=np.int64),
        own_langs=tuple(row.lang for row in rows),
        pasted_langs=tuple("" for _ in rows),
        scores={name: scores[:, i] for i, name in enumerate(names)},
        claims=tuple(claimed),
        n_turns=len(rows),
    )


def signal_matrix(activities: Sequence[Activity]) -> Array:
    """(n_accounts, n_detectors): every detector's score."""
    return np.array([[d.measure(activity).score for d in ACTIVITY] for activity in activities], dtype=np.float64)


def sample_weights(accounts: Sequence[TrainingAccount]) -> Array:
    """Operators weigh as much as look-alikes and ordinary people together, look-alikes twice as much as ordinary ones."""
    n = {kind: sum(a.kind is kind for a in accounts) for kind in AccountKind}
    share = {AccountKind.OPERATOR: 0.5, AccountKind.LOOKALIKE: 1 / 3, AccountKind.ORDINARY: 1 / 6}
    return np.array([share[a.kind] / n[a.kind] * len(accounts) for a in accounts])


def fit_account(readings: Sequence[Array], is_operator: npt.NDArray[np.bool_], weight: Array) -> tuple[Array, float]:
    """Weights a detector and intercept: logistic regression in which no signal may count against its own bearing.

    ``readings``: signals of the same accounts, (n_accounts, n_detectors) each, as each encoder reads them: one set of weights
    serves whichever of them has read an account.

    Without the bound, signals that go together get weights of opposite sign that hold on one corpus only. L-BFGS-B
    (Byrd et al. 1995).
    """
    signals = np.concatenate(readings)
    is_operator, weight = np.tile(is_operator, len(readings)), np.tile(weight, len(readings))
    signs = np.array([1.0 if d.info.bearing is Bearing.FOR else -1.0 for d in ACTIVITY])
    scale = signals.std(axis=0)
    usable = scale > 1e-6
    x = np.where(usable, signals / np.where(usable, scale, 1.0), 0.0)
    y = np.where(is_operator, 1.0, -1.0)

    def loss(parameters: Array) -> tuple[float, Array]:
        w, b = parameters[:-1], parameters[-1]
        margin = y * (x @ w + b)
        value = float((weight * np.logaddexp(0.0, -margin)).mean() + 0.5 * _PENALTY * w @ w)
        slope = -weight * y / (1.0 + np.exp(np.clip(margin, -30, 30))) / len(y)
        return value, np.concatenate([x.T @ slope + _PENALTY * w, [slope.sum()]])

    most = np.array([_MAX_PATTERN] * len(BEHAVIOUR) + [_MAX_WORKFLOW] * (len(ACTIVITY) - len(BEHAVIOUR))) * scale
    bounds = [
        ((0.0, m) if s > 0 else (-m, 0.0)) if u else (0.0, 0.0) for s, u, m in zip(signs, usable, most, strict=True)
    ]
    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    weights = np.where(usable, found[:-1] / np.where(usable, scale, 1.0), 0.0)
    return weights, float(found[-1])
