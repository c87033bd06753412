"""A network's parameters side by side in memory, so that one operation reaches them all.

The optimiser, the gradient's norm, the exchange between processes and the average of the weights then take
a handful of operations a step, whatever the number of layers. The network keeps its parameters: they become
views of the rows held here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn


class FlatParameters:
    """Two rows of parameters: weights, which decay, and biases and norms, which do not.

    Parameters
    ----------
    net : nn.Module
        Network whose parameters are moved into the rows; those without a gradient stay where they are.
    average : bool
        Also keep an average of the weights and of the norms' running figures.
    """

    def __init__(self, net: nn.Module, average: bool) -> None:
        self._net = net
        groups = _groups(net)
        self.rows = [_join(group) for group in groups]
        self.decays = [group[0].ndim > 1 for group in groups]
        self.grads = [row.grad for row in self.rows if row.grad is not None]
        self._followed: list[Tensor] = [row.detach() for row in self.rows]
        self._followed += [buffer for buffer in net.buffers() if buffer.dtype.is_floating_point]
        self.means = [tensor.clone() for tensor in self._followed] if average else []

    def zero_grad(self) -> None:
        """Set the gradients to 0."""
        for grad in self.grads:
            grad.zero_()

    def update_average(self, decay: float) -> None:
        """Move the averages towards the weights as they are now."""
        torch._foreach_lerp_(self.means, self._followed, 1 - decay)

    def make_average(self) -> nn.Module:
        """Copy the network, with the averaged weights where an average is kept."""
        net = copy.deepcopy(self._net)
        if self.means:
            n_rows = len(self.rows)
            with torch.no_grad():
                for group, mean in zip(_groups(net), self.means[:n_rows], strict=True):
                    for parameter, part in _parts(group, mean):
                        parameter.copy_(part)
            floats = [buffer for buffer in net.buffers() if buffer.dtype.is_floating_point]
            for buffer, mean in zip(floats, self.means[n_rows:], strict=True):
                buffer.copy_(mean)
        return net


def _groups(net: nn.Module) -> list[list[nn.Parameter]]:
    """Group the parameters: those that decay, and those that do not; no empty group."""
    learnt = [p for p in net.parameters() if p.requires_grad]
    groups = [p for p in learnt if p.ndim > 1], [p for p in learnt if p.ndim <= 1]
    return [group for group in groups if group]


def _parts(group: Iterable[Tensor], row: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Each tensor of a group with its part of the row, in the tensor's shape and order of memory."""
    start = 0
    for tensor in group:
        part = row[start : start + tensor.numel()]
        start += tensor.numel()
        if tensor.ndim == 4 and tensor.is_contiguous(memory_format=torch.channels_last):
            o, i, h, w = tensor.shape
            yield tensor, part.view(o, h, w, i).permute(0, 3, 1, 2)
        else:
            yield tensor, part.view(tensor.shape)


def _join(group: list[nn.Parameter]) -> nn.Parameter:
    """One row that holds a group's values; the parameters and their gradients become views of it."""
    first = group[0]
    row = torch.empty(sum(p.numel() for p in group), dtype=first.dtype, device=first.device)
    grad = torch.zeros_like(row)
    parts, grads = list(_parts(group, row)), list(_parts(group, grad))
    for (parameter, part), (_, slope) in zip(parts, grads, strict=True):
        part.copy_(parameter.detach())
        parameter.data, parameter.grad = part, slope
    joined = nn.Parameter(row)
    joined.grad = grad
    return joined
