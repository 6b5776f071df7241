"""How good a judge is on packages whose answer is known: the golden sets of the policies. Needs no workspace."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from counterveil.chat.endpoint import ChatEndpoint
from counterveil.errors import EndpointError
from counterveil.judge.answer import InvalidAnswerError, opinion
from counterveil.judge.package import ORDINARY, Package, Piece, package
from counterveil.judge.prompt import schema, system_text
from counterveil.lab.measures import Proportion, wilson
from counterveil.model.opinion import Opinion, Rating
from counterveil.pipeline.judging.ask import Bill, budget_of, choice_of
from counterveil.pipeline.judging.evidence import piece_text
from counterveil.pipeline.progress import Progress
from counterveil.policy.judge.policies import Golden, JudgePolicy, judge_policies, says_abuse
from counterveil.settings import Settings


@dataclass(frozen=True, slots=True)
class GoldenRow:
    """One golden package with what was said of it; ``said`` is None where no valid answer came (``why``)."""

    policy: str
    golden: Golden
    said: Opinion | None
    why: str = ""

    @property
    def is_abuse(self) -> bool:
        """What a careful person says."""
        return bool(self.golden.behaviours)

    def says_abuse(self, least: Rating) -> bool:
        """Whether the judge says so; no answer does not."""
        return self.said is not None and says_abuse(self.said, least)


@dataclass(frozen=True, slots=True)
class GoldenFigures:
    """Of some golden packages, at a least rating; each share with its 95 % Wilson interval. No answer counts as "not abuse"."""

    name: str
    least: str
    n: int
    precision: Proportion
    recall: Proportion
    innocent_kept: Proportion
    right_behaviour: Proportion


@dataclass(slots=True)
class GoldenReport(Bill):
    """All rows, and what they cost."""

    rows: list[GoldenRow] = field(default_factory=list)
    stopped: str = ""

    def figures(self) -> list[GoldenFigures]:
        """By policy, then over all, at "clear" and at "weak or clear"."""
        names = list(dict.fromkeys(row.policy for row in self.rows))
        groups = [(name, [r for r in self.rows if r.policy == name]) for name in names] + [("all", self.rows)]
        return [_figures(name, rows, least) for least in (Rating.CLEAR, Rating.WEAK) for name, rows in groups]


def _figures(name: str, rows: list[GoldenRow], least: Rating) -> GoldenFigures:
    said = [r for r in rows if r.says_abuse(least)]
    hits = [r for r in said if r.is_abuse]
    bad = sum(r.is_abuse for r in rows)
    right = sum(r.said is not None and r.said.best[0] in r.golden.behaviours for r in hits)
    return GoldenFigures(
        name=name,
        least=least.value,
        n=len(rows),
        precision=wilson(len(hits), len(said)),
        recall=wilson(len(hits), bad),
        innocent_kept=wilson(len(rows) - bad - (len(said) - len(hits)), len(rows) - bad),
        right_behaviour=wilson(right, len(hits)),
    )


def golden_package(golden: Golden, max_chars: int) -> Package:
    """The package of a golden example, made by the same steps as those of a log."""
    pieces = [
        Piece(account, f"{golden.golden_id}-{account}-{i}", 1000 * account + i, text, 0.0, ORDINARY)
        for account, texts in enumerate(golden.accounts)
        for i, text in enumerate(texts)
    ]
    n = len(golden.accounts)
    return package(
        target=golden.golden_id,
        kind="operation" if n > 1 else "subject",
        subjects=[f"a{i}" for i in range(n)],
        heading="One account." if n == 1 else f"A group of {n} accounts, joined by: texts that are alike.",
        accounts=[f"A{i + 1}: {len(texts)} turns" for i, texts in enumerate(golden.accounts)],
        pieces=pieces,
        max_chars=max_chars,
        mask=piece_text,
    )


def ask_golden(settings: Settings, progress: Progress, names: Collection[str] = ()) -> GoldenReport:
    """Ask about every golden package of some policies (all where none is named), within the token budget of the settings."""
    endpoint = ChatEndpoint(choice_of(settings))
    wanted = [(p, g) for p in judge_policies().values() if not names or p.name in names for g in p.golden]
    report = GoldenReport(settings.judge_model)
    progress.step("golden", len(wanted), "packages")
    for policy, golden in wanted:
        if report.tokens_in + report.tokens_out >= settings.judge_budget_tokens:
            report.stopped = "budget: tokens"
            break
        try:
            said, why = _ask(endpoint, settings, policy, golden, report), ""
        except InvalidAnswerError as error:
            said, why = None, str(error)
        except EndpointError as error:
            if error.gone:
                report.stopped = error.message
                break
            said, why = None, error.message
        report.rows.append(GoldenRow(policy.name, golden, said, why))
        progress.advance(1)
    return report


def _ask(
    endpoint: ChatEndpoint, settings: Settings, policy: JudgePolicy, golden: Golden, report: GoldenReport
) -> Opinion:
    shown = golden_package(golden, settings.judge_max_chars)
    system = system_text(shown, (policy,))
    reply = endpoint.ask(system, shown.rendered(), schema((policy,)), max_tokens=settings.judge_max_answer_tokens)
    report.add(reply, budget_of(settings).cost(reply.tokens_in, reply.tokens_out))
    return opinion(reply.text, shown, policy.ids)
