"""The acoustic model: log-mel features of speech become the probability of each word in each output frame.

Letters: B batch, T frames of features, M mel bands, U = T / 4 frames of the output (rounded up), K classes
with the blank; C, H, X channels, bands and frames inside the network.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

MELS = 64
STRIDE = 4  # frames of features that become one of the output


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """Sizes of a `Listener`.

    Parameters
    ----------
    classes : int
        K, the words and the blank.
    channels : tuple[int, int, int]
        Channels of the three two-dimensional stages, at 1/2, 1/4 and 1/8 of the bands.
    width : int
        Channels of the one-dimensional part.
    depth : int
        Residual blocks along time.
    reach : int
        Length of a block's kernels, in output frames of 40 ms.
    """

    classes: int
    channels: tuple[int, int, int] = (24, 48, 64)
    width: int = 256
    depth: int = 7
    reach: int = 11

    def to_json(self) -> dict[str, Any]:
        """The sizes as plain JSON values."""
        return asdict(self)


def _convolution(
    inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int]
) -> nn.Sequential:
    padding = (kernel[0] // 2, kernel[1] // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class TimeBlock(nn.Module):
    """Two depthwise convolutions along time with mixes of channels, beside an identity."""

    def __init__(self, channels: int, reach: int) -> None:
        super().__init__()
        self.first = nn.Sequential(*self._pair(channels, reach), nn.ReLU())
        self.second = nn.Sequential(*self._pair(channels, reach))

    @staticmethod
    def _pair(channels: int, reach: int) -> list[nn.Module]:
        return [
            nn.Conv2d(channels, channels, (1, reach), 1, (0, reach // 2), groups=channels, bias=False),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        ]

    def forward(self, x: Float[Tensor, "B C 1 X"]) -> Float[Tensor, "B C 1 X"]:
        return F.relu(x + self.second(self.first(x)))


class Listener(nn.Module):
    """A convolutional network for connectionist temporal classification over words (Graves et al. 2006).

    References
    ----------
    Kriman et al., QuartzNet: Deep Automatic Speech Recognition with 1D Time-Channel Separable Convolutions,
    2020.
    """

    def __init__(self, config: ListenerConfig) -> None:
        super().__init__()
        self.config = config
        a, b, c = config.channels
        self.look = nn.Sequential(
            _convolution(1, a, (5, 5), (2, 2)),
            _convolution(a, b, (3, 3), (2, 2)),
            _convolution(b, c, (3, 3), (2, 1)),
            nn.Sequential(
                nn.Conv2d(c, config.width, (MELS // 8, 3), 1, (0, 1), bias=False),
                nn.BatchNorm2d(config.width),
                nn.ReLU(),
            ),
        )
        self.line = nn.Sequential(*[TimeBlock(config.width, config.reach) for _ in range(config.depth)])
        self.drop = nn.Dropout(0.1)
        self.head = nn.Conv2d(config.width, config.classes, 1)

    def forward(self, features: Float[Tensor, "B T 64"]) -> Float[Tensor, "B U K"]:
        """Log-mel features → log-probabilities; class 0 is the blank; four frames become one."""
        return log_probabilities(self.head, self.drop(self.line(self.encode(features))))

    def encode(self, features: Float[Tensor, "B T 64"]) -> Float[Tensor, "B C 1 U"]:
        """Log-mel features → input of the blocks along time."""
        return self.look(features.transpose(1, 2).unsqueeze(1))  # type: ignore[no-any-return]


def log_probabilities(head: nn.Module, x: Float[Tensor, "B C 1 U"]) -> Float[Tensor, "B U K"]:
    """Compute the log-probabilities of the classes of a head."""
    return F.log_softmax(head(x).squeeze(2).transpose(1, 2).float(), dim=-1)
