"""The transcriber: a picture of one number becomes the probability of each character in each frame.

Letters: B batch, W columns of the picture (a multiple of 4), T frames, K classes with the blank;
C, H, X channels, rows and columns inside the network.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME

_COLUMNS_PER_POSITION = 4  # of the line: two stages halve the width


@dataclass(frozen=True, slots=True)
class TranscriberConfig:
    """Sizes of a `Transcriber`.

    Parameters
    ----------
    classes : int
        K, the characters and the blank.
    channels : tuple[int, int, int, int]
        Channels of the four two-dimensional stages, at 1/2, 1/2, 1/4 and 1/8 of the height.
    width : int
        Channels of the one-dimensional part.
    depth : int
        Residual blocks along the line.
    """

    classes: int
    channels: tuple[int, int, int, int] = (24, 40, 64, 128)
    width: int = 256
    depth: int = 4

    def to_json(self) -> dict[str, Any]:
        """The sizes as plain JSON values."""
        return asdict(self)


def _convolution(
    inputs: int, outputs: int, stride: tuple[int, int] = (1, 1), kernel: tuple[int, int] = (3, 3)
) -> nn.Sequential:
    padding = (1, 1) if kernel == (3, 3) else (0, 1)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class _Residual(nn.Module):
    """Two 3×3 convolutions beside an identity (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        convolution = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.second = nn.Sequential(convolution, nn.BatchNorm2d(channels))

    def forward(self, x: Float[Tensor, "B C H X"]) -> Float[Tensor, "B C H X"]:
        return F.relu(x + self.second(self.first(x)))


class _LineBlock(nn.Module):
    """A depthwise convolution along the line and a mix of channels, beside an identity."""

    def __init__(self, channels: int, reach: int) -> None:
        super().__init__()
        kernel, padding = (1, reach), (0, reach // 2)
        self.along = nn.Conv2d(channels, channels, kernel, 1, padding, groups=channels, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Float[Tensor, "B C 1 X"]) -> Float[Tensor, "B C 1 X"]:
        return x + F.relu(self.mix(self.norm(self.along(x))))


class Transcriber(nn.Module):
    """A convolutional network for connectionist temporal classification (Graves et al. 2006).

    The width is halved twice; the head gives two frames for each position that is left, so that a blank fits
    between two narrow digits that touch.
    """

    def __init__(self, config: TranscriberConfig) -> None:
        super().__init__()
        self.config = config
        a, b, c, d = config.channels
        self.look = nn.Sequential(
            _convolution(1, a, (2, 2)),
            _convolution(a, b),
            _convolution(b, c, (2, 2)),
            _Residual(c),
            _convolution(c, d, (2, 1)),
            _Residual(d),
            _convolution(d, config.width, kernel=(4, 3)),
        )
        self.line = nn.Sequential(*[_LineBlock(config.width, 7) for _ in range(config.depth)])
        self.drop = nn.Dropout(0.1)
        frames = _COLUMNS_PER_POSITION // COLUMNS_PER_FRAME
        self.head = nn.Conv2d(config.width, frames * config.classes, 1)

    def forward(self, image: Float[Tensor, "B 1 32 W"]) -> Float[Tensor, "B T K"]:
        """Normalised pictures → log-probabilities; class 0 is the blank; a frame stands for two columns."""
        x = self.head(self.drop(self.line(self.look(image))))  # (B, 2K, 1, W / 4)
        x = x.squeeze(2).transpose(1, 2)
        frames = x.reshape(x.shape[0], -1, self.config.classes)
        return F.log_softmax(frames.float(), dim=-1)
