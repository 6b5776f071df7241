"""Asking the judge about those that cross the trigger, within the budget; what it left unread is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from counterveil.chat.endpoint import ChatChoice, ChatEndpoint, Reply
from counterveil.chat.tokens import estimated
from counterveil.errors import EndpointError
from counterveil.ids import digest_hex, utc_now
from counterveil.judge.answer import InvalidAnswerError, opinion
from counterveil.judge.escalate import Budget, Candidate, Spent, Unread, order, unread
from counterveil.judge.package import Package
from counterveil.judge.prompt import behaviour_ids, prompt_label, schema, system_text
from counterveil.model.opinion import Opinion
from counterveil.pipeline.judging.candidates import Stored, candidates, stored
from counterveil.pipeline.judging.evidence import packages
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.assessment import assessment
from counterveil.policy.judge.policies import JudgePolicy, policies_for
from counterveil.settings import Settings
from counterveil.store import opinions
from counterveil.store.opinions import Asked

# An answer that is not of the form is asked for once more; so many failures in a row are no accident.
_TRIES, _MOST_FAILURES = 2, 3


@dataclass(frozen=True, slots=True)
class Question:
    """One package with the policies that it is judged by. ``tokens`` and ``usd`` are upper estimates; cached ones cost nothing."""

    candidate: Candidate
    package: Package
    policies: tuple[JudgePolicy, ...]
    system: str
    cache_key: str
    is_cached: bool
    tokens: int
    usd: float


@dataclass(slots=True)
class Bill:
    """What answers of a model cost so far; ``is_estimate``: not all of them came with a count of tokens."""

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    is_estimate: bool = False
    usd: float = 0.0
    seconds: float = 0.0

    def add(self, reply: Reply, usd: float) -> None:
        """One more answer."""
        self.tokens_in += reply.tokens_in
        self.tokens_out += reply.tokens_out
        self.is_estimate = self.is_estimate or reply.is_estimate
        self.usd = round(self.usd + usd, 6)
        self.seconds = round(self.seconds + reply.seconds, 3)


@dataclass(slots=True)
class JudgeReport(Bill):
    """What one run of the judge did. ``unread``: with the reason for each; ``stopped``: why it ended early, empty if it did not."""

    n_triggered: int = 0
    n_asked: int = 0
    n_answered: int = 0
    n_cached: int = 0
    n_reused: int = 0
    n_quotes_dropped: int = 0
    n_injections: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    stopped: str = ""
    remedy: str = ""

    @property
    def is_partial(self) -> bool:
        """Whether something that should have been read was not for want of an answer; a spent budget is no fault."""
        return bool(self.stopped or self.failures)


@dataclass(slots=True)
class JudgePlan:
    """Who would be read next and what that costs at most, and who would not."""

    questions: list[Question] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    n_triggered: int = 0
    spent: Spent = field(default_factory=Spent)


def choice_of(settings: Settings) -> ChatChoice:
    """The endpoint of the settings."""
    return ChatChoice(
        url=settings.judge_url,
        model=settings.judge_model,
        key_env=settings.judge_key_env,
        timeout_s=settings.judge_timeout_s,
        retries=settings.judge_retries,
        requests_per_minute=settings.judge_requests_per_minute,
        tokens_per_minute=settings.judge_tokens_per_minute,
    )


def budget_of(settings: Settings) -> Budget:
    """The budget of the settings."""
    return Budget(
        items=settings.judge_max_items,
        tokens=settings.judge_budget_tokens,
        usd=settings.judge_budget_usd,
        hours=settings.judge_budget_hours,
        usd_per_mtok_in=settings.judge_usd_per_mtok_in,
        usd_per_mtok_out=settings.judge_usd_per_mtok_out,
    )


def triggered(known: Stored) -> list[Candidate]:
    """Everybody who crosses the trigger, in the order of reading."""
    return order(candidates(known), assessment().judge)


def question(candidate: Candidate, package: Package, settings: Settings) -> Question:
    """What would be asked about a package, as if nobody had asked before."""
    policies = policies_for(candidate.behaviours)
    system = system_text(package, policies)
    tokens_in = estimated(system) + package.tokens
    labels = [p.label for p in policies]
    key = digest_hex(package.digest.encode(), *labels, prompt_label(), settings.judge_model)
    answer = settings.judge_max_answer_tokens
    usd = budget_of(settings).cost(tokens_in, answer)
    return Question(candidate, package, policies, system, key, is_cached=False, tokens=tokens_in + answer, usd=usd)


def _questions(workspace: Workspace, known: Stored, wanted: list[Candidate]) -> Iterator[Question]:
    for candidate, package in packages(workspace, known, wanted):
        asked = question(candidate, package, workspace.settings)
        with workspace.database.begin() as connection:
            is_cached = opinions.known(connection, asked.cache_key) > 0
        yield replace(asked, is_cached=is_cached)


def plan(workspace: Workspace) -> JudgePlan:
    """What the next run would do; asks nobody."""
    budget = budget_of(workspace.settings)
    known = stored(workspace)
    wanted = triggered(known)
    found = JudgePlan(n_triggered=len(wanted))
    for place, asked in enumerate(_questions(workspace, known, wanted)):
        if asked.is_cached:
            found.questions.append(asked)
            continue
        why = found.spent.lacks(budget, tokens=asked.tokens, usd=asked.usd)
        if why == "items":
            found.unread += unread(wanted[place:], "budget: items")
            break
        if why:
            found.unread += unread([asked.candidate], f"budget: {why}")
            continue
        found.spent.add(tokens=asked.tokens, usd=asked.usd, seconds=0.0)
        found.questions.append(asked)
    return found


def ask_all(
    workspace: Workspace, progress: Progress, *, run: int = 0, only: Collection[str] | None = None
) -> JudgeReport:
    """Ask about everybody within the budget and store what was answered, one by one: what was judged is kept.

    ``run`` other than 0 asks again what is on record, to measure agreement; ``only``: these targets.
    """
    settings = workspace.settings
    endpoint = ChatEndpoint(choice_of(settings))
    known = stored(workspace)
    wanted = [c for c in triggered(known) if only is None or c.target in only]
    report = JudgeReport(model=settings.judge_model, n_triggered=len(wanted))
    budget, spent = budget_of(settings), Spent()
    progress.step("judge", len(wanted), "packages")
    in_a_row = 0
    for place, asked in enumerate(_questions(workspace, known, wanted)):
        progress.advance(1)
        if asked.is_cached and run == 0:
            report.n_cached += 1
            with workspace.database.begin() as connection:
                report.n_reused += opinions.reuse(connection, asked.cache_key, utc_now())
            continue
        why = spent.lacks(budget, tokens=asked.tokens, usd=asked.usd)
        if why in ("items", "hours"):
            report.unread += unread(wanted[place:], f"budget: {why}")
            break
        if why:
            report.unread += unread([asked.candidate], f"budget: {why}")
            continue
        try:
            _ask(workspace, endpoint, asked, report, spent, run=run)
            in_a_row = 0
        except InvalidAnswerError as error:
            report.failures.append((asked.candidate.target, str(error)))
        except EndpointError as error:
            in_a_row += 1
            report.failures.append((asked.candidate.target, error.message))
            if error.gone or in_a_row >= _MOST_FAILURES:
                report.stopped, report.remedy = error.message, error.remedy
                report.unread += unread(wanted[place:], "endpoint does not answer")
                break
    return report


def _ask(
    workspace: Workspace, endpoint: ChatEndpoint, asked: Question, report: JudgeReport, spent: Spent, *, run: int
) -> None:
    ids = behaviour_ids(asked.policies)
    form = schema(asked.policies)
    last = InvalidAnswerError("no answer")
    for attempt in range(_TRIES):
        seed = run * _TRIES + attempt
        report.n_asked += 1
        reply = endpoint.ask(
            asked.system,
            asked.package.rendered(),
            form,
            max_tokens=workspace.settings.judge_max_answer_tokens,
            seed=seed,
        )
        usd = budget_of(workspace.settings).cost(reply.tokens_in, reply.tokens_out)
        report.add(reply, usd)
        spent.tokens += reply.tokens_in + reply.tokens_out
        spent.usd += usd
        spent.seconds += reply.seconds
        try:
            said = opinion(reply.text, asked.package, ids)
        except InvalidAnswerError as error:
            last = error
            continue
        spent.items += 1
        report.n_answered += 1
        report.n_quotes_dropped += said.n_dropped
        report.n_injections += said.injection_suspected
        _keep(workspace, asked, said, reply, usd=usd, run=run)
        return
    spent.items += 1
    raise last


def _keep(workspace: Workspace, asked: Question, said: Opinion, reply: Reply, *, usd: float, run: int) -> None:
    row = Asked(
        cache_key=asked.cache_key,
        run=run,
        kind=asked.candidate.kind,
        package=asked.package.digest,
        policies=" ".join(p.label for p in asked.policies),
        prompt=prompt_label(),
        model=workspace.settings.judge_model,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        is_estimate=reply.is_estimate,
        usd=usd,
        seconds=reply.seconds,
    )
    with workspace.database.begin() as connection:
        opinions.put(connection, said, row, utc_now())
