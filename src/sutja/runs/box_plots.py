"""Pictures of a detector's run: its curves and its worst mistakes.

Letters: n pictures, H, W rows and columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Detections
from sutja.boxes.nms import FALSE_POSITIVE, compute_iou, match_detections
from sutja.data.boxes.boxed import BoxedPicture, BoxedSet
from sutja.runs import plots
from sutja.signals.pixels_input import fit_channels

_SIDE = 160  # pixels of a mistake's picture
_ROOM = 1.6  # times the box's longer side that is shown
_THERE, _FOUND = (31, 138, 70), (200, 60, 20)  # colours of what is there and of what was found


def curves(history: Sequence[Mapping[str, float]]) -> bytes:
    """Loss of each epoch and average precision at the looks; a PNG."""
    figure = plots.new_figure(7.0, 3.2)
    left, right = figure.subplots(1, 2)
    left.plot([row["epoch"] for row in history], [row["loss"] for row in history], color=plots.INK)
    left.set(xlabel="epoch", ylabel="loss")
    seen = [row for row in history if "validation_ap" in row]
    epochs = [row["epoch"] for row in seen]
    right.plot(epochs, [100 * row["validation_ap50"] for row in seen], color=plots.INK, label="at IoU 0.5")
    right.plot(
        epochs, [100 * row["validation_ap"] for row in seen], color=plots.OTHER, label="at 0.5 to 0.95"
    )
    right.set(xlabel="epoch", ylabel="validation average precision, %", ylim=(0, 100))
    right.legend(frameon=False)
    for axes in (left, right):
        axes.grid(color="#e6e6e6", linewidth=0.6)
        axes.set_axisbelow(True)
    return plots.png(figure)


@dataclass(frozen=True, slots=True)
class _Mistake:
    """A mistake, how bad it is, the part of which picture shows it, and what to write above it."""

    weight: float
    picture: int
    box: NDArray[np.float32]
    caption: str


def mistakes(data: BoxedSet, found: Sequence[Detections]) -> bytes:
    """The surest false alarms and what was missed, each cut out of its picture; a PNG.

    Parameters
    ----------
    data : BoxedSet
        The pictures and what is there.
    found : Sequence[Detections]
        What was found in each, with calibrated confidences above the threshold.
    """
    every = [entry for index in range(len(data)) for entry in _of_picture(index, data, found[index])]
    every.sort(key=lambda mistake: -mistake.weight)
    worst = every[: plots.MOST_SHOWN]
    pictures = [_shown(data.pictures[m.picture], found[m.picture], m.box) for m in worst]
    things = sum(int((~picture.ignore).sum()) for picture in data.pictures)
    wrong = sum("nothing →" in mistake.caption for mistake in every)
    return plots.mistakes(pictures, [mistake.caption for mistake in worst], len(every), things + wrong)


def _of_picture(index: int, data: BoxedSet, found: Detections) -> list[_Mistake]:
    """False alarms, things missed, and things taken for something else."""
    picture, names = data.pictures[index], data.classes
    answer = match_detections(found, picture.boxes, picture.labels, picture.ignore)
    alarms = np.flatnonzero(answer == FALSE_POSITIVE)
    missed = np.setdiff1d(np.flatnonzero(~picture.ignore), answer[answer >= 0])
    iou = compute_iou(found.boxes[alarms], picture.boxes[missed])
    entries, taken = [], set()
    for row, alarm in zip(iou, alarms.tolist(), strict=True):
        label, sure = names[found.labels[alarm]][:10], float(found.scores[alarm])
        what = "nothing"
        if len(row) and row.max() >= 0.5:
            place = int(row.argmax())
            what = names[picture.labels[missed[place]]][:10]
            taken.add(int(missed[place]))
        entries.append(_Mistake(sure, index, found.boxes[alarm], f"{what} → {label}\n{sure:.0%}"))
    for place in missed.tolist():
        if place not in taken:
            name = names[picture.labels[place]][:10]
            entries.append(_Mistake(0.5, index, picture.boxes[place], f"{name} →\nnothing"))
    return entries


def _shown(picture: BoxedPicture, found: Detections, box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The part of a picture about a box, with what is there and what was found."""
    pixels = fit_channels(picture.pixels, 3)
    h, w = pixels.shape[:2]
    side = max(24.0, _ROOM * float((box[2:] - box[:2]).max()))
    centre = (box[:2] + box[2:]) / 2
    x0, y0 = (int(max(0, c - side / 2)) for c in centre)
    x1, y1 = min(w, int(x0 + side) + 1), min(h, int(y0 + side) + 1)
    scale = _SIDE / max(x1 - x0, y1 - y0)
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    part = cv2.resize(np.ascontiguousarray(pixels[y0:y1, x0:x1]), size, interpolation=cv2.INTER_LINEAR)
    for boxes, colour in ((picture.boxes[~picture.ignore], _THERE), (found.boxes, _FOUND)):
        for edges in boxes:
            a, b, c, d = (int(v) for v in np.rint((edges - [x0, y0, x0, y0]) * scale))
            cv2.rectangle(part, (a, b), (c, d), colour, 1)
    return np.asarray(part, np.uint8)
