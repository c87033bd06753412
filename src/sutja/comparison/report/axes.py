"""Axes with plain ticks, and names that stand where the curves end.

Letters: K curves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sutja.comparison.learners.operations import human_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 5.2, 4.4  # inches, which a phone shows at about their size
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
# Inches about the axes; fixed, as finding them takes longest.
_LEFT, _BOTTOM, _TOP, _RIGHT = 0.75, 0.55, 0.32, 0.1
_SAMPLE, _GAP = 26.0, 4.0  # points: a line with its marker, and the room about it
_LETTER = 0.57  # of the size of type: the width of a letter, about
_TICKS_SHORT = 1e4  # from here on 10 k is written where numbers are costs
_LONG = 13  # letters, above which a name takes two lines
_NEAR = 0.72  # of the width: a curve that ends beyond is tied to its name by a thin line
_FEW_DECADES = 1.7  # up to which 2 and 5 have their ticks, too


@dataclass(frozen=True, slots=True)
class End:
    """Where a curve ends, in its own units, and how it is drawn."""

    name: str
    x: float
    y: float
    style: dict[str, Any]


def new(height: float = HEIGHT, names: Sequence[str] = (), below: float = 0.0) -> tuple[Figure, Axes]:
    """A figure with one pair of axes, with room for names at their right, and for so many inches below."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        longest = max((len(line) for name in names for line in wrapped(name).split("\n")), default=0)
        aside = (_SAMPLE + 3 * _GAP + longest * _LETTER * SMALL) / 72 if names else 0.0
        figure.subplots_adjust(
            _LEFT / WIDTH, (_BOTTOM + below) / height, 1 - (_RIGHT + aside) / WIDTH, 1 - _TOP / height
        )
        return figure, figure.subplots()


def titled(axes: Axes, title: str) -> None:
    """A title at the left, so that a figure can stand alone."""
    axes.set_title(title, loc="left", fontsize=10, color=INK)


def log_errors(axes: Axes) -> None:
    """Errors on a logarithmic axis, in percent."""
    axes.set(yscale="log", ylabel="test items wrong")
    axes.yaxis.set_major_formatter(percents())
    axes.yaxis.set_minor_formatter(percents(few=True))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def log_axes(axes: Axes, chance: float, n_test: int, short: bool = False) -> None:
    """Both axes logarithmic, with the error of chance; `short` writes 10 k for 10,000."""
    log_errors(axes)
    axes.set_xscale("log")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.xaxis.set_major_formatter(counts(short=short))
    left, right = axes.get_xlim()
    if math.log10(right / left) <= _FEW_DECADES:
        axes.xaxis.set_minor_formatter(counts(few=True, short=short))
        axes.tick_params(axis="x", which="minor", labelsize=SMALL)
    else:
        axes.xaxis.set_minor_formatter("")
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 0.3 / n_test), 1.25 * max(chance, high / 1.3))
    axes.axhline(chance, color="#666666", linewidth=0.8, linestyle=(0, (1, 2)))
    axes.text(
        0.995, chance, "chance", transform=axes.get_yaxis_transform(), fontsize=SMALL, ha="right", va="bottom"
    )


def percents(few: bool = False) -> Any:
    """Ticks in percent; `few` leaves out all but 2 and 5."""
    from matplotlib.ticker import FuncFormatter

    def text(value: float, place: int | None = None) -> str:
        return "" if few and _first(value) not in (2, 5) else f"{100 * value:.3g} %"

    return FuncFormatter(text)


def counts(few: bool = False, short: bool = False) -> Any:
    """Ticks as plain numbers; `few` leaves out all but 2 and 5, `short` writes 10 k for 10,000."""
    from matplotlib.ticker import FuncFormatter

    def text(value: float, place: int | None = None) -> str:
        if few and _first(value) not in (2, 5):
            return ""
        return f"{value:,.10g}" if value < (_TICKS_SHORT if short else 1e6) else human_count(value)

    return FuncFormatter(text)


def _first(value: float) -> int:
    return round(value / 10 ** math.floor(math.log10(value))) if value > 0 else 0


def name_ends(axes: Axes, ends: Sequence[End]) -> None:
    """Put each curve's name with its line and marker beside the axes, about as high as the curve ends.

    The axes must have their limits and scales.
    """
    from matplotlib.lines import Line2D

    ends = sorted(ends, key=lambda end: end.y)
    area, dot = axes.get_window_extent(), 72 / axes.figure.dpi
    width, height = float(area.width) * dot, float(area.height) * dot  # points
    left, right = (1 + points / width for points in (_GAP, _GAP + _SAMPLE))
    names = [wrapped(end.name) for end in ends]
    tall = [_LINE * (1 + name.count("\n")) / height for name in names]
    places = spread([_up(axes, end.y) for end in ends], tall)
    for end, name, place in zip(ends, names, places, strict=True):
        sample = Line2D(
            (left, (left + right) / 2, right),
            (place,) * 3,
            transform=axes.transAxes,
            clip_on=False,
            markevery=[1],
            markersize=5,
            **{"linewidth": 1.4, **end.style},
        )
        axes.add_artist(sample)
        axes.text(
            right + _GAP / width,
            place,
            name,
            transform=axes.transAxes,
            fontsize=SMALL,
            va="center",
            linespacing=0.95,
        )
        if along(axes, end.x) > _NEAR:
            axes.annotate(
                "",
                (end.x, end.y),
                (left - 1 / width, place),
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


def wrapped(name: str) -> str:
    """A long name on two lines, broken after a hyphen or a space near its middle."""
    breaks = [i for i, letter in enumerate(name[:-1]) if letter in "- "]
    if len(name) <= _LONG or not breaks:
        return name
    middle = min(breaks, key=lambda i: abs(i + 0.5 - len(name) / 2))
    return f"{name[: middle + 1].rstrip(' ')}\n{name[middle + 1 :]}"


def spread(wanted: Sequence[float], tall: Sequence[float]) -> list[float]:
    """Places from 0 to 1, near the wanted ones, which rise, and so far apart that nothing overlaps.

    >>> spread([0.5, 0.5], [0.1, 0.1])
    [0.45, 0.55]
    """
    gaps = [(a + b) / 2 for a, b in pairwise(tall)]
    raised, lowered = _pushed_up(wanted, gaps), _pushed_down(wanted, gaps)
    places = [
        (a + b) / 2 for a, b in zip(raised, lowered, strict=True)
    ]  # both keep the gaps, so their mean does
    if places:
        places = _pushed_down([*places[:-1], min(places[-1], 1 - tall[-1] / 2)], gaps)
        places = _pushed_up([max(places[0], tall[0] / 2), *places[1:]], gaps)
    return [round(place, 4) for place in places]


def _pushed_up(places: Sequence[float], gaps: Sequence[float]) -> list[float]:
    found = list(places)
    for i, gap in enumerate(gaps):
        found[i + 1] = max(found[i + 1], found[i] + gap)
    return found


def _pushed_down(places: Sequence[float], gaps: Sequence[float]) -> list[float]:
    found = list(places)
    for i in range(len(gaps) - 1, -1, -1):
        found[i] = min(found[i], found[i + 1] - gaps[i])
    return found


def _up(axes: Axes, y: float) -> float:
    low, high = axes.get_ylim()
    return min(1.0, max(0.0, math.log(y / low) / math.log(high / low)))


def along(axes: Axes, x: float) -> float:
    """How far along the axes a place is, from 0 to 1."""
    low, high = axes.get_xlim()
    return math.log(x / low) / math.log(high / low)
