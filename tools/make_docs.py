"""Write the pages of docs/ that follow from the code, so that they cannot say anything else.

``python tools/make_docs.py`` writes them; with ``--check`` it only tells (exit 1) which ones are stale.
"""

from __future__ import annotations

import inspect
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import typer

from counterveil.cli.main import app
from counterveil.detectors import BUILTIN
from counterveil.detectors.behaviour import BEHAVIOUR
from counterveil.detectors.workflows import WORKFLOWS
from counterveil.link.alike import GAPS_S
from counterveil.link.statements import STRATA
from counterveil.model.activity import Activity
from counterveil.model.signal import BehaviourDetector, BehaviourInfo, Case, Detector
from counterveil.observe.segments import KINDS
from counterveil.observe.trained import ACCOUNT, trained
from counterveil.policy.account import AccountPolicy, load_account
from counterveil.policy.assessment import assessment
from counterveil.policy.claims import Slot, claim_rules
from counterveil.policy.evidence import evidence
from counterveil.policy.hypotheses import hypotheses
from counterveil.policy.taxonomy import Behaviour, forms, stances, taxonomy
from counterveil.settings import ENV_PREFIX, FILE_NAME, Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
_WIDTH = 100
_NOTE = "<!-- Written by tools/make_docs.py. Do not edit: change the code and run `make docs`. -->"
_EXITS = (
    (0, "fine"),
    (1, "a check found something (`doctor`, `lab evaluate`, `quality health`, `quality drift`)"),
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
    policy = load_account(trained() / ACCOUNT)
    parts = [
        (
            "Two sorts. [Things that subjects may share](#things-that-subjects-may-share) make links. [Patterns in what one subject "
            "does](#patterns-in-what-one-subject-does) make its account score. `counterveil doctor` runs the examples of the first, "
            "`tests/detectors` those of both."
        ),
        "Class A is strong, B medium, C context. A link needs one A or two B of different families; C never makes one.",
        "## Things that subjects may share",
        (
            "Every detector is one file of `counterveil/detectors`, with its examples inside: hits, and benign look-alikes that it "
            "must leave alone."
        ),
        _table(("detector", "class at best", "family", "reads", "examples: hits + look-alikes", "version"), rows),
        "## Patterns in what one subject does",
        (
            "Every detector is one file of `counterveil/detectors/behaviour` or `counterveil/detectors/workflows`. It is given a subject's "
            "turns in order with their readings, and makes one signal about the subject: a score in [0,1], how plainly the pattern is there. "
            "No detector reads which language somebody speaks. Behaviours are explained in [taxonomy](taxonomy.md)."
        ),
        (
            f"Weight and usual score are fitted (`trained/account.toml`, training {policy.version}); an account whose signals are all as usual "
            f"starts at {policy.intercept:+.2f} log-odds, and each signal adds weight × (score − usual). A weight cannot point against "
            "its detector's bearing. Weight 0: the training accounts gave no reason to count it beside the others; the signal is still shown."
        ),
        f"Behaviour detectors ({len(BEHAVIOUR)}), each a pattern that several behaviours, or none, may show:",
        _activity_table(BEHAVIOUR, policy),
        f"Workflow detectors ({len(WORKFLOWS)}), one a behaviour of the taxonomy:",
        _activity_table(WORKFLOWS, policy),
    ]
    parts += [part for d in ordered for part in _thing_part(d)]
    parts += [part for d in (*BEHAVIOUR, *WORKFLOWS) for part in _activity_part(d, policy)]
    return _page("Detectors", *parts)


def _thing_part(d: Detector) -> list[str]:
    return [
        f"## {d.info.name}",
        f"{d.info.meaning} {inspect.getdoc(type(d)) or ''}",
        f"Source: {d.info.source}.\\\nParameters: {_params(d.info.params)}.",
        _table(("text or fields", "finds", "why not"), [_example(e) for e in d.examples]),
    ]


def _params(params: Any) -> str:
    return ", ".join(f"`{k}` = {v}" for k, v in (params or {}).items()) or "none"


def _activity_table(detectors: Sequence[BehaviourDetector], policy: AccountPolicy) -> str:
    head = ("detector", "class at best", "family", "bears", "behaviours", "weight", "usual score", "version")
    rows = []
    for d in detectors:
        i = d.info
        behaviours = ", ".join(i.behaviours) or "any"
        rows.append(
            (f"[{i.name}](#{i.name})", i.best_class, i.family, i.bearing, behaviours, *_weight(i, policy), i.version)
        )
    return _table(head, rows)


def _weight(info: BehaviourInfo, policy: AccountPolicy) -> tuple[str, str]:
    """Weight and usual score, as fitted for this version of the detector."""
    known = policy.signal.get(info.name)
    if known is None:
        return "–", "–"
    stale = "" if known.detector_version == info.version else f" (of version {known.detector_version})"
    return (f"{known.weight:+.2f}" if known.weight else "0") + stale, f"{known.usual:.2f}"


def _activity_part(d: BehaviourDetector, policy: AccountPolicy) -> list[str]:
    info = d.info
    weight, usual = _weight(info, policy)
    doc = " ".join((inspect.getdoc(type(d)) or "").split())
    steps = [
        *(getattr(d, "forms", ())),
        *(f"tag {tag}" for tag in getattr(d, "tags", ())),
        *(f"pasted by {KINDS[kind]}" for kind in getattr(d, "pasted", ())),
        *(f"claim {slot}" for slot in getattr(d, "slots", ())),
    ]
    facts = [
        f"Source: {info.source}.",
        f"Class at best {info.best_class}, family {info.family}, bears {info.bearing}, version {info.version}.",
        f"Weight {weight}, usual score {usual}.",
        f"Behaviours: {', '.join(info.behaviours) or 'any'}. Parameters: {_params(info.params)}.",
        *([f"Steps: {', '.join(steps)}."] if steps else []),
    ]
    return [
        f"## {info.name}",
        info.meaning if doc == info.meaning else f"{info.meaning} {doc}",
        "\\\n".join(facts),
        _table(("turns", "score must be", "what a benign one is"), [_case(c) for c in d.cases]),
    ]


def _case(case: Case) -> tuple[str, str, str]:
    turns = Counter(_sketch(case.activity, i) for i in range(len(case.activity)))
    shown = "; ".join(f"{n} × ({what})" for what, n in turns.items())
    conversations = len(set(case.activity.conversations.tolist()))
    bounds = [f"≥ {case.at_least:g}"] if case.at_least > 0 else []
    bounds += [f"≤ {case.at_most:g}"] if case.at_most < 1 else []
    return f"{shown}; conversations: {conversations}", " and ".join(bounds), case.why or "–"


def _sketch(activity: Activity, turn: int) -> str:
    said = [f"{name} {values[turn]:g}" for name, values in activity.scores.items() if values[turn] > 0]
    pasted_by = int(activity.pasted_by[turn])
    said += [f"pasted by {KINDS[pasted_by]}"] if pasted_by >= 0 else []
    said += ["refused"] if activity.refused[turn] else []
    said += [f"{activity.n_disguises[turn]} disguises"] if activity.n_disguises[turn] else []
    said += [f"claims {c.slot}: {c.value}" for c in activity.claims if c.turn == turn]
    return ", ".join(said) or "nothing read"


def _counted(detector: Detector) -> str:
    hits = sum(bool(e.expect) for e in detector.examples)
    return f"{hits} + {len(detector.examples) - hits}"


def _example(example: Any) -> tuple[str, str, str]:
    shown = example.row.text or ", ".join(f"{k} = {v}" for k, v in (example.row.fields or {}).items())
    return f"`{shown}`" if shown else "–", ", ".join(f"`{v}`" for v in example.expect) or "nothing", example.why or "–"


def evidence_page() -> str:
    """docs/evidence.md: weights, limits and verdicts, from the policy tables."""
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
    policy_of_accounts = load_account(trained() / ACCOUNT)
    return _page(
        "Evidence: weights and limits",
        "How a shared thing becomes bits is in the head of `counterveil/link/statements.py`, how likeness of texts does in that of "
        "`counterveil/link/alike.py`; how thresholds follow from a null world in `counterveil/link/null.py`; how links become groups "
        "in `counterveil/link/groups.py`; how groups become verdicts in `counterveil/assess/groups.py`. Why: "
        "[0016](decisions/0016-chance-measured-on-the-log.md).",
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
        "Texts that are alike: subjects are those in the widest bucket where the two met, turns are distinct texts, the cap is that of "
        "all texts of a pair. Their bits come from how often strangers of this log meet so, in cells of similarity and time gap (edges "
        f"at {', '.join(f'{gap // 60:,}' for gap in GAPS_S)} minutes); texts of one family of near copies count by halves. "
        "For other things what strangers share by chance can only lower the bits. Times of two subjects (`detectors/pairs/`) are looked "
        "at for linked pairs only.",
        _table(
            ("kind", "edges of similarity", "cap of one text, bits", "one family from"),
            [
                (
                    f"`{name}`",
                    ", ".join(f"{edge:g}" for edge in of.similarity),
                    f"{of.cap_bits:g}",
                    f"{of.one_family:g}",
                )
                for name, of in policy.likeness.items()
            ],
        ),
        "## When a pair is a link",
        "A and B evidence of a pair must reach the prior odds (log2 of subjects over `expected_partners`) and `posterior_bits`, and more "
        "where the null world says so; it must hold one A, or two B of different families, with `min_family_bits`. Thresholds are set "
        f"apart for pairs by {' and by '.join(STRATA)}. A scan prints them with the rates that it measured.",
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
        "How evidence ages, counted from the log's last event, so that the same log gives the same answer on any day:",
        _table(("family", "half-life, days"), [(f, f"{days:g}") for f, days in weights.decay.half_life_days.items()]),
        f"For the first {weights.decay.fresh_days:g} days evidence is full.",
        f"A group is a suspected operation from confidence {weights.verdict.suspected:g} on; below, it is a cohort.",
        f"## Hypotheses (version {hypotheses().version})",
        "What an operation may be for: each explanation is weighed over the evidence (C consistent, I inconsistent, N neutral) by how far an "
        "item tells explanations apart; least contradicted leads (`counterveil/assess/hypotheses.py`, "
        "[0018](decisions/0018-hypotheses-and-leads.md)). Behaviours named in neither column are inconsistent, other evidence is neutral.",
        _table(
            ("id", "explanation", "innocent", "behaviours: consistent", "neutral", "fits", "against"),
            [
                (
                    f"`{h.hypothesis_id}`",
                    h.name,
                    "yes" if h.innocent else "",
                    *(", ".join(keys) for keys in (h.behaviours, h.related, h.fits, h.against)),
                )
                for h in hypotheses().hypothesis
            ],
        ),
        f"## Account score (training {policy_of_accounts.version})",
        (
            "Fitted, not reasoned: the weights of the signals stand in [detectors](detectors.md#patterns-in-what-one-subject-does), how well "
            "they rank accounts of authors that were left out in `trained/card.md`."
        ),
        _table(
            ("parameter", "value", "meaning"),
            [
                (
                    "`intercept`",
                    f"{policy_of_accounts.intercept:+.4f}",
                    "log-odds of an account whose signals are all as usual, where half of the accounts are operators'",
                ),
                (
                    "`innocent_quartile`",
                    f"{policy_of_accounts.innocent_quartile:+.4f}",
                    "a quarter of the innocent training accounts, left out, score below this; a log whose lower quartile differs is shifted by the difference",
                ),
                (
                    "`full_at_texts`",
                    policy_of_accounts.full_at_texts,
                    "with fewer texts read, all signals count in proportion",
                ),
            ],
        ),
        "Behaviours and their severity: [taxonomy](taxonomy.md).",
    )


def taxonomy_page() -> str:
    """docs/taxonomy.md: behaviours, stances, forms, and how many rules find self-descriptions."""
    behaviours, rules = taxonomy(), claim_rules()
    overview = [
        (f"[{b.behaviour_id}](#{_anchor(b)})", b.name, f"S{b.severity}", _ids(b.disarm), _ids(b.attack), _ids(b.atlas))
        for b in behaviours.values()
    ]
    langs = sorted({rule.lang for rule in rules}, key=lambda lang: (lang == "any", lang))
    counts = Counter((rule.lang, str(rule.slot)) for rule in rules)
    slots: tuple[str, ...] = get_args(Slot)
    claim_rows: list[tuple[object, ...]] = [
        (f"`{lang}`", *(counts[lang, slot] or "–" for slot in slots), sum(counts[lang, slot] for slot in slots))
        for lang in langs
    ]
    claim_rows.append(("all", *(sum(counts[lang, slot] for lang in langs) for slot in slots), len(rules)))
    parts = [
        (
            "The words of every reading, as data in `counterveil/policy/taxonomy.toml` (where the ids of DISARM, ATT&CK and ATLAS were looked "
            "up stands in its head). A behaviour counts only with the stance of *doing*. Severity is harm if true, never belief: 4 threat to life, "
            "liberty, or state repression; 3 organised crime, state intrusion, elections; 2 scaled deception; 1 terms and access abuse."
        ),
        (
            "Examples are invented and not operational. They stand in no scenario and in no training account. No single sign and no single "
            "example decides: what an operator asks is often harmless when read alone."
        ),
        _table(("id", "name", "severity", "DISARM", "ATT&CK", "ATLAS"), overview),
        "## Stances",
        "What a writer does with a subject.",
        _table(
            ("id", "name", "definition", "what tells it from doing it"),
            [(f"`{s.stance_id}`", s.name, s.definition, s.separates) for s in stances().values()],
        ),
        "## Forms",
        "Which kind of work a text asks for. It says how an operation divides its labour, never whether it is one.",
        _table(("id", "name", "definition"), [(f"`{f.form_id}`", f.name, f.definition) for f in forms().values()]),
        "## Self-description",
        (
            "How people tell of the work itself is found by patterns (`counterveil/policy/claims.toml`), each with texts that it must find and "
            "must pass. A text is read by the rules of its languages. What is found is a claim, shown with its words, and checked by nobody."
        ),
        _table(("language", *slots, "all"), claim_rows),
    ]
    for b in behaviours.values():
        parts += [
            f"## {b.behaviour_id}: {b.name}",
            b.definition,
            f"Severity S{b.severity}. DISARM: {_ids(b.disarm)}. ATT&CK: {_ids(b.attack)}. ATLAS: {_ids(b.atlas)}.",
            "Signs in a log:\n\n" + "\n".join(f"- {_plain(sign)}" for sign in b.signs),
            _table(("what operators ask", "what stands beside it in an innocent log", "its stance"), _both(b)),
        ]
    return _page("Taxonomy", *parts)


def _both(b: Behaviour) -> list[tuple[str, str, str]]:
    """Examples beside non-examples, as many rows as the longer list has."""
    rows = []
    for i in range(max(len(b.examples), len(b.non_examples))):
        near = b.non_examples[i] if i < len(b.non_examples) else None
        asked = _plain(b.examples[i]) if i < len(b.examples) else "–"
        rows.append((asked, _plain(near.text) if near else "–", f"`{near.stance}`" if near else "–"))
    return rows


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(ids) or "–"


def _anchor(b: Behaviour) -> str:
    """What Markdown readers make of the behaviour's heading."""
    heading = f"{b.behaviour_id}: {b.name}".lower()
    return "".join(c for c in heading if c.isalnum() or c in "- ").replace(" ", "-")


def _plain(text: str) -> str:
    """Text whose signs Markdown must not take for its own."""
    return "".join(f"\\{c}" if c in "\\`*_<>#[]" else c for c in text)


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


PAGES = {
    "cli.md": cli_page,
    "settings.md": settings_page,
    "detectors.md": detectors_page,
    "evidence.md": evidence_page,
    "taxonomy.md": taxonomy_page,
}


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
