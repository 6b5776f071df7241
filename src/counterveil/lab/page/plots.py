"""The scorecard's plots as SVG without a script, a date or a fixed colour: the page's style sheet says what is ink.

Every plot repeats figures that stand in a table of the page: who cannot see it misses nothing.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from counterveil.lab.measures import Proportion
from counterveil.lab.scorecard import Run

# Colours that no plot would choose stand for the style sheet's variables.
_INK = "#010203"
_GRID = "#040506"
_SERIES = ("#070801", "#070802", "#070803", "#070804", "#070805", "#070806")
_VARIABLES = {_INK: "var(--ink)", _GRID: "var(--line)"} | {c: f"var(--s{n + 1})" for n, c in enumerate(_SERIES)}
# Lines differ by dashes and marks as well, for print and for eyes that do not tell the colours apart.
_DASHES = ("solid", (0, (5, 2)), (0, (1, 1.5)), (0, (7, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 3)))
_MARKS = ("o", "s", "^", "D", "v", "P")
_LOWEST = 1e-4
_LABEL_CHARS = 40
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "counterveil",
    "svg.fonttype": "none",
    # A role may hold a dollar sign; it is no formula.
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _GRID,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_PROLOG = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_GROUP_ID = re.compile(r'<g id="[^"]*">')


def roc_plot(runs: Sequence[Run]) -> str:
    """Malicious accounts caught against innocent ones flagged, the latter on a logarithmic axis."""
    figure, axes = _figure(6.4, 4.2)
    for n, run in enumerate(runs):
        points = run.measured.counterveil.roc
        if points:
            benign = [max(point.benign, _LOWEST) for point in points]
            caught = [point.malicious for point in points]
            axes.plot(benign, caught, drawstyle="steps-post", label=run.name, **_line(n))
    _logarithmic(axes, (0.0001, 0.001, 0.01, 0.1, 1.0), lambda share: f"{100 * share:g} %")
    axes.set_xlim(_LOWEST, 1)
    axes.set_ylim(0, 1.02)
    for rate in (0.001, 0.01):
        axes.axvline(rate, color=_INK, linewidth=0.6, linestyle=(0, (2, 3)))
    axes.set_xlabel("share of innocent accounts flagged (0.01 % and less at the left edge)")
    axes.set_ylabel("share of malicious accounts caught")
    _legend(axes)
    return _svg(figure)


def ratio_plot(runs: Sequence[Run]) -> str:
    """Operations and accounts caught at 0.1 % of innocent accounts, by background ratio, with 95 % intervals."""
    figure, axes = _figure(6.4, 3.8)
    ratios = [max(run.measured.counterveil.ratio or 0.0, 0.01) for run in runs]
    found = [at for run in runs for at in run.measured.counterveil.at if at.rate == 0.001]
    for n, (name, values) in enumerate(
        (("operations", [at.operations for at in found]), ("accounts", [at.accounts for at in found]))
    ):
        shift = 1.03 if n else 1.0
        axes.errorbar([r * shift for r in ratios], *_bars(values), label=name, marker=_MARKS[n], capsize=3, **_line(n))
    _logarithmic(axes, tuple(dict.fromkeys(ratios)), lambda ratio: f"{ratio:.3g}")
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("innocent accounts per malicious one")
    axes.set_ylabel("share caught at FPR 0.1 %")
    _legend(axes)
    return _svg(figure)


def bar_plot(names: Sequence[str], series: Sequence[tuple[str, Sequence[Proportion]]], label: str) -> str:
    """Horizontal bars with 95 % intervals, one group a name, for several series side by side."""
    figure, axes = _figure(6.4, 0.9 + 0.24 * max(1, len(names)) * len(series))
    height = 0.8 / len(series)
    for n, (title, values) in enumerate(series):
        places = [at + n * height for at in range(len(names))]
        middle, spread = _bars(values)
        axes.barh(
            places,
            middle,
            height=height * 0.9,
            color=_SERIES[n],
            label=title,
            hatch=("", "///")[n % 2],
            edgecolor=_INK,
            linewidth=0.4,
        )
        axes.errorbar(middle, places, xerr=spread, fmt="none", ecolor=_INK, elinewidth=0.8, capsize=2)
    axes.set_yticks([at + height * (len(series) - 1) / 2 for at in range(len(names))], [_short(n) for n in names])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.02)
    axes.set_xlabel(label)
    _legend(axes, outside=True)
    return _svg(figure)


def reliability_plot(runs: Sequence[Run]) -> str:
    """Share of malicious accounts by tenth of the score; on the diagonal a score would be a probability."""
    figure, axes = _figure(6.4, 4.0)
    axes.plot([0, 1], [0, 1], color=_INK, linewidth=0.6, linestyle=(0, (2, 3)))
    for n, run in enumerate(runs):
        bins = run.measured.counterveil.reliability
        axes.errorbar(
            [b.mean for b in bins],
            *_bars([b.malicious for b in bins]),
            label=run.name,
            marker=_MARKS[n % 6],
            capsize=2,
            **_line(n),
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("mean score of the accounts in a tenth")
    axes.set_ylabel("share that is malicious")
    _legend(axes)
    return _svg(figure)


def _figure(width: float, height: float) -> tuple[Figure, Any]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
    axes.grid(visible=True, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure, axes


def _logarithmic(axes: Any, ticks: Sequence[float], name: Callable[[float], str]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(ticks, [name(tick) for tick in ticks])
    axes.minorticks_off()


def _line(n: int) -> dict[str, Any]:
    return {"color": _SERIES[n % len(_SERIES)], "linestyle": _DASHES[n % len(_DASHES)], "linewidth": 1.6}


def _bars(values: Sequence[Proportion]) -> tuple[list[float], tuple[list[float], list[float]]]:
    """Values, and how far their intervals reach down and up; nothing counted is drawn as nothing."""
    middle = [p.value or 0.0 for p in values]
    low = [max(0.0, m - p.low) if p.total else 0.0 for m, p in zip(middle, values, strict=True)]
    high = [max(0.0, p.high - m) if p.total else 0.0 for m, p in zip(middle, values, strict=True)]
    return middle, (low, high)


def _legend(axes: Any, *, outside: bool = False) -> None:
    if axes.get_legend_handles_labels()[0]:
        place = {"loc": "lower left", "bbox_to_anchor": (0, 1.0), "ncols": 2} if outside else {"loc": "best"}
        axes.legend(fontsize=8, frameon=False, labelcolor=_INK, **place)


def _short(name: str) -> str:
    shown = "".join(c if c.isprintable() else "\ufffd" for c in name)
    return shown if len(shown) <= _LABEL_CHARS else shown[: _LABEL_CHARS - 1] + "…"


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # The reader's own fonts draw the text; that ours lack a script matters only for its width.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = _METADATA.sub("", _PROLOG.sub("", out.getvalue()))
    text = _GROUP_ID.sub("<g>", text).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    return text
