"""The network of 1989 with the same weights, trained in fewer, larger and narrower operations.

Its convolutions are so small that a library made for large ones spends its time on everything else. Here the
rows of a batch lie innermost, (maps, y, x, B); the 5 × 5 neighbourhoods of all places of all rows are the
columns of one matrix, and a layer is one product with it. What is limited by memory then takes half of it in
bfloat16, which keeps eight bits of every number; weights, their gradients and sums stay float32. Letters:
B batch, M maps seen, O maps answered, S side, P places a side.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sutja.nets.lecun1989 import GROUND, KERNEL, MAPS, PADDING, SIDE, STRIDE, Lecun1989

_WINDOW = KERNEL * KERNEL


class Layer(torch.autograd.Function):
    """(M, S, S, B) → (O, P, P, B): a 5 × 5 convolution with stride 2 and the hyperbolic tangent of it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
        """One product of weights (O, M · 25), rounded as `x` is, with the neighbourhoods of all places."""
        maps, side, _, batch = x.shape
        framed = x.new_full((maps, side + 2 * PADDING, side + 2 * PADDING, batch), GROUND)
        framed[:, PADDING:-PADDING, PADDING:-PADDING] = x
        places, rounded = side // STRIDE, weights.to(x.dtype)
        of_map, of_y, of_x, of_row = framed.stride()
        strides = (of_map, of_y, of_x, STRIDE * of_y, STRIDE * of_x, of_row)
        seen = framed.as_strided((maps, KERNEL, KERNEL, places, places, batch), strides)
        columns = seen.reshape(maps * _WINDOW, places * places * batch)
        out = (rounded @ columns).view(len(weights), places, places, batch)
        out.add_(bias.to(x.dtype)[..., None]).tanh_()
        ctx.save_for_backward(columns, out, rounded)
        ctx.shape, ctx.wanted = x.shape, x.requires_grad
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor, Tensor]:
        """Every pixel gets the sum over the places that saw it."""
        columns, out, rounded = ctx.saved_tensors
        maps, side, _, batch = ctx.shape
        places = side // STRIDE
        before = torch.ops.aten.tanh_backward(grad, out)
        flat = before.reshape(len(rounded), -1)
        of_weights, of_bias = (flat @ columns.T).float(), before.float().sum(3)
        if not ctx.wanted:
            return None, of_weights, of_bias
        parts = (rounded.T @ flat).view(maps, KERNEL, KERNEL, places, places, batch)
        framed = grad.new_zeros((maps, side + 2 * PADDING, side + 2 * PADDING, batch))
        end = STRIDE * places - 1
        for y in range(KERNEL):
            for x in range(KERNEL):
                framed[:, y : y + end : STRIDE, x : x + end : STRIDE] += parts[:, y, x]
        return framed[:, PADDING:-PADDING, PADDING:-PADDING], of_weights, of_bias


class QuickLecun1989(Lecun1989):
    """`Lecun1989`, quicker to train; in evaluation mode it computes as `Lecun1989` does.

    Parameters
    ----------
    classes : int
        K.
    dtype : torch.dtype
        Of the convolutions in training; float32 gives the gradients of `Lecun1989`.
    """

    scatter: Tensor

    def __init__(self, classes: int = 10, dtype: torch.dtype = torch.bfloat16) -> None:
        super().__init__(classes)
        self.dtype = dtype
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
        if not self.training:
            return super().forward(image)
        batch = len(image)
        x = image.reshape(batch, SIDE * SIDE).to(self.dtype).T.reshape(1, SIDE, SIDE, batch)
        x = Layer.apply(x, self.first.view(MAPS, _WINDOW), self.first_bias)  # type: ignore[no-untyped-call]
        weights = self.second.new_zeros(MAPS * MAPS * _WINDOW)  # 0 where a map does not see another
        weights = weights.index_copy(0, self.scatter, self.second.reshape(-1)).view(MAPS, -1)
        x = Layer.apply(x, weights, self.second_bias)  # type: ignore[no-untyped-call]
        x = x.reshape(-1, batch)
        x = torch.tanh(torch.addmm(self.third_bias[:, None], self.third, x.float()))
        return torch.addmm(self.last_bias[:, None], self.last, x).T

    def plain(self) -> Lecun1989:
        """The same network with the usual convolutions alone, in evaluation mode."""
        net = Lecun1989(len(self.last_bias))
        net.load_state_dict(self.state_dict())
        return net.eval()
