"""The networks of the eras, and how pictures are made fit for each. Letters: n, C, H, W, K classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from sutja.comparison.learners.eras import Era
from sutja.nets.mlp import Mlp
from sutja.nets.named import NETS, make_net
from sutja.signals.pixels_input import PixelsParams, batch_to_pixels
from sutja.training.classify.fit import ClassifyConfig

_SIGMOID_UNITS = 40  # of the one hidden layer in 1986, as the zip-code networks' rivals had
_MAPS, _UNITS = (32, 64), 256
_GRID = 4  # places a side that the last maps are pooled to


def pixels_for(era: Era, images: NDArray[np.uint8]) -> PixelsParams:
    """Size, channels and scale of the pictures as the era's network takes them."""
    wants = NETS.get(era.net)
    height, width = (wants.side, wants.side) if wants and wants.side else images.shape[1:3]
    channels = 1 if (wants and wants.grey) or images.ndim == 3 else 3
    if wants and wants.mean is not None and wants.std is not None:
        return PixelsParams(height, width, channels, wants.mean, wants.std)
    if era.net == "sigmoid":
        return PixelsParams(height, width, channels)  # 0 to 1, as units of the time answered
    mean, std = float(images.mean() / 255), float(images.std() / 255)
    return PixelsParams(int(height), int(width), channels, round(mean, 4), round(std, 4) or 1.0)


def era_pixels(era: Era, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], PixelsParams]:
    """Pictures as the era's network takes them, and how."""
    params = pixels_for(era, images)
    return batch_to_pixels(images, params), params


def make_era_net(era: Era, shape: tuple[int, int, int], classes: int) -> nn.Module:
    """The era's network with fresh weights, (B, C, H, W) → logits (B, K)."""
    if era.net in ("lecun1989", "lenet5"):
        return make_net(era.net, shape, classes)
    if era.net == "sigmoid":
        return Mlp(int(np.prod(shape)), (_SIGMOID_UNITS,), classes, "sigmoid")
    if era.net == "today":
        return make_net("convnet", shape, classes, size="m")
    return _two_convolutions(shape, classes, norm=era.net == "norm2015")


def era_config(era: Era, **choices: Any) -> ClassifyConfig:
    """How the era's network is trained."""
    return replace(ClassifyConfig(**era.training), **choices)


def _two_convolutions(shape: tuple[int, int, int], classes: int, norm: bool) -> nn.Sequential:
    """Convolution and pooling, twice, and a hidden layer: a small AlexNet, with batch norm or dropout."""
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
