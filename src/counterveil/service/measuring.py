"""A run's findings against a key, beside two baselines over the same de-duplicated turns."""

from __future__ import annotations

from collections.abc import Iterator

from counterveil.errors import InputError
from counterveil.lab.baselines import Baseline, duplicate_baseline, keyword_baseline
from counterveil.lab.metrics import Evaluation, evaluate
from counterveil.lab.mistakes import false_positives, queue
from counterveil.lab.scorecard import Measured
from counterveil.lab.truth import Truth
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace, for_reading
from counterveil.service.outcomes import main_languages, outcomes
from counterveil.settings import Settings


def measured(settings: Settings, key: Truth) -> Measured:
    """Measure the workspace. Accounts that the key does not know are reported and in no figure.

    Raises:
        InputError: the key knows none of the accounts.
    """
    found, leads = outcomes(settings)
    unlabelled = tuple(sorted(set(found) - set(key.accounts)))
    if found and len(unlabelled) == len(found):
        raise InputError(
            f"{unlabelled[0]}: not in the answer key, nor is any other account of the run",
            remedy="Evaluate against the truth of the same scenario.",
        )
    truth = key.written_in(main_languages(settings))
    known = {name: outcome for name, outcome in found.items() if name in truth.accounts}
    own = evaluate(
        truth,
        {name: outcome.score for name, outcome in known.items()},
        {name: outcome.group for name, outcome in known.items()},
        suspected={name: outcome.suspected for name, outcome in known.items()},
    )
    with for_reading(settings) as workspace:
        keywords = _measured(truth, keyword_baseline(_user_turns(workspace)))
        duplicates = _measured(truth, duplicate_baseline(_user_turns(workspace)))
    lines = {at.rate: at.cutoff for at in own.at if at.rate > 0}
    return Measured(
        counterveil=own,
        keywords=keywords,
        duplicates=duplicates,
        queue=queue(truth, leads),
        false_positives=false_positives(truth, known, lines, leads),
        unlabelled=unlabelled,
    )


def _measured(truth: Truth, baseline: Baseline) -> Evaluation:
    return evaluate(
        truth,
        {name: score for name, score in baseline.scores.items() if name in truth.accounts},
        {name: group for name, group in baseline.groups.items() if name in truth.accounts},
    )


def _user_turns(workspace: Workspace) -> Iterator[tuple[str, str]]:
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts")
        table = engine.query(
            "select account_id, text from turns join texts using (content_key) "
            "where side = 0 and role = 'user' order by account_id, time, event_id"
        )
    for batch in table.to_batches(max_chunksize=8192):
        yield from zip(batch["account_id"].to_pylist(), batch["text"].to_pylist(), strict=True)
