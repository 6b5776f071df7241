"""What the product made of a log whose answers are known: who was grouped, with whom, and how it ranks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.real.data import CONVERSATION, ORDINARY
from bench.real.overlay import Overlay
from counterveil.lab.baselines import Baseline, duplicate_baseline, keyword_baseline, read_turns
from counterveil.lab.measures import Proportion, roc_auc, wilson
from counterveil.lab.metrics import Evaluation, evaluate
from counterveil.lab.truth import Truth, TruthAccount
from counterveil.pipeline.profile import table
from counterveil.pipeline.workspace import for_reading
from counterveil.service import findings, leads, outcomes
from counterveil.settings import Settings

# Most ordinary accounts have one or two posts, and who says little shares little: shown apart, like with like.
BUSY_POSTS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One class of accounts: how many are in a linked group, in a suspected operation, in the queue on their own."""

    name: str
    grouped: Proportion
    suspected: Proportion
    alone: Proportion


@dataclass(frozen=True, slots=True)
class Purity:
    """Groups by what they hold. ``same_team`` counts pairs of grouped trolls, ``by_chance`` is its value after shuffling."""

    n_groups: int
    pure: Proportion
    only: dict[str, int]
    mixed: int
    one_team: Proportion
    same_team: Proportion
    by_chance: float | None


@dataclass(frozen=True, slots=True)
class Method:
    """One way to rank and group; AUC against all innocents, the ordinary posters, and English accounts of both."""

    name: str
    auc: float | None
    auc_ordinary: float | None
    auc_english: float | None
    at: tuple[tuple[float, Proportion, Proportion], ...]
    grouped_trolls: Proportion
    grouped_innocents: Proportion
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Scored:
    """Everything that is printed of one run."""

    rows: tuple[Row, ...]
    groups: Purity
    suspected_groups: Purity
    methods: tuple[Method, ...]
    operations: tuple[dict[str, Any], ...]
    turns: dict[str, tuple[int, int]]


def score(home: Path, workers: int, overlay: Overlay) -> Scored:
    """Read the workspace through the service, and run both baselines over the same log."""
    settings = Settings(home=home, workers=workers)
    operations = findings.list_operations(settings, include_cohorts=True)
    suspected = [o for o in operations if o["verdict"] == "suspected"]
    queue = leads.list_leads(settings, include_decided=True)
    alone = {row["about"] for lead in queue for row in (lead, *lead["twins"]) if row["kind"] == "subject"}
    scores, groups = outcomes.scores(settings)
    truth = overlay.truth
    return Scored(
        rows=tuple(_rows(overlay, members(operations), members(suspected), alone)),
        groups=_purity(operations, truth),
        suspected_groups=_purity(suspected, truth),
        methods=(
            _method("Counterveil", Baseline(scores, groups), truth),
            _method("exact duplicate prompts", duplicate_baseline(read_turns(overlay.log)), truth),
            _method("keyword rules per event", keyword_baseline(read_turns(overlay.log)), truth),
        ),
        operations=tuple(operations),
        turns=_turns(settings, overlay),
    )


def members(operations: Iterable[Mapping[str, Any]]) -> set[str]:
    """Accounts in any of the groups (without end users, a subject is an account)."""
    return {m["subject_id"] for o in operations for m in o["members"]}


def mix(operation: Mapping[str, Any], truth: Truth) -> Counter[str]:
    """Members by class: sub-team of the trolls, or kind of innocent."""
    return Counter(truth.accounts[m["subject_id"]].kind for m in operation["members"])


def _rows(overlay: Overlay, grouped: set[str], suspected: set[str], alone: set[str]) -> Iterable[Row]:
    accounts = overlay.truth.accounts.values()
    teams = Counter(a.kind for a in accounts if a.malicious)
    kept: list[tuple[str, Callable[[TruthAccount], bool]]] = [
        *((f"troll: {team}", _of(team)) for team, _ in teams.most_common()),
        ("all trolls", lambda a: a.malicious),
        (f"  with ≥ {BUSY_POSTS} tweets", lambda a: a.malicious and overlay.posts[a.account_id] >= BUSY_POSTS),
        ("ordinary posters", _of(ORDINARY)),
        (f"  with ≥ {BUSY_POSTS} tweets", lambda a: a.kind == ORDINARY and overlay.posts[a.account_id] >= BUSY_POSTS),
        ("conversations", _of(CONVERSATION)),
    ]
    for name, wanted in kept:
        ids = {a.account_id for a in accounts if wanted(a)}
        yield Row(name, *(wilson(len(ids & some), len(ids)) for some in (grouped, suspected, alone)))


def _of(kind: str) -> Callable[[TruthAccount], bool]:
    return lambda account: account.kind == kind


def _purity(operations: Iterable[Mapping[str, Any]], truth: Truth) -> Purity:
    mixes = [mix(o, truth) for o in operations]
    only: Counter[str] = Counter()
    mixed = one_team = n_troll = same = pairs = 0
    teams: Counter[str] = Counter()
    for found in mixes:
        classes = {kind if kind in (ORDINARY, CONVERSATION) else "trolls" for kind in found}
        trolls = Counter({kind: n for kind, n in found.items() if kind not in (ORDINARY, CONVERSATION)})
        teams += trolls
        same += sum(_pairs(n) for n in trolls.values())
        pairs += _pairs(trolls.total())
        if len(classes) > 1:
            mixed += 1
            continue
        only[classes.pop()] += 1
        n_troll += bool(trolls)
        one_team += len(trolls) == 1
    chance = sum(_pairs(n) for n in teams.values()) / _pairs(teams.total()) if teams.total() > 1 else None
    return Purity(
        n_groups=len(mixes),
        pure=wilson(only.total(), len(mixes)),
        only=dict(only),
        mixed=mixed,
        one_team=wilson(one_team, n_troll),
        same_team=wilson(same, pairs),
        by_chance=chance,
    )


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def _method(name: str, found: Baseline, truth: Truth) -> Method:
    whole = evaluate(truth, found.scores, found.groups)

    def values(wanted: Callable[[TruthAccount], bool]) -> list[float]:
        return [found.scores.get(a.account_id, 0.0) for a in truth.accounts.values() if wanted(a)]

    def grouped(*, malicious: bool) -> Proportion:
        some = [a.account_id for a in truth.accounts.values() if a.malicious == malicious]
        return wilson(sum(found.groups.get(a) is not None for a in some), len(some))

    return Method(
        name=name,
        auc=whole.auc,
        auc_ordinary=roc_auc(values(lambda a: a.malicious), values(_of(ORDINARY))),
        auc_english=roc_auc(
            values(lambda a: a.malicious and a.language == "en"),
            values(lambda a: a.kind == ORDINARY and a.language == "en"),
        ),
        at=tuple((at.rate, at.accounts, at.benign) for at in whole.at),
        grouped_trolls=grouped(malicious=True),
        grouped_innocents=grouped(malicious=False),
        evaluation=whole,
    )


def _turns(settings: Settings, overlay: Overlay) -> dict[str, tuple[int, int]]:
    """User turns that were written and that the product counted, for tweets and for conversations."""
    with for_reading(settings) as workspace:
        subjects = table(workspace, "subjects").select(["account_id", "n_user_turns"]).to_pylist()
    counted: Counter[str] = Counter()
    for row in subjects:
        counted[row["account_id"]] += row["n_user_turns"]
    talking = {a.account_id for a in overlay.truth.accounts.values() if a.kind == CONVERSATION}
    return {
        name: (
            sum(n for a, n in overlay.posts.items() if (a in talking) == talk),
            sum(n for a, n in counted.items() if (a in talking) == talk),
        )
        for name, talk in (("tweets", False), ("conversations", True))
    }
