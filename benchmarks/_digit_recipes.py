"""Training of each network of `digits.py`, and the peers that learn the same in the common ways.

Letters: n pictures, C, H, W, K classes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sutja.training.classify.fit import ClassifyConfig

PEER_EPOCHS = 100  # after which a peer that has not reached the goal is given up
Predict = Callable[[NDArray[np.float32]], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A network and its training.

    Parameters
    ----------
    data : str
        A set of the catalogue.
    net, size : str
        Of `sutja.nets.named.make_net`; perceptrons have two hidden layers of 16.
    config : ClassifyConfig
        Chosen on validation data.
    goal : tuple[float, float]
        The error to stay at or under, and the seconds to stay within.
    size : str
        Of a convolutional network.
    views : int
        5 also asks with every picture moved by a pixel each way, and averages.
    """

    data: str
    net: str
    config: ClassifyConfig
    goal: tuple[float, float]
    size: str = "s"
    views: int = 1


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "784-16-16-10, best": Recipe(
            "mnist",
            "mlp",
            ClassifyConfig(epochs=40, batch_size=256, lr=1e-2, weight_decay=0.1, ema=0.999),
            (0.035, 30.0),
        ),
        "784-16-16-10, quick": Recipe(
            "mnist",
            "mlp",
            ClassifyConfig(
                epochs=5, batch_size=256, lr=2e-2, weight_decay=0.05, schedule="linear", dtype="bfloat16"
            ),
            (0.045, 1.5),
        ),
        "MNIST, 99.0 %": Recipe(
            "mnist",
            "convnet",
            ClassifyConfig(
                epochs=2, batch_size=128, lr=8e-3, weight_decay=0.02, schedule="linear", dtype="bfloat16"
            ),
            (0.010, 4.0),
        ),
        "MNIST, 99.5 %": Recipe(
            "mnist",
            "convnet",
            ClassifyConfig(
                epochs=12, batch_size=128, lr=6e-3, weight_decay=0.02, ema=0.998, augment="light",
                dtype="bfloat16",
            ),
            (0.005, 25.0),
            "m",
        ),
        "MNIST, in full": Recipe(
            "mnist",
            "convnet",
            ClassifyConfig(
                epochs=16, batch_size=128, lr=4e-3, weight_decay=0.05, label_smoothing=0.05, ema=0.999,
                augment="digits", dtype="bfloat16",
            ),
            (0.0025, float("inf")),
            "l",
            views=5,
        ),
        "postal digits, best": Recipe(
            "usps",
            "convnet",
            ClassifyConfig(
                epochs=50, batch_size=64, lr=4e-3, weight_decay=0.05, label_smoothing=0.05, ema=0.998,
                augment="digits", dtype="bfloat16",
            ),
            (0.018, 20.0),
            "m",
        ),
    }
)  # fmt: skip


@dataclass
class Peer:
    """Somebody else's way to train 784-16-16-10: what it is, its epochs, and its answers after each."""

    name: str
    epochs: Iterator[None]
    predict: Predict


def make_scikit_learn(X: NDArray[np.float32], y: NDArray[np.int64], seed: int) -> Peer:
    """`MLPClassifier` with its defaults: Adam, batches of 200; an epoch is one `partial_fit`."""
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier((16, 16), random_state=seed)
    flat, classes = X.reshape(len(X), -1), np.unique(y)

    def epochs() -> Iterator[None]:
        while True:
            net.partial_fit(flat, y, classes=classes)
            yield

    return Peer("scikit-learn MLPClassifier", epochs(), lambda Z: net.predict(Z.reshape(len(Z), -1)))


def make_plain_torch(X: NDArray[np.float32], y: NDArray[np.int64], seed: int, batch_size: int = 64) -> Peer:
    """The loop of a tutorial: `nn.Sequential`, Adam with its defaults, batches of 64 from tensors."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Flatten(), nn.Linear(X[0].size, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    optimiser, loss = torch.optim.Adam(net.parameters()), nn.CrossEntropyLoss()
    pictures, labels = torch.from_numpy(X), torch.from_numpy(y)

    def epochs() -> Iterator[None]:
        while True:
            net.train()
            for rows in torch.split(torch.randperm(len(labels)), batch_size):
                optimiser.zero_grad()
                loss(net(pictures[rows]), labels[rows]).backward()
                optimiser.step()
            yield

    def predict(Z: NDArray[np.float32]) -> NDArray[np.int64]:
        with torch.no_grad():
            return np.asarray(net(torch.from_numpy(Z)).argmax(1), np.int64)

    return Peer("plain PyTorch loop", epochs(), predict)


def train_until(
    peer: Peer, X: NDArray[np.float32], y: NDArray[np.int64], goal: float, most: int = PEER_EPOCHS
) -> tuple[float, float, int]:
    """Train a peer until its error is at most the goal; the look after each epoch costs it no time.

    Returns
    -------
    The error, the seconds of training, and the epochs. Where it never gets there, those of its last epoch.
    """
    seconds, error = 0.0, 1.0
    for epoch in range(1, most + 1):
        begun = time.perf_counter()
        next(peer.epochs)
        seconds += time.perf_counter() - begun
        error = float((peer.predict(X) != y).mean())
        if error <= goal:
            return error, seconds, epoch
    return error, seconds, most
