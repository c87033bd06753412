"""COCO's average precision of boxes, by the reference implementation (pycocotools).

Letters: n pictures, m boxes of one picture, K classes, T thresholds of IoU, R recalls, A areas,
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

from sutja.boxes.decode import Detections

USUAL_LIMIT = 100  # boxes of one picture that COCO counts; more only where a picture has more objects
_DECIMALS = 9  # the library adds a little to each denominator
_AREAS = ("all", "small", "medium", "large")  # COCO's, in the picture's pixels: under 32², under 96², above


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """Objects of one picture: boxes (m, 4) xyxy, labels (m,), and which of them do not count (m,)."""

    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    ignore: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Average precision of one class, NaN where it has no objects, and the number of its objects."""

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
        Mean over classes and over thresholds of IoU from 0.5 to 0.95; NaN where there are no objects.
    ap50, ap75 : float
        At IoU 0.5 and 0.75.
    small, medium, large : float
        As `ap`, of objects under 32², under 96² and above, in the picture's pixels.
    classes : tuple[ClassScores, ...]
        Scores of each class.
    pictures, objects : int
        Number of pictures and of objects.
    """

    ap: float
    ap50: float
    ap75: float
    small: float
    medium: float
    large: float
    classes: tuple[ClassScores, ...]
    pictures: int
    objects: int

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as JSON; None where there are no objects."""
        names = ("ap", "ap50", "ap75", "small", "medium", "large")
        return {
            "pictures": self.pictures,
            "things": self.objects,
            **{name: _round_finite(getattr(self, name)) for name in names},
            "classes": [
                {"label": one.label, "n": one.n, "ap": _round_finite(one.ap), "ap50": _round_finite(one.ap50)}
                for one in self.classes
            ],
        }


def _round_finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def score_boxes(
    truth: Sequence[GroundTruth], detections: Sequence[Detections], classes: Sequence[str]
) -> BoxScores:
    """Score detections against ground truth.

    Parameters
    ----------
    truth, detections : Sequence[GroundTruth] or Sequence[Detections]
        Those of n pictures, in the same order; boxes in the same pixels.
    classes : Sequence[str]
        K names.

    Raises
    ------
    ValueError
        The two are not equally long.
    ModuleNotFoundError
        pycocotools is not installed; it comes with the extra "train".
    """
    if len(truth) != len(detections):
        raise ValueError(f"{len(detections)} pictures have detections, {len(truth)} have labels")
    labels = [np.zeros(0, np.int64), *(one.labels[~one.ignore] for one in truth)]
    counts = np.bincount(np.concatenate(labels), minlength=len(classes))
    precision = _measure_precision(truth, detections, len(classes))  # (T, R, K, A)
    classes_ap = [_average_defined(precision[:, :, k, 0]) for k in range(len(classes))]
    classes_ap50 = [_average_defined(precision[0, :, k, 0]) for k in range(len(classes))]
    whole, *by_area = (_average_defined(precision[:, :, :, a]) for a in range(len(_AREAS)))
    rows = zip(classes, classes_ap, classes_ap50, counts.tolist(), strict=True)
    return BoxScores(
        ap=whole,
        ap50=_average_defined(precision[0, :, :, 0]),
        ap75=_average_defined(precision[5, :, :, 0]),
        small=by_area[0],
        medium=by_area[1],
        large=by_area[2],
        classes=tuple(ClassScores(name, ap, ap50, n) for name, ap, ap50, n in rows),
        pictures=len(truth),
        objects=int(counts.sum()),
    )


def _average_defined(values: NDArray[np.float64]) -> float:
    """Average the values that are defined: -1 stands for a class without objects."""
    defined = values[values > -1]
    return round(float(defined.mean()), _DECIMALS) if defined.size else math.nan


def _measure_precision(
    truth: Sequence[GroundTruth], detections: Sequence[Detections], n_classes: int
) -> NDArray[np.float64]:
    """Measure precision (T, R, K, A) at each IoU, recall, class and size; -1 where there is no object."""
    annotations = [entry for i, one in enumerate(truth) for entry in _to_coco_annotations(i, one)]
    results = [entry for i, one in enumerate(detections) for entry in _to_coco_results(i, one)]
    shape = (10, 101, n_classes, len(_AREAS))
    counted = [entry["category_id"] for entry in annotations if not entry["iscrowd"]]
    if not counted or not results:  # the library wants some of each
        there = np.bincount(counted, minlength=n_classes)[:, None] > 0 if counted else False
        return np.where(there, 0.0, np.full(shape, -1.0))
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    limit = max(USUAL_LIMIT, *(len(one.labels) for one in truth))
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints as it works
        there = COCO()
        there.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(len(truth))],
            "categories": [{"id": k} for k in range(n_classes)],
            "annotations": [{**entry, "id": i} for i, entry in enumerate(annotations, start=1)],
        }
        there.createIndex()
        evaluation = COCOeval(there, there.loadRes(results), "bbox")
        evaluation.params.maxDets = [1, 10, limit]
        evaluation.evaluate()
        evaluation.accumulate()
    precision: NDArray[np.float64] = evaluation.eval["precision"][..., -1]
    return precision


def _to_coco_annotations(index: int, truth: GroundTruth) -> list[dict[str, Any]]:
    return [
        {
            "image_id": index,
            "category_id": int(label),
            "bbox": _to_xywh(box),
            "iscrowd": int(ignore),
            "area": float((box[2] - box[0]) * (box[3] - box[1])),
        }
        for box, label, ignore in zip(truth.boxes, truth.labels, truth.ignore, strict=True)
    ]


def _to_coco_results(index: int, detections: Detections) -> list[dict[str, Any]]:
    return [
        {"image_id": index, "category_id": int(label), "bbox": _to_xywh(box), "score": float(score)}
        for box, label, score in zip(detections.boxes, detections.labels, detections.scores, strict=True)
    ]


def _to_xywh(box: NDArray[np.float32]) -> list[float]:
    x0, y0, x1, y1 = map(float, box)
    return [x0, y0, x1 - x0, y1 - y0]
