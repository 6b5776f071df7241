"""``counterveil links``: why two subjects belong together, and what an investigator says of it."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from counterveil.cli.exits import handled
from counterveil.cli.options import Home, Json, Reveal, settings_of
from counterveil.cli.render import cell, json_out, out, table
from counterveil.service import links
from counterveil.service.links import Judgement
from counterveil.service.words import kind_label

app = typer.Typer(help="Pairs of subjects: what they share, and your judgement on it.", no_args_is_help=True)

Left = Annotated[str, typer.Argument(help="A subject: an account, or 'account / end user'.")]
Right = Annotated[str, typer.Argument(help="The other subject.")]


@app.command("list")
@handled
def list_links(
    *,
    home: Home = None,
    as_json: Json = False,
    of: Annotated[str | None, typer.Option("--of", help="Only links of this subject.", metavar="SUBJECT")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Show at most so many; 0 for all.")] = 25,
) -> None:
    """List links of all groups, the strongest first, each in a sentence."""
    rows = links.list_links(settings_of(home), of)
    if as_json:
        json_out("links", rows)
        return
    console = out()
    if not rows:
        console.print("No links." if of is None else f"{of}: linked to nobody.")
        return
    for row in rows if limit == 0 else rows[:limit]:
        console.print(
            cell(f"{row['left']} – {row['right']}  {row['bits']:.1f} bits  {row['operation_id']}", style="bold")
        )
        console.print(cell(f"  {row['sentence']}"))
    console.print(f"{len(rows)} links. One of them: counterveil links show LEFT RIGHT")


@app.command("show")
@handled
def show_link(left: Left, right: Right, *, home: Home = None, as_json: Json = False, reveal: Reveal = None) -> None:
    """Show all that two subjects share, how common it is, and the best innocent explanation."""
    row = links.show_link(settings_of(home), left, right, purpose=reveal)
    if as_json:
        json_out("link", row)
        return
    console = out()
    console.print(cell(f"{row['left']} – {row['right']}  {row['operation_id']}", style="bold"))
    console.print(cell(row["sentence"]))
    console.print(cell(f"Best innocent explanation: {row['innocent']}. {row['answer']}"))
    heads = [
        ("what is shared", "left"),
        ("class, family", "left"),
        ("subjects that have it", "right"),
        ("alone", "right"),
        ("bits", "right"),
    ]
    console.print(table(heads, [_row(thing) for thing in row["shared"]]))
    console.print(
        "Alone: what the thing weighs by itself; bits: what it adds here, after damping. C is context and never makes a link."
    )


def _row(thing: dict[str, Any]) -> list[Any]:
    return [
        cell(f"{kind_label(thing['kind'])}: {thing['value']}", width=78),
        cell(f"{thing['evidence_class']} {thing['family']}"),
        cell(f"{thing['n_subjects']} of {thing['n_population']:,}"),
        cell(f"{thing['bits_alone']:.1f}"),
        cell(f"{thing['bits']:+.1f}"),
    ]


@app.command("judge")
@handled
def judge(
    left: Left,
    right: Right,
    verdict: Annotated[Judgement, typer.Argument(help="What you say of the pair.")],
    *,
    home: Home = None,
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    author: Annotated[str | None, typer.Option("--by", help="Who says so; your login name by default.")] = None,
) -> None:
    """Say that two subjects are one operation's, or are not; the next scan follows it, and no machine changes it."""
    links.judge(settings_of(home), left, right, verdict, author=author or getpass.getuser(), note=note)
    out().print("Recorded. `counterveil scan` without paths draws the groups anew.")


@app.command("withdraw")
@handled
def withdraw(left: Left, right: Right, *, home: Home = None) -> None:
    """Take back the judgements of a pair; they stay on record."""
    n = links.withdraw(settings_of(home), left, right)
    out().print(f"{n} withdrawn. `counterveil scan` without paths draws the groups anew.")


@app.command("judgements")
@handled
def list_judgements(*, home: Home = None, as_json: Json = False) -> None:
    """List what was said of pairs, the latest first, withdrawn ones included."""
    rows = links.list_judgements(settings_of(home))
    if as_json:
        json_out("judgements", rows)
        return
    console = out()
    if not rows:
        console.print("No judgements. Make one: counterveil links judge LEFT RIGHT same")
        return
    heads = [
        ("when", "left"),
        ("pair", "left"),
        ("verdict", "left"),
        ("by", "left"),
        ("note", "left"),
        ("withdrawn", "left"),
    ]
    console.print(
        table(
            heads,
            [
                [
                    cell(r["at"][:16]),
                    cell(f"{r['left_subject']} – {r['right_subject']}", width=60),
                    cell(r["verdict"]),
                    cell(r["author"]),
                    cell(r["note"], width=50),
                    cell((r["withdrawn_at"] or "")[:16]),
                ]
                for r in rows
            ],
        )
    )
