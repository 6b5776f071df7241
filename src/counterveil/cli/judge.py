"""``counterveil judge``: a model that reads the few, may raise or annotate, and decides nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from counterveil.cli.exits import FINE, PARTIAL, handled
from counterveil.cli.options import Home, Json, Quiet, settings_of
from counterveil.cli.progress import Shown
from counterveil.cli.render import cell, json_out, out, table
from counterveil.service import judging
from counterveil.service.judging import GoldenReport, JudgePlan, JudgeReport
from counterveil.service.words import inert

app = typer.Typer(
    help="A model that reads the few that cross a trigger; it can raise or annotate.", no_args_is_help=True
)
_SHOWN = 15


@app.command("plan")
@handled
def plan(*, home: Home = None, as_json: Json = False) -> None:
    """Show who would be read next, what it costs at most, and what the budget leaves unread. Asks nobody."""
    found = judging.plan_judge(settings_of(home))
    if as_json:
        json_out("judge-plan", plan_data(found))
        return
    console = out()
    if not found.n_triggered:
        console.print("Nobody crosses the trigger: nothing to read.")
        return
    rows = [
        [
            cell(q.candidate.target, width=44),
            cell(q.candidate.kind),
            cell(len(q.candidate.subjects)),
            cell(f"{q.candidate.value:.2f}"),
            cell(", ".join(p.name for p in q.policies)),
            cell(len(q.package.pieces)),
            cell("on record" if q.is_cached else f"{q.tokens:,}"),
        ]
        for q in found.questions[:_SHOWN]
    ]
    columns = [("target", "left"), ("kind", "left"), ("subjects", "right"), ("value", "right"), ("policies", "left")]
    console.print(table([*columns, ("turns shown", "right"), ("tokens at most", "right")], rows))
    spent = found.spent
    money = f", {spent.usd:.2f} USD" if spent.usd else ", no price set"
    console.print(
        f"{found.n_triggered} cross the trigger; {spent.items} would be asked about: at most {spent.tokens:,} tokens{money} "
        f"(estimated); {sum(q.is_cached for q in found.questions)} are on record."
    )
    _unread(console, found.unread)


@app.command("run")
@handled
def run(*, home: Home = None, quiet: Quiet = False, as_json: Json = False) -> None:
    """Ask the judge about everybody within the budget. What it says counts from the next scan on.

    Exits with 3 when the endpoint failed for some; what was judged is kept.
    """
    with Shown(quiet=quiet) as progress:
        report = judging.run_judge(settings_of(home), progress)
    if as_json:
        json_out("judge-run", report_data(report))
    else:
        report_lines(out(), report)
    raise typer.Exit(PARTIAL if report.is_partial else FINE)


@app.command("show")
@handled
def show(
    target: Annotated[str, typer.Argument(help="Operation or subject id, or its beginning.")],
    *,
    home: Home = None,
    as_json: Json = False,
    reveal: Annotated[
        str | None,
        typer.Option(
            "--reveal",
            help="Show the whole masked package too, for this stated purpose; it is recorded.",
            metavar="PURPOSE",
        ),
    ] = None,
) -> None:
    """Show what the judge said of a target, with the quotes that stand in the evidence, and what people said."""
    found = judging.show_judge(settings_of(home), target, purpose=reveal)
    if as_json:
        json_out("judge-opinions", found)
        return
    console = out()
    console.print(cell(found["target"], style="bold"))
    if not found["answers"]:
        console.print("No judge has read it. Who is next: counterveil judge plan")
    for answer in found["answers"]:
        _answer(console, answer)
    for author, verdict in found["people"].items():
        console.print(cell(f"{author}: {verdict}"))
    if "package" in found:
        console.rule("What is sent to the judge: written by the accounts, masked", align="left")
        for line in found["package"].splitlines():
            console.print(cell(line))
    console.print("A judge may raise or annotate. It never lowers, clears or closes; a person decides.")


@app.command("golden")
@handled
def golden(
    policies: Annotated[
        list[str] | None, typer.Argument(help="Policies; all if none is named.", show_default=False)
    ] = None,
    *,
    home: Home = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Ask the judge about packages whose answer is known: precision and recall by policy, with 95 % intervals."""
    with Shown(quiet=quiet) as progress:
        report = judging.golden_judge(settings_of(home), progress, policies or [])
    if as_json:
        json_out("judge-golden", golden_data(report))
    else:
        golden_lines(out(), report)
    raise typer.Exit(PARTIAL if report.stopped else FINE)


@app.command("agreement")
@handled
def agreement(
    *,
    home: Home = None,
    quiet: Quiet = False,
    as_json: Json = False,
    runs: Annotated[
        int, typer.Option("--runs", min=1, max=9, help="Answers to each question in all; 1 asks nothing.")
    ] = 1,
) -> None:
    """Show how far the judge agrees with itself over repeated runs and with people (Cohen's kappa, 95 % interval)."""
    with Shown(quiet=quiet) as progress:
        found, report = judging.agreement(settings_of(home), progress, runs=runs)
    if as_json:
        json_out("judge-agreement", {**asdict(found), "asked": report_data(report) if report else None})
    else:
        console = out()
        rows = [
            [
                cell(name),
                cell(k.n),
                cell(_number(k.observed)),
                cell(_number(k.value)),
                cell(f"{_number(k.low)} … {_number(k.high)}"),
            ]
            for name, k in (
                ("judge with itself, highest rating", found.runs_rating),
                ("judge with itself, abuse or not", found.runs_abuse),
                ("judge with people, abuse or not", found.people),
            )
        ]
        heads = [("who", "left"), ("pairs", "right"), ("agree", "right"), ("kappa", "right"), ("95 % interval", "left")]
        console.print(table(heads, rows))
        same = found.n_unanimous
        console.print(f"{found.n_targets} questions asked more than once, {same.hits} answered alike each time.")
    raise typer.Exit(PARTIAL if report and report.is_partial else FINE)


@app.command("label")
@handled
def label(
    target: Annotated[str, typer.Argument(help="Operation or subject id, or its beginning.")],
    *,
    verdict: Annotated[str, typer.Option("--verdict", help="abuse, innocent or unsure.")],
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    home: Home = None,
) -> None:
    """Record what you make of a target, to measure the judge by. It changes no score."""
    name = judging.label_judge(settings_of(home), target, verdict, note)
    out().print(cell(f"{name}: {verdict}. Compare: counterveil judge agreement"))


def report_lines(console: Console, report: JudgeReport) -> None:
    """What a run of the judge did, what it cost, and what it left."""
    guess = ", partly estimated" if report.is_estimate else ""
    console.print(
        cell(
            f"judge {report.model}: {report.n_triggered} cross the trigger; {report.n_answered} answered now, {report.n_cached} "
            f"on record; {report.n_asked} requests, {report.tokens_in:,} tokens in and {report.tokens_out:,} out{guess}, "
            f"{report.usd:.2f} USD, {report.seconds:.0f} s"
        )
    )
    if report.n_quotes_dropped or report.n_injections:
        console.print(
            f"  {report.n_quotes_dropped} quotes dropped: not in the evidence; {report.n_injections} times the judge saw an attempt to steer it"
        )
    for target, why in report.failures[:_SHOWN]:
        console.print(cell(f"  no answer about {target}: {why}"))
    if report.stopped:
        console.print(cell(f"  stopped: {report.stopped}. {report.remedy}"))
    _unread(console, report.unread)


def _unread(console: Console, unread: list[Any]) -> None:
    for why, n in Counter(u.why for u in unread).most_common():
        names = ", ".join(inert(u.target) for u in unread if u.why == why)
        shown = names if len(names) < 120 else f"{names[:119]}…"
        console.print(cell(f"  unread, {why}: {n} ({shown})"))


def report_data(report: JudgeReport) -> dict[str, Any]:
    """The report as plain values."""
    return asdict(report) | {"n_unread": len(report.unread)}


def plan_data(found: JudgePlan) -> dict[str, Any]:
    """The plan as plain values; no text of the log."""
    return {
        "n_triggered": found.n_triggered,
        "would_ask": [
            {
                "target": q.candidate.target,
                "kind": q.candidate.kind,
                "n_subjects": len(q.candidate.subjects),
                "value": q.candidate.value,
                "policies": [p.label for p in q.policies],
                "package": q.package.digest,
                "n_turns_shown": len(q.package.pieces),
                "n_turns_left_out": q.package.n_left_out,
                "is_on_record": q.is_cached,
                "tokens_at_most": q.tokens,
                "usd_at_most": q.usd,
            }
            for q in found.questions
        ],
        "unread": [asdict(u) for u in found.unread],
        "at_most": asdict(found.spent),
    }


def golden_lines(console: Console, report: GoldenReport) -> None:
    """Figures by policy."""
    rows = [
        [
            cell(f.name),
            cell("clear" if f.least == "clear" else "weak or clear"),
            cell(f.n),
            *(
                _share(p.hits, p.total, p.low, p.high)
                for p in (f.recall, f.precision, f.innocent_kept, f.right_behaviour)
            ),
        ]
        for f in report.figures()
    ]
    heads = [
        ("policy", "left"),
        ("counts from", "left"),
        ("packages", "right"),
        ("recall", "left"),
        ("precision", "left"),
    ]
    console.print(table([*heads, ("innocent kept", "left"), ("right behaviour", "left")], rows))
    invalid = sum(r.said is None for r in report.rows)
    dropped = sum(r.said.n_dropped for r in report.rows if r.said)
    console.print(
        cell(
            f"judge {report.model}: {len(report.rows)} packages, {invalid} without a valid answer, {dropped} quotes dropped; "
            f"{report.tokens_in:,} tokens in, {report.tokens_out:,} out{' (estimated)' if report.is_estimate else ''}, "
            f"{report.usd:.2f} USD, {report.seconds:.0f} s"
        )
    )
    if report.stopped:
        console.print(cell(f"stopped: {report.stopped}"))


def golden_data(report: GoldenReport) -> dict[str, Any]:
    """The figures and every row, without the packages' texts."""
    rows = [
        {
            "policy": r.policy,
            "id": r.golden.golden_id,
            "lang": r.golden.lang,
            "expected": r.golden.behaviours,
            "stance": r.golden.stance,
            "why_no_answer": r.why,
            "said": {
                "stance": r.said.stance,
                "best": r.said.best,
                "n_quotes_for": r.said.n_quotes_for,
                "n_dropped": r.said.n_dropped,
            }
            if r.said
            else None,
        }
        for r in report.rows
    ]
    cost = {k: v for k, v in asdict(report).items() if k != "rows"}
    return {**cost, "figures": [asdict(f) for f in report.figures()], "rows": rows}


def _answer(console: Console, answer: dict[str, Any]) -> None:
    console.rule(
        cell(f"{answer['at'][:19]} {answer['model']}, policies {answer['policies']}, prompt {answer['prompt']}"),
        align="left",
    )
    if answer["run"]:
        console.print(cell(f"repetition {answer['run']}: it measures agreement and counts for nothing"))
    rated = ", ".join(f"{i} {r}" for i, r in answer["ratings"].items() if r != "none") or "nothing"
    console.print(cell(f"rates {rated}; stance {answer['stance']}; confidence {answer['sureness']}"))
    console.print(cell(f"says: {answer['summary']}"))
    console.print(cell(f"best innocent explanation: {answer['innocent_explanation']}"))
    for quote in answer["quotes"]:
        console.print(cell(f"  {quote['side']:<8} “{quote['words']}”  event {quote['event_id']}"))
    if answer["n_dropped"]:
        console.print(f"  {answer['n_dropped']} quotes were not in the evidence and are dropped")
    if answer["injection_suspected"]:
        console.print("  the judge saw an attempt to steer it")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _share(hits: int, total: int, low: float, high: float) -> Any:
    return cell(f"{hits}/{total} [{low:.2f}, {high:.2f}]" if total else "0/0")
