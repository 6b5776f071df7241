"""``counterveil quality``: is the machine's view of the log good, and where does it disagree with itself?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from counterveil.cli.exits import FINE, FOUND, handled
from counterveil.cli.options import Home, Json, home_option, settings_of
from counterveil.cli.render import cell, json_out, out, table
from counterveil.errors import UsageError
from counterveil.service import quality
from counterveil.service.quality import MIN_SUBJECTS, Check, Status
from counterveil.service.words import behaviour_name, kind_label

app = typer.Typer(
    help="Is the view of the log good? Topics of use, blind spots, drift, and the data's health.", no_args_is_help=True
)
# A behaviour is named beside a topic's words from twice its usual mean score on, and from this one.
_CLEAR = 0.1
_STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.BAD: "bold red"}
_MEANING = {
    "blind spot": "Blind spots: read as concerning, and nothing flags them more than others",
    "possible false alarm": "Possible false alarms: flagged, and read like everybody's",
}
Limit = Annotated[int, typer.Option("--limit", "-n", min=0, help="Show at most so many; 0 for all.")]


@app.command("topics")
@handled
def topics(*, home: Home = None, as_json: Json = False, limit: Limit = 25) -> None:
    """Show what the service is used for: clusters of what was read, the largest first."""
    found = quality.topics(settings_of(home))
    rows = found["topics"]
    if as_json:
        json_out("quality_topics", {k: v for k, v in found.items() if k != "disagreement"})
        return
    console = out()
    if not rows:
        console.print("No topics: nothing was read (a log without texts, or in no language that an encoder covers).")
        return
    heads = [
        ("topic", "left"),
        ("subjects", "right"),
        ("texts", "right"),
        ("events", "right"),
        ("languages", "left"),
        ("what sets it apart", "left"),
    ]
    shown = rows if limit == 0 else rows[:limit]
    body = [
        [
            cell(t["topic"]),
            cell(f"{t['n_subjects']:,}"),
            cell(f"{t['n_texts']:,}"),
            cell(f"{t['n_events']:,}"),
            _languages(t),
            cell(_about(t)),
        ]
        for t in shown
    ]
    console.print(table(heads, body))
    left = f"; {found['n_texts_left_out']:,} more left out of the sample" if found["n_texts_left_out"] else ""
    console.print(
        f"{len(shown)} of {len(rows)} topics of {found['n_texts']:,} texts{left}. Clusters and words of fewer than "
        f"{MIN_SUBJECTS} subjects are not put into words."
    )


@app.command("disagreement")
@handled
def disagreement(
    *,
    home: Home = None,
    as_json: Json = False,
    limit: Limit = 10,
    svg: Annotated[Path | None, typer.Option("--svg", help="Also write the map of all topics to this file.")] = None,
) -> None:
    """Show topics that read as concerning and nothing flags, and topics that are flagged and read as harmless."""
    found = quality.disagreement(settings_of(home))
    if svg is not None:
        try:
            svg.write_text(quality.map_of(found), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{svg}: {error.strerror}", remedy="Name a file in a folder that exists.") from error
    if as_json:
        json_out("quality_disagreement", found)
        return
    console = out()
    console.print(
        f"In the log {_rate(found['usual_concern'])} of (subject, topic) pairs read as concerning and "
        f"{_rate(found['usual_flagged'])} are of subjects that are flagged ({found['n_flagged']:,} subjects)."
    )
    for quadrant, title in _MEANING.items():
        every = [s for s in found["standings"] if s["quadrant"] == quadrant]
        rows = [s for s in every if s["n_to_look_at"]]
        console.rule(title, align="left")
        if not rows:
            console.print("None.")
        for standing in rows if limit == 0 else rows[:limit]:
            _standing(console, standing)
        if limit and len(rows) > limit:
            console.print(f"{len(rows) - limit} more: --limit 0")
        if len(every) > len(rows):
            console.print(
                f"{len(every) - len(rows)} other topics are flagged and read as harmless, but all of their flagged subjects read "
                "as concerning elsewhere: what operators do beside."
            )
    counts = {
        q: sum(s["quadrant"] == q for s in found["standings"]) for q in ("concerning and flagged", "quiet", "too few")
    }
    console.rule(align="left")
    console.print(
        f"Beside these: {counts['concerning and flagged']} topics concerning and flagged, {counts['quiet']} quiet, "
        f"{counts['too few']} with too few subjects to say. "
        f"One of the subjects: counterveil accounts show ID{home_option(home)}"
    )
    console.print("A topic is no finding: it says where to look. Half of an operation's texts are harmless read alone.")


def _standing(console: Console, standing: Mapping[str, Any]) -> None:
    console.print(cell(f"{standing['topic']}  {_about(standing)}", style="bold"))
    console.print(
        Text(
            f"  concerning {_rate(standing['concern'])}, flagged {_rate(standing['flagged'])}; {standing['n_texts']:,} texts, languages "
        )
        + _languages(standing)
    )
    who = (
        "concerning and not flagged" if standing["quadrant"] == "blind spot" else "flagged, and concerning in no topic"
    )
    more = standing["n_to_look_at"] - len(standing["examples"])
    ids = ", ".join(standing["examples"]) + (f" and {more} more" if more else "")
    console.print(cell(f"  {standing['n_to_look_at']} {who}: {ids}"))


@app.command("drift")
@handled
def drift(*, home: Home = None, as_json: Json = False) -> None:
    """Compare with the reference, and weeks with each other. Exits with 1 when something has moved."""
    found = quality.drift(settings_of(home))
    moved = [c for c in (*found["changes"], *found["weeks"]) if c["level"] in ("moderate", "large")]
    if as_json:
        json_out("quality_drift", found)
    else:
        console = out()
        console.print(
            f"Reference of {found['reference_at'][:16]} (log until {found['reference_until'][:16]}); compared: {found['compared']}."
        )
        if found["reader_changed"]:
            console.print(
                "Heads or encoders are others than then: changes of scores may be theirs. `quality freeze` starts anew."
            )
        heads = [("count", "left"), ("then", "right"), ("now", "right")]
        console.print(table(heads, [[name, f"{a:,}", f"{b:,}"] for name, (a, b) in found["counts"].items()]))
        _changes(console, "Since the reference", found["changes"])
        _changes(console, "Week against week before", found["weeks"])
    raise typer.Exit(FOUND if moved else FINE)


def _changes(console: Console, title: str, changes: Sequence[Mapping[str, Any]]) -> None:
    console.rule(title, align="left")
    shown = [c for c in changes if c["level"] in ("moderate", "large", "small")]
    few = [c for c in changes if c["level"] == "too few"]
    if shown:
        heads = [
            ("distribution over subjects", "left"),
            ("change", "left"),
            ("PSI", "right"),
            ("q", "right"),
            ("n then, now", "right"),
            ("moved most", "left"),
        ]
        body = [
            [
                cell(c["name"]),
                Text(
                    c["level"],
                    style="bold red" if c["level"] == "large" else "yellow" if c["level"] == "moderate" else "",
                ),
                cell(f"{c['psi']:.2f}"),
                cell(f"{c['q']:.3f}"),
                cell(f"{c['n_before']:,}, {c['n_now']:,}"),
                cell("; ".join(f"{b} {100 * x:.0f} → {100 * y:.0f} %" for b, x, y in c["moved"]), width=70),
            ]
            for c in shown
        ]
        console.print(table(heads, body))
    console.print(
        f"{len(shown)} of {len(changes) - len(few)} comparisons changed beyond chance."
        + (f" {len(few)} with too few subjects: {_few(few)}" if few else "")
    )


def _few(changes: Sequence[Mapping[str, Any]]) -> str:
    least = min(min(c["n_before"], c["n_now"]) for c in changes)
    return f"n={least}, no rate."


@app.command("freeze")
@handled
def freeze(*, home: Home = None) -> None:
    """Make the log as it is now the reference for drift."""
    counts = quality.freeze(settings_of(home))
    out().print(
        f"Frozen: {counts['events']:,} events of {counts['active subjects']:,} subjects. Compare later: counterveil quality drift"
    )


@app.command("health")
@handled
def health(*, home: Home = None, as_json: Json = False) -> None:
    """Check the data: missing fields, gaps, clocks, registration, languages. Exits with 1 when a check is bad."""
    checks = quality.health(settings_of(home))
    if as_json:
        json_out("quality_health", [asdict(c) for c in checks])
    else:
        console = out()
        heads = [("", "left"), ("check", "left"), ("seen", "left"), ("what it costs", "left"), ("remedy", "left")]
        console.print(table(heads, [_check(c) for c in checks]))
        counts = {s: sum(c.status is s for c in checks) for s in Status}
        console.print(
            f"{counts[Status.OK]} ok, {counts[Status.WARN]} warnings, {counts[Status.BAD]} bad. "
            f"The installation: counterveil doctor{home_option(home)}"
        )
    raise typer.Exit(FOUND if any(c.status is Status.BAD for c in checks) else FINE)


def _check(check: Check) -> list[Text]:
    return [
        Text(check.status.value, style=_STYLES[check.status]),
        cell(check.name),
        cell(check.seen),
        cell(check.cost),
        cell(check.remedy),
    ]


def _about(topic: Mapping[str, Any]) -> str:
    if not topic["described"]:
        return f"fewer than {MIN_SUBJECTS} subjects: not described"
    words = ", ".join(topic["terms"]) or "no telling words"
    shown = [behaviour_name(b["behaviour"]) for b in topic["behaviours"] if b["score"] >= max(_CLEAR, 2 * b["usual"])][
        :1
    ]
    kinds = [f"with {kind_label(k)}" for k in topic["artefact_kinds"][:1]]
    return "; ".join([words, *shown, *kinds])


def _languages(topic: Mapping[str, Any]) -> Text:
    total = topic["n_texts"] or 1
    return cell(" ".join(f"{code} {100 * n / total:.0f} %" for code, n in list(topic["languages"].items())[:3]))


def _rate(share: Mapping[str, Any]) -> str:
    if share["value"] is None:
        return "n=0, no rate"
    return f"{share['hits']:,} of {share['total']:,} ({100 * share['value']:.0f} %, {100 * share['low']:.0f}–{100 * share['high']:.0f})"
