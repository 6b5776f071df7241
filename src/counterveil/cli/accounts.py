"""``counterveil accounts``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from counterveil.cli.exits import handled
from counterveil.cli.options import Home, Json, settings_of
from counterveil.cli.render import cell, json_out, ledger, out, table
from counterveil.service import findings
from counterveil.service.reveals import masked_value

# What a screen shows of forty signals.
_SMALL, _SHOWN_PATTERNS = 0.1, 10
app = typer.Typer(help="Single accounts.", no_args_is_help=True)


@app.command("show")
@handled
def show_account(
    account_id: Annotated[str, typer.Argument(help="Account or subject id, as in the log.")],
    *,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show an account: registration (masked), activity, score, and the group it is in."""
    account = findings.show_account(settings_of(home), account_id)
    registered = {k: _mask(k, v) for k, v in (account["registered"] or {}).items() if v is not None}
    if as_json:
        json_out("account", {**account, "registered": registered})
        return
    console = out()
    console.print(cell(account["account_id"], style="bold"))
    if registered:
        console.print(
            table([("registration", "left"), ("value", "left")], [[cell(k), cell(v)] for k, v in registered.items()])
        )
    else:
        console.print("No account record: the log names it, no accounts file does.")
    console.print(
        table(
            [
                ("subject", "left"),
                ("events", "right"),
                ("user turns", "right"),
                ("score", "right"),
                ("operation", "left"),
                ("standing", "left"),
                ("languages (context)", "left"),
                ("last seen", "left"),
            ],
            [
                [
                    cell(s["subject_id"]),
                    cell(s["n_events"]),
                    cell(s["n_user_turns"]),
                    cell("–" if s["score"] is None else f"{s['score']:.2f}"),
                    cell(s["operation_id"]),
                    cell(s["standing"]),
                    cell(", ".join(f"{k} {v}" for k, v in list(s["languages"].items())[:4])),
                    cell(str(s["last_seen"])[:16]),
                ]
                for s in account["subjects"]
            ],
        )
    )
    for subject in account["subjects"]:
        _evidence(console, subject)
    if any(s["operation_id"] for s in account["subjects"]):
        console.print("A group is a link, not a finding: see `counterveil operations show` for both sides.")


def _telling(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The ledger with its small lines in one, so that it still sums to what is shown; ``--json`` has them all."""
    small = [e for e in entries if abs(e["log_odds"]) < _SMALL]
    if len(small) < 2:
        return list(entries)
    rest = {
        "name": f"{len(small)} others",
        "log_odds": sum(e["log_odds"] for e in small),
        "reason": f"each below {_SMALL} (all of them with --json)",
    }
    return [*(e for e in entries if abs(e["log_odds"]) >= _SMALL), rest]


def _evidence(console: Console, subject: dict[str, Any]) -> None:
    """Both sides of the account's own score, and where in its turns each pattern shows best."""
    console.rule(cell(f"{subject['subject_id']}: what its own texts say"), align="left")
    if not subject["ledger"]:
        console.print(
            f"{subject['n_read']} texts read, {subject['n_not_covered'] or 0} in languages not covered: too few to say anything."
        )
        return
    ledger(console, _telling(subject["ledger"]), subject["confidence"])
    console.print(f"From {subject['n_read']} texts. One account's texts alone open a look, never a finding.")
    shown = [signal for signal in subject["signals"] if signal["spans"]][:_SHOWN_PATTERNS]
    if shown:
        console.print(
            table(
                [
                    ("pattern", "left"),
                    ("bears", "left"),
                    ("score", "right"),
                    ("what was seen", "left"),
                    ("events", "left"),
                ],
                [
                    [
                        cell(s["detector"].replace("_", " ")),
                        cell(s["bearing"]),
                        cell(f"{s['score']:.2f}"),
                        cell(s["reason"], width=70),
                        cell(", ".join(span["event_id"] for span in s["spans"]), width=60),
                    ]
                    for s in shown
                ],
            )
        )


def _mask(name: str, value: object) -> str:
    """Registration data are personal: only their ends are shown, and of fields that we do not know only the names."""
    text = str(value)
    if name == "extra":
        return ", ".join(sorted(orjson.loads(text)))
    return masked_value(name, text)
