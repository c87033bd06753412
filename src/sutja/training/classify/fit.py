"""Training a classifier: pictures with one class each.

The data is held as one tensor on the device, or read from a disk; a step is a slice of it, a forward and a
backward pass, and a handful of operations on all parameters at once.

Letters: n pictures, B batch, C, H, W, K classes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Int
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from sutja.errors import TrainingError
from sutja.metrics import format_percent
from sutja.training import checkpoint, distributed, loop
from sutja.training.callbacks import History, Log, OnEpoch, Progress, Row
from sutja.training.classify import cuda_graphs
from sutja.training.classify.augment import AUGMENTS
from sutja.training.classify.batches import CHUNK_BYTES, PictureBatch, Pictures, to_float, to_tensor
from sutja.training.classify.checks import check_fit
from sutja.training.classify.streamed import StreamedPixels
from sutja.training.device import DTYPES, Engine, choose_engine, count_cores, find_device, use_threads
from sutja.training.job import FitConfig, Fitted, Resumable, get_versions
from sutja.training.schedule import SCHEDULES, Real
from sutja.training.shared_norms import share_norms
from sutja.training.stacked_networks import MlpStack, mlp_layers

# Checked by `checks.check_fit`, whose errors are for people.
Images = NDArray[Any] | Tensor
Pixels = Images | StreamedPixels
Labels = NDArray[Any] | Tensor


def cross_entropy(
    logits: Float[Tensor, "B K"], targets: Int[Tensor, " B"], smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """-log of the probability of the right class, a part ``smoothing`` of it spread over all classes."""
    return F.cross_entropy(logits, targets, label_smoothing=smoothing)


def squared_error(
    logits: Float[Tensor, "B K"], targets: Int[Tensor, " B"], smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """Half the squared distance of tanh(logits) to +1 at the right class and -1 elsewhere, summed over K.

    With ``smoothing`` s the targets are 1 - s and s - 1, off the flat ends of the tanh.

    References
    ----------
    LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition, 1989.
    """
    wanted = torch.full_like(logits, -1.0).scatter_(1, targets[:, None], 1.0) * (1.0 - smoothing)
    return 0.5 * (torch.tanh(logits) - wanted).square().sum(1).mean()


def perceptron_criterion(
    logits: Float[Tensor, "B K"], targets: Int[Tensor, " B"], smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """Distance of the units' answers on the wrong side of zero, summed over K.

    Its gradient is the perceptron rule: a unit that is right learns nothing, one that is wrong moves by the
    picture. ``smoothing`` changes nothing.

    References
    ----------
    Rosenblatt, The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain,
    1958.
    """
    signs = torch.full_like(logits, -1.0).scatter_(1, targets[:, None], 1.0)
    return F.relu(-signs * logits).sum(1).mean()


ClassLoss = Callable[[Tensor, Tensor, float], Tensor]
LOSSES: Mapping[str, ClassLoss] = MappingProxyType(
    {"cross_entropy": cross_entropy, "squared_error": squared_error, "perceptron": perceptron_criterion}
)


@dataclass(frozen=True, slots=True)
class ClassifyConfig(FitConfig):
    """Settings of the training of a classifier; `FitConfig` has the rest.

    Parameters
    ----------
    batch_size : int
        Pictures a step, over all processes.
    optimiser : str
        "adamw" or "sgd" (with Nesterov's momentum).
    momentum : Real
        Momentum of SGD, or beta 1 of AdamW.
    loss : str
        A name in `LOSSES`.
    label_smoothing : Real
        0 to below 1 (Szegedy et al. 2016).
    augment : str | None
        A name in `augment.AUGMENTS`, or None.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """

    batch_size: int = 128
    optimiser: str = "adamw"
    momentum: Real = 0.9
    loss: str = "cross_entropy"
    label_smoothing: Real = 0.0
    augment: str | None = None

    def list_rules(self) -> dict[str, bool]:
        """List, for each setting, whether its value is allowed."""
        return FitConfig.list_rules(self) | {
            "batch_size": self.batch_size >= 1,
            "optimiser": self.optimiser in ("adamw", "sgd"),
            "momentum": 0 <= self.momentum < 1,
            "loss": self.loss in LOSSES,
            "label_smoothing": 0 <= self.label_smoothing < 1,
            "augment": self.augment is None or self.augment in AUGMENTS,
        }


FittedClassifier = Fitted[nn.Module, ClassifyConfig]


def fit_classifier(
    net: nn.Module,
    X: Pixels,
    y: Labels,
    config: ClassifyConfig,
    *,
    validation: tuple[Pixels, Labels] | None = None,
    folder: Path | None = None,
    resume: bool = False,
    log: Log = print,
    on_epoch: OnEpoch | None = None,
    callbacks: Sequence[loop.Callback] = (),
) -> FittedClassifier:
    """Train a copy of a network.

    Parameters
    ----------
    net : nn.Module
        Network, (B, C, H, W) float32 → logits (B, K); it is not changed itself.
    X : Pixels
        (n, C, H, W), float32 as the network shall see it, or uint8, of which it sees 0 to 1; or pictures that
        are read when they are needed.
    y : Labels
        (n,) classes 0 to K - 1.
    config : ClassifyConfig
        Settings.
    validation : tuple[Pixels, Labels] | None
        X and y to evaluate on after every epoch; they decide nothing.
    folder : Path | None
        Folder of the checkpoint, which is written every few seconds; None keeps none.
    resume : bool
        Go on from the folder's checkpoint where there is one. Where epochs were asked for, the weights are
        bit for bit those of a run that was never stopped.
    log : Log
        Takes a line of progress an epoch.
    on_epoch : OnEpoch | None
        Takes the history after every epoch.
    callbacks : Sequence[loop.Callback]
        Called after those of the run itself.

    Raises
    ------
    TrainingError
        Data that cannot be learnt from, a run that is resumed with other data or another configuration, a
        loss that is no number any more, a checkpoint that cannot be written.
    """
    if config.seconds and distributed.world_size() > 1:
        raise TrainingError(
            "several processes have no common clock", where="seconds", remedy="ask for epochs instead"
        )
    device = find_device(config.device)
    images, labels = X if isinstance(X, StreamedPixels) else to_tensor(X), to_tensor(y).long()
    check_fit(net, images, labels, config.batch_size)
    resumable = Resumable.open(folder, resume, _facts(net, images, labels, config) if folder else {})
    convolves = any(isinstance(module, nn.Conv2d) for module in net.modules())
    pictures = Pictures(
        images.to(device) if isinstance(images, Tensor) else images,
        labels.to(device),
        config.batch_size,
        config.seed,
        AUGMENTS[config.augment] if config.augment else None,
        channels_last=convolves,
    )
    if distributed.rank():
        log, on_epoch = _drop_line, None
    devices = [device.index or 0] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(config.seed + distributed.rank())
        net = copy.deepcopy(net).to(device).train()
        distributed.broadcast_([*net.parameters(), *net.buffers()])
        share_norms(net)
        if convolves:
            net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        engine = _make_engine(net, pictures, config, resumable.saved)
        job = ClassifyJob(net, pictures, config, engine, validation)
        history = History(job.lr, job.evaluate, on_epoch)
        progress = Progress(
            log,
            job.budget,
            _describe,
            batches_per_epoch=pictures.batches_per_epoch,
            batch_size=pictures.batch_size,
        )
        with use_threads(engine.threads):
            betas = (config.momentum, 0.99)
            state = loop.State(net, config.optimiser, config.lr, config.weight_decay, betas, config.ema > 0)
            resumable.train(state, job, engine, history, progress, log, callbacks)
    net = state.flat.make_average().eval()
    return Fitted(
        net, tuple(state.history), state.step, state.seconds(), config, engine.facts(), get_versions()
    )


def predict_log_proba(
    net: nn.Module, X: Pixels, batch_size: int = 1024
) -> Float32[NDArray[np.float32], "n K"]:
    """Log-probabilities of each picture's classes, computed where the network is.

    Parameters
    ----------
    net : nn.Module
        (B, C, H, W) → logits (B, K).
    X : Pixels
        (n, C, H, W), as in `fit_classifier`.
    batch_size : int
        Pictures at once.
    """
    device = next(net.parameters()).device
    images = X if isinstance(X, StreamedPixels) else to_tensor(X)
    if not isinstance(images, Tensor):
        batch_size = max(1, min(batch_size, CHUNK_BYTES // (4 * prod(images.shape[1:]))))
    blocks = (images[start : start + batch_size] for start in range(0, len(images), batch_size))
    parts = [
        F.log_softmax(loop.evaluation_step(net, to_float(to_tensor(part).to(device))), dim=1).cpu().numpy()
        for part in blocks
    ]
    return np.concatenate(parts)


def _facts(net: nn.Module, X: Tensor | StreamedPixels, y: Tensor, config: ClassifyConfig) -> dict[str, Any]:
    """List the data and settings that a resumed run must have in common with the one that began."""
    return {
        **asdict(config),
        "network": str(net),
        "data": _digest(X, y.cpu().numpy()),
        "processes": distributed.world_size(),
    }


def _digest(X: Tensor | StreamedPixels, y: NDArray[np.int64]) -> str:
    if isinstance(X, Tensor):
        return checkpoint.digest_of(X.cpu().numpy(), y)
    return f"{X.digest()} {checkpoint.digest_of(y)}"


def _describe(row: Row) -> str:
    if "validation_loss" not in row:
        return ""
    return f"validation {row['validation_loss']:.4f}, {format_percent(row['validation_error'])} wrong"


def _drop_line(line: str) -> None:
    """Take a line of progress of a process that is not the first."""


def _make_engine(
    net: nn.Module, pictures: Pictures, config: ClassifyConfig, saved: dict[str, Any] | None
) -> Engine:
    """Choose device, number format and threads; a resumed run goes on with those that it began with."""
    device = pictures.y.device
    if saved:
        return Engine.from_facts(device, saved["engine"])
    n_processes = distributed.world_size()
    if n_processes > 1:  # all must compute alike, and each on its own cores
        dtype = DTYPES.get(config.dtype, torch.float32)
        return Engine(device, dtype, config.threads or max(1, count_cores() // n_processes))
    image, label = pictures.example()
    loss = LOSSES[config.loss]
    return choose_engine(
        net, image, lambda logits: loss(logits, label, 0.0), device, config.dtype, config.threads
    )


class ClassifyJob(loop.Job[PictureBatch]):
    """The training of a classifier, as the loop needs it.

    Parameters
    ----------
    net : nn.Module
        Network on its device.
    pictures : Pictures
        Training data on the same device.
    config : ClassifyConfig
        Settings.
    engine : Engine
        Device, number format and threads.
    validation : tuple[Pixels, Labels] | None
        X and y to evaluate on.
    """

    def __init__(
        self,
        net: nn.Module,
        pictures: Pictures,
        config: ClassifyConfig,
        engine: Engine,
        validation: tuple[Pixels, Labels] | None,
    ) -> None:
        self.pictures, self.config, self.engine, self.validation = pictures, config, engine, validation
        self.clip, self.ema = config.clip, config.ema
        self.budget = loop.Budget(config.epochs * pictures.batches_per_epoch, config.seconds)
        self._loss, self._schedule = LOSSES[config.loss], SCHEDULES[config.schedule]
        self._activation = self._find_activation(net)
        self._stack: MlpStack | None = None
        self._grads: list[Tensor] = []
        self._graph: cuda_graphs.CudaGraph | None = None
        held = pictures.X if isinstance(pictures.X, Tensor) and pictures.augment is None else None
        if self._activation and engine.dtype is torch.bfloat16 and held is not None:
            pictures.X = to_float(held).to(engine.dtype)

    def _find_activation(self, net: nn.Module) -> type[nn.Module] | None:
        """Find the activation of a perceptron whose gradients `MlpStack` knows; None for other networks."""
        trainable = all(p.requires_grad for p in net.parameters())
        if self.config.loss != "cross_entropy" or self.engine.device.type != "cpu" or not trainable:
            return None
        return mlp_layers(net, self.pictures.example(1)[0])

    def batches(self, state: loop.State) -> Iterator[PictureBatch]:
        """The batches of the epoch that are still to come."""
        return self.pictures.epoch(state.epoch, state.batch)

    def gradients(self, state: loop.State, batch: PictureBatch) -> Tensor:
        """Set the gradients: those of a perceptron in closed form, in a third of the time of autograd."""
        if self._activation is None:
            return super().gradients(state, batch)
        if self._stack is None:  # not before the state has moved the weights side by side
            self._stack = MlpStack.within(state.net, self._activation)
            self._grads = [p.grad for p in state.net.parameters() if p.grad is not None]
        image, label = batch
        image = image.to(self.engine.dtype)
        loss, grads = self._stack.gradients(image, label.unsqueeze(0), self.config.label_smoothing)
        torch._foreach_copy_(self._grads, [grad[0] for grad in grads])
        return loss[0]

    def loss(self, net: nn.Module, batch: PictureBatch) -> Tensor:
        """The mean loss of a batch."""
        image, label = batch
        if self._graph is None and cuda_graphs.has_cuda_graphs(image.device):  # as above: weights have moved
            self._graph = cuda_graphs.CudaGraph(net, image, self.engine.dtype)
        logits = self._graph(image) if self._graph else loop.run_in_dtype(net, image, self.engine.dtype)
        return self._loss(logits.float(), label, self.config.label_smoothing)

    def lr(self, state: loop.State) -> float:
        """The learning rate of the next step, by the step or by the clock."""
        position, length = self.budget.measure(state)
        return self._schedule(position, length, self.config.lr, self.config.warm_up * length, 0.0)

    def evaluate(self, state: loop.State) -> dict[str, float]:
        """The loss and the error on the validation data, where there are any."""
        if self.validation is None:
            return {}
        log_probs = predict_log_proba(state.flat.make_average(), self.validation[0])
        truth = to_tensor(self.validation[1]).cpu().numpy()
        return {
            "validation_loss": float(-log_probs[np.arange(len(truth)), truth].mean()),
            "validation_error": float((log_probs.argmax(1) != truth).mean()),
        }
