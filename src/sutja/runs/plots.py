"""Pictures of a run: its curves, its confusions and its worst mistakes.

Letters: n pictures, H rows, W columns, K classes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_SHOWN = 40  # mistakes
_COLUMNS, _LEAST_COLUMNS = 8, 4  # of them a row; fewer have no room for the title
_NAMED = 30  # classes; more have no room for their names
INK, OTHER = "#1f5fa8", "#c2571a"

# of any sizes, each its own
Picture = UInt8[NDArray[np.uint8], "_ _"] | UInt8[NDArray[np.uint8], "_ _ 3"]


def curves(history: Sequence[Mapping[str, float]]) -> bytes:
    """Loss and validation error over the epochs, or over the steps where these have the rows; a PNG."""
    from matplotlib.ticker import LogLocator, NullFormatter

    figure = new_figure(7.0, 3.2)
    epochs = [row["epoch"] for row in history]
    across = "epoch" if len(set(epochs)) == len(epochs) else "step"  # several rows an epoch
    places = [row[across] for row in history]
    left, right = figure.subplots(1, 2)
    left.plot(places, [row["loss"] for row in history], color=INK, label="training")
    if history and "validation_loss" in history[0]:
        left.plot(places, [row["validation_loss"] for row in history], color=OTHER, label="validation")
    if history and "validation_error" in history[0]:
        right.plot(places, [100 * row["validation_error"] for row in history], color=OTHER)
    left.set(xlabel=across, ylabel="loss", yscale="log")
    left.yaxis.set_major_formatter("{x:g}")
    low, high = left.get_ylim()
    decades = math.log10(high / low)  # the more there are, the fewer numbers have room between them
    left.yaxis.set_minor_locator(LogLocator(subs=range(2, 10) if decades < 1 else (2, 5)))
    left.yaxis.set_minor_formatter("{x:.3g}" if decades < 3 else NullFormatter())
    left.legend(frameon=False)
    right.set(xlabel=across, ylabel="validation error, %")
    right.set_ylim(0, max(1.0, right.get_ylim()[1]))
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(color="#e6e6e6", linewidth=0.6)
        axes.set_axisbelow(True)
    return png(figure)


def confusion_counts(
    truth: Int64[NDArray[np.int64], " n"], answer: Int64[NDArray[np.int64], " n"], n_classes: int
) -> Int64[NDArray[np.int64], "K K"]:
    """How often class i was taken for class j."""
    return np.bincount(truth * n_classes + answer, minlength=n_classes**2).reshape(n_classes, n_classes)


def confusion(counts: Int64[NDArray[np.int64], "K K"], classes: Sequence[str], title: str) -> bytes:
    """The table of confusions, a PNG; right answers are left out of the colours, so that errors show."""
    n_classes = len(classes)
    side = min(12.0, max(4.0, 0.45 * n_classes + 1.5))
    figure = new_figure(side, side)
    axes = figure.subplots()
    wrong = counts.astype(float)
    np.fill_diagonal(wrong, 0)
    axes.imshow(np.where(wrong > 0, wrong, np.nan), cmap="Oranges", vmin=0, vmax=max(1.0, 1.2 * wrong.max()))
    axes.imshow(np.where(np.eye(n_classes) > 0, 0.08, np.nan), cmap="Greys", vmin=0, vmax=1)
    if n_classes <= _NAMED:
        middle = 0.6 * wrong.max()
        for row in range(n_classes):
            for column in range(n_classes):
                if count := counts[row, column]:
                    dark = wrong[row, column] > middle
                    axes.text(
                        column,
                        row,
                        f"{count:,}",
                        ha="center",
                        va="center",
                        fontsize=7,
                        color="white" if dark else "#333333",
                    )
        names = [name[:12] for name in classes]
        turned = 90 if max(map(len, names)) > 2 else 0
        axes.set_xticks(range(n_classes), names, fontsize=8, rotation=turned)
        axes.set_yticks(range(n_classes), names, fontsize=8)
    axes.set(xlabel="taken for", ylabel="is", title=title)
    return png(figure)


def surest(
    confidence: Float64[NDArray[np.float64], " n"], wrong: Bool[NDArray[np.bool_], " n"]
) -> Int64[NDArray[np.int64], " m"]:
    """Which mistakes to show: the surest, at most `MOST_SHOWN`."""
    places = np.flatnonzero(wrong)
    return places[np.argsort(-confidence[places], kind="stable")][:MOST_SHOWN]


def mistakes(pictures: Sequence[Picture], captions: Sequence[str], wrong: int, n: int) -> bytes:
    """Mistakes with a caption each, a PNG.

    Parameters
    ----------
    pictures, captions : Sequence[Picture] or Sequence[str]
        Those to show.
    wrong, n : int
        How many mistakes there were among how many pictures.
    """
    columns = min(_COLUMNS, max(_LEAST_COLUMNS, len(pictures)))
    rows = max(1, math.ceil(len(pictures) / columns))
    figure = new_figure(columns * 1.1, rows * 1.45 + 0.4)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, picture, caption in zip(grid.flat, pictures, captions, strict=False):
        axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
        axes.set_title(caption, fontsize=7)
    title = f"{wrong:,} of {n:,} wrong" + (", the surest" if wrong > len(pictures) else "")
    title += ": is → taken for" if pictures else ""
    figure.suptitle(title, fontsize=9)
    return png(figure)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, drawn without any window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def png(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=130, metadata={"Software": None})
    return out.getvalue()
