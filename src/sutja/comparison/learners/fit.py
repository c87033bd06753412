"""Fit a learner on some items, predict others, and measure the cost.

Letters: n items, F features, C, H, W, K classes, S networks of a stack.
"""

from __future__ import annotations

import copy
import random
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import Perceptron
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from sutja.baselines import BASELINES
from sutja.comparison.data.arrays import to_rows
from sutja.comparison.learners import operations
from sutja.comparison.learners.catalogue import Learner
from sutja.comparison.learners.cost import Cost
from sutja.comparison.learners.era_nets import (
    make_era_config,
    make_era_net,
    make_era_params,
    make_pixels_params,
)
from sutja.comparison.learners.eras import ERAS
from sutja.nets.mlp import Mlp
from sutja.nets.named import make_net
from sutja.signals.preprocessing.pixels_input import batch_to_pixels
from sutja.training.classify.fit import ClassifyConfig, fit_classifier, predict_log_proba
from sutja.training.stacked.fit import fit_stacked, predict_log_proba_stacked
from sutja.training.stacked.optimisers import Member, StackedConfig

_MOST_EPOCHS, _LEAST_EPOCHS = 120, 8  # of a network
_FEW = 2000  # labels; with fewer, batches are small, so that there are enough steps
_SMALL_BATCH = 32
_STEPS, _BATCH = 1500, 128  # of perceptrons
_CONV_EPOCHS, _CONV_BATCH = 20, 64
_CONV_STEPS = (400, 1000)  # least, most; one costs more than a perceptron's, and more bring little
_BLOCK_BYTES = 2.5e8  # of items that are predicted at a time, as float32
_INNER = "model__estimator__"  # prefix of the settings of a support-vector machine within its calibration

Preprocess = Callable[[NDArray[Any]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Fit:
    """Predictions and cost of one fit.

    Attributes
    ----------
    answers : NDArray[int64]
        (m,) the class that it predicts for each item to answer.
    cost : Cost
        Cost of the fit; per network if several were trained together.
    """

    answers: NDArray[np.int64]
    cost: Cost


@dataclass(frozen=True, slots=True)
class FitData:
    """Data of a fit.

    Attributes
    ----------
    X, y : NDArray[Any] or NDArray[int64]
        Items to learn from, in the type that they are stored in, and their classes.
    X_eval : NDArray[Any]
        Items to answer.
    pictures : bool
        True if items are pictures.
    n_classes : int
        K.
    device, dtype : str
        Device and number format of networks.
    """

    X: NDArray[Any]
    y: NDArray[np.int64]
    X_eval: NDArray[Any]
    pictures: bool
    n_classes: int
    device: str = "cpu"
    dtype: str = "float32"


def fit_one(learner: Learner, data: FitData, settings: Mapping[str, Any], seed: int) -> Fit:
    """Fit a learner by itself.

    Parameters
    ----------
    learner : Learner
        The learner; not a perceptron of `sutja.comparison.learners.catalogue.MLPS`.
    data : FitData
        Items to learn from and to answer.
    settings : Mapping[str, Any]
        Its hyperparameters.
    seed : int
        Seed of its first weights and of all that is random in it.
    """
    if learner.kind == "era" and ERAS[learner.name].net != "perceptron":
        return _fit_era(learner, data, seed)
    if learner.kind == "network":
        return _fit_convnet(learner, data, settings, seed)
    return _fit_estimator(learner, data, settings, seed)


def fit_together(
    learner: Learner,
    data: FitData,
    rows: Sequence[NDArray[np.int64]],
    settings: Sequence[Mapping[str, Any]],
    seeds: Sequence[int],
) -> list[Fit]:
    """Train perceptrons as one stack.

    Parameters
    ----------
    learner : Learner
        The perceptron.
    data : FitData
        Items to learn from, of all networks together, and items to answer.
    rows : Sequence[NDArray[int64]]
        For each network the indices of the items that it learns from, into `data.X`; as many for each.
    settings : Sequence[Mapping[str, Any]]
        Hyperparameters of each network.
    seeds : Sequence[int]
        Seed of each network.

    Returns
    -------
    list[Fit]
        A fit for each network; its cost is the network's share.
    """
    images, preprocess = _preprocess(data)
    shape, n = images.shape[1:], len(rows[0])
    epochs, batch = _choose_epochs_and_batch(n, _STEPS, _BATCH)
    config = StackedConfig(epochs=float(epochs), batch_size=batch, device=data.device)
    members = [
        Member(seed, float(some["lr"]), float(some["weight_decay"]), indices)
        for seed, some, indices in zip(seeds, settings, rows, strict=True)
    ]
    start = time.perf_counter()
    done = fit_stacked(
        lambda: Mlp(int(np.prod(shape)), learner.hidden, data.n_classes), images, data.y, members, config
    )
    fit_seconds = time.perf_counter() - start
    answers, predict_seconds = _predict(
        lambda X: predict_log_proba_stacked(done.nets, X).argmax(2), data, preprocess
    )
    share = len(members)
    forward = operations.count_network_operations(done.nets[0], images[:1])
    return [
        Fit(
            answers[k],
            Cost(
                fit_seconds / share,
                predict_seconds / share,
                fit_operations=3 * forward * config.epochs * n,
                predict_operations=forward,
                parameters=operations.count_parameters(done.nets[k]),
                together=share,
            ),
        )
        for k in range(share)
    ]


def _choose_epochs_and_batch(n: int, steps: int, batch: int) -> tuple[int, int]:
    """Choose epochs and batch size of a network that learns from n items in about so many steps."""
    size = _SMALL_BATCH if n < _FEW else batch
    return int(np.clip(np.ceil(steps * size / n), _LEAST_EPOCHS, _MOST_EPOCHS)), size


def _choose_conv_epochs(n: int) -> int:
    """Choose the epochs of a convolutional network that learns from n items."""
    least, most = (steps * _CONV_BATCH / n for steps in _CONV_STEPS)
    return int(np.clip(np.ceil(np.clip(_CONV_EPOCHS, least, most)), _LEAST_EPOCHS, _MOST_EPOCHS))


def _preprocess(data: FitData) -> tuple[NDArray[np.float32], Preprocess]:
    """Return the items to learn from as networks take them, (n, C, H, W), and the preprocessing for others.

    All pixels are scaled alike, features each by its own deviation.
    """
    if not data.pictures:
        flat = to_rows(data.X)
        mean, std = flat.mean(0), flat.std(0)
        std[std == 0] = 1.0
        return ((flat - mean) / std)[:, None, None], lambda X: ((to_rows(X) - mean) / std)[:, None, None]
    params = make_pixels_params(data.X)
    return batch_to_pixels(data.X, params), lambda X: batch_to_pixels(X, params)


def _predict(
    predict: Callable[[NDArray[np.float32]], NDArray[np.int64]], data: FitData, preprocess: Preprocess
) -> tuple[NDArray[np.int64], float]:
    """Return the answers to `data.X_eval`, in the last axis, and the seconds that they took.

    Preprocessing does not count. Items are predicted in blocks, since all of them as float32 might not fit in
    memory.
    """
    rows = max(1, int(_BLOCK_BYTES / (4 * data.X_eval[0].size)))
    answers, seconds = [], 0.0
    for first in range(0, len(data.X_eval), rows):
        block = preprocess(data.X_eval[first : first + rows])
        start = time.perf_counter()
        answers.append(predict(block))
        seconds += time.perf_counter() - start
    return np.concatenate(answers, axis=-1), seconds


def _fit_convnet(learner: Learner, data: FitData, settings: Mapping[str, Any], seed: int) -> Fit:
    images, preprocess = _preprocess(data)
    epochs, batch = _choose_conv_epochs(len(images)), _CONV_BATCH
    config = ClassifyConfig(
        epochs=epochs,
        batch_size=batch,
        seed=seed,
        device=data.device,
        dtype=data.dtype,
        threads=1,
        **settings,
    )
    net = _make_net(lambda shape, k: make_net("convnet", shape, k, size=learner.size), images, data, seed)
    return _fit_network(net, images, data, preprocess, config)


def _fit_era(learner: Learner, data: FitData, seed: int) -> Fit:
    era = ERAS[learner.name]
    params = make_era_params(era, data.X)
    images = batch_to_pixels(data.X, params)
    config = make_era_config(era, seed=seed, device=data.device, threads=1, dtype="float32")
    least = int(np.ceil(_STEPS / 2 * config.batch_size / len(images)))
    config = replace(config, epochs=max(config.epochs, min(least, _MOST_EPOCHS)))
    net = _make_net(lambda shape, k: make_era_net(era, shape, k), images, data, seed)
    return _fit_network(net, images, data, lambda X: batch_to_pixels(X, params), config)


def _make_net(make: Any, images: NDArray[np.float32], data: FitData, seed: int) -> nn.Module:
    """Make a network with first weights of this seed, and leave torch's own generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made: nn.Module = make(images.shape[1:], data.n_classes)
    return made


def _fit_network(
    net: nn.Module, images: NDArray[np.float32], data: FitData, preprocess: Preprocess, config: ClassifyConfig
) -> Fit:
    forward = operations.count_network_operations(net, images[:1])
    start = time.perf_counter()
    fitted = fit_classifier(net, images, data.y, config, log=_discard)
    fit_seconds = time.perf_counter() - start
    answers, predict_seconds = _predict(
        lambda X: predict_log_proba(fitted.net, X).argmax(1), data, preprocess
    )
    n_items = fitted.steps * min(config.batch_size, len(images))
    cost = Cost(
        fit_seconds,
        predict_seconds,
        fit_operations=3.0 * forward * n_items,
        predict_operations=forward,
        parameters=operations.count_parameters(net),
    )
    return Fit(answers, cost)


def _fit_estimator(learner: Learner, data: FitData, settings: Mapping[str, Any], seed: int) -> Fit:
    flat = to_rows(data.X)
    estimator = _make_estimator(learner, settings, seed, data.pictures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of iterations that run out: the error shows how good the fit is
        _seed_everything(seed)
        start = time.perf_counter()
        estimator.fit(flat, data.y)
        fit_seconds = time.perf_counter() - start
        answers, predict_seconds = _predict(
            lambda X: _check_answers(estimator.predict(X), len(X), data.n_classes), data, to_rows
        )
    counts = operations.count_estimator_operations(estimator, flat)
    return Fit(answers, Cost(fit_seconds, predict_seconds, None, *counts))


def _make_estimator(learner: Learner, settings: Mapping[str, Any], seed: int, pictures: bool) -> Any:
    """Make an estimator that is not fitted yet.

    A support-vector machine comes without its calibration, which takes four fits to learn how sure an answer
    is, and does not change the answer. Features, which may have different units, are scaled, each by its own
    deviation.
    """
    if learner.kind == "era":
        return Perceptron(max_iter=50, tol=None, random_state=seed)
    if learner.kind == "own":
        if not hasattr(learner.estimator, "get_params"):
            return copy.deepcopy(learner.estimator)
        own = clone(learner.estimator)
        seeds = {name: seed for name in own.get_params() if name.rpartition("__")[2] == "random_state"}
        return own.set_params(**{**seeds, **settings})
    steps = BASELINES[learner.name].build(seed)
    name, model = steps[-1]
    if isinstance(model, CalibratedClassifierCV):
        steps = [*steps[:-1], (name, model.estimator)]
        settings = {key.replace(_INNER, "model__"): value for key, value in settings.items()}
    if not pictures:
        steps = [("units", StandardScaler()), *steps]
    return Pipeline(steps).set_params(**settings)


def _seed_everything(seed: int) -> None:
    """Seed the generators of the whole process, for an estimator of one's own that draws from them."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)


def _check_answers(answers: Any, n: int, n_classes: int) -> NDArray[np.int64]:
    """Check that answers are class numbers, and return them, (n,) int64.

    Raises
    ------
    ValueError
        An estimator of one's own answers something else.
    """
    numbers = np.asarray(answers)
    if numbers.shape == (n, 1):
        numbers = numbers[:, 0]
    if numbers.shape != (n,):
        raise ValueError(f"it answers {numbers.shape} for {n} items")
    if numbers.dtype.kind not in "iubf":
        raise ValueError(f"it answers {numbers.dtype}, not the numbers of classes that it was given")
    invalid = numbers[~((numbers >= 0) & (numbers < n_classes) & (numbers == np.rint(numbers)))]
    if len(invalid):
        raise ValueError(f"it answers {invalid[0]}, which is not one of the classes 0 to {n_classes - 1}")
    return numbers.astype(np.int64)


def _discard(line: str) -> None:
    """Discard a line of progress."""
