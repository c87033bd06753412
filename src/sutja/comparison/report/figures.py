"""Plot the figures of a report: narrow enough for a phone, and distinct without colour.

Letters: n labels.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sutja.comparison.analysis.crossover import Crossover, CrossoverKind
from sutja.comparison.analysis.findings import Findings
from sutja.comparison.learners.eras import ERAS, PUBLISHED_BASELINES
from sutja.comparison.report.axes import (
    INK,
    RC,
    SMALL,
    End,
    label_ends,
    locate_x,
    make_axes,
    set_log_axes,
    set_log_errors,
    set_title,
    spread,
)
from sutja.metrics import format_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# After Okabe and Ito, for all kinds of colour vision; darker, for a contrast of 3 : 1 on white.
_NETWORK = ("#0072B2", "#00845F", "#2E8BC0", "#004C6D", "#2F6B4F", "#5F86A6")
_OTHER = ("#D55E00", "#B57700", "#B8588F", "#000000", "#8C5A2B", "#6F6F6F", "#7C7200", "#B03A5B")
_ERA = ("#8A7A3C", "#57863A", "#1F8A70", "#1B7A8C", "#2A628F", "#3B4890", "#440154")
_MARKERS = "osD^vP*Xph<>dH8"
_DASHES = ((4, 1.5), (1.5, 1.2), (5, 1.5, 1.5, 1.5), (7, 2))
_N_POINTS = 60  # of a drawn curve
_BEYOND = 3.0  # times the largest size: curves are continued so far
_MARKED = 5  # crossovers that get a number in the figure
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
_NUMBER_WIDTH = 0.075  # of a number that marks a crossover, as a share of the axes
_SPACE_ABOVE = 1.3  # times the highest point: upper limit, so that labels fit


def make_styles(findings: Findings) -> dict[str, dict[str, Any]]:
    """Make colour, marker and line of each learner: solid for networks, dashed for others."""
    styles: dict[str, dict[str, Any]] = {}
    networks = [name for name, kind in findings.kinds.items() if kind == "network"]
    others = [name for name, kind in findings.kinds.items() if kind in ("baseline", "own")]
    eras = [name for name, kind in findings.kinds.items() if kind == "era"]
    for i, name in enumerate((*networks, *others)):
        index = i if name in networks else i - len(networks)
        colours = _NETWORK if name in networks else _OTHER
        line: Any = "-" if name in networks else (0, _DASHES[index % len(_DASHES)])
        styles[name] = {
            "color": colours[index % len(colours)],
            "marker": _MARKERS[i % len(_MARKERS)],
            "linestyle": line,
        }
    for i, name in enumerate(eras):
        index = round(i * (len(_ERA) - 1) / max(1, len(eras) - 1))
        styles[name] = {"color": _ERA[index], "marker": _MARKERS[i % len(_MARKERS)], "linestyle": "-"}
    return styles


def plot_learning_curves(findings: Findings, names: Sequence[str] | None = None) -> Figure:
    """Plot error against labels with bands on logarithmic axes; crossovers of networks are numbered."""
    style = make_styles(findings)
    chosen = names or [name for name in findings.measurements if findings.kinds[name] != "era"]
    figure, axes = make_axes(names=chosen)
    ends = [
        _draw_curve(axes, findings, name, style[name]) for name in chosen if name in findings.measurements
    ]
    set_log_axes(axes, findings.chance, findings.data.n_test)
    if names is None:
        _mark_crossovers(axes, findings)
    axes.set_xlabel("labels to learn from")
    set_title(axes, f"{findings.data.source}: {'' if names is None else 'the eras, '}error against labels")
    label_ends(axes, ends)
    return figure


def _draw_curve(axes: Axes, findings: Findings, name: str, style: dict[str, Any]) -> End:
    one, curve = findings.measurements[name], findings.curves.get(name)
    errors = np.maximum(one.errors, 0.5 / findings.data.n_test)
    plain = {"color": style["color"], "linewidth": 1.4}
    marks = {"marker": style["marker"], "markersize": 5}
    if curve is None or not curve.is_power_law:  # no law: the points alone, joined
        axes.plot(one.sizes, errors, linestyle=style["linestyle"], **plain, **marks)
        return End(name, float(one.sizes[-1]), float(errors[-1]), style)
    n = np.geomspace(one.sizes[0], one.sizes[-1] * _BEYOND, _N_POINTS)
    low, high = (np.maximum(edge, 0.3 / findings.data.n_test) for edge in curve.predict_band(n))
    axes.fill_between(n, low, high, color=style["color"], alpha=0.10, linewidth=0)
    fit, inside = np.maximum(curve.law.evaluate(n)[0], 0.3 / findings.data.n_test), n <= one.sizes[-1] * 1.001
    axes.plot(n[inside], fit[inside], linestyle=style["linestyle"], **plain)
    axes.plot(n[~inside], fit[~inside], linestyle=":", color=style["color"], linewidth=1.0)
    axes.plot(one.sizes, errors, linestyle="none", color=style["color"], **marks)
    return End(name, float(n[-1]), float(fit[-1]), style)


def find_marked_crossovers(findings: Findings) -> tuple[Crossover, ...]:
    """Return the crossovers that the figure numbers: within the measured range, the best learners first."""
    rank = {one.learner: rank for rank, one in enumerate(findings.standings)}
    marked = [
        one
        for one in findings.crossovers
        if one.kind is CrossoverKind.AT and one.labels is not None and not one.is_beyond
    ]
    marked.sort(key=lambda one: rank[one.first] + rank[one.second])
    return tuple(marked[:_MARKED])


def _mark_crossovers(axes: Axes, findings: Findings) -> None:
    """Draw a dot where two curves cross, the interval of the labels, and a line down to a number."""
    marked = sorted(
        enumerate(find_marked_crossovers(findings), start=1), key=lambda pair: pair[1].labels or 0.0
    )
    positions = spread(
        [locate_x(axes, one.labels or 1.0) for _, one in marked], [_NUMBER_WIDTH] * len(marked)
    )
    for (number, one), position in zip(marked, positions, strict=True):
        assert one.labels is not None
        error = max(_estimate_error(findings, one.second, one.labels), 0.3 / findings.data.n_test)
        low, high = max(one.low, one.measured[0]), min(one.high, _BEYOND * one.measured[1])
        axes.plot((low, high), (error, error), color=INK, linewidth=1.0, marker="|", markersize=5, zorder=4)
        axes.plot(one.labels, error, "o", markersize=4.5, color="white", markeredgecolor=INK, zorder=5)
        axes.annotate(
            str(number),
            (one.labels, error),
            (position, 0.055),
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


def _estimate_error(findings: Findings, name: str, labels: float) -> float:
    curve = findings.curves[name]
    if curve.is_power_law:
        return curve.predict_error(labels)
    one = findings.measurements[name]
    return float(np.exp(np.interp(np.log(labels), np.log(one.sizes), np.log(np.maximum(one.errors, 1e-9)))))


def plot_cost(findings: Findings, cost: str, label: str, title: str) -> Figure:
    """Plot error against a cost, with a point for each size, from few labels to many.

    Parameters
    ----------
    findings : Findings
        The comparison.
    cost : str
        Attribute of `sutja.comparison.learners.cost.Cost`.
    label, title : str
        Label of the x axis, and title.
    """
    style, ends = make_styles(findings), []
    learners = [name for name in findings.measurements if findings.kinds[name] != "era"]
    known = {name: points for name in learners if (points := collect_cost_points(findings, name, cost))}
    named = {name: _name_with_device(findings, name) for name in known}
    figure, axes = make_axes(names=list(named.values()))
    for name, points in known.items():
        x, y = zip(*points, strict=True)
        line = {"color": style[name]["color"], "linestyle": style[name]["linestyle"], "linewidth": 1.0}
        axes.plot(x, y, marker=style[name]["marker"], markersize=5, **line)
        ends.append(End(named[name], x[-1], y[-1], style[name]))
    if ends:
        set_log_axes(axes, findings.chance, findings.data.n_test, short=True)
        label_ends(axes, ends)
    axes.set_xlabel(label)
    set_title(axes, f"{findings.data.source}: {title[:1].lower()}{title[1:]}")
    return figure


def _name_with_device(findings: Findings, name: str) -> str:
    on_gpu = any(row.cost.device != "cpu" for rows in findings.done_rows[name].values() for row in rows)
    return f"{name} (GPU)" if on_gpu else name


def collect_cost_points(findings: Findings, name: str, cost: str) -> list[tuple[float, float]]:
    """Return cost and error of a learner at each number of labels for which the cost is known."""
    points = []
    for rows in findings.done_rows[name].values():
        costs = [getattr(row.cost, cost) for row in rows]
        if all(value for value in costs):
            if cost == "predict_seconds":
                costs = [1e6 * value / findings.data.n_test for value in costs]
            error = float(np.mean([row.error or 0.0 for row in rows]))
            points.append((float(np.mean(costs)), max(error, 0.5 / findings.data.n_test)))
    return points


def plot_eras_by_year(findings: Findings) -> Figure:
    """Plot the error of each era by year, on the most labels that all have, beside the published error.

    Eras that have no number of labels in common are not joined by a line, and show theirs.
    """
    figure, axes = make_axes(4.3, below=0.45)
    data = findings.data.source
    measured = [(ERAS[one.learner], one) for one in findings.era_standings]
    is_same_size = len({one.labels for _, one in measured}) == 1
    _plot_measured_eras(axes, findings, joined=is_same_size)
    _plot_published_eras(axes, findings)
    _draw_levels(axes, findings)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top * _SPACE_ABOVE)
    axes.set_xlim(-0.6, len(measured) - 0.2)
    words = [
        _break_era_name(era.name) + ("" if is_same_size else f"\n{one.labels:,}\nlabels")
        for era, one in measured
    ]
    axes.set_xticks(range(len(measured)), words, fontsize=7.8)
    size = f", {measured[0][1].labels:,} labels" if measured and is_same_size else ""
    set_title(axes, f"{data}: error of each era's method{size}")
    axes.legend(loc="upper right", frameon=False, fontsize=SMALL)
    return figure


def _plot_measured_eras(axes: Axes, findings: Findings, *, joined: bool) -> None:
    """Plot the errors that were measured with their intervals, a place for each era."""
    standings, n = findings.era_standings, findings.data.n_test
    middle = _era_errors(findings)
    low = [max(0.0, m - max(one.low, 0.2 / n)) for m, one in zip(middle, standings, strict=True)]
    high = [max(0.0, one.high - m) for m, one in zip(middle, standings, strict=True)]
    axes.errorbar(
        range(len(middle)),
        middle,
        (low, high),
        fmt="o-" if joined else "o",
        color="#0072B2",
        capsize=3,
        linewidth=1.2,
        label="measured here",
    )
    set_log_errors(axes)
    for i, (error, one) in enumerate(zip(middle, standings, strict=True)):
        axes.annotate(
            format_percent(one.error, 1),
            (i, error),
            (6, 4),
            textcoords="offset points",
            fontsize=SMALL,
            color="#00507D",
            bbox=_BEHIND,
        )


def _era_errors(findings: Findings) -> list[float]:
    """Errors of the eras as they are drawn: at least half a test picture, since the scale is logarithmic."""
    return [max(one.error, 0.5 / findings.data.n_test) for one in findings.era_standings]


def _plot_published_eras(axes: Axes, findings: Findings) -> None:
    """Plot the errors that were published at the time, for the eras that have one on these data."""
    data, middle = findings.data.source, _era_errors(findings)
    eras = [ERAS[one.learner] for one in findings.era_standings]
    published = [(i, era.published[data].error) for i, era in enumerate(eras) if data in era.published]
    if not published:
        return
    axes.plot(
        *zip(*published, strict=True),
        "D",
        color="#B94A00",
        fillstyle="none",
        markersize=8,
        label="published then",
    )
    for i, error in published:  # above the measured error if it is higher, else at its side
        offset, side = ((0, 8), "center") if error > middle[i] else ((-7, -3), "right")
        axes.annotate(
            format_percent(error, 1),
            (i, error),
            offset,
            textcoords="offset points",
            ha=side,
            fontsize=SMALL,
            color="#8A3700",
            bbox=_BEHIND,
        )


def _draw_levels(axes: Axes, findings: Findings) -> None:
    """Draw horizontal lines at the best learner other than a network, and at people."""
    others = [one for one in findings.standings if one.kind in ("baseline", "own")]
    levels = [(others[0].error, f"{others[0].learner}, here", (5, 2))] if others else []
    people = PUBLISHED_BASELINES.get(findings.data.source, {}).get("people")
    if people:
        levels.append((people.error, "people", (1, 2)))
    for error, words, dashes in levels:
        axes.axhline(
            max(error, 0.5 / findings.data.n_test), color="#555555", linewidth=0.9, linestyle=(0, dashes)
        )
        axes.text(
            0.005,
            max(error, 0.5 / findings.data.n_test),
            f"{words} {format_percent(error, 1)}",
            fontsize=7.5,
            va="bottom",
            transform=axes.get_yaxis_transform(),
            color="#444444",
            bbox=_BEHIND,
        )


def _break_era_name(name: str) -> str:
    """Break the name of an era, such as '1989-zip-code', after the year."""
    year, _, method = name.partition("-")
    method = method.replace("relu-", "relu,\n")
    return f"{year}\n{method}" if method else year


def to_svg(figure: Figure, name: str) -> str:
    """Return a figure as SVG with selectable text; its identifiers begin with a name, unique on the page."""
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


def warm_up() -> None:
    """Import what drawing needs and draw once, so that a report that is written later takes less time."""
    figure, axes = make_axes(names=("warm-up",))
    set_log_errors(axes)
    to_svg(figure, "warm-up")
    to_png(figure)


def to_png(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    import matplotlib as mpl

    out = io.BytesIO()
    with mpl.rc_context(RC):
        figure.savefig(out, format="png", dpi=160, metadata={"Software": None})
    return out.getvalue()
