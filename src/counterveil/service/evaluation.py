"""Evaluate a pack: take it in, dilute it, change it, scan each mix, measure. The harness behind ``lab evaluate --pack``."""

from __future__ import annotations

import platform
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import product
from pathlib import Path

from counterveil.errors import UsageError
from counterveil.lab.adversaries import chosen
from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.cost import CPU_HOUR_USD, Cost, cost
from counterveil.lab.dilution import sample, shifts
from counterveil.lab.generate import ordinary
from counterveil.lab.labels import BYSTANDERS
from counterveil.lab.scorecard import Run, Scorecard
from counterveil.pipeline.evaluating.mix import Background, Change, write_mix
from counterveil.pipeline.evaluating.pack import Pack, take_log, take_pack
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.records import Span, n_conversations, spans
from counterveil.pipeline.workspace import Workspace, for_reading, for_writing
from counterveil.service.measuring import measured
from counterveil.service.scanning import InputChoice, scan
from counterveil.settings import Settings

__all__ = ["CPU_HOUR_USD", "Plan", "evaluate_pack"]

CONTEXT = "context"
_WEEK_DAYS = 7
_MAX_DAYS = 365


@dataclass(frozen=True, slots=True)
class Plan:
    """What to evaluate. No ``ratios``: all of the background, or, without one, the pack alone.

    Every ratio is run for the pack as it is, with each adversary, and, with ``ablate``, without context. ``keep`` is a
    folder for the mixes and their workspaces; without it they are removed: their text lies nowhere else.
    """

    pack: Path
    background: tuple[str, ...] = ()
    background_format: str | None = None
    ratios: tuple[float, ...] = ()
    adversaries: tuple[str, ...] = ()
    ablate: tuple[str, ...] = ()
    seed: int = 1
    keep: Path | None = None
    cpu_hour_usd: float = CPU_HOUR_USD


@dataclass(frozen=True, slots=True)
class _Ground:
    """The background that there is: its workspace, who is in it, and what to say of it."""

    workspace: Workspace
    spans: dict[str, Span]
    says: str


def evaluate_pack(settings: Settings, plan: Plan, progress: Progress) -> Scorecard:
    """Run the plan. ``settings`` are those of every scan; their ``home`` is not used.

    Raises:
        UsageError: an unknown adversary or ablation, a number out of range, a folder to keep that holds something.
        InputError: a pack or background that cannot be read.
    """
    evaders = _checked(plan)
    with _room(plan.keep) as room, _writing(settings, room / "pack-as-read") as own:
        progress.step("pack")
        pack = take_pack(plan.pack, own, progress)
        if not pack.malicious:
            raise UsageError(
                f"{plan.pack}: labels.csv names no malicious account", remedy="Operations have an operation_id."
            )
        with _ground(settings, plan, pack, room, progress) as ground:
            asked: Sequence[float | None] = plan.ratios or (None,)
            changes = [Change(), *(Change(a, seed=plan.seed) for a in evaders)]
            changes += [Change(no_context=True) for _ in plan.ablate]
            runs = [
                _run(settings, plan, (pack, ground, ratio, change), room, progress)
                for ratio, change in product(asked, changes)
            ]
        return _scorecard(plan, pack, ground, runs)


def _checked(plan: Plan) -> tuple[Adversary, ...]:
    for name in plan.ablate:
        if name != CONTEXT:
            raise UsageError(f"cannot ablate {name!r}", remedy=f"There is: {CONTEXT}.")
    if any(not 0 <= ratio < 1e6 for ratio in plan.ratios):
        raise UsageError("a ratio is not between 0 and a million", remedy="Give ordinary accounts per malicious one.")
    if plan.keep is not None and plan.keep.exists() and (not plan.keep.is_dir() or any(plan.keep.iterdir())):
        raise UsageError(f"{plan.keep}: is not an empty folder", remedy="Name a new folder.")
    return chosen(plan.adversaries)


@contextmanager
def _room(keep: Path | None) -> Iterator[Path]:
    """Where the mixes lie; removed at the end, on errors too, unless the caller keeps them."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    room = Path(tempfile.mkdtemp(prefix="counterveil-evaluate-"))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


@contextmanager
def _writing(settings: Settings, home: Path) -> Iterator[Workspace]:
    try:
        with for_writing(settings.model_copy(update={"home": home})) as workspace:
            yield workspace
    finally:
        # What was read is in the mixes; the copy is not kept.
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _ground(settings: Settings, plan: Plan, pack: Pack, room: Path, progress: Progress) -> Iterator[_Ground | None]:
    """The given background, or one of our own making as large as the largest ratio asks for; None where none is asked."""
    wanted = round(max(plan.ratios, default=0.0) * pack.malicious)
    if not plan.background and not wanted:
        yield None
        return
    with _writing(settings, room / "background-as-read") as workspace:
        progress.step("background")
        if plan.background:
            take_log(plan.background, plan.background_format, workspace, progress)
            says = ", ".join(plan.background)
        else:
            made = room / "ordinary"
            ordinary(made, seed=plan.seed, accounts=wanted, days=_days(pack), progress=progress.advance)
            take_log([str(made)], None, workspace, progress)
            shutil.rmtree(made)
            says = "generated by Counterveil (synthetic ordinary accounts)"
        yield _Ground(workspace, spans(workspace), says)


def _days(pack: Pack) -> int:
    """The pack's length in whole weeks, as the generator takes it."""
    begin, end = pack.period or (None, None)
    weeks = 1 if begin is None or end is None else (end - begin).days // _WEEK_DAYS + 1
    return min(_MAX_DAYS, weeks * _WEEK_DAYS)


def _run(
    settings: Settings,
    plan: Plan,
    what: tuple[Pack, _Ground | None, float | None, Change],
    room: Path,
    progress: Progress,
) -> Run:
    pack, ground, asked, change = what
    background = None
    if ground is not None:
        wanted = None if asked is None else round(asked * pack.malicious)
        names = sample(list(ground.spans), wanted, plan.seed)
        some = {name: (ground.spans[name].first, ground.spans[name].last) for name in names}
        background = Background(ground.workspace, shifts(some, pack.period, plan.seed))
    name = _name(asked, change)
    folder = room / name
    truth = write_mix(folder, pack.world, background, change, progress)
    home = settings.model_copy(update={"home": folder / "run"})
    spent = _scan(home, folder, plan, progress)
    progress.step("measure")
    found = measured(home, truth)
    if plan.keep is None:
        shutil.rmtree(folder)
    n = len(background.shifts) if background is not None else 0
    malicious = sum(account.malicious for account in truth.accounts.values())
    return Run(
        name=name,
        asked=asked,
        ratio=round(n / malicious, 3) if malicious else 0.0,
        background=n,
        adversary=change.adversary.name if change.adversary else None,
        ablated=CONTEXT if change.no_context else None,
        measured=found,
        cost=spent,
    )


def _name(asked: float | None, change: Change) -> str:
    ratio = "as-is" if asked is None else f"{asked:g}x"
    what = change.adversary.name if change.adversary else f"without-{CONTEXT}" if change.no_context else ""
    return f"{ratio}-{what}" if what else ratio


def _scan(settings: Settings, folder: Path, plan: Plan, progress: Progress) -> Cost:
    begun, cpu = time.perf_counter(), _cpu_s()
    report = scan(settings, InputChoice((str(folder / "events.jsonl"), str(folder / "accounts.jsonl"))), progress)
    wall, spent = time.perf_counter() - begun, _cpu_s() - cpu
    with for_reading(settings) as workspace:
        n = n_conversations(workspace)
    return cost(
        wall_s=wall,
        cpu_s=spent,
        workers=settings.workers,
        events=report.ingest.n_events,
        conversations=n,
        texts_observed=report.n_observed,
        texts_read=report.read.n_texts + report.read.n_second,
        cpu_hour_usd=plan.cpu_hour_usd,
    )


def _cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def _scorecard(plan: Plan, pack: Pack, ground: _Ground | None, runs: Sequence[Run]) -> Scorecard:
    accounts = pack.world.truth.accounts.values()
    bystanders = sum(not a.malicious and a.role.lower() in BYSTANDERS and a.group is not None for a in accounts)
    card = Scorecard(
        pack=str(plan.pack),
        malicious=pack.malicious,
        operations=len(pack.world.truth.operations),
        innocent=len(accounts) - pack.malicious,
        events=len(pack.world.events),
        rejects=pack.taken.n_rejects,
        unlabelled=pack.unlabelled,
        unseen=pack.unseen,
        bystanders=bystanders,
        background=ground.says if ground else "none",
        background_available=len(ground.spans) if ground else None,
        seed=plan.seed,
        version=version("counterveil"),
        python=platform.python_version(),
        notes=(),
        runs=tuple(runs),
    )
    return replace(card, notes=tuple(_notes(card, pack)))


def _notes(card: Scorecard, pack: Pack) -> Iterator[str]:
    """What a reader must know before any figure."""
    if card.rejects:
        yield f"{card.rejects:,} lines of the pack could not be read and are in no figure. {pack.first_reject}"
    if card.unlabelled:
        yield (
            f"{len(card.unlabelled):,} accounts of the log are not in labels.csv ({card.unlabelled[0]} for one): "
            "scanned, in no figure."
        )
    if card.unseen:
        yield (
            f"{len(card.unseen):,} accounts of labels.csv are not in the log ({card.unseen[0]} for one): "
            "counted with score 0."
        )
    if card.bystanders:
        yield f"{card.bystanders:,} accounts are listed under an operation as its victims, targets or contacts: counted as benign."
    short = [run for run in card.runs if run.asked is not None and run.background < round(run.asked * card.malicious)]
    if short and card.background_available is not None:
        yield (
            f"The background has {card.background_available:,} accounts, fewer than asked for: "
            + ", ".join(f"{run.name} reached {run.ratio:g}" for run in short)
            + ". No account was used twice."
        )
    if card.background_available is not None:
        yield "Accounts of the background count as innocent; nobody has checked them one by one."
