"""From pictures with boxes to a run folder: split, training, calibration, model file, figures.

Letters: n pictures, H, W rows and columns, K classes.
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
from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
from sutja.data.boxes.leak import find_box_leaks
from sutja.data.boxes.load import load_boxed
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out, split_three_ways
from sutja.errors import DataError, TrainingError
from sutja.model_file import Card, Preprocessing
from sutja.nets.detector import SIZES, Detector, DetectorConfig
from sutja.runs import cards, plots
from sutja.runs.calibration import calibrate_detector
from sutja.runs.folder import MODEL, Run, RunFolder
from sutja.runs.parts import Log, Parts, check_enough, drop_line, log_leaks, read_items
from sutja.signals.preprocessing.frame_input import FrameParams, resize_picture, to_frame
from sutja.training.classify.checks import check_memory
from sutja.training.detect.evaluate import detect_boxes
from sutja.training.detect.fit import DetectConfig, FittedDetector, fit_detector
from sutja.training.detect.frames import JITTERS, ListedFrames
from sutja.training.detect.quantise import FrameArray, make_frames, quantise_detector
from sutja.training.export.network import ParityError, export

KIND = "detector"  # in the name of a run's folder
BATCH = 16  # frames a step
INTEGERS = "model-int8.onnx"
LEAST_SIDE = 10.0  # pixels: the least side of the smallest objects as the network sees them
LEAST_LONGEST, MOST_LONGEST = 320, 1280  # pixels of a picture's longer side
MOST_FRAME = 448  # pixels of a frame's side; of larger pictures parts are shown
_STEPS, _LEAST_EPOCHS, _MOST_EPOCHS = 3000, 20, 300  # of a run whose length nobody chose
_SMALL = 0.1  # the part of the boxes that may be smaller than `LEAST_SIDE`
_MEASURED = 64  # pictures for mean and deviation
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


def load_parts(data: str | Path, log: Log) -> Parts[BoxedSet]:
    """Load and split data, and log what was left out and what stands on both sides of the split.

    Parameters
    ----------
    data : str or Path
        As for `sutja.data.boxes.load.load_boxed`.
    log : Log
        Takes lines of progress.

    Returns
    -------
    The parts; data that come with a validation part or a test part alone may leave the test part empty.

    Raises
    ------
    DataError
        As `sutja.data.boxes.load.load_boxed` says, or there are too few pictures.
    """
    sets = load_boxed(data)
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
        _check_any(len(part), 0, name, part)
    objects = sum(len(picture.labels) for picture in parts.train.pictures)
    sizes = parts.describe_sizes(f"pictures with {objects:,} objects")
    log(f"{parts.train.source}: {len(parts.train.classes)} classes, {sizes}")
    log_leaks(find_box_leaks, parts, log)
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


def choose_params(train: Sequence[BoxedPicture], longest: int = 0) -> FrameParams:
    """Choose how pictures are made fit: colour where one has it, a size at which most objects show.

    Parameters
    ----------
    train : Sequence[BoxedPicture]
        The training pictures.
    longest : int
        Pixels of the longer side; 0 to choose.

    Raises
    ------
    DataError
        None of the pictures that are tried can be read.
    """
    spread = np.linspace(0, len(train) - 1, min(_MEASURED, len(train))).astype(int)
    some = [train[i] for i in spread]
    # What cannot be read is named when the whole part is read.
    images, indices = read_items(some, lambda picture: picture.pixels, drop_line)
    if not images:
        raise DataError("the first pictures cannot be read", remedy="check the files")
    values = np.concatenate([pixels.ravel()[:: max(1, pixels.size // 20_000)] for pixels in images])
    colour = any(pixels.ndim == 3 for pixels in images)
    if not longest:
        sides = [
            float((box[2:] - box[:2]).min()) / max(pixels.shape[:2])
            for i, pixels in zip(indices, images, strict=True)
            for box in some[i].boxes[~some[i].ignore]
        ]
        small = float(np.quantile(sides, _SMALL)) if sides else 1.0
        wanted = 32 * math.ceil(LEAST_SIDE / max(small, 1e-6) / 32)
        longest = min(max(wanted, LEAST_LONGEST), MOST_LONGEST)
    mean, std = float(values.mean()) / 255, float(values.std()) / 255
    return FrameParams(3 if colour else 1, round(mean, 4), round(max(std, 0.02), 4), longest=longest)


def read_pictures(
    data: BoxedSet, params: FrameParams, part: str, log: Log
) -> tuple[BoxedSet, list[BoxedPicture]]:
    """Read a part into memory, as large as the network sees it; what cannot be read is left out.

    Parameters
    ----------
    data : BoxedSet
        The part.
    params : FrameParams
        Parameters of the pictures.
    part : str
        Name of the part, for messages.
    log : Log
        Takes a line for each picture that is left out.

    Returns
    -------
    The pictures that can be read, as they were and in memory.

    Raises
    ------
    TrainingError
        They do not fit in memory.
    DataError
        None can be read.
    """
    check_memory(
        len(data) * params.longest**2 * params.channels, "use smaller pictures with --longest, or fewer"
    )
    pictures, indices = read_items(data.pictures, lambda picture: shrink(picture, params), log)
    _check_any(len(pictures), len(data), part, data)
    return data.take(indices), pictures


def _check_test_part(data: BoxedSet) -> None:
    """Refuse a test part of which no picture can be read, before the work begins."""
    if len(data) and not any(
        read_items([one], lambda one: one.pixels, drop_line)[0] for one in data.pictures
    ):
        _check_any(0, len(data), "test", data)


def _check_any(count: int, total: int, part: str, data: BoxedSet) -> None:
    noun = f"pictures of the {part} part"
    check_enough(count, total, noun, where=data.source, remedy="check the files", least=1)


def shrink(picture: BoxedPicture, params: FrameParams) -> BoxedPicture:
    """Read a picture, and resize it and its boxes to what the network sees."""
    pixels = picture.pixels
    h, w = pixels.shape[:2]
    size = params.compute_size(h, w)
    scale = np.array([size[1] / w, size[0] / h] * 2, np.float32)
    return BoxedPicture(resize_picture(pixels, size), picture.boxes * scale, picture.labels, picture.ignore)


def choose_frame_size(pictures: Sequence[BoxedPicture], params: FrameParams) -> tuple[int, int]:
    """Choose (H, W) of the frames to train on: the median size of the pictures, or a part of them."""
    sides = np.median([picture.pixels.shape[:2] for picture in pictures], axis=0)
    height, width = (
        min(MOST_FRAME, params.multiple * math.ceil(side / params.multiple)) for side in sides.tolist()
    )
    return height, width


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
    size = choose_frame_size(pictures, params)
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
