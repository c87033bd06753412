"""The classifiers by name, and the pictures that each of them takes. Letters: C channels, H, W, K classes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from torch import nn

from sutja.nets import lecun1989, lenet5
from sutja.nets.convnet import ConvNet, InkNet
from sutja.nets.mlp import Mlp


@dataclass(frozen=True, slots=True)
class InputNeeds:
    """Pictures that a network was made for.

    Parameters
    ----------
    side : int
        Side of the pictures in pixels; 0 for any size.
    grey : bool
        True if it takes one channel only.
    mean, std : float | None
        Mean and deviation of the scale in its paper, or None for those of the data.
    """

    side: int = 0
    grey: bool = False
    mean: float | None = None
    std: float | None = None


NETS: Mapping[str, InputNeeds] = MappingProxyType(
    {
        "mlp": InputNeeds(),
        "convnet": InputNeeds(),
        "inknet": InputNeeds(),
        "lenet5": InputNeeds(28, True, 0.0784, 0.7843),  # paper at -0.1, ink at 1.175
        "lecun1989": InputNeeds(lecun1989.SIDE, True, 0.5, 0.5),  # paper at -1, ink at 1
    }
)


def make_net(
    name: str, shape: tuple[int, int, int], classes: int, hidden: Sequence[int] = (16, 16), size: str = "s"
) -> nn.Module:
    """Make a classifier with fresh weights, (B, C, H, W) → logits (B, K).

    Parameters
    ----------
    name : str
        A name in `NETS`.
    shape : tuple[int, int, int]
        Channels C, rows H and columns W of the pictures.
    classes : int
        Number of classes K.
    hidden : Sequence[int]
        Neurons of the hidden layers of "mlp".
    size : str
        Size of "convnet" and "inknet".

    Raises
    ------
    ValueError
        There is no such network, or none of such sizes.
    """
    if name == "mlp":
        return Mlp(math.prod(shape), hidden, classes)
    if name == "convnet":
        return ConvNet(size, shape, classes)
    if name == "inknet":
        return InkNet(ConvNet(size, shape, classes))
    if name == "lenet5":
        return lenet5.LeNet5(classes)
    if name == "lecun1989":
        return lecun1989.Lecun1989(classes)
    raise ValueError(f"there is no network {name!r}; there are {', '.join(NETS)}")
