"""From pictures with boxes to a run folder: split, training, calibration, model file, figures.

Letters: n pictures, K classes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sutja.boxes.average_precision import GroundTruth, score_boxes
from sutja.boxes.decode import Detections
from sutja.confidence import Calibrator
from sutja.data.boxes.boxed_pictures import BoxedSet
from sutja.data.boxes.leak import find_box_leaks
from sutja.data.boxes.load import load_boxed
from sutja.data.labelled.load import are_shards
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out, split_three_ways
from sutja.errors import TrainingError
from sutja.model_file import Card, Preprocessing
from sutja.nets.detector import SIZES, Detector, DetectorConfig
from sutja.runs import cards, plots
from sutja.runs.calibration import calibrate_detector
from sutja.runs.folder import MODEL, Run, RunFolder
from sutja.runs.inputs.frames import check_any, choose_frame_size, choose_params, read_pictures
from sutja.runs.parts import LEAKS, Log, Parts, check_enough, drop_line, log_leaks, read_items
from sutja.signals.preprocessing.frame_input import FrameParams, to_frame
from sutja.training.detect.evaluate import detect_boxes
from sutja.training.detect.fit import DetectConfig, FittedDetector, fit_detector
from sutja.training.detect.frames import JITTERS, ListedFrames
from sutja.training.detect.quantise import FrameArray, make_frames, quantise_detector
from sutja.training.export.network import ParityError, export

KIND = "detector"  # in the name of a run's folder
BATCH = 16  # frames a step
INTEGERS = "model-int8.onnx"
_STEPS, _LEAST_EPOCHS, _MOST_EPOCHS = 3000, 20, 300  # of a run whose length nobody chose
_PARITY_PICTURES = 8  # on which the file must answer as the network does
_QUANTISED = 32  # pictures that show the range of each integer


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan to train a detector.

    Parameters
    ----------
    size : str
        Size of the network, a name in `sutja.nets.detector.SIZES`.
    config : DetectConfig
        Configuration of the training.
    jitter : str
        A name in `sutja.training.detect.frames.JITTERS`.
    longest : int
        Pixels of a picture's longer side; 0 for so many that small objects are large enough.
    batch_size : int
        Frames a step.
    name : str
        Name of the model.
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


def load_parts(data: str | Path, log: Log, folder: Path | None = None) -> Parts[BoxedSet]:
    """Load and split data, and log what was left out and what stands on both sides of the split.

    Parameters
    ----------
    data : str or Path
        As for `sutja.data.boxes.load.load_boxed`.
    log : Log
        Takes lines of progress.
    folder : Path | None
        Folder of the run, in which the index of shards is kept, and what was found in them.

    Returns
    -------
    The parts; data that come with a validation part or a test part alone may leave the test part empty.

    Raises
    ------
    DataError
        As `sutja.data.boxes.load.load_boxed` says, or there are too few pictures.
    """
    streamed = are_shards(data)
    sets = load_boxed(data, folder, log)
    for part in sets.values():
        for note in part.notes:
            log(note)
    whole = sets["all"] if "all" in sets else sets["train"]
    check_enough(len(whole), len(whole), "pictures", where=whole.source)
    if "all" in sets:
        parts = Parts(*(whole.take(some) for some in split_three_ways(find_rarest_class(whole), None)))
    else:
        train, validation = whole, sets.get("validation")
        if validation is None:
            held_out = hold_out(find_rarest_class(whole), None, VALIDATION_SHARE)
            train, validation = whole.take(np.flatnonzero(~held_out)), whole.take(np.flatnonzero(held_out))
        parts = Parts(train, validation, sets.get("test", whole.take([])))
    for name, part in (("validation", parts.validation), ("test", sets.get("test", parts.validation))):
        check_any(len(part), 0, name, part)
    objects = sum(len(picture.labels) for picture in parts.train.pictures)
    sizes = parts.describe_sizes(f"pictures with {objects:,} objects")
    log(f"{parts.train.source}: {len(parts.train.classes)} classes, {sizes}")
    log_leaks(find_box_leaks, parts, log, folder / LEAKS if folder and streamed else None)
    return parts


def find_rarest_class(data: BoxedSet) -> NDArray[np.int64]:
    """Find the class in each picture, (n,), of which the set has the fewest pictures; K for no class.

    Split by these, a class that is in few pictures comes to both sides.
    """
    counts = np.bincount(
        np.concatenate([np.zeros(0, np.int64), *(np.unique(one.labels) for one in data.pictures)]),
        minlength=len(data.classes),
    )
    return np.array(
        [
            min(set(one.labels.tolist()), key=lambda k: (counts[k], k), default=len(data.classes))
            for one in data.pictures
        ],
        np.int64,
    )


def make_plan(
    parts: Parts[BoxedSet],
    name: str,
    *,
    size: str = "s",
    epochs: int | None = None,
    budget: float | None = None,
    batch_size: int = BATCH,
    lr: float | None = None,
    longest: int | None = None,
    augment: str = "upright",
    device: str = "auto",
    dtype: str = "auto",
    threads: int = 0,
    seed: int = 0,
    int8: bool = False,
) -> Plan:
    """Make a plan from what a person chose; None leaves a choice to the program.

    Parameters
    ----------
    parts : Parts[BoxedSet]
        The data.
    name : str
        Name of the model.
    size, batch_size, longest, int8 : str, int, int, bool
        As `size`, `batch_size`, `longest` and `integers` of `Plan`.
    epochs, lr, device, dtype, threads, seed : int, float or str
        As for `sutja.training.detect.fit.DetectConfig`; without epochs about `_STEPS` steps are made.
    budget : float | None
        Seconds to train, instead of epochs.
    augment : str
        A name in `sutja.training.detect.frames.JITTERS`.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """
    for option, value, names in (("size", size, SIZES), ("augment", augment, JITTERS)):
        if value not in names:
            raise TrainingError(
                f"{value!r} is not known", where=option, remedy=f"name one of {', '.join(names)}"
            )
    if batch_size < 1 or not 0 <= (longest or 0) <= 4096:
        raise TrainingError(
            f"{batch_size} frames a step of at most {longest} pixels make no sense",
            where="batch_size, longest",
            remedy="give 1 frame or more, and 32 to 4096 pixels",
        )
    config = make_config(
        len(parts.train),
        batch_size,
        epochs=epochs,
        seconds=budget,
        lr=lr,
        device=device,
        dtype=dtype,
        threads=threads,
        seed=seed,
    )
    return Plan(size, config, augment, longest or 0, batch_size, name, int8)


def make_config(n: int, batch_size: int = BATCH, **choices: Any) -> DetectConfig:
    """Make the configuration of a training on n pictures.

    Parameters
    ----------
    n, batch_size : int
        Pictures to train on, and frames a step: few pictures make more epochs.
    choices : Any
        Fields of the configuration; None stands for no choice.
    """
    epochs = min(_MOST_EPOCHS, max(_LEAST_EPOCHS, math.ceil(_STEPS * batch_size / max(1, n))))
    chosen = {name: value for name, value in choices.items() if value is not None}
    return DetectConfig(**{"epochs": epochs, **chosen})


def _check_test_part(data: BoxedSet) -> None:
    """Refuse a test part of which no picture can be read, before the work begins."""
    if len(data) and not any(
        read_items([one], lambda one: one.pixels, drop_line)[0] for one in data.pictures
    ):
        check_any(0, len(data), "test", data)


def train(
    parts: Parts[BoxedSet], plan: Plan, folder: RunFolder, *, resume: bool = False, log: Log = print
) -> Run:
    """Train, calibrate and measure a detector; parameters are those of `sutja.runs.classify.train`.

    Raises
    ------
    DataError
        None of the pictures of a part can be read.
    """
    params = choose_params(parts.train.pictures, plan.longest)
    train_set, pictures = read_pictures(parts.train, params, "training", log)
    validation_set, validation = read_pictures(parts.validation, params, "validation", log)
    _check_test_part(parts.test)
    parts = Parts(train_set, validation_set, parts.test)
    torch.manual_seed(plan.config.seed)
    net = Detector(DetectorConfig(len(parts.train.classes), plan.size, params.channels))
    size = choose_frame_size(train_set.pictures, params)
    shape = f"{size[0]} × {size[1]} " + ("grey" if params.channels == 1 else "colour")
    log(f"detector {plan.size}: {sum(p.numel() for p in net.parameters()):,} parameters, frames of {shape}")
    fitted = fit_detector(
        net,
        ListedFrames(
            pictures, size, params.channels, plan.batch_size, JITTERS[plan.jitter], plan.config.seed
        ),
        plan.config,
        params,
        validation=validation,
        folder=folder.path,
        resume=resume,
        facts={"data": parts.train.checksum(), "jitter": plan.jitter, "batch_size": plan.batch_size},
        log=log,
        on_epoch=folder.write_results,
    )
    validated = _detect(fitted.net, parts.validation, params, log)
    tested = _detect(fitted.net, parts.test, params, log) if len(parts.test) else None
    results = [measure(*validated, "validation, which chose calibration and threshold")]
    if tested:
        results.append(measure(*tested, "test"))
    card = calibrate_detector(_make_card(plan, params, parts, fitted), validated[1], validated[0])
    card = replace(card, results=tuple(results))
    frames = [to_frame(picture.pixels, params) for picture in validation[:_PARITY_PICTURES]]
    export(fitted.net, card, folder.path / MODEL, frames)
    if plan.integers:
        _quantise(folder, make_frames(pictures[:_QUANTISED], params), frames, log)
    folder.write("curves.png", plots.draw_detection_curves(fitted.history))
    data, detections = tested or validated
    confident = [_keep_confident(some, card) for some in detections]
    folder.write("mistakes.png", plots.draw_detection_mistakes(data, confident))
    return folder.finish(card, log)


def _make_card(plan: Plan, params: FrameParams, parts: Parts[BoxedSet], fitted: FittedDetector) -> Card:
    """Make a card that is not calibrated yet."""
    preprocessing = Preprocessing("frame", params.to_json())
    return cards.make_card("detect", plan.name, preprocessing, parts.train, plan.config.seed, fitted.versions)


def _detect(
    net: Detector, data: BoxedSet, params: FrameParams, log: Log
) -> tuple[BoxedSet, list[Detections]]:
    """Return the pictures that can be read, and the detections in each, in its pixels."""
    detections, indices = read_items(data.pictures, lambda picture: detect_boxes(net, picture, params), log)
    return data.take(indices), detections


def measure(data: BoxedSet, detections: Sequence[Detections], part: str) -> dict[str, Any]:
    """Make the figures for the card: average precisions, over all and class by class."""
    truth = [GroundTruth(picture.boxes, picture.labels, picture.ignore) for picture in data.pictures]
    scores = score_boxes(truth, detections, data.classes)
    return {"set": data.source, "part": part, **scores.to_dict(), "n": scores.objects}


def _keep_confident(detections: Detections, card: Card) -> Detections:
    """Keep the detections above the threshold of the card, with calibrated confidences."""
    calibrate = Calibrator(card.calibration.points)
    confidence = np.array([calibrate(float(score)) for score in detections.scores], np.float32)
    return Detections(detections.boxes, confidence, detections.labels).take(confidence >= card.threshold)


def _quantise(
    folder: RunFolder, shown: Sequence[FrameArray], compared: Sequence[FrameArray], log: Log
) -> None:
    """Write the model in 8-bit integers too, where it finds the same objects; else log why not."""
    try:
        model = quantise_detector(folder.path / MODEL, folder.path / INTEGERS, shown, compared)
    except ParityError as error:
        log(f"{INTEGERS} was not written: {error}")
    else:
        log(f"{INTEGERS}: {len(model.data):,} bytes")
