"""One fit: a learner learns from some items and answers others, with what that takes.

Letters: n items, F features, C, H, W, K classes, S networks of a stack.
"""

from __future__ import annotations

import random
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sutja.comparison.data.arrays import as_rows
from sutja.comparison.learners import operations
from sutja.comparison.learners.catalogue import Learner
from sutja.comparison.learners.era_nets import era_config, era_pixels, make_era_net
from sutja.comparison.learners.eras import ERAS
from sutja.nets.mlp import Mlp
from sutja.nets.named import make_net
from sutja.signals.pixels_input import PixelsParams, batch_to_pixels
from sutja.training.classify.fit import ClassifyConfig, fit_classifier, predict_log_proba
from sutja.training.stacked.fit import fit_stacked, predict_log_proba_stacked
from sutja.training.stacked.optimisers import Member, StackedConfig

_MOST_EPOCHS, _LEAST_EPOCHS = 120, 8  # of a network
_FEW = 2000  # labels; below, batches are small, so that there are steps enough
_SMALL_BATCH = 32
_STEPS, _BATCH = 1500, 128  # of perceptrons
_CONV_STEPS, _CONV_BATCH = 1000, 64  # half the seconds of the former, and a twentieth more errors
_PART_BYTES = 2.5e8  # of items asked about at once, as numbers

Ready = Callable[[NDArray[Any]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Fit:
    """What came of one fit.

    Attributes
    ----------
    answers : NDArray[int64]
        (m,) the class of each item asked about.
    fit_seconds, predict_seconds : float
        Its share, where several were trained together.
    fit_operations, predict_operations : float | None
        Multiplications, comparisons and the like, to learn, and to answer one item; None where they cannot be
        counted.
    parameters : int | None
        Numbers that are kept to answer.
    together : int
        How many were trained as one.
    """

    answers: NDArray[np.int64]
    fit_seconds: float
    predict_seconds: float
    fit_operations: float | None
    predict_operations: float | None
    parameters: int | None
    together: int = 1


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a fit is given.

    Attributes
    ----------
    X, y : NDArray[Any] or NDArray[int64]
        Items to learn from as they lie in their file, and their classes.
    asked : NDArray[Any]
        Items to answer.
    pictures : bool
        Whether items are pictures.
    n_classes : int
        K.
    device, dtype : str
        Of networks.
    """

    X: NDArray[Any]
    y: NDArray[np.int64]
    asked: NDArray[Any]
    pictures: bool
    n_classes: int
    device: str = "cpu"
    dtype: str = "float32"


def fit_one(learner: Learner, lesson: Lesson, settings: Mapping[str, Any], seed: int) -> Fit:
    """Fit a learner alone."""
    if learner.kind == "era" and ERAS[learner.name].net != "perceptron":
        return _fit_era(learner, lesson, seed)
    if learner.kind == "network":
        return _fit_convnet(learner, lesson, settings, seed)
    return _fit_estimator(learner, lesson, settings, seed)


def fit_together(
    learner: Learner,
    lesson: Lesson,
    rows: Sequence[NDArray[np.int64]],
    settings: Sequence[Mapping[str, Any]],
    seeds: Sequence[int],
) -> list[Fit]:
    """Train perceptrons as one stack.

    Parameters
    ----------
    rows : Sequence[NDArray[int64]]
        For each network the places in the lesson's X that it learns from, of one number.
    settings, seeds : Sequence[Mapping[str, Any]] or Sequence[int]
        For each network.
    """
    images, ready = _standardised(lesson)
    shape, n = images.shape[1:], len(rows[0])
    epochs, batch = _epochs_and_batch(n, _STEPS, _BATCH)
    config = StackedConfig(epochs=float(epochs), batch_size=batch, device=lesson.device)
    members = [
        Member(seed, float(some["lr"]), float(some["weight_decay"]), places)
        for seed, some, places in zip(seeds, settings, rows, strict=True)
    ]
    begun = time.perf_counter()
    done = fit_stacked(
        lambda: Mlp(int(np.prod(shape)), learner.hidden, lesson.n_classes), images, lesson.y, members, config
    )
    taught = time.perf_counter()
    answers, asked_for = _answers(lambda X: predict_log_proba_stacked(done.nets, X).argmax(2), lesson, ready)
    share = len(members)
    forward = operations.of_network(done.nets[0], images[:1])
    seen = config.epochs * n
    return [
        Fit(
            answers[k],
            (taught - begun) / share,
            asked_for / share,
            3 * forward * seen,
            forward,
            operations.parameters_of(done.nets[k]),
            share,
        )
        for k in range(share)
    ]


def _epochs_and_batch(n: int, steps: int, batch: int) -> tuple[int, int]:
    """Of a network that learns from n items in about so many steps."""
    size = _SMALL_BATCH if n < _FEW else batch
    return int(np.clip(np.ceil(steps * size / n), _LEAST_EPOCHS, _MOST_EPOCHS)), size


def _standardised(lesson: Lesson) -> tuple[NDArray[np.float32], Ready]:
    """Return items as networks see them, (n, C, H, W), and what makes others so.

    Pictures are scaled as one, features each by itself.
    """
    if not lesson.pictures:
        flat = as_rows(lesson.X)
        mean, std = flat.mean(0), flat.std(0)
        std[std == 0] = 1.0
        return ((flat - mean) / std)[:, None, None], lambda X: ((as_rows(X) - mean) / std)[:, None, None]
    params = _pixels_of(lesson.X)
    return batch_to_pixels(lesson.X, params), lambda X: batch_to_pixels(X, params)


def _answers(
    ask: Callable[[NDArray[np.float32]], NDArray[np.int64]], lesson: Lesson, ready: Ready
) -> tuple[NDArray[np.int64], float]:
    """Answers to the items asked about, the last axis, and the seconds that they took without making ready.

    Large items are asked about in parts, since all of them as numbers might not fit in memory.
    """
    rows = max(1, int(_PART_BYTES / (4 * lesson.asked[0].size)))
    found, seconds = [], 0.0
    for start in range(0, len(lesson.asked), rows):
        part = ready(lesson.asked[start : start + rows])
        begun = time.perf_counter()
        found.append(ask(part))
        seconds += time.perf_counter() - begun
    return np.concatenate(found, axis=-1), seconds


def _pixels_of(images: NDArray[np.uint8]) -> PixelsParams:
    """Size, channels and scale of pictures, by themselves."""
    height, width = map(int, images.shape[1:3])
    mean, std = float(images.mean() / 255), float(images.std() / 255)
    return PixelsParams(height, width, 1 if images.ndim == 3 else 3, round(mean, 4), round(std, 4) or 1.0)


def _fit_convnet(learner: Learner, lesson: Lesson, settings: Mapping[str, Any], seed: int) -> Fit:
    images, ready = _standardised(lesson)
    epochs, batch = _epochs_and_batch(len(images), _CONV_STEPS, _CONV_BATCH)
    config = ClassifyConfig(
        epochs=epochs,
        batch_size=batch,
        seed=seed,
        device=lesson.device,
        dtype=lesson.dtype,
        threads=1,
        **settings,
    )
    net = _made(lambda shape, k: make_net("convnet", shape, k, size=learner.size), images, lesson, seed)
    return _fit_network(net, images, lesson, ready, config)


def _fit_era(learner: Learner, lesson: Lesson, seed: int) -> Fit:
    era = ERAS[learner.name]
    images, params = era_pixels(era, lesson.X)
    config = era_config(era, seed=seed, device=lesson.device, threads=1, dtype="float32")
    least = int(np.ceil(_STEPS / 2 * config.batch_size / len(images)))
    config = replace(config, epochs=max(config.epochs, min(least, _MOST_EPOCHS)))
    net = _made(lambda shape, k: make_era_net(era, shape, k), images, lesson, seed)
    return _fit_network(net, images, lesson, lambda X: batch_to_pixels(X, params), config)


def _made(make: Any, images: NDArray[np.float32], lesson: Lesson, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made: nn.Module = make(images.shape[1:], lesson.n_classes)
    return made


def _fit_network(
    net: nn.Module, images: NDArray[np.float32], lesson: Lesson, ready: Ready, config: ClassifyConfig
) -> Fit:
    forward = operations.of_network(net, images[:1])
    begun = time.perf_counter()
    fitted = fit_classifier(net, images, lesson.y, config, log=_nothing)
    taught = time.perf_counter()
    answers, seconds = _answers(lambda X: predict_log_proba(fitted.net, X).argmax(1), lesson, ready)
    seen = fitted.steps * min(config.batch_size, len(images))
    return Fit(answers, taught - begun, seconds, 3.0 * forward * seen, forward, operations.parameters_of(net))


def _fit_estimator(learner: Learner, lesson: Lesson, settings: Mapping[str, Any], seed: int) -> Fit:
    from sutja.comparison.learners.classical import make_estimator

    flat = as_rows(lesson.X)
    estimator = make_estimator(learner, settings, seed, lesson.pictures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of steps that run out: the error tells how good the fit is
        _seed_everything(seed)
        begun = time.perf_counter()
        estimator.fit(flat, lesson.y)
        taught = time.perf_counter()
        answers, seconds = _answers(
            lambda X: _classes_of(estimator.predict(X), len(X), lesson.n_classes), lesson, as_rows
        )
    fit_operations, predict_operations, parameters = operations.of_estimator(estimator, flat)
    return Fit(answers, taught - begun, seconds, fit_operations, predict_operations, parameters)


def _seed_everything(seed: int) -> None:
    """For an estimator of one's own that draws from a generator of the whole process."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)


def _classes_of(answers: Any, n: int, n_classes: int) -> NDArray[np.int64]:
    """Answers as class numbers.

    Raises
    ------
    ValueError
        An estimator of one's own answers something else.
    """
    found = np.asarray(answers)
    if found.shape == (n, 1):
        found = found[:, 0]
    if found.shape != (n,):
        raise ValueError(f"it answers {found.shape} for {n} items")
    if found.dtype.kind not in "iubf":
        raise ValueError(f"it answers {found.dtype}, not the numbers of classes that it was given")
    odd = found[~((found >= 0) & (found < n_classes) & (found == np.rint(found)))]
    if len(odd):
        raise ValueError(f"it answers {odd[0]}, which is none of the classes 0 to {n_classes - 1}")
    return found.astype(np.int64)


def _nothing(line: str) -> None:
    """Takes progress, and says nothing."""
