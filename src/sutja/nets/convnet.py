"""A small modern convolutional network with one dial, made to be fast on a CPU, and a norm of ink before it.

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
    """Sizes that the dial sets.

    Parameters
    ----------
    stem : int
        Channels of the first convolution.
    widths : tuple[int, ...]
        Channels of the stages.
    depth : int
        Residual blocks a stage.
    whole : bool
        True: the first convolution is one of 3 × 3 at every pixel, and the first stage does not halve.
        False: it is one of 5 × 5 that halves the picture, and each stage halves it again.
    dropout : float
        Part of the last features that is dropped in a training step.
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
_UNFRAMED = 20  # pixels: from this side on, pictures are large enough without padding
_GRID = 4  # cells a side that the last maps are averaged to
_LEAST_INK = 0.02  # of the scale of the pixels: smaller variation is paper and noise


class ConvNet(nn.Module):
    """Convolutions with batch norms, then a linear layer over a coarse grid of the last maps.

    The small ones halve the picture at once: most of the arithmetic of a small network lies where the
    pictures are still large, and most of what it can learn where they are small.

    Parameters
    ----------
    size : str
        Size, "s", "m" or "l".
    shape : tuple[int, int, int]
        Channels C (1 or 3), rows H and columns W of the pictures.
    classes : int
        Number of classes K.
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


class Convolution(nn.Conv2d):
    """A convolution that trains as one product of matrices where a single cell comes out.

    The last maps of pictures of 8 × 8 are that small, and a step of training there is mostly calls: this one
    takes a fifth of it away. Used and exported, it is a plain convolution.
    """

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        if not self.training or isinstance(self.padding, str):
            return super().forward(x)
        (h, w), (top, left) = x.shape[2:], self.padding
        sizes = zip((h, w), self.kernel_size, self.stride, (top, left), strict=True)
        if not all(
            n <= kernel - frame and n + 2 * frame - kernel < stride for n, kernel, stride, frame in sizes
        ):
            return super().forward(x)
        weight = self.weight[:, :, top : top + h, left : left + w]
        return F.linear(x.flatten(1), weight.flatten(1), self.bias)[:, :, None, None]


def _convolution(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, frame: int = 1
) -> nn.Sequential:
    convolution = Convolution(inputs, outputs, kernel, stride, frame, bias=False)
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


class InkNet(nn.Module):
    """A network behind a norm of each picture: ink comes out the same, dark or light, strong or faint.

    The mean of the outermost pixels is paper. Ink is what differs from it, on the side where most of it lies,
    and its root mean square becomes 1.

    Parameters
    ----------
    net : nn.Module
        Network, (B, C, H, W) → logits (B, K).
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → logits."""
        rows = torch.cat([image[:, :, :1], image[:, :, -1:]], 2)
        columns = torch.cat([image[:, :, :, :1], image[:, :, :, -1:]], 3)
        paper = 0.5 * (rows.mean((1, 2, 3), keepdim=True) + columns.mean((1, 2, 3), keepdim=True))
        ink = image - paper
        side = torch.where(ink.mean((1, 2, 3), keepdim=True) < 0, -1.0, 1.0)
        strength = ink.square().mean((1, 2, 3), keepdim=True).sqrt()
        return self.net(ink * (side / (strength + _LEAST_INK)))  # type: ignore[no-any-return]
