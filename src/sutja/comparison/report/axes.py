"""Axes with plain ticks, and names beside the ends of the curves.

Letters: K curves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sutja.comparison.formatting import format_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 5.2, 4.4  # inches: a phone shows them at about this size
INK, FAINT = "#1b1f24", "#e6e6e6"
RC: Any = {
    "svg.fonttype": "none",
    "font.size": 10,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
}
SMALL = 9.0  # points, of names and notes
_LINE = 12.0  # points from one line of a name to the next
# Margins in inches; fixed, since computing them takes longer than all the rest.
_LEFT, _BOTTOM, _TOP, _RIGHT = 0.75, 0.55, 0.32, 0.1
_SAMPLE, _GAP = 26.0, 4.0  # points: a line with its marker, and the space around it
_LETTER = 0.57  # of the font size: mean width of a letter
_TICKS_SHORT = 1e4  # costs from here on are written like 10 k
_LONG = 13  # letters; a longer name takes two lines
_NEAR = 0.72  # of the width: a curve that ends beyond is joined to its name by a thin line
_FEW_DECADES = 1.7  # an axis of at most so many has ticks at 2 and 5 too


@dataclass(frozen=True, slots=True)
class End:
    """The end of a curve, in data coordinates, and its style."""

    name: str
    x: float
    y: float
    style: dict[str, Any]


def make_axes(height: float = HEIGHT, names: Sequence[str] = (), below: float = 0.0) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes, space for names at the right, and `below` inches at the bottom."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        longest = max((len(line) for name in names for line in wrap_name(name).split("\n")), default=0)
        aside = (_SAMPLE + 3 * _GAP + longest * _LETTER * SMALL) / 72 if names else 0.0
        figure.subplots_adjust(
            _LEFT / WIDTH, (_BOTTOM + below) / height, 1 - (_RIGHT + aside) / WIDTH, 1 - _TOP / height
        )
        return figure, figure.subplots()


def set_title(axes: Axes, title: str) -> None:
    """Set a title at the left."""
    axes.set_title(title, loc="left", fontsize=10, color=INK)


def set_log_errors(axes: Axes) -> None:
    """Make the y axis a logarithmic one of errors in percent."""
    axes.set(yscale="log", ylabel="test items wrong")
    axes.yaxis.set_major_formatter(make_percent_formatter())
    axes.yaxis.set_minor_formatter(make_percent_formatter(sparse=True))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def set_log_axes(axes: Axes, chance: float, n_test: int, short: bool = False) -> None:
    """Make both axes logarithmic, and draw the error of chance; `short` writes 10 k for 10,000."""
    set_log_errors(axes)
    axes.set_xscale("log")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.xaxis.set_major_formatter(make_count_formatter(short=short))
    left, right = axes.get_xlim()
    if math.log10(right / left) <= _FEW_DECADES:
        axes.xaxis.set_minor_formatter(make_count_formatter(sparse=True, short=short))
        axes.tick_params(axis="x", which="minor", labelsize=SMALL)
    else:
        axes.xaxis.set_minor_formatter("")
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 0.3 / n_test), 1.25 * max(chance, high / 1.3))
    axes.axhline(chance, color="#666666", linewidth=0.8, linestyle=(0, (1, 2)))
    axes.text(
        0.995, chance, "chance", transform=axes.get_yaxis_transform(), fontsize=SMALL, ha="right", va="bottom"
    )


def make_percent_formatter(sparse: bool = False) -> Any:
    """Make a formatter of ticks in percent; `sparse` leaves out all but 2 and 5."""
    from matplotlib.ticker import FuncFormatter

    def text(value: float, position: int | None = None) -> str:
        return "" if sparse and _find_first_digit(value) not in (2, 5) else f"{100 * value:.3g} %"

    return FuncFormatter(text)


def make_count_formatter(sparse: bool = False, short: bool = False) -> Any:
    """Make a formatter of numbers; `sparse` leaves out all but 2 and 5, `short` writes 10 k for 10,000."""
    from matplotlib.ticker import FuncFormatter

    def text(value: float, position: int | None = None) -> str:
        if sparse and _find_first_digit(value) not in (2, 5):
            return ""
        return f"{value:,.10g}" if value < (_TICKS_SHORT if short else 1e6) else format_count(value)

    return FuncFormatter(text)


def _find_first_digit(value: float) -> int:
    return round(value / 10 ** math.floor(math.log10(value))) if value > 0 else 0


def label_ends(axes: Axes, ends: Sequence[End]) -> None:
    """Label each curve beside the axes, with its line and marker, about as high as the curve ends.

    The axes must have their limits and scales.
    """
    from matplotlib.lines import Line2D

    ends = sorted(ends, key=lambda end: end.y)
    area, dot = axes.get_window_extent(), 72 / axes.figure.dpi
    width, height = float(area.width) * dot, float(area.height) * dot  # points
    left, right = (1 + points / width for points in (_GAP, _GAP + _SAMPLE))
    names = [wrap_name(end.name) for end in ends]
    heights = [_LINE * (1 + name.count("\n")) / height for name in names]
    positions = spread([_locate_y(axes, end.y) for end in ends], heights)
    for end, name, position in zip(ends, names, positions, strict=True):
        sample = Line2D(
            (left, (left + right) / 2, right),
            (position,) * 3,
            transform=axes.transAxes,
            clip_on=False,
            markevery=[1],
            markersize=5,
            **{"linewidth": 1.4, **end.style},
        )
        axes.add_artist(sample)
        axes.text(
            right + _GAP / width,
            position,
            name,
            transform=axes.transAxes,
            fontsize=SMALL,
            va="center",
            linespacing=0.95,
        )
        if locate_x(axes, end.x) > _NEAR:
            axes.annotate(
                "",
                (end.x, end.y),
                (left - 1 / width, position),
                textcoords=axes.transAxes,
                arrowprops={
                    "arrowstyle": "-",
                    "linewidth": 0.6,
                    "color": end.style["color"],
                    "shrinkA": 0,
                    "shrinkB": 2,
                    "alpha": 0.8,
                },
            )


def wrap_name(name: str) -> str:
    """Break a long name after the hyphen or space nearest its middle."""
    breaks = [i for i, letter in enumerate(name[:-1]) if letter in "- "]
    if len(name) <= _LONG or not breaks:
        return name
    middle = min(breaks, key=lambda i: abs(i + 0.5 - len(name) / 2))
    return f"{name[: middle + 1].rstrip(' ')}\n{name[middle + 1 :]}"


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Spread labels over 0 to 1, near the wanted positions, so that they do not overlap.

    Parameters
    ----------
    wanted : Sequence[float]
        Wanted positions, in rising order.
    heights : Sequence[float]
        Heights of the labels.

    >>> spread([0.5, 0.5], [0.1, 0.1])
    [0.45, 0.55]
    """
    gaps = [(a + b) / 2 for a, b in pairwise(heights)]
    raised, lowered = _push_up(wanted, gaps), _push_down(wanted, gaps)
    positions = [
        (a + b) / 2 for a, b in zip(raised, lowered, strict=True)
    ]  # both keep the gaps, so their mean does
    if positions:
        positions = _push_down([*positions[:-1], min(positions[-1], 1 - heights[-1] / 2)], gaps)
        positions = _push_up([max(positions[0], heights[0] / 2), *positions[1:]], gaps)
    return [round(position, 4) for position in positions]


def _push_up(positions: Sequence[float], gaps: Sequence[float]) -> list[float]:
    pushed = list(positions)
    for i, gap in enumerate(gaps):
        pushed[i + 1] = max(pushed[i + 1], pushed[i] + gap)
    return pushed


def _push_down(positions: Sequence[float], gaps: Sequence[float]) -> list[float]:
    pushed = list(positions)
    for i in range(len(gaps) - 1, -1, -1):
        pushed[i] = min(pushed[i], pushed[i + 1] - gaps[i])
    return pushed


def _locate_y(axes: Axes, y: float) -> float:
    low, high = axes.get_ylim()
    return min(1.0, max(0.0, math.log(y / low) / math.log(high / low)))


def locate_x(axes: Axes, x: float) -> float:
    """Return the position of a value along the x axis, from 0 to 1."""
    low, high = axes.get_xlim()
    return math.log(x / low) / math.log(high / low)
