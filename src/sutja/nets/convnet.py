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
    stem : int
        Channels of the first convolution.
    widths : tuple[int, ...]
        Channels of the stages.
    depth : int
        Residual blocks a stage.
    whole : bool
        The first convolution is one of 3 × 3 that sees every pixel, and the first stage does not halve;
        otherwise one of 5 × 5 that halves the picture, and each stage halves it again.
    dropout : float
        The part of the last features that is left out in a training step.
    """

    stem: int
    widths: tuple[int, ...]
    depth: int
    whole: bool = False
    dropout: float = 0.0


# Multiplications a picture of 28 × 28: 0.4, 0.8 and 22 million.
SIZES = {
    "s": Size(16, (32, 64), 0),
    "m": Size(24, (48, 96), 0),
    "l": Size(24, (48, 96), 1, whole=True, dropout=0.1),
}
_UNFRAMED = 20  # pixels: from this side on, pictures are large enough to be seen without a frame around them
_GRID = 4  # places a side that the last maps are averaged to


class ConvNet(nn.Module):
    """Convolutions with batch norms, then a linear layer over a coarse grid of the last maps.

    The small ones halve the picture at once: most of the arithmetic of a small network lies where the
    pictures are still large, and most of what it can learn where they are small.

    Parameters
    ----------
    size : str
        "s", "m" or "l".
    shape : tuple[int, int, int]
        C (1 or 3), H, W of the pictures.
    classes : int
        K.
    """

    def __init__(self, size: str = "m", shape: tuple[int, int, int] = (1, 28, 28), classes: int = 10) -> None:
        super().__init__()
        if size not in SIZES:
            raise ValueError(f"size is one of {', '.join(SIZES)}, not {size!r}")
        dial, channels, side = SIZES[size], shape[0], min(shape[1:])
        if dial.whole:
            layers: list[nn.Module] = [_convolution(channels, dial.stem), nn.MaxPool2d(2, ceil_mode=True)]
        else:
            layers = [_convolution(channels, dial.stem, 5, stride=2, frame=0 if side >= _UNFRAMED else 2)]
        before = dial.stem
        for index, width in enumerate(dial.widths):
            layers.append(_convolution(before, width, stride=1 if dial.whole and not index else 2))
            layers += [_Residual(width) for _ in range(dial.depth)]
            before = width
        self.look = nn.Sequential(*layers)
        self.drop = nn.Dropout(dial.dropout)
        with torch.no_grad():
            *_, h, w = self.look.eval()(torch.zeros(1, *shape)).shape
        self.look.train()
        self._window = -(-max(h, w) // _GRID)
        places = -(-h // self._window) * -(-w // self._window)
        self.head = nn.Linear(before * places, classes)

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → logits."""
        x = self.look(image)
        if self._window > 1:
            x = F.avg_pool2d(x, self._window, ceil_mode=True, count_include_pad=False)
        return self.head(self.drop(x.flatten(1)))  # type: ignore[no-any-return]


def _convolution(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, frame: int = 1
) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, frame, bias=False)
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
