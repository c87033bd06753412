"""The detector: every cell of four grids over a picture gets a box and a score of each class.

No anchors: a cell predicts the distances of the four edges of its box (Tian et al., FCOS: Fully Convolutional
One-Stage Object Detection, ICCV 2019). Cells 4 pixels wide find digits, those 32 wide what fills the picture;
the coarse maps are added to the fine ones (Lin et al., Feature Pyramid Networks, CVPR 2017), so that a cell
in the middle of a long number sees its ends. `sutja.boxes.decode` decodes the outputs.

Letters: B batch, C channels, H, W rows and columns (multiples of 32), K classes, E = 4 + K numbers a cell,
A cells of all grids, h, w rows and columns of one grid, hw its cells, N channels of the neck.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from sutja.boxes.decode import STRIDES

_PRIOR = 0.01  # how often a cell holds a class, before anything is learnt (Lin et al., Focal Loss, 2017)
_REACH = 1.0  # logarithm of how far the edges are before anything is learnt, in cells


@dataclass(frozen=True, slots=True)
class Size:
    """Sizes that the dial sets.

    Parameters
    ----------
    widths : tuple[int, int, int, int, int]
        Channels at strides 2, 4, 8, 16 and 32.
    depth : tuple[int, int, int, int]
        Blocks at strides 4, 8, 16 and 32.
    neck : int
        Channels N of the maps that are added up.
    """

    widths: tuple[int, int, int, int, int]
    depth: tuple[int, int, int, int]
    neck: int


# Multiplications for a frame of 3 × 320 × 320: 0.41, 1.2 and 3.8 thousand million.
SIZES = {
    "s": Size((16, 32, 64, 96, 128), (1, 1, 2, 2), 32),
    "m": Size((16, 48, 96, 160, 192), (1, 1, 2, 2), 64),
    "l": Size((32, 64, 128, 224, 256), (1, 2, 3, 2), 112),
}


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Sizes of a `Detector`.

    Parameters
    ----------
    classes : int
        Number of classes K, without one for the background.
    size : str
        Size, "s", "m" or "l".
    channels : int
        Channels C, 1 for grey or 3 for colour.

    Raises
    ------
    ValueError
        A size that is not known, no class, or another number of channels.
    """

    classes: int
    size: str = "s"
    channels: int = 1

    def __post_init__(self) -> None:
        if self.size not in SIZES:
            raise ValueError(f"size is one of {', '.join(SIZES)}, not {self.size!r}")
        if self.classes < 1 or self.channels not in (1, 3):
            raise ValueError(f"{self.classes} classes of {self.channels} channels make no detector")

    def to_json(self) -> dict[str, Any]:
        """The sizes as plain JSON values."""
        return asdict(self)


def _convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class _Bottleneck(nn.Module):
    """Two 3 × 3 convolutions on half of the channels, beside an identity (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.look = nn.Sequential(
            _convolution(channels, half, 1), _convolution(half, half), _convolution(half, half)
        )
        self.widen = nn.Sequential(nn.Conv2d(half, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Float[Tensor, "B D h w"]) -> Float[Tensor, "B D h w"]:
        return F.relu(x + self.widen(self.look(x)))


class _Head(nn.Module):
    """From one map of the neck to edges and classes: 4 logarithms of distances in cells, K logits."""

    def __init__(self, neck: int, classes: int) -> None:
        super().__init__()
        wide = neck + neck // 2
        self.look = _convolution(neck, wide)
        self.answer = nn.Conv2d(wide, 4 + classes, 1)
        nn.init.normal_(self.answer.weight, std=0.01)
        with torch.no_grad():
            assert self.answer.bias is not None
            self.answer.bias[:4] = _REACH
            self.answer.bias[4:] = -math.log((1 - _PRIOR) / _PRIOR)

    def forward(self, x: Float[Tensor, "B N h w"]) -> Float[Tensor, "B E hw"]:
        return self.answer(self.look(x)).flatten(2)  # type: ignore[no-any-return]


class Detector(nn.Module):
    """A fully convolutional detector without anchors.

    Parameters
    ----------
    config : DetectorConfig
        Sizes of the network.
    """

    def __init__(self, config: DetectorConfig) -> None:
        super().__init__()
        self.config = config
        dial = SIZES[config.size]
        self.stem = _convolution(config.channels, dial.widths[0], stride=2)
        self.stages = nn.ModuleList(
            nn.Sequential(_convolution(before, width, stride=2), *[_Bottleneck(width) for _ in range(depth)])
            for (before, width), depth in zip(pairwise(dial.widths), dial.depth, strict=True)
        )
        self.lateral = nn.ModuleList(nn.Conv2d(width, dial.neck, 1) for width in dial.widths[1:])
        self.mix = nn.ModuleList(_convolution(dial.neck, dial.neck) for _ in STRIDES)
        self.heads = nn.ModuleList(_Head(dial.neck, config.classes) for _ in STRIDES)

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B E A"]:
        """Frames → raw predictions of all cells, stride by stride, row by row."""
        x, maps = self.stem(image), []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        above: Tensor | None = None
        found = []
        for level in range(len(STRIDES) - 1, -1, -1):
            x = self.lateral[level](maps[level])
            if above is not None:
                x = x + F.interpolate(above, scale_factor=2.0, mode="nearest")
            above = self.mix[level](F.relu(x))
            found.append(self.heads[level](above))
        return torch.cat(found[::-1], 2)
