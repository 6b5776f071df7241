"""``counterveil operations``: linked groups, who is in them, why, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from counterveil.cli.board import board, context, origin
from counterveil.cli.exits import handled
from counterveil.cli.options import Home, Json, Reveal, home_option, settings_of
from counterveil.cli.render import cell, json_out, ledger, out, percent, spark, table
from counterveil.service import findings
from counterveil.service.findings import Example, OperationView
from counterveil.service.words import CONTEXT, behaviour_name, inert, kind_label

app = typer.Typer(help="Linked groups of subjects, with the evidence for and against.", no_args_is_help=True)


@app.command("list")
@handled
def list_operations(
    *,
    home: Home = None,
    as_json: Json = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also groups that have an innocent explanation (cohorts).")
    ] = False,
) -> None:
    """List suspected operations, the most believed first."""
    rows = findings.list_operations(settings_of(home), include_cohorts=everything)
    if as_json:
        json_out("operations", [{k: v for k, v in row.items() if k != "links"} for row in rows])
        return
    console = out()
    if not rows:
        console.print(
            "No suspected operations. Linked groups with an innocent explanation: counterveil operations list --all"
        )
        return
    console.print(
        table(
            [
                ("operation", "left"),
                ("verdict", "left"),
                ("members", "right"),
                ("turns", "right"),
                ("severity", "left"),
                ("confidence", "right"),
                ("behaviour", "left"),
                ("innocent explanation", "left"),
            ],
            [
                [
                    cell(o["operation_id"]),
                    cell(o["verdict"]),
                    cell(len(o["members"])),
                    cell(o["n_turns"]),
                    cell(f"S{o['severity']}"),
                    percent(o["confidence"]),
                    cell(behaviour_name(o["behaviours"][0][0]) if o["behaviours"] else "not read"),
                    cell(o["innocent_explanation"], width=46),
                ]
                for o in rows
            ],
        )
    )
    console.print(
        f"{len(rows)} shown. One of them: counterveil operations show {rows[0]['operation_id']}{inert(home_option(home))}"
    )


@app.command("show")
@handled
def show_operation(
    operation_id: Annotated[str, typer.Argument(help="Operation id, or its beginning.")],
    *,
    home: Home = None,
    as_json: Json = False,
    reveal: Reveal = None,
    links: Annotated[int, typer.Option("--links", min=0, help="Show at most so many links; 0 for all.")] = 12,
) -> None:
    """Show belief, hypotheses, origin, members, links with what is shared, timeline and behaviours."""
    view = findings.show_operation(settings_of(home), operation_id, purpose=reveal)
    if as_json:
        json_out(
            "operation",
            {
                **view.body,
                "timeline": asdict(view.timeline),
                "examples": [asdict(e) for e in view.examples],
                "languages": view.languages,
                "schedule": view.schedule,
                "context": CONTEXT,
                "history": view.history,
            },
        )
        return
    console = out()
    body = view.body
    console.print(Text(f"{body['operation_id']}  {body['verdict']}", style="bold"))
    console.print(
        f"{len(body['members'])} members · {body['n_turns']} user turns · severity S{body['severity']} (harm if true) · confidence {body['confidence']:.2f}"
    )
    console.rule("Belief: for and against", align="left")
    ledger(console, body["ledger"], body["confidence"])
    console.print(cell(f"Best innocent explanation: {body['innocent_explanation']}."))
    console.print(cell(f"What would change the verdict: {body['would_change']}."))
    board(console, body["board"])
    origin(console, body["origin"])
    context(console, view.schedule, view.languages)
    _timeline(console, view)
    _members(console, "Members", body["members"])
    if body["contacts"]:
        _members(console, "Contacts: linked to members, no members themselves", body["contacts"])
    _links(console, body["links"], limit=links)
    _examples(console, body["behaviours"], view.examples)
    _hubs(console, view.hubs_ignored)
    _history(console, view.history)


def _timeline(console: Console, view: OperationView) -> None:
    days = view.timeline.days
    if not days:
        return
    console.rule("Timeline, UTC: user turns a day", align="left")
    console.print(
        Text(f"{spark(view.timeline.n_turns)}  {days[0]} … {days[-1]}, at most {max(view.timeline.n_turns)} a day")
    )
    console.print(
        Text(f"{spark(view.timeline.n_subjects)}  members active a day, at most {max(view.timeline.n_subjects)}")
    )


def _members(console: Console, title: str, members: Sequence[Mapping[str, Any]]) -> None:
    console.rule(title, align="left")
    console.print(
        table(
            [
                ("subject", "left"),
                ("standing", "left"),
                ("confidence", "right"),
                ("role: what it mostly does", "left"),
                ("turns", "right"),
                ("first seen", "left"),
                ("last seen", "left"),
            ],
            [
                [
                    cell(m["subject_id"], width=44),
                    cell(m["standing"]),
                    cell(f"{m['confidence']:.2f}"),
                    cell(m["role"]),
                    cell(m["n_turns"]),
                    cell(str(m["first_seen"])[:16]),
                    cell(str(m["last_seen"])[:16]),
                ]
                for m in members
            ],
        )
    )


def _links(console: Console, found: Sequence[Mapping[str, Any]], *, limit: int) -> None:
    shown = found if limit == 0 else found[:limit]
    console.rule(f"Links: {len(shown)} of {len(found)}, the strongest first", align="left")
    rows: list[list[Text | str]] = []
    for link in shown:
        rows.append(
            [
                cell(f"{link['left']} – {link['right']}", style="bold"),
                Text(""),
                Text(""),
                Text(f"{link['bits']:.1f}", style="bold"),
            ]
        )
        rows += [
            [
                cell(f"  {kind_label(t['kind'])}: {t['value']}", width=78),
                cell(f"{t['evidence_class']} {t['family']}"),
                cell(f"{t['n_subjects']} of {t['n_population']:,}"),
                Text(f"{t['bits']:+.1f}"),
            ]
            for t in link["shared"]
            if t["bits"] >= 0.1
        ]
    console.print(
        table(
            [
                ("what is shared", "left"),
                ("class, family", "left"),
                ("subjects that have it", "right"),
                ("bits", "right"),
            ],
            rows,
        )
    )
    console.print("Personal values are masked; --reveal PURPOSE shows them and records why.")
    console.print("A link's bits are the sum of its things', after family caps. C is context: it never makes a link.")


def _examples(console: Console, behaviours: Sequence[Sequence[Any]], examples: Sequence[Example]) -> None:
    console.rule("Behaviours, with masked examples", align="left")
    if not behaviours:
        console.print("No text of this group was read, or none stands out from the log.")
        return
    for behaviour, score, usual in behaviours:
        console.print(
            cell(f"{behaviour_name(behaviour)}: score {score:.2f} over members, {usual:.2f} in the log", style="bold")
        )
        for example in examples:
            if example.behaviour == behaviour:
                console.print(cell(f"  [{example.language}] {example.excerpt}"))
                console.print(
                    cell(
                        f"      score {example.score:.2f} · {example.subject_id} · event {example.event_id}",
                        style="dim",
                    )
                )


def _history(console: Console, events: Sequence[Mapping[str, Any]]) -> None:
    console.rule("What became of it", align="left")
    for event in events:
        other = f" {event['other_id']}" if event["other_id"] else ""
        joined, left = (len(event["detail"].get(name, ())) for name in ("joined", "left"))
        moved = f": {joined} joined, {left} left" if event["kind"] == "changed" else ""
        console.print(cell(f"{str(event['at'])[:19]}  {event['operation_id']} {event['kind']}{other}{moved}"))


def _hubs(console: Console, hubs: Sequence[Mapping[str, Any]]) -> None:
    if hubs:
        shown = ", ".join(f"{h['kind']} {h['value']} ({h['n_subjects']})" for h in hubs[:6])
        console.rule("Hubs of this log, ignored in linking", align="left")
        console.print(cell(f"{len(hubs)} things that too many subjects share, e.g. {shown}"))
