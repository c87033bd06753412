"""`sutja evaluate` of a detector: COCO's average precision, and the detections at its threshold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from sutja.cli.judging.answers import (
    describe_unreadable,
    echo_note,
    list_unreadable,
    refuse_unreadable,
    require_data,
)
from sutja.errors import SutjaError
from sutja.metrics import clopper_pearson, format_percent

if TYPE_CHECKING:
    from sutja.boxes.average_precision import BoxScores
    from sutja.boxes.decode import Detections
    from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
    from sutja.detection import Detector
    from sutja.model_file import ModelFile

_ROWS = 40  # classes in the table


def evaluate_boxes(file: ModelFile, data: str | None, part: str, threads: int, format_name: str) -> None:
    """Measure a detector on labelled pictures, and print the result.

    The objects of a picture that cannot be read count as missed.

    Parameters
    ----------
    file : ModelFile
        The model.
    data : str | None
        Data as `sutja.data.boxes.load.load_boxed` takes them.
    part : str
        "train" or "test"; all pictures are used where the data have no parts.
    threads : int
        Number of threads.
    format_name : str
        "table" or "json".

    Raises
    ------
    SutjaError
        If the data cannot be used for this model.
    """
    import cv2

    from sutja.boxes.average_precision import GroundTruth, score_boxes
    from sutja.detection import Detector

    cv2.setNumThreads(threads)
    detector = Detector(file, threads)
    labelled = _load_part(data, part, detector.classes)
    pictures = (*labelled.pictures, *labelled.unreadable)
    detections, errors = _detect_all(detector, labelled)
    unreadable = len(errors) + len(labelled.unreadable)
    truth = [GroundTruth(picture.boxes, picture.labels, picture.ignore) for picture in pictures]
    scores = score_boxes(truth, detections, detector.classes)
    point = _count_at_threshold(pictures, detections, detector.threshold)
    warnings = list_unreadable(errors)
    if unreadable:
        warnings.append(
            describe_unreadable(unreadable, len(pictures), "pictures", "their objects count as missed")
        )
    warnings += _find_leak(file, labelled)
    for warning in warnings:
        echo_note(f"warning: {warning}")
    facts: dict[str, Any] = {
        "model": file.card.name,
        "task": "detect",
        "data": labelled.source,
        "warnings": warnings,
        "unreadable": unreadable,
        "threshold": detector.threshold,
        "found": point.found,
        "right": point.right,
    }
    if format_name == "json":
        click.echo(json.dumps(facts | scores.to_dict(), ensure_ascii=False))
        return
    click.echo(_format_table(facts, scores, point))


def _load_part(data: str | None, part: str, classes: tuple[str, ...]) -> BoxedSet:
    from sutja.data.boxes.load import in_classes, load_boxed

    data = require_data(
        data,
        "a detector needs pictures with boxes",
        "give a set with boxes, or a folder with COCO, YOLO or VOC labels",
    )
    parts = load_boxed(data)
    chosen = parts.get("all") or parts.get(part)
    if chosen is None:
        raise SutjaError(
            f"the data have the parts {', '.join(parts)}, and no part {part!r}",
            where=data,
            remedy=f"--part {'train' if part == 'test' else 'test'} measures the other part",
        )
    for name in parts:
        for note in parts[name].notes:
            echo_note(f"warning: {note}")
    return in_classes(chosen, classes)


def _detect_all(detector: Detector, data: BoxedSet) -> tuple[list[Detections], list[str]]:
    """Detect everything in each picture, whatever its confidence, and nothing in the unreadable ones.

    Returns
    -------
    tuple[list[Detections], list[str]]
        Detections in all pictures, those of `data.unreadable` last; and the errors of further pictures that
        turn out to be unreadable.
    """
    from sutja.boxes.decode import Detections
    from sutja.cli.execution.progress import show_progress

    detections, errors = [], []
    for picture in show_progress(data.pictures, len(data)):
        try:
            detections.append(detector.find_boxes(picture.pixels, 0.0))
        except SutjaError as error:
            errors.append(str(error))
            detections.append(Detections.empty())
    refuse_unreadable(errors, len(data), data.source)
    return [*detections, *(Detections.empty() for _ in data.unreadable)], errors


@dataclass(frozen=True, slots=True)
class _Point:
    """Detections at a threshold: their number, how many are right, and the number of objects there are."""

    found: int
    right: int
    objects: int


def _count_at_threshold(
    pictures: tuple[BoxedPicture, ...], detections: list[Detections], threshold: float
) -> _Point:
    from sutja.boxes.nms import IGNORED, match_detections

    found, right, objects = 0, 0, 0
    for picture, every in zip(pictures, detections, strict=True):
        some = every.take(every.scores >= threshold)
        answer = match_detections(some, picture.boxes, picture.labels, picture.ignore)
        found += int((answer != IGNORED).sum())
        right += int((answer >= 0).sum())
        objects += int((~picture.ignore).sum())
    return _Point(found, right, objects)


def _find_leak(file: ModelFile, data: BoxedSet) -> list[str]:
    """Warn if the model was trained on these pictures, as far as the card tells."""
    known = {entry.sha256 for entry in file.card.training_data}
    if data.checksum() not in known:
        return []
    return ["the model was trained on these very pictures: the figures say nothing about others"]


def _format_table(facts: dict[str, Any], scores: BoxScores, point: _Point) -> str:
    """Write the evaluation for people."""
    lines = [
        ("model", f"{facts['model']} (detect)"),
        ("data", f"{facts['data']}, {scores.pictures:,} pictures with {scores.objects:,} objects"),
        ("AP at IoU 0.5", _format_percent(scores.ap50)),
        ("AP at IoU 0.75", _format_percent(scores.ap75)),
        ("AP at IoU 0.5 to 0.95", _format_percent(scores.ap)),
        ("  small, under 32²", _format_percent(scores.small)),
        ("  medium, under 96²", _format_percent(scores.medium)),
        ("  large", _format_percent(scores.large)),
        ("threshold", f"{facts['threshold']:.4f}"),
        ("recall", _format_rate(point.right, point.objects)),
        ("precision", _format_rate(point.right, point.found)),
    ]
    width = max(len(name) for name, _ in lines)
    parts = ["\n".join(f"{name:<{width}}  {value}" for name, value in lines)]
    rows = [f"{'class':<16}  {'objects':>7}  {'AP@0.5':>8}  {'AP':>8}"]
    rows += [
        f"{one.label[:16]:<16}  {one.n:>7,}  {_format_percent(one.ap50):>8}  {_format_percent(one.ap):>8}"
        for one in scores.classes[:_ROWS]
    ]
    if len(scores.classes) > _ROWS:
        rows.append(f"and {len(scores.classes) - _ROWS:,} more: --format json has all")
    return "\n\n".join([*parts, "\n".join(rows)])


def _format_percent(value: float) -> str:
    return "–" if np.isnan(value) else format_percent(value)


def _format_rate(k: int, n: int) -> str:
    if not n:
        return "–"
    low, high = clopper_pearson(k, n)
    return (
        f"{format_percent(k / n)} ({k:,} of {n:,}; 95 % interval {100 * low:.2f} to {format_percent(high)})"
    )
