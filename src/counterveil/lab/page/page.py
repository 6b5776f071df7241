"""The scorecard's page: everything inline, every text from a log escaped, readable without its plots."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from counterveil.lab.measures import Estimate, Proportion
from counterveil.lab.page.plots import bar_plot, ratio_plot, reliability_plot, roc_plot
from counterveil.lab.scorecard import Run, Scorecard

_MOST_LINES = 6


def page(card: Scorecard) -> str:
    """HTML of a scorecard; the same card always gives the same bytes."""
    environment = Environment(
        loader=PackageLoader("counterveil.lab.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "share": share,
        "counts": counts,
        "counted": counted,
        "estimate": estimate,
        "percent": percent,
    }
    plain = [run for run in card.runs if run.adversary is None and run.ablated is None]
    # The most diluted run as the pack is: the figures that a service would meet.
    head = plain[-1]
    return environment.get_template("page.html.j2").render(card=card, head=head, plots=_plots(card.runs, plain, head))


def _plots(runs: Sequence[Run], plain: Sequence[Run], head: Run) -> list[tuple[str, str, Markup]]:
    """Title, what is to be seen, drawing."""
    e = head.measured.counterveil
    langs = [row for row in e.languages if row.recall[-1].total]
    kinds = [row for row in e.benign_kinds if row.label == "lookalike"]
    drawn = [
        (
            "Caught against flagged by mistake",
            "One line a run. Dotted: 0.1 % and 1 % of innocent accounts.",
            roc_plot(runs[:_MOST_LINES]),
        ),
    ]
    if len(plain) > 1:
        text = "With 95 % intervals, at 0.1 % of innocent accounts."
        drawn.append(("Caught by background ratio", text, ratio_plot(plain)))
    if langs:
        series = [
            ("malicious accounts caught", [row.recall[-1] for row in langs]),
            ("innocent accounts flagged", [row.false_positive[-1] for row in langs]),
        ]
        text = f"{head.name}, at 1 % of innocent accounts; languages that malicious accounts use."
        drawn.append(("By main language", text, bar_plot([row.language for row in langs], series, "share of accounts")))
    if kinds:
        rows = [
            ("flagged at FPR 1 %", [row.flagged[-1] for row in kinds]),
            ("member of a suspected operation", [row.suspected for row in kinds]),
        ]
        text = f"{head.name}: innocent accounts that resemble abuse. Shorter is better."
        drawn.append(("By look-alike", text, bar_plot([row.kind for row in kinds], rows, "share of accounts")))
    text = "On the dotted line a score would be a probability; it depends on the background ratio."
    drawn.append(("What scores are worth", text, reliability_plot(plain[:_MOST_LINES])))
    # Our own drawing of numbers; the names in it are escaped by the SVG writer.
    return [(title, note, Markup(svg)) for title, note, svg in drawn]  # noqa: S704


def _inert(value: object) -> object:
    """Text without what a screen would obey: controls, bidirectional overrides, invisible characters."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in value)
    return value


def share(p: Proportion) -> str:
    """A share with its interval."""
    return "–" if p.value is None else f"{p.value:.2f} [{p.low:.2f}, {p.high:.2f}]"


def counts(p: Proportion) -> str:
    """Hits of a total."""
    return f"{p.hits:,}/{p.total:,}" if p.total else "–"


def counted(p: Proportion) -> str:
    """Hits of a total, with the interval of the share."""
    return f"{p.hits:,}/{p.total:,} [{p.low:.2f}, {p.high:.2f}]" if p.total else "–"


def estimate(e: Estimate) -> str:
    """A mean with its interval."""
    return "–" if e.value is None else f"{e.value:.2f} [{e.low:.2f}, {e.high:.2f}]"


def percent(rate: float) -> str:
    """A rate as it is spoken of."""
    return f"{100 * rate:g} %"
