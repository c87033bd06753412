"""The figures of a report: narrow, so that a phone shows them at their size, and told apart without colour.

Letters: n labels.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sutja.comparison.analysis.crossover import Crossover
from sutja.comparison.analysis.result import Findings
from sutja.comparison.learners.eras import ERAS, PUBLISHED_BASELINES
from sutja.comparison.report.axes import (
    INK,
    RC,
    SMALL,
    End,
    along,
    log_axes,
    log_errors,
    name_ends,
    new,
    spread,
    titled,
)
from sutja.metrics import format_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# After Okabe and Ito, whose colours people of all kinds of sight tell apart; darker, for 3 : 1 on white.
_NETWORK = ("#0072B2", "#00845F", "#2E8BC0", "#004C6D", "#2F6B4F", "#5F86A6")
_OTHER = ("#D55E00", "#B57700", "#B8588F", "#000000", "#8C5A2B", "#6F6F6F", "#7C7200", "#B03A5B")
_ERA = ("#8A7A3C", "#57863A", "#1F8A70", "#1B7A8C", "#2A628F", "#3B4890", "#440154")
_MARKERS = "osD^vP*Xph<>dH8"
_DASHES = ((4, 1.5), (1.5, 1.2), (5, 1.5, 1.5, 1.5), (7, 2))
_PLACES = 60
_BEYOND = 3.0  # times the largest size, as far as curves are drawn on
_MARKED = 5  # crossovers that get a number in the figure
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
_NUMBER = 0.075  # of the width, that a number takes
_ROOM_ABOVE = 1.3  # times the highest point, so that what is written above it has room


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
            "color": colours[place % len(colours)],
            "marker": _MARKERS[i % len(_MARKERS)],
            "linestyle": line,
        }
    for i, name in enumerate(eras):
        place = round(i * (len(_ERA) - 1) / max(1, len(eras) - 1))
        made[name] = {"color": _ERA[place], "marker": _MARKERS[i % len(_MARKERS)], "linestyle": "-"}
    return made


def learning_curves(found: Findings, names: Sequence[str] | None = None) -> Figure:
    """Error against labels, with bands, on logarithmic axes; crossovers of networks are marked by number."""
    style = styles(found)
    chosen = names or [name for name in found.measured if found.kinds[name] != "era"]
    figure, axes = new(names=chosen)
    ends = [_draw_curve(axes, found, name, style[name]) for name in chosen if name in found.measured]
    log_axes(axes, found.chance, found.n_test)
    if names is None:
        _mark_crossovers(axes, found)
    axes.set_xlabel("labels to learn from")
    titled(axes, f"{found.source}: {'' if names is None else 'the eras, '}error against labels")
    name_ends(axes, ends)
    return figure


def _draw_curve(axes: Axes, found: Findings, name: str, style: dict[str, Any]) -> End:
    one, curve = found.measured[name], found.curves.get(name)
    errors = np.maximum(one.errors, 0.5 / found.n_test)
    plain = {"color": style["color"], "linewidth": 1.4}
    marks = {"marker": style["marker"], "markersize": 5}
    if curve is None or not curve.sound:  # no law: the points alone, joined
        axes.plot(one.sizes, errors, linestyle=style["linestyle"], **plain, **marks)
        return End(name, float(one.sizes[-1]), float(errors[-1]), style)
    n = np.geomspace(one.sizes[0], one.sizes[-1] * _BEYOND, _PLACES)
    low, high = (np.maximum(edge, 0.3 / found.n_test) for edge in curve.band(n))
    axes.fill_between(n, low, high, color=style["color"], alpha=0.10, linewidth=0)
    fit, inside = np.maximum(curve.law.at(n)[0], 0.3 / found.n_test), n <= one.sizes[-1] * 1.001
    axes.plot(n[inside], fit[inside], linestyle=style["linestyle"], **plain)
    axes.plot(n[~inside], fit[~inside], linestyle=":", color=style["color"], linewidth=1.0)
    axes.plot(one.sizes, errors, linestyle="none", color=style["color"], **marks)
    return End(name, float(n[-1]), float(fit[-1]), style)


def marked(found: Findings) -> tuple[Crossover, ...]:
    """The crossovers that the figure marks by number: within what was measured, the best learners first."""
    rank = {one.learner: place for place, one in enumerate(found.standings)}
    told = [one for one in found.crossovers if one.kind == "at" and one.labels is not None and not one.beyond]
    told.sort(key=lambda one: rank[one.first] + rank[one.second])
    return tuple(told[:_MARKED])


def _mark_crossovers(axes: Axes, found: Findings) -> None:
    """A dot where two curves cross, the interval of the labels, and a line down to a number."""
    told = sorted(enumerate(marked(found), start=1), key=lambda pair: pair[1].labels or 0.0)
    places = spread([along(axes, one.labels or 1.0) for _, one in told], [_NUMBER] * len(told))
    for (number, one), place in zip(told, places, strict=True):
        assert one.labels is not None
        error = max(_error_at(found, one.second, one.labels), 0.3 / found.n_test)
        low, high = max(one.low, one.measured[0]), min(one.high, _BEYOND * one.measured[1])
        axes.plot((low, high), (error, error), color=INK, linewidth=1.0, marker="|", markersize=5, zorder=4)
        axes.plot(one.labels, error, "o", markersize=4.5, color="white", markeredgecolor=INK, zorder=5)
        axes.annotate(
            str(number),
            (one.labels, error),
            (place, 0.055),
            textcoords=axes.transAxes,
            ha="center",
            va="center",
            fontsize=SMALL,
            zorder=6,
            bbox={"boxstyle": "circle,pad=0.22", "facecolor": "white", "edgecolor": INK, "linewidth": 0.8},
            arrowprops={
                "arrowstyle": "-",
                "color": INK,
                "linewidth": 0.6,
                "linestyle": (0, (2, 2)),
                "shrinkB": 2,
            },
        )


def _error_at(found: Findings, name: str, labels: float) -> float:
    curve = found.curves[name]
    if curve.sound:
        return curve.error_at(labels)
    one = found.measured[name]
    return float(np.exp(np.interp(np.log(labels), np.log(one.sizes), np.log(np.maximum(one.errors, 1e-9)))))


def cost(found: Findings, what: str, label: str, title: str) -> Figure:
    """Error against what a fit, or an answer, takes: a point a size, from few labels to many."""
    style, ends = styles(found), []
    able = [name for name in found.measured if found.kinds[name] != "era"]
    known = {name: points for name in able if (points := cost_points(found, name, what))}
    named = {name: _with_device(found, name) for name in known}
    figure, axes = new(names=list(named.values()))
    for name, points in known.items():
        x, y = zip(*points, strict=True)
        line = {"color": style[name]["color"], "linestyle": style[name]["linestyle"], "linewidth": 1.0}
        axes.plot(x, y, marker=style[name]["marker"], markersize=5, **line)
        ends.append(End(named[name], x[-1], y[-1], style[name]))
    if ends:
        log_axes(axes, found.chance, found.n_test, short=True)
        name_ends(axes, ends)
    axes.set_xlabel(label)
    titled(axes, f"{found.source}: {title[:1].lower()}{title[1:]}")
    return figure


def _with_device(found: Findings, name: str) -> str:
    on_gpu = any(row.device != "cpu" for rows in found.done[name].values() for row in rows)
    return f"{name} (GPU)" if on_gpu else name


def cost_points(found: Findings, name: str, what: str) -> list[tuple[float, float]]:
    """Cost and error of a learner at each number of labels, where the cost is known."""
    points = []
    for rows in found.done[name].values():
        costs = [getattr(row, what) for row in rows]
        if all(value for value in costs):
            if what == "predict_seconds":
                costs = [1e6 * value / found.n_test for value in costs]
            error = float(np.mean([row.error or 0.0 for row in rows]))
            points.append((float(np.mean(costs)), max(error, 0.5 / found.n_test)))
    return points


def eras_by_year(found: Findings) -> Figure:
    """Error of each era at the most labels, by year, beside what was published.

    Eras that got to different numbers of labels are not joined by a line, and say how many they had.
    """
    figure, axes = new(4.3, below=0.45)
    standing = {one.learner: one for one in found.standings}
    data = found.source
    measured = [(ERAS[name], standing[name]) for name in ERAS if name in standing]
    years = list(range(len(measured)))
    middle = [max(one.error, 0.5 / found.n_test) for _, one in measured]
    low = [
        max(0.0, m - max(one.low, 0.2 / found.n_test)) for m, (_, one) in zip(middle, measured, strict=True)
    ]
    high = [max(0.0, one.high - m) for m, (_, one) in zip(middle, measured, strict=True)]
    alike = len({one.labels for _, one in measured}) == 1
    axes.errorbar(
        years,
        middle,
        (low, high),
        fmt="o-" if alike else "o",
        color="#0072B2",
        capsize=3,
        linewidth=1.2,
        label="measured here",
    )
    log_errors(axes)
    for i, (error, (_, one)) in enumerate(zip(middle, measured, strict=True)):
        axes.annotate(
            format_percent(one.error, 1),
            (i, error),
            (6, 4),
            textcoords="offset points",
            fontsize=SMALL,
            color="#00507D",
            bbox=_BEHIND,
        )
    told = [(i, era.published[data].error) for i, (era, _) in enumerate(measured) if data in era.published]
    if told:
        x, y = zip(*told, strict=True)
        axes.plot(x, y, "D", color="#B94A00", fillstyle="none", markersize=8, label="published then")
        for i, error in told:  # above where it is the higher one, at the side where it is the lower
            place, side = ((0, 8), "center") if error > middle[i] else ((-7, -3), "right")
            axes.annotate(
                format_percent(error, 1),
                (i, error),
                place,
                textcoords="offset points",
                ha=side,
                fontsize=SMALL,
                color="#8A3700",
                bbox=_BEHIND,
            )
    _level_lines(axes, found)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top * _ROOM_ABOVE)
    axes.set_xlim(-0.6, len(measured) - 0.2)
    words = [
        _year_and_method(era.name) + ("" if alike else f"\n{one.labels:,}\nlabels") for era, one in measured
    ]
    axes.set_xticks(years, words, fontsize=7.8)
    titled(axes, f"{data}: what each era's method gets wrong")
    axes.legend(loc="upper right", frameon=False, fontsize=SMALL)
    return figure


def _level_lines(axes: Axes, found: Findings) -> None:
    """The best learner that is no network, and people, as lines across."""
    others = [one for one in found.standings if one.kind in ("baseline", "own")]
    levels = [(others[0].error, f"{others[0].learner}, here", (5, 2))] if others else []
    people = PUBLISHED_BASELINES.get(found.source, {}).get("people")
    if people:
        levels.append((people.error, "people", (1, 2)))
    for error, words, dashes in levels:
        axes.axhline(max(error, 0.5 / found.n_test), color="#555555", linewidth=0.9, linestyle=(0, dashes))
        axes.text(
            0.005,
            max(error, 0.5 / found.n_test),
            f"{words} {format_percent(error, 1)}",
            fontsize=7.5,
            va="bottom",
            transform=axes.get_yaxis_transform(),
            color="#444444",
            bbox=_BEHIND,
        )


def _year_and_method(name: str) -> str:
    """'1989-zip-code' on two lines."""
    year, _, method = name.partition("-")
    method = method.replace("relu-", "relu,\n")
    return f"{year}\n{method}" if method else year


def svg(figure: Figure, name: str) -> str:
    """A figure as SVG with text as text, its identifiers led by a name, so that several stand on one page."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({**RC, "svg.hashsalt": name}):
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
    with mpl.rc_context(RC):
        figure.savefig(out, format="png", dpi=160, metadata={"Software": None})
    return out.getvalue()
