"""Classifiers to measure: those a person names, or small ones trained here on the digits of MNIST.

The validation part is never trained on: it is the tenth of the writers that `sutja train` holds out too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sutja.data.labelled.load import Labelled, load_labelled
from sutja.data.split.fixed import VALIDATION_SHARE
from sutja.data.split.hold_out import hold_out
from sutja.model_file import Card, Preprocessing
from sutja.nets.named import make_net
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.training.classify.fit import ClassifyConfig, fit_classifier
from sutja.training.export.network import export

DATA = "mnist"
EPOCHS = 8
SEED = 20_261_123


def load_hold_out(part: str, data: str = DATA) -> Labelled:
    """Labelled pictures that no model of this file was trained on: the validation or the test part."""
    if part == "test":
        return load_labelled(data, "test")
    train = load_labelled(data, "train")
    validation = hold_out(train.labels, train.groups, VALIDATION_SHARE)
    return train.take(np.flatnonzero(validation))


def train(net: str, path: Path, epochs: int = EPOCHS, limit: int | None = None) -> Path:
    """Train a network on MNIST, without the validation part, and write its model file.

    Parameters
    ----------
    net : str
        A name in `sutja.nets.named.NETS`; "mlp" is 784-16-16-10.
    path : Path
        Where the model file goes.
    epochs, limit : int or int | None
        Times that every picture is seen, and how many pictures there are, for a try.
    """
    import torch

    every = load_labelled(DATA, "train")
    kept = np.flatnonzero(~hold_out(every.labels, every.groups, VALIDATION_SHARE))[:limit]
    items = every.take(kept)
    params = PixelsParams(items.images.shape[1], items.images.shape[2], 1, 0.1307, 0.3081)
    X = batch_to_pixels(items.images, params)
    torch.manual_seed(SEED)
    config = ClassifyConfig(epochs=epochs, lr=5e-3, seed=SEED, device="cpu", threads=1, dtype="float32")
    fitted = fit_classifier(
        make_net(net, params.shape, len(items.classes)), X, items.labels, config, log=lambda line: None
    )
    card = Card(
        "classify", net, (), Preprocessing("pixels", params.to_json()), classes=items.classes, seed=SEED
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    export(fitted.net, card, path, [X[:64]])
    return path
