"""COCO's average precision of boxes, by the reference implementation (pycocotools).

Letters: n pictures, m boxes of one picture, K classes, T thresholds of the overlap, R recalls, A areas,
M limits of boxes a picture.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.boxes.decode import Found

USUAL_LIMIT = 100  # boxes of one picture that COCO counts; more only where a picture has more things
_DECIMALS = 9  # the library adds a little to each denominator
_AREAS = ("all", "small", "medium", "large")  # COCO's, in the picture's pixels: under 32², under 96², above


@dataclass(frozen=True, slots=True)
class Truth:
    """The things that are in one picture: boxes (m, 4) xyxy, labels (m,), and which of them do not count."""

    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    ignore: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Average precision of one class, and how many things of it there are; NaN where there is none."""

    label: str
    ap: float
    ap50: float
    n: int


@dataclass(frozen=True, slots=True)
class BoxScores:
    """Average precision (Lin et al., Microsoft COCO, ECCV 2014).

    Attributes
    ----------
    ap : float
        Mean over classes and over overlaps of 0.5 to 0.95; NaN where there is nothing to find.
    ap50, ap75 : float
        At overlaps of 0.5 and 0.75.
    small, medium, large : float
        As `ap`, of things under 32², under 96² and above, in the picture's pixels.
    classes : tuple[ClassScores, ...]
        Of each class.
    pictures, things : int
        How many it rests on.
    """

    ap: float
    ap50: float
    ap75: float
    small: float
    medium: float
    large: float
    classes: tuple[ClassScores, ...]
    pictures: int
    things: int

    def to_dict(self) -> dict[str, Any]:
        """The scores as JSON; None where there is nothing to find."""
        names = ("ap", "ap50", "ap75", "small", "medium", "large")
        return {
            "pictures": self.pictures,
            "things": self.things,
            **{name: _finite(getattr(self, name)) for name in names},
            "classes": [
                {"label": one.label, "n": one.n, "ap": _finite(one.ap), "ap50": _finite(one.ap50)}
                for one in self.classes
            ],
        }


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def score_boxes(truth: Sequence[Truth], found: Sequence[Found], classes: Sequence[str]) -> BoxScores:
    """How well what was found fits what is there.

    Parameters
    ----------
    truth, found : Sequence[Truth] or Sequence[Found]
        Of n pictures, in the same order; boxes in the same pixels.
    classes : Sequence[str]
        K names.

    Raises
    ------
    ValueError
        There are not as many of one as of the other.
    ModuleNotFoundError
        pycocotools is not installed; it comes with the extra "train".
    """
    if len(truth) != len(found):
        raise ValueError(f"{len(found)} pictures were looked at, {len(truth)} are labelled")
    labels = [np.zeros(0, np.int64), *(one.labels[~one.ignore] for one in truth)]
    counts = np.bincount(np.concatenate(labels), minlength=len(classes))
    precision = _precision(truth, found, len(classes))  # (T, R, K, A)
    classes_ap = [_mean(precision[:, :, k, 0]) for k in range(len(classes))]
    classes_ap50 = [_mean(precision[0, :, k, 0]) for k in range(len(classes))]
    whole, *by_area = (_mean(precision[:, :, :, a]) for a in range(len(_AREAS)))
    rows = zip(classes, classes_ap, classes_ap50, counts.tolist(), strict=True)
    return BoxScores(
        ap=whole,
        ap50=_mean(precision[0, :, :, 0]),
        ap75=_mean(precision[5, :, :, 0]),
        small=by_area[0],
        medium=by_area[1],
        large=by_area[2],
        classes=tuple(ClassScores(name, ap, ap50, n) for name, ap, ap50, n in rows),
        pictures=len(truth),
        things=int(counts.sum()),
    )


def _mean(values: NDArray[np.float64]) -> float:
    """Mean of what is defined: -1 stands for a class without things."""
    there = values[values > -1]
    return round(float(there.mean()), _DECIMALS) if there.size else math.nan


def _precision(truth: Sequence[Truth], found: Sequence[Found], n_classes: int) -> NDArray[np.float64]:
    """Precision (T, R, K, A) at each overlap, recall, class and size; -1 where there is no thing."""
    things = [entry for i, one in enumerate(truth) for entry in _things(i, one)]
    answers = [entry for i, one in enumerate(found) for entry in _answers(i, one)]
    shape = (10, 101, n_classes, len(_AREAS))
    counted = [thing["category_id"] for thing in things if not thing["iscrowd"]]
    if not counted or not answers:  # the library wants some of each
        there = np.bincount(counted, minlength=n_classes)[:, None] > 0 if counted else False
        return np.where(there, 0.0, np.full(shape, -1.0))
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    most = max(USUAL_LIMIT, *(len(one.labels) for one in truth))
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints as it works
        there = COCO()
        there.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(len(truth))],
            "categories": [{"id": k} for k in range(n_classes)],
            "annotations": [{**thing, "id": i} for i, thing in enumerate(things, start=1)],
        }
        there.createIndex()
        evaluation = COCOeval(there, there.loadRes(answers), "bbox")
        evaluation.params.maxDets = [1, 10, most]
        evaluation.evaluate()
        evaluation.accumulate()
    precision: NDArray[np.float64] = evaluation.eval["precision"][..., -1]
    return precision


def _things(index: int, truth: Truth) -> list[dict[str, Any]]:
    return [
        {
            "image_id": index,
            "category_id": int(label),
            "bbox": _xywh(box),
            "iscrowd": int(ignore),
            "area": float((box[2] - box[0]) * (box[3] - box[1])),
        }
        for box, label, ignore in zip(truth.boxes, truth.labels, truth.ignore, strict=True)
    ]


def _answers(index: int, found: Found) -> list[dict[str, Any]]:
    return [
        {"image_id": index, "category_id": int(label), "bbox": _xywh(box), "score": float(score)}
        for box, label, score in zip(found.boxes, found.labels, found.scores, strict=True)
    ]


def _xywh(box: NDArray[np.float32]) -> list[float]:
    x0, y0, x1, y1 = map(float, box)
    return [x0, y0, x1 - x0, y1 - y0]
