"""The figures of a report: narrow, so that a phone shows them at their size, and told apart without colour.

Letters: n labels.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sutja.comparison.eras import ERAS
from sutja.comparison.result import Findings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _HEIGHT = 5.2, 4.6  # inches
# Okabe and Ito's colours, which people of all kinds of sight tell apart, and a few like them.
_NETWORK = ("#0072B2", "#009E73", "#56B4E9", "#004C6D", "#2F6B4F", "#7BA7C7")
_OTHER = ("#D55E00", "#E69F00", "#CC79A7", "#000000", "#8C5A2B", "#7F7F7F", "#A79A00", "#B03A5B")
_MARKERS = "osD^vP*Xph<>dH8"
_DASHES = ((4, 1.5), (1.5, 1.2), (5, 1.5, 1.5, 1.5), (7, 2))
_PLACES = 60
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_BEYOND = 3.0  # times the largest size, as far as curves are drawn on
_RC: Any = {"svg.fonttype": "none", "font.size": 9.5, "font.family": "sans-serif", "axes.spines.top": False,
       "axes.spines.right": False}  # fmt: skip


def styles(found: Findings) -> dict[str, dict[str, Any]]:
    """Colour, marker and line of each learner: networks are drawn through, others broken."""
    made: dict[str, dict[str, Any]] = {}
    deep = [name for name, kind in found.kinds.items() if kind == "network"]
    others = [name for name, kind in found.kinds.items() if kind in ("baseline", "own")]
    eras = [name for name, kind in found.kinds.items() if kind == "era"]
    for i, name in enumerate((*deep, *others)):
        place = i if name in deep else i - len(deep)
        colours = _NETWORK if name in deep else _OTHER
        line: Any = "-" if name in deep else (0, _DASHES[place % len(_DASHES)])
        made[name] = {
            "color": colours[place % len(colours)], "marker": _MARKERS[i % len(_MARKERS)], "linestyle": line
        }  # fmt: skip
    for i, name in enumerate(eras):
        shade = 0.75 - 0.7 * i / max(1, len(eras) - 1)
        made[name] = {"color": str(round(shade, 2)), "marker": _MARKERS[i % len(_MARKERS)], "linestyle": "-"}
    return made


def learning_curves(found: Findings, names: Sequence[str] | None = None) -> Figure:
    """Error against labels, with bands, on logarithmic axes; a crossover of one of the best is marked."""
    figure, axes = _new()
    style = styles(found)
    chosen = names or [name for name in found.measured if found.kinds[name] != "era"]
    for name in chosen:
        if name in found.measured:
            _draw_curve(axes, found, name, style[name])
    _log_axes(axes, found)
    axes.set_xlabel("labels to learn from")
    if names is None:
        _mark_crossover(axes, found)
    _legend(figure, axes)
    return figure


def _draw_curve(axes: Axes, found: Findings, name: str, style: dict[str, Any]) -> None:
    one, curve = found.measured[name], found.curves.get(name)
    errors = np.maximum(one.errors, 0.5 / found.n_test)
    plain = {"color": style["color"], "linewidth": 1.4}
    marks = {"marker": style["marker"], "markersize": 5, "label": name}
    if curve is None or not curve.sound:  # no law: the points alone, joined
        axes.plot(one.sizes, errors, linestyle=style["linestyle"], **plain, **marks)
        return
    n = np.geomspace(one.sizes[0], one.sizes[-1] * _BEYOND, _PLACES)
    low, high = (np.maximum(edge, 0.3 / found.n_test) for edge in curve.band(n))
    axes.fill_between(n, low, high, color=style["color"], alpha=0.10, linewidth=0)
    fit, inside = np.maximum(curve.law.at(n)[0], 0.3 / found.n_test), n <= one.sizes[-1] * 1.001
    axes.plot(n[inside], fit[inside], linestyle=style["linestyle"], **plain)
    axes.plot(n[~inside], fit[~inside], linestyle=":", color=style["color"], linewidth=1.0)
    axes.plot(one.sizes, errors, linestyle="none", color=style["color"], **marks)


def _mark_crossover(axes: Axes, found: Findings) -> None:
    told = [one for one in found.crossovers if one.kind == "at" and one.labels]
    best = {one.learner for one in found.standings[:4]}
    told = [one for one in told if {one.first, one.second} & best]
    for one in told[:1] if told else ():
        assert one.labels is not None
        axes.axvline(one.labels, color="#555555", linewidth=0.8, linestyle=(0, (2, 2)))
        axes.annotate(
            f"{one.second}\novertakes\n{one.first}", (one.labels, 1), (4, -2), fontsize=7.5, va="top",
            xycoords=("data", "axes fraction"), textcoords="offset points", color="#333333",
        )  # fmt: skip


def cost(found: Findings, what: str, label: str) -> Figure:
    """Error against what a fit, or an answer, takes: a point a size, from few labels to many."""
    figure, axes = _new()
    style = styles(found)
    for name, some in found.done.items():
        if found.kinds[name] == "era":
            continue
        points = []
        for rows in some.values():
            costs = [getattr(row, what) for row in rows]
            if all(value for value in costs):
                errors = [row.error or 0.0 for row in rows]
                points.append((np.mean(costs), max(np.mean(errors), 0.5 / found.n_test)))
        if points:
            x, y = zip(*points, strict=True)
            line = {"color": style[name]["color"], "linestyle": style[name]["linestyle"], "linewidth": 1.0}
            axes.plot(x, y, marker=style[name]["marker"], markersize=5, label=name, **line)
    _log_axes(axes, found)
    axes.set_xlabel(label)
    _legend(figure, axes)
    return figure


def eras_by_year(found: Findings) -> Figure:
    """Error of each era at the most labels, by year, beside what was published."""
    figure, axes = _new(3.6)
    standing = {one.learner: one for one in found.standings}
    data = found.source
    measured = [(ERAS[name], standing[name]) for name in ERAS if name in standing]
    years = list(range(len(measured)))
    middle = [max(one.error, 0.5 / found.n_test) for _, one in measured]
    low = [
        max(0.0, m - max(one.low, 0.2 / found.n_test)) for m, (_, one) in zip(middle, measured, strict=True)
    ]
    high = [max(0.0, one.high - m) for m, (_, one) in zip(middle, measured, strict=True)]
    axes.errorbar(
        years, middle, (low, high), fmt="o-", color="#0072B2", capsize=3, linewidth=1.2, label="measured here"
    )
    told = [(i, era.published[data].error) for i, (era, _) in enumerate(measured) if data in era.published]
    if told:
        x, y = zip(*told, strict=True)
        axes.plot(x, y, "D", color="#D55E00", fillstyle="none", markersize=8, label="published then")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(_percents())
    axes.yaxis.set_minor_formatter(_percents(few=True))
    axes.set_xticks(years, [str(era.year) if era.name != "today" else "today" for era, _ in measured])
    axes.set_ylabel("test items wrong")
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    _legend(figure, axes)
    return figure


def _new(height: float = _HEIGHT) -> tuple[Figure, Axes]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_RC):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        return figure, figure.subplots()


def _log_axes(axes: Axes, found: Findings) -> None:
    axes.set(xscale="log", yscale="log", ylabel="test items wrong")
    axes.yaxis.set_major_formatter(_percents())
    axes.yaxis.set_minor_formatter(_percents(few=True))
    axes.xaxis.set_major_formatter(_counts())
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 0.3 / found.n_test), 1.25 * max(found.chance, high / 1.3))
    axes.axhline(found.chance, color="#666666", linewidth=0.8, linestyle=(0, (1, 2)))
    axes.text(
        0.995,
        found.chance,
        "chance",
        transform=axes.get_yaxis_transform(),
        fontsize=7.5,
        ha="right",
        va="bottom",
    )
    axes.grid(color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)


def _percents(few: bool = False) -> Any:
    from matplotlib.ticker import FuncFormatter

    def text(value: float, place: int | None = None) -> str:
        first = value / 10 ** math.floor(math.log10(value)) if value > 0 else 0
        return "" if few and round(first) not in (2, 5) else f"{100 * value:.3g} %"

    return FuncFormatter(text)


def _counts() -> Any:
    from matplotlib.ticker import FuncFormatter

    def text(value: float, place: int | None = None) -> str:
        if 1 <= value < 1e6:
            return f"{value:,.0f}"
        if 1e-4 < value < 1:
            return f"{value:g}"
        return f"10{str(round(math.log10(value))).translate(_RAISED)}" if value > 0 else "0"

    return FuncFormatter(text)


def _legend(figure: Figure, axes: Axes) -> None:
    handles, names = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles, names, loc="outside lower center", ncols=min(3, len(names)), frameon=False, fontsize=8.5,
            handlelength=2.6, columnspacing=1.2,
        )  # fmt: skip


def svg(figure: Figure, name: str) -> str:
    """A figure as SVG with text as text, its identifiers led by a name, so that several stand on one page."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({**_RC, "svg.hashsalt": name}):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # it has its layout now, which takes longest
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', text)
    return re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)


def png(figure: Figure) -> bytes:
    """A figure as PNG."""
    import matplotlib as mpl

    out = io.BytesIO()
    with mpl.rc_context(_RC):
        figure.savefig(out, format="png", dpi=160, metadata={"Software": None})
    return out.getvalue()
