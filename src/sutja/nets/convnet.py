"""A small modern convolutional network with one dial, made to be quick on a processor.

Letters: B batch, C channels, H rows, W columns, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True)
class Size:
    """What the dial sets.

    Parameters
    ----------
    stem : channels of the first convolution, which halves the picture.
    widths : channels of the stages; each begins by halving the picture, the first one only where asked.
    depth : residual blocks a stage.
    halve_first : whether the first stage halves the picture too.
    dropout : the part of the last features that is left out in a training step.
    """

    stem: int
    widths: tuple[int, ...]
    depth: int
    halve_first: bool = True
    dropout: float = 0.0


# Multiplications a picture of 28 × 28: 0.6, 1.3 and 36 million.
SIZES = {
    "s": Size(16, (32, 64), 0),
    "m": Size(24, (48, 96), 0),
    "l": Size(32, (64, 128), 1, halve_first=False, dropout=0.1),
}


class ConvNet(nn.Module):
    """Convolutions with batch norms, then the mean and the maximum of each map.

    The first convolution halves the picture at once: most of the arithmetic of a small network lies where the
    pictures are still large, and most of what it can learn where they are small.

    Parameters
    ----------
    size : "s", "m" or "l".
    channels : C, 1 or 3.
    classes : K.
    """

    def __init__(self, size: str = "m", channels: int = 1, classes: int = 10) -> None:
        super().__init__()
        if size not in SIZES:
            raise ValueError(f"size is one of {', '.join(SIZES)}, not {size!r}")
        dial = SIZES[size]
        layers: list[nn.Module] = [_convolution(channels, dial.stem, kernel=5, stride=2)]
        before = dial.stem
        for index, width in enumerate(dial.widths):
            layers.append(_convolution(before, width, stride=2 if index or dial.halve_first else 1))
            layers += [_Residual(width) for _ in range(dial.depth)]
            before = width
        self.look = nn.Sequential(*layers)
        self.drop = nn.Dropout(dial.dropout)
        self.head = nn.Linear(2 * before, classes)

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → logits."""
        x = self.look(image)
        x = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        return self.head(self.drop(x))  # type: ignore[no-any-return]


def _convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class _Residual(nn.Module):
    """Two 3 × 3 convolutions beside an identity (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.norm.weight)  # a block begins as the identity

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        return F.relu(x + self.norm(self.second(self.first(x))))
