"""Trainings that people look on at: small classifiers, in the ways of their times.

An `Era` has what was known in its year: the network, its loss, its steps. `LiveTraining` trains one, shows
itself several times a second, stops when it is told to, and makes a model file at any time.

Letters: n pictures, H, W rows and columns, K classes, M maps or neurons.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sutja.data.labelled.load import Labelled, load_labelled
from sutja.data.sets.catalogue import DEFAULT, data_root
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out
from sutja.errors import SutjaError
from sutja.model_file import ModelFile
from sutja.nets.mlp import Mlp
from sutja.nets.named import make_net
from sutja.runs.cards import make_validated_card
from sutja.runs.inputs.pictures import choose_params
from sutja.runs.parts import drop_line
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels, to_pixels
from sutja.training import loop
from sutja.training.classify.fit import ClassifyConfig, fit_classifier, predict_log_proba
from sutja.training.export.network import export
from sutja.training.job import Fitted, check_settings, get_versions

SIDE = 28  # pixels of a picture
MOST_NEURONS, MOST_LAYERS = 256, 4  # of a network that is watched
MOST_EPOCHS = 200
LEAST_LABELS = 20
MOMENT = 0.25  # seconds between two looks within an epoch
LEAST_EPOCH = 0.1  # seconds: with few labels an epoch would be over before it was seen
_PARITY_PICTURES = 64  # on which a model file must answer as the network does


@dataclass(frozen=True, slots=True)
class Era:
    """Knowledge of a year, as far as these networks show it.

    Attributes
    ----------
    config : ClassifyConfig
        Loss, optimiser, learning rate and length of the training.
    net : str
        A name in `sutja.nets.named.NETS`.
    hidden : tuple[int, ...] | None
        Neurons of the hidden layers, where they can be chosen; None where the network is what it is.
    layers : int
        Most hidden layers.
    activation : str
        A name in `sutja.nets.mlp.ACTIVATIONS`, for "mlp".
    dropout : float
        Part of each hidden layer that is dropped in a step, for "mlp".
    """

    config: ClassifyConfig
    net: str = "mlp"
    hidden: tuple[int, ...] | None = None
    layers: int = 0
    activation: str = "relu"
    dropout: float = 0.0


def _plain(lr: float, batch_size: int, **more: float | str) -> ClassifyConfig:
    """Make the settings of steps down the gradient, all alike."""
    config = ClassifyConfig(
        optimiser="sgd", lr=lr, batch_size=batch_size, schedule="constant", warm_up=0.0, weight_decay=0.0
    )
    return replace(config, **{"momentum": 0.0, **more})  # type: ignore[arg-type]


ERAS: Mapping[str, Era] = MappingProxyType(
    {
        # Rosenblatt: one layer, whose wrong units move by the picture.
        "1958": Era(_plain(0.01, 8, loss="perceptron"), hidden=()),
        # Rumelhart, Hinton, Williams: hidden layers of sigmoid units, squared error, momentum.
        "1986": Era(
            _plain(0.02, 16, loss="squared_error", momentum=0.9), hidden=(16,), layers=2, activation="sigmoid"
        ),
        # LeCun et al.: shared weights.
        "1989": Era(_plain(0.005, 16, loss="squared_error", momentum=0.9), net="lecun1989"),
        # LeCun et al.: LeNet-5.
        "1998": Era(_plain(0.002, 16, loss="cross_entropy", momentum=0.9), net="lenet5"),
        # Krizhevsky, Sutskever, Hinton: rectified units, dropout.
        "2012": Era(_plain(0.02, 32, momentum=0.9), hidden=(128, 128), layers=MOST_LAYERS, dropout=0.3),
        # Batch norms, Adam with decay, a falling learning rate, pictures that are never twice the same.
        "today": Era(
            ClassifyConfig(lr=4e-3, weight_decay=0.02, batch_size=64, augment="light"), net="convnet"
        ),
    }
)
_RESIZED = {DEFAULT}  # sets of small pictures, whose digits are found and centred at the size of drawings


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Choices of the person who looks on.

    Attributes
    ----------
    era : str
        A name in `ERAS`.
    data : str
        A set that `list_data` lists.
    labels : int
        Labelled pictures to learn from; 0 for all that there are.
    hidden : tuple[int, ...] | None
        Neurons of each hidden layer; None takes the era's.
    lr : float | None
        Learning rate; None takes the era's.
    epochs : int
        Passes through the pictures.
    seed : int
        Seed of the first weights, and of the order of the pictures.

    Raises
    ------
    TrainingError
        A value that makes no sense.
    """

    era: str = "1986"
    data: str = DEFAULT
    labels: int = 0
    hidden: tuple[int, ...] | None = None
    lr: float | None = None
    epochs: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        check_settings(self, {"era": self.era in ERAS, "data": self.data in list_data()})
        chosen, own = self.hidden, ERAS[self.era].hidden
        most = ERAS[self.era].layers
        check_settings(
            self,
            {
                "labels": self.labels == 0 or self.labels >= LEAST_LABELS,
                "hidden": chosen is None
                or (
                    own is not None
                    and len(chosen) <= most
                    and all(1 <= neurons <= MOST_NEURONS for neurons in chosen)
                ),
                "lr": self.lr is None or 1e-5 <= self.lr <= 10.0,
                "epochs": 1 <= self.epochs <= MOST_EPOCHS,
                "seed": 0 <= self.seed < 2**31,
            },
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a training.

    Attributes
    ----------
    epoch : float
        Epochs that are done.
    row : Mapping[str, float] | None
        The epoch's row of the history where one has just ended.
    weights : NDArray[float32]
        (M, H, W) weights of the first layer's neurons or maps to the pixels.
    """

    epoch: float
    row: Mapping[str, float] | None
    weights: NDArray[np.float32]


def list_data() -> list[str]:
    """List the sets that are here: the digits that come with scikit-learn, and MNIST where it was fetched."""
    try:
        has_mnist = (data_root() / "mnist").is_dir()
    except SutjaError:
        has_mnist = False
    return [DEFAULT, *(["mnist"] if has_mnist else [])]


@lru_cache(maxsize=2)
def load_split(data: str) -> tuple[Labelled, Labelled]:
    """Load the training part of a set, split into what is learnt from and what is validated on."""
    train = load_labelled(data, "train", (SIDE, SIDE) if data in _RESIZED else None)
    held_out = hold_out(train.labels, train.groups, VALIDATION_SHARE)
    return train.take(np.flatnonzero(~held_out)), train.take(np.flatnonzero(held_out))


@lru_cache(maxsize=8)
def find_params(data: str, net: str) -> PixelsParams:
    """Find how the pictures of a set are made fit for a network."""
    return choose_params(net, load_split(data)[0], "auto" if data in _RESIZED else "whole")


class _StoppedError(Exception):
    """The training was told to stop."""


@dataclass(eq=False)
class _Watch(loop.Callback):
    """Shows a training now and then, and ends it when it is told to stop."""

    batches: int
    show: Callable[[Moment], None]
    is_stopped: Callable[[], bool]
    state: loop.State | None = None
    shown: float = field(default_factory=time.monotonic)
    began: float = field(default_factory=time.monotonic)

    def on_start(self, state: loop.State) -> None:
        self.state = state
        self._show(state, None)

    def on_step(self, state: loop.State, loss: Tensor) -> None:
        if self.is_stopped():
            raise _StoppedError
        if time.monotonic() - self.shown >= MOMENT and state.batch < self.batches:
            self._show(state, None)

    def on_epoch(self, state: loop.State, batches: int) -> None:
        self._show(state, state.history[-1])
        while (left := self.began + LEAST_EPOCH - time.monotonic()) > 0 and not self.is_stopped():
            time.sleep(min(left, 0.02))
        self.began = time.monotonic()

    def _show(self, state: loop.State, row: Mapping[str, float] | None) -> None:
        weights = find_first_weights(state.net)
        self.show(Moment(state.epoch + state.batch / self.batches, row, weights))
        self.shown = time.monotonic()


class LiveTraining:
    """One training that is watched.

    Parameters
    ----------
    settings : LiveSettings
        Choices of the person.

    Attributes
    ----------
    train, validation : Labelled
        What is learnt from, and what it is measured on.
    params : PixelsParams
        Preprocessing of the pictures.
    config : ClassifyConfig
        Settings of the training.
    net : nn.Module
        The network as it is now.

    Raises
    ------
    SutjaError
        If the data cannot be read.
    """

    def __init__(self, settings: LiveSettings) -> None:
        era = ERAS[settings.era]
        self.settings = settings
        train, self.validation = load_split(settings.data)
        order = np.random.default_rng(settings.seed).permutation(len(train))
        self.train = train.take(order[: settings.labels or len(train)])
        self.params = find_params(settings.data, era.net)
        self.config = replace(
            era.config,
            epochs=settings.epochs,
            lr=settings.lr or era.config.lr,
            batch_size=min(era.config.batch_size, len(self.train)),
            seed=settings.seed,
            device="cpu",
            dtype="float32",
            threads=1,
        )
        torch.manual_seed(settings.seed)
        self.net = self._make_net(era)
        self._watch: _Watch | None = None

    def _make_net(self, era: Era) -> nn.Module:
        hidden = era.hidden if self.settings.hidden is None else self.settings.hidden
        n_classes = len(self.train.classes)
        if era.net != "mlp":
            return make_net(era.net, self.params.shape, n_classes)
        return Mlp(int(np.prod(self.params.shape)), hidden or (), n_classes, era.activation, era.dropout)

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(parameter.numel() for parameter in self.net.parameters())

    def run(self, show: Callable[[Moment], None], is_stopped: Callable[[], bool]) -> bool:
        """Train to the end, or until it is stopped.

        Parameters
        ----------
        show : Callable[[Moment], None]
            Takes a moment at the start, after each epoch, and within long ones.
        is_stopped : Callable[[], bool]
            Asked after each step.

        Returns
        -------
        bool
            True if it came to its end.

        Raises
        ------
        TrainingError
            If the loss is no number any more.
        """
        batches = max(1, len(self.train) // self.config.batch_size)
        self._watch = _Watch(batches, show, is_stopped)
        try:
            fit_classifier(
                self.net,
                batch_to_pixels(self.train.images, self.params),
                self.train.labels,
                self.config,
                validation=(self._validation_pixels(), self.validation.labels),
                log=drop_line,
                callbacks=[self._watch],
            )
        except _StoppedError:
            return False
        finally:
            self.net = self._take_net()
        return True

    def _take_net(self) -> nn.Module:
        """Copy the network as it is now."""
        state = self._watch.state if self._watch else None
        return (state.flat.make_average() if state else self.net).eval()

    def _validation_pixels(self) -> NDArray[np.float32]:
        return batch_to_pixels(self.validation.images, self.params)

    def answer(self, drawing: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Compute the probabilities (K,) of a drawing, uint8 (h, w), by the network as it is now."""
        pixels = to_pixels(drawing, self.params)[None]
        return np.asarray(np.exp(predict_log_proba(self._take_net(), pixels)[0]))

    def save(self, path: Path, name: str) -> ModelFile:
        """Save the network as a model file, calibrated on the validation part.

        Parameters
        ----------
        path : Path
            Path of the file; it appears whole or not at all.
        name : str
            Name of the model.
        """
        net, pixels = self._take_net(), self._validation_pixels()
        steps = self._watch.state.step if self._watch and self._watch.state else 0
        fitted = Fitted(net, (), steps, 0.0, self.config, {"device": "cpu"}, get_versions())
        card = make_validated_card(
            name, self.params, self.train, self.validation, fitted, predict_log_proba(net, pixels)
        )
        return export(net, card, path, [pixels[:_PARITY_PICTURES]])


def find_first_weights(net: nn.Module) -> NDArray[np.float32]:
    """Find the weights (M, H, W) of the first layer to the pixels of a grey picture."""
    weights = next(parameter for parameter in net.parameters() if parameter.ndim >= 2)
    values = weights.detach().cpu().numpy().astype(np.float32)
    if values.ndim == 2:
        side = round(values.shape[1] ** 0.5)
        return values.reshape(len(values), side, side)
    return values[:, 0]
