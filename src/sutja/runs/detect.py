"""From pictures with boxes to a run folder: split, training, calibration, model file, figures.

Letters: n pictures, H, W rows and columns, K classes.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from sutja.boxes.average_precision import BoxScores, GroundTruth, score_boxes
from sutja.boxes.decode import Detections
from sutja.boxes.nms import FALSE_POSITIVE, IGNORED, match_detections
from sutja.confidence import Calibrator, RiskTable, fit_calibration
from sutja.data.boxes.boxed import BoxedSet
from sutja.errors import PictureError
from sutja.metrics import percent
from sutja.model_file import Calibration, Card, ModelFile, Preprocessing, TrainingSet
from sutja.nets.detector import Detector, DetectorConfig
from sutja.runs import box_plots
from sutja.runs.detect_data import BoxParts, frame_size, held_in_memory, params_of
from sutja.runs.folder import MODEL, RunFolder
from sutja.signals.frame_input import FrameParams, to_frame
from sutja.training import checkpoint
from sutja.training.detect.export import FrameArray, export_detector
from sutja.training.detect.fit import DetectConfig, FittedDetector, find, fit_detector
from sutja.training.detect.frames import JITTERS, ListedFrames
from sutja.training.detect.quantise import frames_of, quantise_detector
from sutja.training.export import ParityError

BATCH = 16  # frames a step
_STEPS, _LEAST_EPOCHS, _MOST_EPOCHS = 3000, 20, 300  # of a run of which nobody said how long
_PARITY_PICTURES = 8
INTEGERS = "model-int8.onnx"
_SHOWN = 32  # pictures that show the integers' ranges
_LEAST_CONFIDENCE = 0.2  # of boxes that the table of thresholds counts


@dataclass(frozen=True, slots=True)
class BoxPlan:
    """What to train.

    Parameters
    ----------
    size : str
        Of the network, a name in `sutja.nets.detector.SIZES`.
    config : DetectConfig
        How; `default_epochs` says how long where nobody does.
    jitter : str
        A name in `detect_frames.JITTERS`.
    longest : int
        Pixels of a picture's longer side; 0 for so many that the small things are seen.
    batch_size : int
        Frames a step.
    name : str
        Of the model.
    integers : bool
        Also write the model with its convolutions in 8-bit integers.
    """

    size: str = "s"
    config: DetectConfig = field(default_factory=DetectConfig)
    jitter: str = "upright"
    longest: int = 0
    batch_size: int = BATCH
    name: str = "detector"
    integers: bool = False


def default_epochs(n: int, batch_size: int = BATCH) -> int:
    """Epochs for n pictures where nobody says how many: about `_STEPS` steps."""
    return min(_MOST_EPOCHS, max(_LEAST_EPOCHS, math.ceil(_STEPS * batch_size / max(1, n))))


def config_of(n: int, batch_size: int, **choices: Any) -> DetectConfig:
    """How to train on n pictures, with what the person chose; None stands for no choice."""
    chosen = {name: value for name, value in choices.items() if value is not None}
    return DetectConfig(**{"epochs": default_epochs(n, batch_size), **chosen})


def train_detector(
    parts: BoxParts,
    plan: BoxPlan,
    folder: RunFolder,
    *,
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> ModelFile:
    """Train a network, and write everything that a run folder holds.

    Parameters
    ----------
    parts : BoxParts
        The data; without a test part there is no figure of it.
    plan : BoxPlan
        What to train.
    folder : RunFolder
        Where everything goes.
    resume : bool
        Go on from the folder's checkpoint.
    say : Callable[[str], None]
        Takes lines of progress.

    Raises
    ------
    TrainingError
        As `fit_detector` says, or where the memory is too small.
    ParityError
        The file does not answer as the network does; no model is written then.
    """
    params = params_of(parts.train.pictures, plan.longest)
    (learnt, train), (judge, held) = (held_in_memory(p, params, say) for p in (parts.train, parts.validation))
    parts = BoxParts(learnt, judge, parts.test)
    torch.manual_seed(plan.config.seed)
    net = Detector(DetectorConfig(len(parts.train.classes), plan.size, params.channels))
    size = frame_size(train, params)
    shown = f"{size[0]} × {size[1]} " + ("grey" if params.channels == 1 else "colour")
    say(f"detector {plan.size}: {sum(p.numel() for p in net.parameters()):,} parameters, frames of {shown}")
    if resume and not (folder.path / checkpoint.NAME).exists():
        say(f"there is no run in {folder.path} to go on with: one begins")
    source = ListedFrames(
        train, size, params.channels, plan.batch_size, JITTERS[plan.jitter], plan.config.seed
    )
    facts = {"data": parts.train.checksum(), "jitter": plan.jitter, "batch_size": plan.batch_size}
    fitted = fit_detector(
        net,
        source,
        plan.config,
        params,
        validation=held,
        folder=folder.path,
        resume=resume,
        facts=facts,
        say=say,
        look=folder.write_results,
    )
    card = make_card(plan, params, parts, fitted, say)
    frames = [to_frame(picture.pixels, params) for picture in (held or train)[:_PARITY_PICTURES]]
    model = export_detector(fitted.net, card, folder.path / MODEL, frames)
    folder.write_card(card)
    if plan.integers:
        _in_integers(folder, frames_of(train[:_SHOWN], params), frames, say)
    folder.write("curves.png", box_plots.curves(fitted.history))
    last = parts.test if len(parts.test) else parts.validation
    _draw_mistakes(folder, fitted.net, card, params, last, say)
    for result in card.results:
        say(result_line(result))
    return model


def _in_integers(
    folder: RunFolder, shown: Sequence[FrameArray], compared: Sequence[FrameArray], say: Callable[[str], None]
) -> None:
    """Write the model in 8-bit integers too, where it finds the same things; else say why not."""
    try:
        made = quantise_detector(folder.path / MODEL, folder.path / INTEGERS, shown, compared)
    except ParityError as error:
        say(f"{INTEGERS} was not written: {error}")
    else:
        say(f"{INTEGERS}: {len(made.data):,} bytes")


def answers(
    net: Detector, data: BoxedSet, params: FrameParams, say: Callable[[str], None]
) -> tuple[BoxedSet, list[Detections]]:
    """The pictures of a set that can be read, and what a network finds in each, in its pixels."""
    kept, found = [], []
    for index, picture in enumerate(data.pictures):
        try:
            found.append(find(net, picture, params))
        except PictureError as error:
            say(f"left out: {error}")
        else:
            kept.append(index)
    return data.take(kept), found


def truth_of(data: BoxedSet) -> list[GroundTruth]:
    """What is there."""
    return [GroundTruth(picture.boxes, picture.labels, picture.ignore) for picture in data.pictures]


def make_card(
    plan: BoxPlan, params: FrameParams, parts: BoxParts, fitted: FittedDetector, say: Callable[[str], None]
) -> Card:
    """The card: calibration and threshold from validation pictures, results from validation and test."""
    _, held = answers(fitted.net, parts.validation, params, say)
    train = parts.train
    card = Card(
        "detect",
        plan.name,
        (),
        Preprocessing("frame", params.to_json()),
        classes=train.classes,
        training_data=(TrainingSet(train.source, len(train), train.terms, train.checksum()),),
        open_terms=train.open_terms,
        seed=plan.config.seed,
        versions={**fitted.versions, "onnxruntime": onnxruntime.__version__},
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    card = calibrated(card, held, parts.validation)
    results = [measured(parts.validation, held, "validation, which chose calibration and threshold")]
    if len(parts.test):
        results.append(measured(*answers(fitted.net, parts.test, params, say), "test"))
    return replace(card, results=tuple(results))


def calibrated(card: Card, held: Sequence[Detections], data: BoxedSet) -> Card:
    """A card whose confidence says how often a box of such a score was right, with the threshold of best F1.

    Right is a box that covers a thing of its class by half (intersection over union).

    Parameters
    ----------
    held : Sequence[Detections]
        What the network found in the validation pictures, with raw scores.
    data : BoxedSet
        Those pictures.
    """
    score, right = judged(held, data)
    if not right.any() or right.all():
        return replace(card, threshold=0.5)
    calibrate = fit_calibration(score, right)
    confidence = np.array([calibrate(float(raw)) for raw in score])
    things = sum(int((~picture.ignore).sum()) for picture in data.pictures)
    threshold = best_f1(confidence, right, things)
    likely = confidence >= min(_LEAST_CONFIDENCE, threshold)
    table = RiskTable.measure(confidence[likely], right[likely])
    points = Calibration(points=calibrate.calibration.points)
    return replace(card, calibration=points, thresholds=table.counts, threshold=threshold)


def best_f1(confidence: NDArray[np.float64], right: NDArray[np.bool_], things: int) -> float:
    """The confidence from which on boxes have the greatest F1; those of one confidence go together."""
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    f1 = 2 * np.cumsum(right[order])[last] / (last + 1 + things)
    return float(falling[last[int(np.argmax(f1))]])


def judged(found: Sequence[Detections], data: BoxedSet) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Scores (n,) of all boxes that are right or wrong, and whether they are right (n,)."""
    scores, right = [np.zeros(0, np.float32)], [np.zeros(0, np.bool_)]
    for one, picture in zip(found, data.pictures, strict=True):
        answer = match_detections(one, picture.boxes, picture.labels, picture.ignore)
        scores.append(one.scores[answer != IGNORED])
        right.append(answer[answer != IGNORED] != FALSE_POSITIVE)
    return np.concatenate(scores), np.concatenate(right)


def measured(data: BoxedSet, found: Sequence[Detections], part: str) -> dict[str, Any]:
    """Figures for the card."""
    return {"set": data.source, "part": part, **_plain(score_boxes(truth_of(data), found, data.classes))}


def _plain(scores: BoxScores) -> dict[str, Any]:
    return {**scores.to_dict(), "n": scores.objects}


def result_line(result: Mapping[str, Any]) -> str:
    """A result of the card for people."""

    def shown(name: str) -> str:
        return "–" if result[name] is None else percent(result[name])

    return (
        f"{result['part']}: AP {shown('ap')}, at IoU 0.5 {shown('ap50')}, at IoU 0.75 {shown('ap75')}; "
        f"{result['things']:,} things in {result['pictures']:,} pictures"
    )


def _draw_mistakes(
    folder: RunFolder,
    net: Detector,
    card: Card,
    params: FrameParams,
    data: BoxedSet,
    say: Callable[[str], None],
) -> None:
    """The worst mistakes as a picture: surest false alarms, and what was missed."""
    calibrate = Calibrator(card.calibration.points)
    seen, found = answers(net, data, params, say)
    sure = []
    for one in found:
        confidence = np.array([calibrate(float(score)) for score in one.scores], np.float32)
        sure.append(Detections(one.boxes, confidence, one.labels).take(confidence >= card.threshold))
    folder.write("mistakes.png", box_plots.mistakes(seen, sure))
