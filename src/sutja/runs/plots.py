"""Pictures of a run: its curves, its confusions and its worst mistakes; each is made as the bytes of a PNG.

Letters: n pictures, m of them shown, H rows, W columns, K classes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8
from numpy.typing import NDArray

from sutja.boxes.decode import Detections
from sutja.boxes.nms import FALSE_POSITIVE, compute_iou, match_detections
from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
from sutja.signals.preprocessing.pixels_input import fit_channels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SHOWN = 40  # mistakes
_COLUMNS, _LEAST_COLUMNS = 8, 4  # of mistakes; fewer columns leave too little width for the title
_NAMED = 30  # classes; the names of more do not fit
_BLUE, _ORANGE, _GRID = "#1f5fa8", "#c2571a", "#e6e6e6"
_SIDE = 160  # pixels of the picture of a detector's mistake
_CONTEXT = 1.6  # times the longer side of a box that is shown around it
_LABELLED, _DETECTED = (31, 138, 70), (200, 60, 20)  # colours of labelled and of detected boxes

# Each picture has a size of its own.
Picture = UInt8[NDArray[np.uint8], "_ _"] | UInt8[NDArray[np.uint8], "_ _ 3"]


def draw_curves(history: Sequence[Mapping[str, float]]) -> bytes:
    """Draw loss and validation error over the epochs, or over the steps where an epoch has several rows."""
    from matplotlib.ticker import LogLocator, NullFormatter

    figure = _make_figure(7.0, 3.2)
    epochs = [row["epoch"] for row in history]
    across = "epoch" if len(set(epochs)) == len(epochs) else "step"  # several rows an epoch
    positions = [row[across] for row in history]
    left, right = figure.subplots(1, 2)
    left.plot(positions, [row["loss"] for row in history], color=_BLUE, label="training")
    if history and "validation_loss" in history[0]:
        left.plot(positions, [row["validation_loss"] for row in history], color=_ORANGE, label="validation")
    if history and "validation_error" in history[0]:
        right.plot(positions, [100 * row["validation_error"] for row in history], color=_ORANGE)
    left.set(xlabel=across, ylabel="loss", yscale="log")
    left.yaxis.set_major_formatter("{x:g}")
    low, high = left.get_ylim()
    decades = math.log10(high / low)  # the more there are, the fewer numbers fit between them
    left.yaxis.set_minor_locator(LogLocator(subs=range(2, 10) if decades < 1 else (2, 5)))
    left.yaxis.set_minor_formatter("{x:.3g}" if decades < 3 else NullFormatter())
    left.legend(frameon=False)
    right.set(xlabel=across, ylabel="validation error, %")
    right.set_ylim(0, max(1.0, right.get_ylim()[1]))
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
        _add_grid(axes)
    return _encode_png(figure)


def count_confusions(
    truth: Int64[NDArray[np.int64], " n"], answers: Int64[NDArray[np.int64], " n"], n_classes: int
) -> Int64[NDArray[np.int64], "K K"]:
    """Count how often class i was taken for class j."""
    return np.bincount(truth * n_classes + answers, minlength=n_classes**2).reshape(n_classes, n_classes)


def draw_confusions(counts: Int64[NDArray[np.int64], "K K"], classes: Sequence[str], title: str) -> bytes:
    """Draw the table of confusions; the colours leave out the right answers, so that errors show."""
    n_classes = len(classes)
    side = min(12.0, max(4.0, 0.45 * n_classes + 1.5))
    figure = _make_figure(side, side)
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
        names, fonts = fit_names([name[:12] for name in classes])
        rotation = 90 if max(map(len, names)) > 2 else 0
        axes.set_xticks(range(n_classes), names, fontsize=8, rotation=rotation, fontfamily=fonts)
        axes.set_yticks(range(n_classes), names, fontsize=8, fontfamily=fonts)
    axes.set(xlabel="taken for", ylabel="is", title=title)
    return _encode_png(figure)


def fit_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Find fonts that have the characters of some names, in any script.

    Parameters
    ----------
    names : Sequence[str]
        Names to draw.

    Returns
    -------
    tuple[list[str], list[str]]
        The names, and the font families to draw them by. A name that no font of this machine can draw becomes
        its place in the list, counted from 1.
    """
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    wanted = {ord(character) for name in names for character in name}
    families = ["DejaVu Sans"]
    wanted -= set(FT2Font(font_manager.findfont(families[0])).get_charmap())
    for font in font_manager.fontManager.ttflist if wanted else ():
        if found := wanted & set(FT2Font(font.fname).get_charmap()):
            families.append(font.name)
            wanted -= found
        if not wanted:
            break
    lost = {chr(code) for code in wanted}
    return [f"#{i}" if lost & set(name) else name for i, name in enumerate(names, 1)], families


def find_worst(
    confidence: Float64[NDArray[np.float64], " n"], wrong: Bool[NDArray[np.bool_], " n"]
) -> Int64[NDArray[np.int64], " m"]:
    """Find the mistakes to show: the most confident ones, at most `MOST_SHOWN`."""
    indices = np.flatnonzero(wrong)
    return indices[np.argsort(-confidence[indices], kind="stable")][:MOST_SHOWN]


def draw_mistakes(
    pictures: Sequence[Picture],
    captions: Sequence[str],
    wrong: int,
    n: int,
    fonts: Sequence[str] = ("DejaVu Sans",),
) -> bytes:
    """Draw mistakes with a caption each.

    Parameters
    ----------
    pictures, captions : Sequence[Picture], Sequence[str]
        The mistakes to show.
    wrong, n : int
        Number of mistakes, and of all answers.
    fonts : Sequence[str]
        Families of fonts for the captions, as `fit_names` finds them.
    """
    columns = min(_COLUMNS, max(_LEAST_COLUMNS, len(pictures)))
    rows = max(1, math.ceil(len(pictures) / columns))
    figure = _make_figure(columns * 1.1, rows * 1.45 + 0.4)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, picture, caption in zip(grid.flat, pictures, captions, strict=False):
        axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
        axes.set_title(caption, fontsize=7, fontfamily=list(fonts))
    title = f"{wrong:,} of {n:,} wrong" + (", the most confident" if wrong > len(pictures) else "")
    title += ": is → taken for" if pictures else ""
    figure.suptitle(title, fontsize=9)
    return _encode_png(figure)


def draw_detection_curves(history: Sequence[Mapping[str, float]]) -> bytes:
    """Draw the loss of each epoch, and the average precision where it was measured."""
    figure = _make_figure(7.0, 3.2)
    left, right = figure.subplots(1, 2)
    left.plot([row["epoch"] for row in history], [row["loss"] for row in history], color=_BLUE)
    left.set(xlabel="epoch", ylabel="loss")
    measured = [row for row in history if "validation_ap" in row]
    epochs = [row["epoch"] for row in measured]
    for name, colour, label in (
        ("validation_ap50", _BLUE, "at IoU 0.5"),
        ("validation_ap", _ORANGE, "at 0.5 to 0.95"),
    ):
        right.plot(epochs, [100 * row[name] for row in measured], color=colour, label=label)
    right.set(xlabel="epoch", ylabel="validation average precision, %", ylim=(0, 100))
    right.legend(frameon=False)
    for axes in (left, right):
        _add_grid(axes)
    return _encode_png(figure)


@dataclass(frozen=True, slots=True)
class _Mistake:
    """A mistake of a detector.

    Attributes
    ----------
    weight : float
        Weight of the mistake: the larger, the worse.
    picture : int
        Index of the picture.
    box : NDArray[float32]
        The part of the picture that shows it, xyxy.
    caption : str
        The words above it.
    """

    weight: float
    picture: int
    box: NDArray[np.float32]
    caption: str


def draw_detection_mistakes(data: BoxedSet, detections: Sequence[Detections]) -> bytes:
    """Draw the most confident false positives and the objects that were missed, each cut out of its picture.

    Parameters
    ----------
    data : BoxedSet
        The labelled pictures.
    detections : Sequence[Detections]
        Detections in each, with calibrated confidences above the threshold.
    """
    every = [entry for i in range(len(data)) for entry in _find_mistakes(i, data, detections[i])]
    every.sort(key=lambda mistake: -mistake.weight)
    worst = every[:MOST_SHOWN]
    pictures = [_cut_out(data.pictures[m.picture], detections[m.picture], m.box) for m in worst]
    objects = sum(int((~picture.ignore).sum()) for picture in data.pictures)
    wrong = sum("nothing →" in mistake.caption for mistake in every)
    return draw_mistakes(pictures, [mistake.caption for mistake in worst], len(every), objects + wrong)


def _find_mistakes(index: int, data: BoxedSet, detections: Detections) -> list[_Mistake]:
    """Find false positives, objects that were missed, and objects that were taken for something else."""
    picture, names = data.pictures[index], data.classes
    matches = match_detections(detections, picture.boxes, picture.labels, picture.ignore)
    unmatched = np.flatnonzero(matches == FALSE_POSITIVE)
    missed = np.setdiff1d(np.flatnonzero(~picture.ignore), matches[matches >= 0])
    iou = compute_iou(detections.boxes[unmatched], picture.boxes[missed])
    mistakes, confused = [], set()
    for row, detection in zip(iou, unmatched.tolist(), strict=True):
        label, confidence = names[detections.labels[detection]][:10], float(detections.scores[detection])
        truth = "nothing"
        if len(row) and row.max() >= 0.5:
            target = int(missed[row.argmax()])
            truth = names[picture.labels[target]][:10]
            confused.add(target)
        caption = f"{truth} → {label}\n{confidence:.0%}"
        mistakes.append(_Mistake(confidence, index, detections.boxes[detection], caption))
    for target in missed.tolist():
        if target not in confused:
            name = names[picture.labels[target]][:10]
            mistakes.append(_Mistake(0.5, index, picture.boxes[target], f"{name} →\nnothing"))
    return mistakes


def _cut_out(picture: BoxedPicture, detections: Detections, box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Cut the surroundings of a box out of a picture, and draw labelled and detected boxes in."""
    pixels = fit_channels(picture.pixels, 3)
    h, w = pixels.shape[:2]
    side = max(24.0, _CONTEXT * float((box[2:] - box[:2]).max()))
    centre = (box[:2] + box[2:]) / 2
    x0, y0 = (int(max(0, c - side / 2)) for c in centre)
    x1, y1 = min(w, int(x0 + side) + 1), min(h, int(y0 + side) + 1)
    scale = _SIDE / max(x1 - x0, y1 - y0)
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    part = cv2.resize(np.ascontiguousarray(pixels[y0:y1, x0:x1]), size, interpolation=cv2.INTER_LINEAR)
    for boxes, colour in ((picture.boxes[~picture.ignore], _LABELLED), (detections.boxes, _DETECTED)):
        for edges in boxes:
            a, b, c, d = (int(v) for v in np.rint((edges - [x0, y0, x0, y0]) * scale))
            cv2.rectangle(part, (a, b), (c, d), colour, 1)
    return np.asarray(part, np.uint8)


def _add_grid(axes: Axes) -> None:
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _make_figure(width: float, height: float) -> Figure:
    """Make an empty figure, drawn without any window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _encode_png(figure: Figure) -> bytes:
    """Encode a figure as a PNG."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=130, metadata={"Software": None})
    return out.getvalue()
