"""Write the pages of docs/ that follow from the code, so that they cannot say anything else.

``python tools/make_docs.py`` writes them; with ``--check`` it only tells (exit 1) which ones are stale.
"""

from __future__ import annotations

import inspect
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer

from counterveil.cli.main import app
from counterveil.detectors import BUILTIN
from counterveil.model.signal import Detector
from counterveil.policy.assessment import assessment
from counterveil.policy.evidence import evidence
from counterveil.policy.taxonomy import taxonomy
from counterveil.settings import ENV_PREFIX, FILE_NAME, Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
_WIDTH = 100
_NOTE = "<!-- Written by tools/make_docs.py. Do not edit: change the code and run `make docs`. -->"
_EXITS = (
    (0, "fine"),
    (1, "a check found something (`doctor`, `lab evaluate`)"),
    (2, "usage, or the program failed"),
    (3, "partial: some records were rejected"),
    (4, "not allowed"),
    (5, "waits for approval"),
    (130, "interrupted; the same command goes on"),
)


def commands() -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every command with its words and its context, groups before what is in them."""
    yield from _commands(("counterveil",), typer.main.get_command(app), None)


def _commands(words: tuple[str, ...], command: Any, parent: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    context = typer.Context(
        command, info_name=words[-1], parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    yield words, command, context
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands((*words, name), inner, context)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def line(cells: Iterable[object]) -> str:
        return "| " + " | ".join(" ".join(str(c).split()).replace("|", "\\|") for c in cells) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *(line(row) for row in rows)])


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([_NOTE, f"# {title}", *parts]) + "\n"


def cli_page() -> str:
    """docs/cli.md: what ``--help`` says, command by command."""
    parts = [
        (
            "Data go to standard output, progress and errors to standard error. `--json` gives one object, "
            '`{"schema": "counterveil.<what>.v1", "data": …}`.'
        ),
        _table(("exit code", "meaning"), [(f"`{code}`", meaning) for code, meaning in _EXITS]),
    ]
    for words, command, context in commands():
        text = "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())
        parts += [f"## {' '.join(words)}", f"```text\n{text}\n```"]
    return _page("Command line", *parts)


def settings_page() -> str:
    """docs/settings.md: every setting with its limits, default and names."""
    rows = []
    for key, field in Settings.model_fields.items():
        limits = ", ".join(
            f"{sign} {getattr(m, name)}"
            for m in field.metadata
            for name, sign in (("ge", "≥"), ("le", "≤"))
            if hasattr(m, name)
        )
        default = "computed" if field.is_required() else str(field.default)
        rows.append((f"`{key}`", field.description or "", default, limits or "–", f"`{ENV_PREFIX}{key.upper()}`"))
    return _page(
        "Settings",
        f"Later places overrule earlier ones: the default; `{FILE_NAME}` in the working folder; `{FILE_NAME}` in the workspace; "
        "the environment; the command line (`--home`, `--workers`). `counterveil config show --origin` tells where each value "
        "comes from. The workspace is `./.counterveil` where that folder exists, else the user's data folder.",
        _table(("key", "meaning", "default", "allowed", "environment variable"), rows),
        f"Example of a `{FILE_NAME}`:\n\n```toml\nworkers = 4\nmemory_limit_mib = 4096\n```",
        "The rules of evidence are not among the settings: no setting turns one off. Weights and limits are policy, see "
        "[evidence](evidence.md).",
    )


def detectors_page() -> str:
    """docs/detectors.md: what each detector means, where it comes from, how strong it may be."""
    ordered = sorted(BUILTIN, key=lambda d: d.info.name)
    rows = [
        (
            f"[{d.info.name}](#{d.info.name})",
            d.info.best_class,
            d.info.family,
            d.info.reads,
            _counted(d),
            d.info.version,
        )
        for d in ordered
    ]
    parts = [
        (
            "What two subjects may share. Every detector is one file of `counterveil/detectors`, with its examples inside: "
            "hits, and benign look-alikes that it must leave alone. `counterveil doctor` runs them."
        ),
        "Class A is strong, B medium, C context. A link needs one A or two B of different families; C never makes one.",
        _table(("detector", "class at best", "family", "reads", "examples: hits + look-alikes", "version"), rows),
    ]
    for d in ordered:
        params = ", ".join(f"`{k}` = {v}" for k, v in (d.info.params or {}).items()) or "none"
        parts += [
            f"## {d.info.name}",
            f"{d.info.meaning} {inspect.getdoc(type(d)) or ''}",
            f"Source: {d.info.source}.\\\nParameters: {params}.",
            _table(("text or fields", "finds", "why not"), [_example(e) for e in d.examples]),
        ]
    return _page("Detectors", *parts)


def _counted(detector: Detector) -> str:
    hits = sum(bool(e.expect) for e in detector.examples)
    return f"{hits} + {len(detector.examples) - hits}"


def _example(example: Any) -> tuple[str, str, str]:
    shown = example.row.text or ", ".join(f"{k} = {v}" for k, v in (example.row.fields or {}).items())
    return f"`{shown}`" if shown else "–", ", ".join(f"`{v}`" for v in example.expect) or "nothing", example.why or "–"


def evidence_page() -> str:
    """docs/evidence.md: weights, limits, verdicts and the taxonomy, from the policy tables."""
    policy, weights = evidence(), assessment()
    kinds = [
        (
            f"`{name}`",
            k.label,
            k.family,
            k.best,
            k.a_max or "–",
            k.a_min_turns if k.a_max else "–",
            k.b_max or "–",
            k.m,
            k.hub,
            k.cap_bits,
            "yes" if k.activity else "no",
        )
        for name, k in policy.kinds.items()
    ]
    caps = [(family, f"{cap:g}") for family, cap in policy.family_caps.items()]
    hubs = tomllib.loads((files("counterveil.policy") / "hubs.toml").read_text(encoding="utf-8"))
    public = [(f"`{kind}`", len(table["values"])) for kind, table in hubs.items() if isinstance(table, dict)]
    behaviours = [
        (b.behaviour_id, b.name, b.definition, f"S{b.severity}", ", ".join(b.disarm) or "–")
        for b in taxonomy().values()
    ]
    return _page(
        "Evidence: weights and limits",
        "How a shared thing becomes bits is in the head of `counterveil/link/statements.py`; how bits become groups in "
        "`counterveil/link/groups.py`; how groups become verdicts in `counterveil/assess/groups.py`.",
        f"## What may be shared (evidence policy, version {policy.version})",
        "`m`: probability that two subjects of one operation share such a thing. A: the most subjects with which it is strong "
        "(and the least turns on both sides); B: the most with which it is medium; beyond, context. Hub: more subjects than this "
        "link nobody. Activity: whether what busy subjects meet by chance is taken off.",
        _table(
            (
                "kind",
                "what",
                "family",
                "class at best",
                "A up to",
                "from turns",
                "B up to",
                "m",
                "hub above",
                "cap, bits",
                "activity",
            ),
            kinds,
        ),
        "## When a pair is a link",
        _table(
            ("parameter", "value", "reason"),
            [*_explained("evidence", "population"), *_explained("evidence", "decision")],
        ),
        _table(("family", "cap, bits"), caps),
        "Things that never link anyone, however rare in a log (`hubs.toml`):",
        _table(("kind", "values listed"), public),
        f"## Belief, in log-odds (assessment policy, version {weights.version})",
        "Of a linked group:",
        _table(("consideration", "value", "reason"), _explained("assessment", "group")),
        "Of a subject that no link explains:",
        _table(("consideration", "value", "reason"), _explained("assessment", "subject")),
        f"A group is a suspected operation from confidence {weights.verdict.suspected:g} on; below, it is a cohort.",
        "## Behaviours",
        "Severity is harm if true, never belief.",
        _table(("id", "name", "definition", "severity", "DISARM"), behaviours),
    )


def _explained(policy: str, section: str) -> list[tuple[str, str, str]]:
    """Keys, values and the comments above them, from one table of a policy file."""
    found: list[tuple[str, str, str]] = []
    said: list[str] = []
    here = ""
    for line in (files("counterveil.policy") / f"{policy}.toml").read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith("["):
            here, said = text.strip("[]"), []
        elif text.startswith("#"):
            # A single word is a heading of the file, not a reason.
            said += [text.lstrip("# ")] if " " in text.lstrip("# ") else []
        elif "=" in text and here == section:
            key, _, value = text.partition("=")
            found.append((f"`{key.strip()}`", value.strip(), " ".join(said)))
            said = []
        elif not text:
            said = []
    return found


PAGES = {"cli.md": cli_page, "settings.md": settings_page, "detectors.md": detectors_page, "evidence.md": evidence_page}


def stale(folder: Path) -> list[str]:
    """Pages that are missing or say something else than the code."""
    return [
        name
        for name, make in PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != make()
    ]


def main(arguments: Sequence[str], folder: Path = DOCS) -> int:
    """Exit code: 0 fine, 1 stale pages found (``--check``), 2 usage."""
    if list(arguments) == ["--check"]:
        found = stale(folder)
        for name in found:
            print(f"{folder / name}: stale; run `make docs`", file=sys.stderr)
        return 1 if found else 0
    if arguments:
        print("usage: make_docs.py [--check]", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (folder / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
