"""`sutja evaluate` of a detector: COCO's average precision, and what it gives at its threshold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from sutja.cli.judging.crops import say
from sutja.errors import PictureError, SutjaError
from sutja.metrics import clopper_pearson, percent

if TYPE_CHECKING:
    from sutja.boxes.average_precision import BoxScores
    from sutja.boxes.decode import Detections
    from sutja.data.boxes.boxed import BoxedPicture, BoxedSet
    from sutja.detection import Detector
    from sutja.model_file import ModelFile

_ROWS = 40  # classes in the table


def evaluate_boxes(file: ModelFile, data: str | None, part: str, threads: int, format_name: str) -> None:
    """Measure a detector on labelled pictures, and print it.

    Parameters
    ----------
    file : ModelFile
        The model.
    data : str | None
        As `sutja.data.boxes.load.load_boxed` takes it.
    part : str
        "train" or "test"; where the data do not tell, all pictures.
    threads : int
        Threads to use.
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
    labelled = _labelled(data, part, detector.classes)
    pictures, found = _looked_at(detector, labelled)
    truth = [GroundTruth(picture.boxes, picture.labels, picture.ignore) for picture in pictures]
    scores = score_boxes(truth, found, detector.classes)
    point = _at_threshold(pictures, found, detector.threshold)
    facts: dict[str, Any] = {
        "model": file.card.name,
        "task": "detect",
        "data": labelled.source,
        "warnings": _warn(file, labelled),
        "threshold": detector.threshold,
        "found": point.found,
        "right": point.right,
    }
    if format_name == "json":
        click.echo(json.dumps(facts | scores.to_dict(), ensure_ascii=False))
        return
    click.echo(_table(facts, scores, point))


def _labelled(data: str | None, part: str, classes: tuple[str, ...]) -> BoxedSet:
    from sutja.data.boxes.load import in_classes, load_boxed

    if data is None:
        raise SutjaError(
            "a detector needs pictures with boxes",
            where="DATA",
            remedy="give a set with boxes, or a folder with COCO, YOLO or VOC labels",
        )
    parts = load_boxed(data)
    found = parts.get("all") or parts.get(part)
    if found is None:
        raise SutjaError(
            f"the data tell apart {', '.join(parts)}, and no part {part!r}",
            where=data,
            remedy=f"--part {'train' if part == 'test' else 'test'} measures the other part",
        )
    for name in parts:
        for note in parts[name].notes:
            say(f"warning: {note}")
    return in_classes(found, classes)


def _looked_at(detector: Detector, data: BoxedSet) -> tuple[list[BoxedPicture], list[Detections]]:
    """The pictures that can be read, and everything that may be in each."""
    from sutja.cli.progress import show_progress

    pictures, found = [], []
    for numbered in show_progress((_Numbered(picture) for picture in data.pictures), len(data)):
        try:
            found.append(detector.find_boxes(numbered.picture.pixels, 0.0))
        except PictureError as error:
            say(f"warning: not read: {error}")
        else:
            pictures.append(numbered.picture)
    if not pictures:
        raise SutjaError("none of the pictures can be read", where=data.source, remedy="check the files")
    return pictures, found


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A picture as the bar of progress counts it."""

    picture: BoxedPicture
    page: int = 1


@dataclass(frozen=True, slots=True)
class _Point:
    """What a threshold gives: boxes, how many of them are right, and how many things there are."""

    found: int
    right: int
    things: int


def _at_threshold(pictures: list[BoxedPicture], found: list[Detections], threshold: float) -> _Point:
    from sutja.boxes.nms import IGNORED, match_detections

    given, right, things = 0, 0, 0
    for picture, every in zip(pictures, found, strict=True):
        some = every.take(every.scores >= threshold)
        answer = match_detections(some, picture.boxes, picture.labels, picture.ignore)
        given += int((answer != IGNORED).sum())
        right += int((answer >= 0).sum())
        things += int((~picture.ignore).sum())
    return _Point(given, right, things)


def _warn(file: ModelFile, data: BoxedSet) -> list[str]:
    """Say when the pictures were trained on, as far as the card tells."""
    known = {entry.sha256 for entry in file.card.training_data}
    if data.checksum() not in known:
        return []
    warning = "the model was trained on these very pictures: the figures say nothing about others"
    say(f"warning: {warning}")
    return [warning]


def _table(facts: dict[str, Any], scores: BoxScores, point: _Point) -> str:
    """The evaluation for people."""
    lines = [
        ("model", f"{facts['model']} (detect)"),
        ("data", f"{facts['data']}, {scores.pictures:,} pictures with {scores.objects:,} objects"),
        ("AP at IoU 0.5", _shown(scores.ap50)),
        ("AP at IoU 0.75", _shown(scores.ap75)),
        ("AP at IoU 0.5 to 0.95", _shown(scores.ap)),
        ("  small, under 32²", _shown(scores.small)),
        ("  medium, under 96²", _shown(scores.medium)),
        ("  large", _shown(scores.large)),
        ("threshold", f"{facts['threshold']:.4f}"),
        ("found of the things", _rate(point.right, point.things)),
        ("right of what is given", _rate(point.right, point.found)),
    ]
    width = max(len(name) for name, _ in lines)
    parts = ["\n".join(f"{name:<{width}}  {value}" for name, value in lines)]
    rows = [f"{'class':<16}  {'things':>7}  {'AP@0.5':>8}  {'AP':>8}"]
    rows += [
        f"{one.label[:16]:<16}  {one.n:>7,}  {_shown(one.ap50):>8}  {_shown(one.ap):>8}"
        for one in scores.classes[:_ROWS]
    ]
    if len(scores.classes) > _ROWS:
        rows.append(f"and {len(scores.classes) - _ROWS:,} more: --format json has all")
    return "\n\n".join([*parts, "\n".join(rows)])


def _shown(value: float) -> str:
    return "–" if np.isnan(value) else percent(value)


def _rate(k: int, n: int) -> str:
    if not n:
        return "–"
    low, high = clopper_pearson(k, n)
    return f"{percent(k / n)} ({k:,} of {n:,}; 95 % interval {100 * low:.2f} to {percent(high)})"
