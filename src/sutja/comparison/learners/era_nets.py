"""The networks of the eras, and the preprocessing of each. Letters: n, B, C, H, W, K classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from sutja.comparison.learners.eras import Era
from sutja.nets.mlp import Mlp
from sutja.nets.named import NETS, make_net
from sutja.signals.preprocessing.pixels_input import PixelsParams
from sutja.training.classify.fit import ClassifyConfig

_SIGMOID_UNITS = 40  # in the one hidden layer of 1986, as in the rivals of the zip-code network
_MAPS, _UNITS = (32, 64), 256
_GRID = 4  # cells a side to which the last feature maps are pooled


def make_pixels_params(images: NDArray[np.uint8], side: int = 0, grey: bool = False) -> PixelsParams:
    """Make preprocessing parameters that standardise all pixels alike.

    Parameters
    ----------
    images : NDArray[uint8]
        (n, H, W) or (n, H, W, 3), from which mean and deviation are taken.
    side : int
        Height and width to resize to; 0 keeps those of the pictures.
    grey : bool
        Convert colours to grey.
    """
    height, width = (side, side) if side else map(int, images.shape[1:3])
    channels = 1 if grey or images.ndim == 3 else 3
    mean, std = float(images.mean() / 255), float(images.std() / 255)
    return PixelsParams(height, width, channels, round(mean, 4), round(std, 4) or 1.0)


def make_era_params(era: Era, images: NDArray[np.uint8]) -> PixelsParams:
    """Make the preprocessing parameters of an era's network: size, channels and scale."""
    net = NETS.get(era.net)
    params = make_pixels_params(images, net.side if net else 0, bool(net and net.grey))
    if net and net.mean is not None and net.std is not None:
        return replace(params, mean=net.mean, std=net.std)
    if era.net == "sigmoid":  # pixels from 0 to 1, as the units of the time answered
        return PixelsParams(params.height, params.width, params.channels)
    return params


def make_era_net(era: Era, shape: tuple[int, int, int], classes: int) -> nn.Module:
    """Make the network of an era with fresh weights, (B, C, H, W) → logits (B, K)."""
    if era.net in ("lecun1989", "lenet5"):
        return make_net(era.net, shape, classes)
    if era.net == "sigmoid":
        return Mlp(int(np.prod(shape)), (_SIGMOID_UNITS,), classes, "sigmoid")
    if era.net == "today":
        return make_net("convnet", shape, classes, size="m")
    return _make_two_convolutions(shape, classes, norm=era.net == "norm2015")


def make_era_config(era: Era, **choices: Any) -> ClassifyConfig:
    """Make the training settings of an era's network."""
    return replace(ClassifyConfig(**era.training), **choices)


def _make_two_convolutions(shape: tuple[int, int, int], classes: int, norm: bool) -> nn.Sequential:
    """Stack two convolutions with pooling and a hidden layer: a small AlexNet, with batch norm or dropout."""
    layers: list[nn.Module] = []
    before = shape[0]
    for maps in _MAPS:
        layers.append(nn.Conv2d(before, maps, 5, padding=2, bias=not norm))
        layers += [nn.BatchNorm2d(maps)] if norm else []
        layers += [nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)]
        before = maps
    layers += [nn.AdaptiveMaxPool2d(_GRID), nn.Flatten()]
    layers.append(nn.Linear(before * _GRID * _GRID, _UNITS, bias=not norm))
    layers += [nn.BatchNorm1d(_UNITS), nn.ReLU()] if norm else [nn.ReLU(), nn.Dropout(0.5)]
    return nn.Sequential(*layers, nn.Linear(_UNITS, classes))
