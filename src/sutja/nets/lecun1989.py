"""LeCun's zip-code network of 1989, one of the first convolutional networks trained by backpropagation.

Letters: B batch, M maps, K classes, in 1989 the 10 digits.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from sutja.nets.counts import Counts

SIDE = 16  # pixels of the input
GROUND = -1.0  # what paper is, and what lies outside the picture
KERNEL, STRIDE, PADDING = 5, 2, 2
MAPS = 12  # of either hidden convolution
SOURCES = 8  # maps of the first layer that a map of the second one sees
HIDDEN, DIGITS = 30, 10
_SPREAD = 2.4  # weights begin evenly within ± 2.4 / √fan-in


class Lecun1989(nn.Module):
    """Three hidden layers: two convolutions with a bias for each unit, and 30 units that see everything.

    The second convolution's maps come in three groups of four; a group sees eight of the twelve maps before
    it. The paper leaves open which; here it is 0 to 7, 4 to 11, and 0 to 3 with 8 to 11, as in Karpathy's
    reproduction, and so are plain tanh and the spread of the first weights.

    It takes 16 × 16 pixels from -1 (paper) to 1 (ink): preprocessing with mean 0.5 and std 0.5.

    Parameters
    ----------
    classes : int
        Number of classes K.

    References
    ----------
    LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition, Neural Computation 1989.
    Karpathy, lecun1989-repro, 2022.
    """

    groups: Tensor

    def __init__(self, classes: int = DIGITS) -> None:
        super().__init__()
        self.first = nn.Parameter(_weights(MAPS, 1, KERNEL, KERNEL))
        self.first_bias = nn.Parameter(torch.zeros(MAPS, 8, 8))
        self.second = nn.Parameter(_weights(MAPS, SOURCES, KERNEL, KERNEL))
        self.second_bias = nn.Parameter(torch.zeros(MAPS, 4, 4))
        self.third = nn.Parameter(_weights(HIDDEN, MAPS * 4 * 4))
        self.third_bias = nn.Parameter(torch.zeros(HIDDEN))
        self.last = nn.Parameter(_weights(classes, HIDDEN))
        self.last_bias = nn.Parameter(torch.full((classes,), -1.0))  # most answers of a digit are no
        groups = [[*range(8)], [*range(4, 12)], [*range(4), *range(8, 12)]]
        self.register_buffer("groups", torch.tensor(groups).flatten(), persistent=False)

    def forward(self, image: Float[Tensor, "B 1 16 16"]) -> Float[Tensor, "B K"]:
        """Pictures → logits, whose tanh is what the network of 1989 answered."""
        x = torch.tanh(F.conv2d(_framed(image), self.first, stride=STRIDE) + self.first_bias)
        x = _framed(x).index_select(1, self.groups)  # (B, 3 · 8, 12, 12)
        x = torch.tanh(F.conv2d(x, self.second, stride=STRIDE, groups=3) + self.second_bias)
        x = torch.tanh(F.linear(x.flatten(1), self.third, self.third_bias))
        return F.linear(x, self.last, self.last_bias)

    def counts(self) -> Counts:
        """1,256 units, 64,660 connections and 9,760 parameters for ten classes, as published."""
        layers = [
            (self.first_bias.numel(), self.first[0].numel() + 1),
            (self.second_bias.numel(), self.second[0].numel() + 1),
            (HIDDEN, self.third.shape[1] + 1),
            (len(self.last), self.last.shape[1] + 1),
        ]
        return Counts(
            units=SIDE * SIDE + sum(units for units, _ in layers),
            connections=sum(units * inputs for units, inputs in layers),
            parameters=sum(p.numel() for p in self.parameters()),
        )


def _framed(x: Float[Tensor, "B M H W"]) -> Float[Tensor, "B M Y X"]:
    """Two rows and columns of paper on each side."""
    return F.pad(x, (PADDING,) * 4, value=GROUND)


def _weights(outputs: int, *inputs: int) -> Tensor:
    weights = torch.empty(outputs, *inputs)
    reach = _SPREAD / weights[0].numel() ** 0.5
    return weights.uniform_(-reach, reach)
