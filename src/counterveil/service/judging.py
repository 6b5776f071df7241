"""The verbs of the judge: plan, run, show, golden sets, agreement, and what people say of the same targets."""

from __future__ import annotations

import getpass
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import pyarrow as pa

from counterveil.errors import NotFoundError, UsageError
from counterveil.ids import utc_now
from counterveil.judge.agreement import Kappa, kappa
from counterveil.judge.answer import quote_digest
from counterveil.lab.measures import Proportion, wilson
from counterveil.model.opinion import Opinion, Quote
from counterveil.pipeline.judging.ask import JudgePlan, JudgeReport, Question, ask_all, plan, question, triggered
from counterveil.pipeline.judging.candidates import stored
from counterveil.pipeline.judging.evidence import packages, piece_text, shown_text
from counterveil.pipeline.judging.golden import GoldenReport, ask_golden
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace, for_reading, for_writing, must_exist
from counterveil.policy.assessment import assessment
from counterveil.policy.judge.policies import judge_policies, says_abuse
from counterveil.service.reveals import record_reveal
from counterveil.settings import Settings
from counterveil.store import opinions

LABELS = ("abuse", "innocent", "unsure")
_GONE = "(the text is no longer as it was read)"
__all__ = ["GoldenReport", "JudgePlan", "JudgeReport", "Question"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the judge agrees with itself over repeated runs, and with people, on the highest rating and on abuse or not."""

    n_targets: int
    n_unanimous: Proportion
    runs_rating: Kappa
    runs_abuse: Kappa
    people: Kappa


def plan_judge(settings: Settings) -> JudgePlan:
    """Who would be read next, at which cost at most, and who would not and why. Asks nobody."""
    with for_reading(settings) as workspace:
        return plan(workspace)


def run_judge(settings: Settings, progress: Progress) -> JudgeReport:
    """Ask about everybody within the budget; what is said counts from the next scan on. Raises UsageError without a judge."""
    _configured(settings)
    must_exist(settings)
    with for_writing(settings) as workspace:
        return ask_all(workspace, progress)


def golden_judge(settings: Settings, progress: Progress, names: Collection[str]) -> GoldenReport:
    """The golden sets of some policies, or of all. Raises UsageError for an unknown name or without a judge."""
    _configured(settings)
    if unknown := sorted(set(names) - judge_policies().keys()):
        raise UsageError(f"no policy {unknown[0]!r}", remedy=f"There are: {', '.join(judge_policies())}.")
    return ask_golden(settings, progress, names)


def show_judge(settings: Settings, target: str, *, purpose: str | None = None) -> dict[str, Any]:
    """What was said of a target: the answers with quotes from masked texts; with a ``purpose``, which is recorded, also the
    whole masked package that would be sent now. Raises NotFoundError.

    The model's own words come from masked text and are masked once more.
    """
    with for_reading(settings) as workspace:
        name = _target(workspace, target)
        with workspace.database.begin() as connection:
            rows = opinions.listed(connection, name)
            said = {author: v for (about, author), v in opinions.labels(connection).items() if about == name}
        keys = {quote.content_key for row in rows for quote in row["body"].quotes}
        texts = _texts(workspace, keys)
        found: dict[str, Any] = {
            "target": name,
            "answers": [_answer(row, texts) for row in rows],
            "people": said,
        }
        if purpose is not None:
            record_reveal(workspace.home, f"judge package of {name}", purpose)
            found["package"] = _package(workspace, name)
        return found


def label_judge(settings: Settings, target: str, verdict: str, note: str) -> str:
    """Record what a person makes of a target, to measure the judge by; it changes no score. The target's full id."""
    if verdict not in LABELS:
        raise UsageError(f"verdict {verdict!r} is not known", remedy=f"Write one of {', '.join(LABELS)}.")
    must_exist(settings)
    with for_writing(settings) as workspace:
        name = _target(workspace, target)
        with workspace.database.begin() as connection:
            opinions.label(connection, name, verdict, author=getpass.getuser(), note=note, at=utc_now())
        return name


def agreement(settings: Settings, progress: Progress, *, runs: int) -> tuple[Agreement, JudgeReport | None]:
    """Ask ``runs`` times in all about what is on record (missing runs only), then compare. 1: compare what is there.

    The budget of the settings holds for each run.
    """
    report = None
    if runs > 1:
        _configured(settings)
        must_exist(settings)
        with for_writing(settings) as workspace:
            with workspace.database.begin() as connection:
                rows = opinions.listed(connection)
            for run in range(1, runs):
                there = {row["target"] for row in rows if row["run"] == run}
                left = {row["target"] for row in rows if row["run"] == 0} - there
                report = ask_all(workspace, progress, run=run, only=left)
                if report.stopped:
                    break
    with for_reading(settings) as workspace, workspace.database.begin() as connection:
        return _agreement(opinions.listed(connection), opinions.labels(connection)), report


def _agreement(rows: list[dict[str, Any]], labels: Mapping[tuple[str, str], str]) -> Agreement:
    # Runs are compared on the same question only: another package may rightly get another answer.
    by_question: dict[str, dict[int, Opinion]] = defaultdict(dict)
    current: dict[str, Opinion] = {}
    for row in rows:
        by_question[row["cache_key"]].setdefault(row["run"], row["body"])
        if row["run"] == 0:
            current.setdefault(row["target"], row["body"])
    repeated = [list(runs.values()) for runs in by_question.values() if len(runs) > 1]
    pairs = [pair for said in repeated for pair in combinations(said, 2)]
    people = [
        ("abuse" if says_abuse(current[target]) else "innocent", verdict)
        for (target, _), verdict in labels.items()
        if target in current and verdict != "unsure"
    ]
    return Agreement(
        n_targets=len(repeated),
        n_unanimous=wilson(sum(len({says_abuse(o) for o in said}) == 1 for said in repeated), len(repeated)),
        runs_rating=kappa([(a.best[1].value, b.best[1].value) for a, b in pairs]),
        runs_abuse=kappa([(str(says_abuse(a)), str(says_abuse(b))) for a, b in pairs]),
        people=kappa(people),
    )


def _configured(settings: Settings) -> None:
    if settings.judge == "none":
        raise UsageError(
            "no judge is configured", remedy='Set judge = "endpoint", judge_url and judge_model; see docs/judge.md.'
        )


def _target(workspace: Workspace, wanted: str) -> str:
    """The id of an operation or subject, whole or its beginning."""
    known = stored(workspace)
    with workspace.database.begin() as connection:
        said = opinions.in_force(connection)
    ids = sorted({*known.operations, *known.scores, *said})
    if wanted in ids:
        return wanted
    matching = [i for i in ids if i.lower().startswith(wanted.lower())]
    if len(matching) == 1:
        return matching[0]
    many = f"{len(matching)} match" if matching else "none matches"
    raise NotFoundError(f"{wanted!r}: {many}", remedy="See `counterveil judge plan` and `counterveil leads list`.")


def _texts(workspace: Workspace, keys: Collection[int]) -> dict[int, str]:
    """Masked texts by content key, as the judge was shown them."""
    if not keys:
        return {}
    with workspace.engine() as engine:
        mount(workspace, engine, "texts")
        engine.table("quoted", pa.table({"content_key": pa.array(sorted(keys), pa.int64())}))
        rows = engine.rows("select content_key, text from texts join quoted using (content_key)")
    return {row["content_key"]: row["text"] for row in rows}


def _answer(row: Mapping[str, Any], texts: Mapping[int, str]) -> dict[str, Any]:
    said: Opinion = row["body"]
    body = asdict(said) | {
        "summary": shown_text(said.summary),
        "innocent_explanation": shown_text(said.innocent_explanation),
        "quotes": [{"side": q.side, "event_id": q.event_id, "words": _words(q, texts)} for q in said.quotes],
        "says_abuse": says_abuse(said),
    }
    return {k: v for k, v in row.items() if k not in ("body", "seq")} | body


def _words(quote: Quote, texts: Mapping[int, str]) -> str:
    from_text = piece_text(texts.get(quote.content_key, ""))[quote.start : quote.end]
    return from_text if quote_digest(from_text) == quote.digest else _GONE


def _package(workspace: Workspace, target: str) -> str:
    known = stored(workspace)
    wanted = [c for c in triggered(known) if c.target == target]
    for candidate, package in packages(workspace, known, wanted):
        return question(candidate, package, workspace.settings).package.rendered()
    return f"(not sent: {target} does not cross the trigger of {assessment().judge.top_k} signals)"
