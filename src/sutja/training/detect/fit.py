"""Training a detector on pictures with boxes.

How to use it, from any source of pictures::

    from sutja.nets.detector import Detector, DetectorConfig
    from sutja.signals.frame_input import FrameParams
    from sutja.training.detect.fit import DetectConfig, fit_detector
    from sutja.training.detect.export import export_detector
    from sutja.training.detect.frames import WRITTEN, ListedFrames
    from sutja.training.detect.composed_frames import ComposedFrames

    params = FrameParams(channels=1)  # goes on the card: preprocessing "frame"
    net = Detector(DetectorConfig(classes=2, size="s", channels=1))
    # finite: BoxedPictures held as arrays, of the size that the network will see them in
    source = ListedFrames(pictures, (320, 320), 1, batch_size=16, jitter=WRITTEN, seed=0)
    # endless: `make()` runs once in each worker process and gives compose(rng) -> BoxedPicture (a whole
    # page as uint8, boxes xyxy, labels, ignore); frames are cut from it there. `make` must be picklable: a
    # function of a module, or a partial of one.
    source = ComposedFrames(make, (384, 384), 1, batch_size=16, jitter=WRITTEN, seed=0, workers=1,
                            frames_a_page=4, batches_an_epoch=250)
    config = DetectConfig(epochs=40)
    fitted = fit_detector(net, source, config, params, validation=held, folder=path, resume=True)
    file = export_detector(fitted.net, card, path / "model.onnx", frames)  # parity proved

`held` is a list of `BoxedPicture`; each is looked at whole, as `sutja.detection.Detector` will look at it.

Letters: B pictures, C channels, H, W rows and columns, K classes, A cells.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sutja.data.boxes.boxed import BoxedPicture
from sutja.errors import TrainingError
from sutja.metrics import format_percent
from sutja.nets.detector import Detector
from sutja.signals.frame_input import FrameParams
from sutja.training import checkpoint, distributed, loop
from sutja.training.detect.evaluate import DetectBatch, make_batch, measure_average_precision
from sutja.training.detect.frames import Frames
from sutja.training.detect.loss import detection_loss
from sutja.training.device import Engine, choose_engine, find_device, use_threads
from sutja.training.schedule import SCHEDULES, Real
from sutja.training.versions import versions

_CHECKPOINT_EVERY = 10.0  # seconds
_LINE_EVERY = 10.0  # seconds, of progress within an epoch
_PARTS = 1000.0  # of a budget of time: how finely the schedule follows the clock

Log = Callable[[str], None]
OnEpoch = Callable[[Sequence[Mapping[str, float]]], None]


@dataclass(frozen=True, slots=True)
class DetectConfig:
    """How a detector is trained.

    Parameters
    ----------
    epochs : int
        Times through the source, when `seconds` is 0.
    seconds : Real
        A budget of wall-clock time; the schedule follows the clock, so that it ends with it.
    lr : Real
        Peak learning rate of AdamW.
    weight_decay : Real
        Of all weights but biases and norms.
    schedule : str
        A name in `schedule.SCHEDULES`.
    warm_up : Real
        The part of the run in which the learning rate rises.
    ema : Real
        Decay of the averaged weights, which are the result.
    clip : Real
        The largest norm of a gradient; 0 for any.
    evaluations : int
        How often the validation pictures are looked at, evenly over the run.
    seed : int
        Of the random numbers of the run.
    device, dtype, threads : str or int
        "auto", "auto" and 0 choose by a short measurement; see `training.device`.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """

    epochs: int = 100
    seconds: Real = 0.0
    lr: Real = 2e-3
    weight_decay: Real = 0.05
    schedule: str = "cosine"
    warm_up: Real = 0.05
    ema: Real = 0.998
    clip: Real = 10.0
    evaluations: int = 10
    seed: int = 0
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        sound = {
            "epochs": self.epochs >= 1 or self.seconds > 0,
            "seconds": self.seconds >= 0,
            "lr": self.lr > 0,
            "weight_decay": self.weight_decay >= 0,
            "schedule": self.schedule in SCHEDULES,
            "warm_up": 0 <= self.warm_up < 1,
            "ema": 0 < self.ema < 1,
            "clip": self.clip >= 0,
            "evaluations": self.evaluations >= 0,
            "seed": self.seed >= 0,
            "threads": self.threads >= 0,
            "dtype": self.dtype in ("auto", "float32", "bfloat16"),
        }
        for name, right in sound.items():
            if not right:
                raise TrainingError(
                    f"{getattr(self, name)!r} makes no sense",
                    where=name,
                    remedy="the documentation of DetectConfig says what it may be",
                )


@dataclass(frozen=True, slots=True)
class FittedDetector:
    """A trained detector, and how it came to be.

    Attributes
    ----------
    net : Detector
        In evaluation mode, with the averaged weights.
    history : tuple[dict[str, float], ...]
        One row an epoch: epoch, step, seconds, lr, loss, and now and then validation_ap50, validation_ap and
        validation_error (1 - AP50).
    steps, seconds : int or float
        Optimiser steps, and seconds of training.
    engine : dict[str, str | int]
        Device, dtype and threads.
    versions : dict[str, str]
        Of the packages.
    """

    net: Detector
    history: tuple[dict[str, float], ...]
    steps: int
    seconds: float
    config: DetectConfig
    engine: dict[str, str | int]
    versions: dict[str, str] = field(default_factory=dict)


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
        It is not changed itself; trained weights are gone on with.
    source : Frames
        Gives the frames; see `detect_frames.Frames`.
    config : DetectConfig
        how.
    params : FrameParams
        How pictures are made fit for it; mean and deviation are used on the frames too.
    validation : Sequence[BoxedPicture]
        Pictures to look at now and then; they decide nothing.
    folder : Path | None
        Where the checkpoint is kept, every few seconds; None keeps none.
    resume : bool
        Go on from the folder's checkpoint where there is one. Where epochs were asked for, the weights are
        bit for bit those of a run that was never stopped.
    facts : Mapping[str, Any] | None
        What else a resumed run must have in common with the one that began, the data's checksum for one.
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
    whole = {**asdict(config), **net.config.to_json(), "params": params.to_json(), **(facts or {})}
    with torch.random.fork_rng(devices=[device.index or 0] if device.type == "cuda" else []):
        torch.manual_seed(config.seed)
        net = copy.deepcopy(net).to(device).train()
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        path = folder / checkpoint.NAME if folder else None
        saved = checkpoint.read(path) if path and resume and path.exists() else None
        if saved and path:
            checkpoint.check_same_run(path, saved["identity"], whole)
        run = _Run(source, config, params, validation, path, whole, log, on_epoch)
        run.engine = _engine(net, run, device, config, saved)
        with use_threads(run.engine.threads):
            state = loop.State(net, "adamw", config.lr, config.weight_decay, (0.9, 0.99), average=True)
            if saved:
                state.load(saved)
                log(f"goes on after {state.step:,} steps")
            else:
                run.save(state)
            loop.fit(state, run)
            run.save(state)
    trained = state.flat.make_average().eval()
    assert isinstance(trained, Detector)
    return FittedDetector(
        trained, tuple(state.history), state.step, state.seconds(), config, run.engine.facts(), versions()
    )


def load_detector(path: Path, net: Detector) -> Detector:
    """A detector with the averaged weights of a checkpoint, ready for use.

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


def _engine(
    net: Detector, run: _Run, device: torch.device, config: DetectConfig, saved: dict[str, Any] | None
) -> Engine:
    """What the run is computed with; a resumed one goes on with what it began with."""
    if saved:
        return Engine(device, getattr(torch, saved["engine"]["dtype"]), saved["engine"]["threads"])
    frames = next(iter(run.source.epoch(0)), [])
    _check(frames, net, run.params)
    batch = make_batch(frames, run.params, device)
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


class _Run(loop.Job[DetectBatch]):
    """The job of training a detector, as the loop wants it."""

    engine: Engine

    def __init__(
        self,
        source: Frames,
        config: DetectConfig,
        params: FrameParams,
        validation: Sequence[BoxedPicture],
        path: Path | None,
        facts: Mapping[str, Any],
        log: Log,
        on_epoch: OnEpoch | None,
    ) -> None:
        self.source, self.config, self.params, self.validation = source, config, params, validation
        self.path, self.facts, self.log, self.on_epoch = path, facts, log, on_epoch
        self.clip, self.ema = config.clip, config.ema
        self.steps = config.epochs * source.batches_per_epoch
        self._schedule = SCHEDULES[config.schedule]
        self._saved_at = self._said_at = time.monotonic()

    def batches(self, state: loop.State) -> Iterator[DetectBatch]:
        """What is left of the epoch."""
        for frames in self.source.epoch(state.epoch, state.batch):
            yield make_batch(frames, self.params, self.engine.device)

    def loss(self, net: nn.Module, batch: DetectBatch) -> Tensor:
        """The loss of a batch."""
        raw = loop.run_in_dtype(net, batch.image, self.engine.dtype).float()
        return detection_loss(raw, batch.targets)

    def lr(self, state: loop.State) -> float:
        """By the step, or by the clock."""
        step, steps = self._progress(state)
        return self._schedule(step, steps, self.config.lr, self.config.warm_up * steps, 0.01 * self.config.lr)

    def _progress(self, state: loop.State) -> tuple[float, float]:
        if self.config.seconds:
            return _PARTS * state.seconds() / self.config.seconds, _PARTS
        return float(state.step), float(self.steps)

    def finished(self, state: loop.State) -> bool:
        """After the epochs, or the time."""
        if self.config.seconds:
            return state.seconds() >= self.config.seconds
        return state.step >= self.steps

    def after_step(self, state: loop.State, loss: Tensor) -> None:
        """A line of progress and a checkpoint every few seconds."""
        if time.monotonic() - self._said_at >= _LINE_EVERY:
            self._tell(state, f"loss {float(state.loss_sum) / state.batch:.4f}")
        if self.path and time.monotonic() - self._saved_at >= _CHECKPOINT_EVERY:
            self.save(state)

    def after_epoch(self, state: loop.State, batches: int) -> None:
        """A row of the history."""
        loss = float(state.loss_sum) / batches
        if not np.isfinite(loss):
            raise TrainingError(
                f"the loss became {loss} in epoch {state.epoch}",
                where="training",
                remedy="take a smaller learning rate",
            )
        row = {
            "epoch": float(state.epoch),
            "step": float(state.step),
            "seconds": state.seconds(),
            "lr": self.lr(state),
            "loss": loss,
        }
        if self.validation and self._time_to_look(state):
            row |= self._validate(state, loss)
        state.history.append(row)
        if self.on_epoch is not None:
            self.on_epoch(state.history)

    def _time_to_look(self, state: loop.State) -> bool:
        """Whether one of the evenly spaced looks is due, which the run's end always is."""
        if not self.config.evaluations:
            return False
        step, steps = self._progress(state)
        done = sum("validation_error" in row for row in state.history)
        return self.finished(state) or step / steps * self.config.evaluations >= done + 1

    def _validate(self, state: loop.State, loss: float) -> dict[str, float]:
        net = state.flat.make_average()
        assert isinstance(net, Detector)
        names = [str(i) for i in range(net.config.classes)]
        scores = measure_average_precision(net, self.validation, self.params, names)
        if not np.isfinite(scores.ap50):  # there is no thing in them
            return {}
        figures = f"validation AP {format_percent(scores.ap)}, at IoU 0.5 {format_percent(scores.ap50)}"
        self._tell(state, f"loss {loss:.4f}, {figures}")
        return {
            "validation_ap": scores.ap,
            "validation_ap50": scores.ap50,
            "validation_error": 1 - scores.ap50,
        }

    def _tell(self, state: loop.State, shown: str) -> None:
        """A line of progress: where the run is, how fast, and how long it will take."""
        self._said_at = time.monotonic()
        seconds = state.seconds()
        rate = state.step / max(1e-9, seconds)
        left = (self.steps - state.step) / max(1e-9, rate)
        total = f"/{self.config.epochs}"
        if self.config.seconds:
            total, left = "", self.config.seconds - seconds
        done = state.epoch + state.batch / self.source.batches_per_epoch
        self.log(f"epoch {done:.3g}{total}: {shown}; {rate:.2f} steps/s, {max(0.0, left):,.0f} s left")

    def save(self, state: loop.State) -> None:
        """Write the checkpoint, where one is kept."""
        self._saved_at = time.monotonic()
        if self.path and torch.isfinite(state.loss_sum):  # what was saved before is worth more than a NaN
            self.path.parent.mkdir(parents=True, exist_ok=True)
            state.save(self.path, identity=checkpoint.identity(self.facts), engine=self.engine.facts())
