"""The network of 1989 with the same weights and the same answers, computed in fewer and larger operations.

Its convolutions are so small that a library made for large ones spends its time on everything else. Here the
rows of a batch lie innermost, (maps, y, x, B); the 5 × 5 neighbourhoods of all places of all rows are the
columns of one matrix, and a layer is one product with it. Letters: B batch, M maps, S side, P places.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from sutja.nets.lecun1989 import GROUND, KERNEL, MAPS, PADDING, SIDE, STRIDE, Lecun1989

_WINDOW = KERNEL * KERNEL


class Neighbourhoods(torch.autograd.Function):
    """(M, S, S, B) → (M · 25, P · B): what each place of a 5 × 5 convolution with stride 2 sees."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """A copy of overlapping views."""
        ctx.shape = x.shape
        maps, side, _, batch = x.shape
        places = (side - KERNEL) // STRIDE + 1
        of_map, of_y, of_x, of_row = x.stride()
        strides = (of_map, of_y, of_x, STRIDE * of_y, STRIDE * of_x, of_row)
        views = x.as_strided((maps, KERNEL, KERNEL, places, places, batch), strides)
        return views.reshape(maps * _WINDOW, places * places * batch)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """Every pixel gets the sum over the places that saw it."""
        maps, side, _, batch = ctx.shape
        places = (side - KERNEL) // STRIDE + 1
        parts = grad.view(maps, KERNEL, KERNEL, places, places, batch)
        out, end = grad.new_zeros(ctx.shape), STRIDE * places - 1
        for y in range(KERNEL):
            for x in range(KERNEL):
                out[:, y : y + end : STRIDE, x : x + end : STRIDE] += parts[:, y, x]
        return out


class QuickLecun1989(Lecun1989):
    """`Lecun1989`, quicker to train; `plain` gives the network back as it is exported."""

    scatter: Tensor

    def __init__(self, classes: int = 10) -> None:
        super().__init__(classes)
        groups = self.groups.view(3, -1).tolist()
        a_group = MAPS // len(groups)
        seen = [
            (a_group * g + m, source)
            for g, some in enumerate(groups)
            for m in range(a_group)
            for source in some
        ]
        starts = torch.tensor([(m * MAPS + source) * _WINDOW for m, source in seen])
        places = starts[:, None] + torch.arange(_WINDOW)
        self.register_buffer("scatter", places.flatten(), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Pictures (B, 1, 16, 16) → logits (B, K)."""
        batch = len(image)
        x = image.reshape(batch, SIDE * SIDE).T.reshape(1, SIDE, SIDE, batch)
        x = self._convolved(x, self.first.view(MAPS, _WINDOW), self.first_bias)
        weights = self.second.new_zeros(MAPS * MAPS * _WINDOW)  # 0 where a map does not see another
        weights = weights.index_copy(0, self.scatter, self.second.reshape(-1))
        x = self._convolved(x, weights.view(MAPS, -1), self.second_bias).reshape(-1, batch)
        x = torch.tanh(torch.addmm(self.third_bias[:, None], self.third, x))
        return torch.addmm(self.last_bias[:, None], self.last, x).T

    @staticmethod
    def _convolved(x: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
        maps, side, _ = bias.shape
        framed = F.pad(x, (0, 0, *(PADDING,) * 4), value=GROUND)
        sums = (weights @ Neighbourhoods.apply(framed)).view(maps, side, side, -1)
        return torch.tanh(sums + bias[..., None])

    def plain(self) -> Lecun1989:
        """The same network with the usual convolutions, in evaluation mode."""
        net = Lecun1989(len(self.last_bias))
        net.load_state_dict(self.state_dict())
        return net.eval()
