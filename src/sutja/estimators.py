"""Networks as scikit-learn estimators: pipelines, searches and cross-validation work as with any other.

Letters: n samples, H rows, W columns, C channels, F = H · W · C features, K classes.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from sutja.errors import SutjaError
from sutja.model_file import Card, ModelFile, Preprocessing, TrainingSet
from sutja.nets.mlp import Mlp
from sutja.nets.named import NETS, make_net
from sutja.signals.preprocessing.pixels_input import PixelsParams
from sutja.training.classify.fit import ClassifyConfig, fit_classifier, predict_log_proba
from sutja.training.export.network import export

# Rows that the network takes at once, the last block filled up: a row's answer then is the same whatever
# stands beside it, since sums are always taken in the same order.
_BLOCK = 64
_SMALL = 100_000  # parameters of a perceptron, below which a second thread costs more than it brings
_PARITY_ROWS = 256  # of the training data, on which an exported file must answer as the network does

Shape = tuple[int, int, int]  # C, H, W
MakeNet = Callable[[Shape, int], nn.Module]


class EstimatorError(SutjaError, ValueError):
    """Arguments or data that the estimator cannot use."""


class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A neural network that learns classes from samples, with the interface of scikit-learn.

    Samples are centred and scaled by one mean and one deviation, as pictures ask for; for features in
    different units put a `StandardScaler` before it.

    Parameters
    ----------
    net : str | MakeNet
        A name in `sutja.nets.named.NETS`, like "mlp" or "convnet", or a function from (C, H, W) and K to a
        torch module that answers (B, C, H, W) with logits (B, K).
    hidden : Sequence[int]
        Neurons of each hidden layer of "mlp".
    size : str
        Size of "convnet", from "s" up.
    image_shape : Sequence[int] | None
        (H, W) or (H, W, C) of samples that come flat; None takes a square of one channel where a network
        needs a picture.
    epochs, lr, batch_size, weight_decay : int or float
        Settings of the training; the learning rate is its peak.
    augment : str | None
        A name in `sutja.training.classify.augment.AUGMENTS`, or None.
    random_state : int | random.RandomState | None
        Seed of the first weights and of the order of samples; an int makes `fit` repeatable.
    device : str
        "auto", "cpu", "cuda", …
    dtype : str
        Number format of the arithmetic while learning: "float32", "bfloat16", or "auto" for what a short
        measurement finds faster, which may differ from run to run.

    Attributes
    ----------
    classes_
        (K,) the classes, sorted.
    n_features_in_
        F.
    shape_
        C, H, W of what the network sees.
    mean_, std_
        Mean and deviation of the values of X.
    net_
        The trained network, in eval mode.
    history_
        One row an epoch, with its loss.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> clf = NetworkClassifier(epochs=30, random_state=0).fit(X[:1500], y[:1500])
    >>> bool(clf.score(X[1500:], y[1500:]) > 0.85)
    True
    """

    def __init__(
        self,
        net: str | MakeNet = "mlp",
        *,
        hidden: Sequence[int] = (16, 16),
        size: str = "s",
        image_shape: Sequence[int] | None = None,
        epochs: int = 50,
        lr: float = 1e-2,
        batch_size: int = 64,
        weight_decay: float = 1e-3,
        augment: str | None = None,
        random_state: int | np.random.RandomState | None = None,
        device: str = "auto",
        dtype: str = "float32",
    ) -> None:
        self.net = net
        self.hidden = hidden
        self.size = size
        self.image_shape = image_shape
        self.epochs = epochs
        self.lr = lr
        self.batch_size = batch_size
        self.weight_decay = weight_decay
        self.augment = augment
        self.random_state = random_state
        self.device = device
        self.dtype = dtype

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from samples.

        Parameters
        ----------
        X : ArrayLike
            (n, F), or pictures (n, H, W), (n, H, W, C) or (n, C, H, W) with C of 1 or 3.
        y : ArrayLike
            (n,) classes of any kind that can be sorted.

        Raises
        ------
        ValueError
            Data or arguments that nothing can be learnt from.
        """
        flat, shape = _flattened(X)
        flat, y = validate_data(self, flat, y, dtype=[np.float32, np.float64, np.uint8])
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise EstimatorError(
                f"there is one class only, {self.classes_[0]}",
                where="y",
                remedy="give samples of two classes or more",
            )
        self.shape_ = shape or self._given_shape(flat.shape[1])
        self._full = 255.0 if flat.dtype == np.uint8 else 1.0 if 0 <= flat.min() <= flat.max() <= 1 else None
        self.mean_, self.std_ = _scaling(self.net, flat, self._full or float(flat.max()) or 1.0)
        images = self._images(flat)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        try:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                net = self._make()
            config = ClassifyConfig(
                epochs=self.epochs,
                batch_size=self.batch_size,
                lr=self.lr,
                weight_decay=self.weight_decay,
                augment=self.augment,
                seed=seed,
                device=self.device,
                dtype=self.dtype,
                threads=_threads(net),
            )
            fitted = fit_classifier(net, images, labels.astype(np.int64), config, log=_drop_line)
        except (SutjaError, ValueError) as error:
            raise EstimatorError(str(error)) from error
        self.net_, self.history_ = fitted.net.cpu(), fitted.history
        self._seed, self._n_samples, self._versions = seed, len(flat), fitted.versions
        self._parity_images = images[:_PARITY_ROWS]
        return self

    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """(n, K) log-probabilities of the classes."""
        check_is_fitted(self)
        flat, _ = _flattened(X)
        images = self._images(
            validate_data(self, flat, dtype=[np.float32, np.float64, np.uint8], reset=False)
        )
        missing = -len(images) % _BLOCK
        blocks = np.concatenate([images, np.zeros((missing, *images.shape[1:]), np.float32)])
        log_probs = predict_log_proba(self.net_, blocks, _BLOCK)[: len(images)].astype(np.float64)
        log_probs -= np.log(np.exp(log_probs).sum(1, keepdims=True))
        return log_probs

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """(n, K) probabilities of the classes."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """(n,) the likeliest class of each sample."""
        best = self.predict_log_proba(X).argmax(1)
        return self.classes_[best]  # type: ignore[no-any-return]

    def save(
        self, path: str | os.PathLike[str], *, name: str | None = None, full: float | None = None
    ) -> ModelFile:
        """Write the network as a model file, which the use half reads without torch or scikit-learn.

        Parameters
        ----------
        path : str | os.PathLike[str]
            Path of the ``.onnx`` file; it appears whole or not at all.
        name : str | None
            Name of the model; by default that of the file.
        full : float | None
            The value in X of a full pixel, 255 in a picture: known for uint8, and for values from 0 to 1.

        Raises
        ------
        EstimatorError
            The samples were no pictures, or `full` is not known.
        """
        check_is_fitted(self)
        full = full if full is not None else self._full
        if full is None or not full > 0:
            raise EstimatorError(
                "X was neither uint8 nor within 0 to 1, so its scale is not known",
                where="full",
                remedy="give the value in X that a full pixel has, like 16 for scikit-learn's digits",
            )
        channels, height, width = _as_picture(self.shape_)
        params = PixelsParams(height, width, channels, self.mean_ / full, self.std_ / full)
        card = Card(
            "classify",
            name or Path(path).stem,
            (),
            Preprocessing("pixels", params.to_json()),
            threshold=0.0,
            classes=tuple(map(str, self.classes_)),
            seed=self._seed,
            versions=self._versions,
            training_data=(TrainingSet("given to the estimator", self._n_samples, "not stated"),),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        images = self._parity_images.reshape(-1, channels, height, width)
        return export(self.net_, card, Path(path), [images])

    def _given_shape(self, features: int) -> Shape:
        """C, H, W of samples that came flat."""
        if self.image_shape is not None:
            height, width, channels = (*self.image_shape, 1)[:3]
            if math.prod(self.image_shape) != features or len(self.image_shape) not in (2, 3):
                raise EstimatorError(
                    f"{tuple(self.image_shape)} does not hold {features} features",
                    where="image_shape",
                    remedy="give (H, W) or (H, W, C)",
                )
            return channels, height, width
        return (1, 1, features) if self.net == "mlp" else _as_picture((1, 1, features))

    def _images(self, flat: NDArray[Any]) -> NDArray[np.float32]:
        """(n, C, H, W), centred and scaled."""
        channels, height, width = self.shape_
        scaled = ((flat - np.float32(self.mean_)) / np.float32(self.std_)).astype(np.float32)
        pictures = scaled.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
        return np.ascontiguousarray(pictures)

    def _make(self) -> nn.Module:
        """Make the network, with fresh weights."""
        classes = len(self.classes_)
        if callable(self.net):
            return self.net(self.shape_, classes)
        return make_net(self.net, self.shape_, classes, tuple(self.hidden), self.size)


def _drop_line(line: str) -> None:
    """Take a line of progress and drop it."""


def _threads(net: nn.Module) -> int:
    """One for a small perceptron, else torch's own number: not measured, so that a fit can be repeated."""
    small = isinstance(net, Mlp) and sum(p.numel() for p in net.parameters()) < _SMALL
    return 1 if small else torch.get_num_threads()


def _flattened(X: ArrayLike) -> tuple[Any, Shape | None]:
    """Pictures as rows of H · W · C values, and C, H, W; anything else as it is."""
    ndim = getattr(X, "ndim", None)
    if ndim not in (3, 4):
        return X, None
    pictures = np.asarray(X)
    if ndim == 3:
        pictures = pictures[..., None]
    elif pictures.shape[3] not in (1, 3) and pictures.shape[1] in (1, 3):
        pictures = pictures.transpose(0, 2, 3, 1)
    if pictures.shape[3] not in (1, 3):
        raise EstimatorError(
            f"pictures have 1 or 3 channels, and these have the shape {pictures.shape}",
            where="X",
            remedy="give (n, H, W), (n, H, W, C) or (n, C, H, W)",
        )
    n, height, width, channels = pictures.shape
    return pictures.reshape(n, -1), (channels, height, width)


def _as_picture(shape: Shape) -> Shape:
    """Make the shape of a picture; a row of features becomes a square where it can."""
    if shape[:2] != (1, 1):
        return shape
    side = math.isqrt(shape[2])
    if side * side != shape[2]:
        raise EstimatorError(
            f"{shape[2]} features are no square picture",
            where="X",
            remedy="give image_shape, or X as (n, H, W)",
        )
    return 1, side, side


def _scaling(net: str | MakeNet, flat: NDArray[Any], full: float) -> tuple[float, float]:
    """Find mean and deviation of the values, or those in the paper of the network."""
    wants = NETS.get(net) if isinstance(net, str) else None
    if wants is not None and wants.mean is not None and wants.std is not None:
        return wants.mean * full, wants.std * full
    mean, std = float(flat.mean(dtype=np.float64)), float(flat.std(dtype=np.float64))
    return mean, std if std > 0 else 1.0
