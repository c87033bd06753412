"""Training a detector on pictures with boxes.

Use it with any source of pictures::

    from sutja.nets.detector import Detector, DetectorConfig
    from sutja.signals.preprocessing.frame_input import FrameParams
    from sutja.training.detect.fit import DetectConfig, fit_detector
    from sutja.training.export.network import export
    from sutja.training.detect.frames import WRITTEN, ListedFrames
    from sutja.training.detect.composed_frames import ComposedFrames

    params = FrameParams(channels=1)  # goes on the card: preprocessing "frame"
    net = Detector(DetectorConfig(classes=2, size="s", channels=1))
    # finite: BoxedPictures as arrays, of the size that the network will see
    source = ListedFrames(pictures, (320, 320), 1, batch_size=16, jitter=WRITTEN, seed=0)
    # endless: `make()` runs once in each worker process and gives compose(rng) -> BoxedPicture (a whole
    # page as uint8, boxes xyxy, labels, ignore); frames are cut from it there. `make` must be picklable: a
    # function of a module, or a partial of one.
    source = ComposedFrames(make, (384, 384), 1, batch_size=16, jitter=WRITTEN, seed=0, workers=1,
                            frames_a_page=4, batches_an_epoch=250)
    config = DetectConfig(epochs=40)
    fitted = fit_detector(net, source, config, params, validation=validation, folder=path, resume=True)
    file = export(fitted.net, card, path / "model.onnx", frames)  # parity proved

`validation` is a list of `BoxedPicture`; each is taken whole, as `sutja.detection.Detector` takes it.

Letters: B pictures, C channels, H, W rows and columns, K classes, A cells.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sutja.data.boxes.boxed_pictures import BoxedPicture
from sutja.errors import TrainingError
from sutja.metrics import format_percent
from sutja.nets.detector import Detector
from sutja.signals.preprocessing.frame_input import FrameParams
from sutja.training import checkpoint, distributed, loop
from sutja.training.callbacks import History, Log, OnEpoch, Progress, Row
from sutja.training.detect.evaluate import DetectBatch, make_batch, measure_average_precision
from sutja.training.detect.frames import Frames
from sutja.training.detect.loss import detection_loss
from sutja.training.device import Engine, choose_engine, find_device, use_threads
from sutja.training.job import FitConfig, Fitted, Resumable, get_versions
from sutja.training.schedule import SCHEDULES, Real

_FINAL_LR = 0.01  # part of the peak learning rate that the last step has


@dataclass(frozen=True, slots=True)
class DetectConfig(FitConfig):
    """Settings of the training of a detector; `FitConfig` has the rest, of which ``ema`` must not be 0.

    Parameters
    ----------
    evaluations : int
        Number of evaluations on the validation pictures, spread evenly over the run.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """

    epochs: int = 100
    lr: Real = 2e-3
    weight_decay: Real = 0.05
    warm_up: Real = 0.05
    ema: Real = 0.998
    clip: Real = 10.0
    evaluations: int = 10

    def list_rules(self) -> dict[str, bool]:
        """List, for each setting, whether its value is allowed."""
        rules = FitConfig.list_rules(self)
        return rules | {"ema": 0 < self.ema < 1, "evaluations": self.evaluations >= 0}


FittedDetector = Fitted[Detector, DetectConfig]


def fit_detector(
    net: Detector,
    source: Frames,
    config: DetectConfig,
    params: FrameParams,
    *,
    validation: Sequence[BoxedPicture] = (),
    folder: Path | None = None,
    resume: bool = False,
    facts: Mapping[str, Any] | None = None,
    log: Log = print,
    on_epoch: OnEpoch | None = None,
) -> FittedDetector:
    """Train a copy of a detector.

    Parameters
    ----------
    net : Detector
        Network to begin with, fresh or trained before; it is not changed itself.
    source : Frames
        Source of the frames; see `frames.Frames`.
    config : DetectConfig
        Settings.
    params : FrameParams
        Preprocessing of pictures; mean and deviation are used on the frames too.
    validation : Sequence[BoxedPicture]
        Pictures to evaluate on now and then; they decide nothing.
    folder : Path | None
        Folder of the checkpoint, which is written every few seconds; None keeps none.
    resume : bool
        Go on from the folder's checkpoint where there is one. Where epochs were asked for, the weights are
        bit for bit those of a run that was never stopped.
    facts : Mapping[str, Any] | None
        Further facts that a resumed run must share with the one that began, like the data's checksum.
    log : Log
        Takes lines of progress.
    on_epoch : OnEpoch | None
        Takes the history after every epoch.

    Raises
    ------
    TrainingError
        A run that is resumed with other data or another configuration, a loss that is no number any more, a
        checkpoint that cannot be written, several processes.
    """
    if distributed.world_size() > 1:
        raise TrainingError(
            "a detector is trained by one process", where="processes", remedy="start it without torchrun"
        )
    device = find_device(config.device)
    facts = {**asdict(config), **net.config.to_json(), "params": params.to_json(), **(facts or {})}
    resumable = Resumable.open(folder, resume, facts)
    with torch.random.fork_rng(devices=[device.index or 0] if device.type == "cuda" else []):
        torch.manual_seed(config.seed)
        net = copy.deepcopy(net).to(device).train()
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        engine = _make_engine(net, source, config, params, device, resumable.saved)
        job = DetectJob(source, config, params, engine, validation)
        history = History(
            job.lr, job.evaluate, on_epoch, is_due=job.is_due_within_epoch if config.seconds else None
        )
        progress = Progress(log, job.budget, _describe, batches_per_epoch=source.batches_per_epoch)
        with use_threads(engine.threads):
            state = loop.State(net, "adamw", config.lr, config.weight_decay, (0.9, 0.99), average=True)
            resumable.train(state, job, engine, history, progress, log)
    trained = state.flat.make_average().eval()
    assert isinstance(trained, Detector)
    return Fitted(
        trained, tuple(state.history), state.step, state.seconds(), config, engine.facts(), get_versions()
    )


def load_detector(path: Path, net: Detector) -> Detector:
    """Load the averaged weights of a checkpoint into a copy of a detector, ready for use.

    Raises
    ------
    TrainingError
        The file is no checkpoint that can be read, or of another detector.
    """
    parts, net = checkpoint.read(path), copy.deepcopy(net)
    try:
        net.load_state_dict(parts["average"])
    except (KeyError, RuntimeError) as error:
        raise TrainingError(
            "is no checkpoint of such a detector", where=str(path), remedy="take the size it was trained with"
        ) from error
    return net.eval()


def _make_engine(
    net: Detector,
    source: Frames,
    config: DetectConfig,
    params: FrameParams,
    device: torch.device,
    saved: dict[str, Any] | None,
) -> Engine:
    """Choose number format and threads on a first batch; a resumed run goes on with its own."""
    if saved:
        return Engine.from_facts(device, saved["engine"])
    frames = next(iter(source.epoch(0)), [])
    _check(frames, net, params)
    batch = make_batch(frames, params, device)
    return choose_engine(
        net, batch.image, lambda raw: raw[:, 4:].square().mean(), device, config.dtype, config.threads
    )


def _check(frames: Sequence[BoxedPicture], net: Detector, params: FrameParams) -> None:
    """Refuse frames that the network cannot learn from."""
    if not frames:
        raise TrainingError("the source gives no frames", where="data", remedy="give pictures with boxes")
    shapes = {frame.pixels.shape for frame in frames}
    shape, classes = next(iter(shapes)), net.config.classes
    channels = 1 if len(shape) == 2 else shape[2]
    if len(shapes) > 1 or any(side % params.multiple for side in shape[:2]):
        raise TrainingError(
            f"frames of {sorted(shapes)} are not of one size, a multiple of {params.multiple}",
            where="data",
            remedy="choose another size of frames",
        )
    if not channels == net.config.channels == params.channels:
        raise TrainingError(
            f"frames of {channels} channels, a network of {net.config.channels}, parameters of "
            f"{params.channels}",
            where="data",
            remedy="let all three agree",
        )
    if any(((frame.labels < 0) | (frame.labels >= classes)).any() for frame in frames):
        raise TrainingError(
            f"a label is not one of the {classes} classes", where="data", remedy="count them from 0"
        )


def _describe(row: Row) -> str:
    if "validation_ap" not in row:
        return ""
    ap, ap50 = format_percent(row["validation_ap"]), format_percent(row["validation_ap50"])
    return f"validation AP {ap}, at IoU 0.5 {ap50}"


class DetectJob(loop.Job[DetectBatch]):
    """The training of a detector, as the loop needs it.

    Parameters
    ----------
    source : Frames
        Frames to learn from.
    config : DetectConfig
        Settings.
    params : FrameParams
        Preprocessing.
    engine : Engine
        Device, number format and threads.
    validation : Sequence[BoxedPicture]
        Pictures to evaluate on.
    """

    def __init__(
        self,
        source: Frames,
        config: DetectConfig,
        params: FrameParams,
        engine: Engine,
        validation: Sequence[BoxedPicture],
    ) -> None:
        self.source, self.config, self.params, self.engine = source, config, params, engine
        self.validation, self.clip, self.ema = validation, config.clip, config.ema
        self.budget = loop.Budget(config.epochs * source.batches_per_epoch, config.seconds)
        self._schedule = SCHEDULES[config.schedule]

    def batches(self, state: loop.State) -> Iterator[DetectBatch]:
        """The batches of the epoch that are still to come."""
        for frames in self.source.epoch(state.epoch, state.batch):
            yield make_batch(frames, self.params, self.engine.device)

    def loss(self, net: nn.Module, batch: DetectBatch) -> Tensor:
        """The loss of a batch."""
        raw = loop.run_in_dtype(net, batch.image, self.engine.dtype).float()
        return detection_loss(raw, batch.targets)

    def lr(self, state: loop.State) -> float:
        """The learning rate of the next step, by the step or by the clock."""
        position, length = self.budget.measure(state)
        peak = self.config.lr
        return self._schedule(position, length, peak, self.config.warm_up * length, _FINAL_LR * peak)

    def evaluate(self, state: loop.State) -> dict[str, float]:
        """The average precision on the validation pictures, where an evaluation is due."""
        if not self.validation or not self._evaluation_is_due(state):
            return {}
        net = state.flat.make_average()
        assert isinstance(net, Detector)
        names = [str(i) for i in range(net.config.classes)]
        scores = measure_average_precision(net, self.validation, self.params, names)
        if not np.isfinite(scores.ap50):  # there is no box in them
            return {}
        return {
            "validation_ap": scores.ap,
            "validation_ap50": scores.ap50,
            "validation_error": 1 - scores.ap50,
        }

    def is_due_within_epoch(self, state: loop.State) -> bool:
        """Return True if an evaluation is due by the clock: an epoch may be longer than the time there is."""
        return bool(self.validation) and not self.finished(state) and self._evaluation_is_due(state)

    def _evaluation_is_due(self, state: loop.State) -> bool:
        """Return True if one of the evenly spaced evaluations is due; at the end one always is."""
        if not self.config.evaluations:
            return False
        position, length = self.budget.measure(state)
        done = sum("validation_error" in row for row in state.history)
        return self.finished(state) or position / length * self.config.evaluations >= done + 1
