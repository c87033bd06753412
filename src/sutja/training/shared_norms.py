"""Batch norms over the whole batch of several processes, not over the part of each.

Mean and variance are those of all parts (Ioffe and Szegedy, Batch Normalization, ICML 2015, over what all
processes hold), so that two processes take the steps that one would take, and their running statistics agree.
torch's SyncBatchNorm does this on GPUs only; this one works wherever `torch.distributed` does.
Letters: B batch, C channels.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from sutja.training import distributed


class _SumOverProcesses(torch.autograd.Function):
    """Sum of a tensor over the processes: each one's loss depends on every part, so gradients sum too."""

    @staticmethod
    def forward(_ctx: Any, part: Tensor) -> Tensor:
        """Sum the parts."""
        total = part.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_ctx: Any, gradient: Tensor) -> Tensor:
        """Sum the gradients."""
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total


class SharedBatchNorm2d(nn.BatchNorm2d):
    """A batch norm whose statistics in training are those of all processes."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalise a batch (B, C, H, W)."""
        if not self.training or distributed.world_size() == 1:
            return super().forward(input)
        n_here = input.new_tensor([input.numel() / input.shape[1]], dtype=torch.float32)
        sums = _add(torch.cat([input.float().sum((0, 2, 3)), n_here]))
        n = sums[-1].detach()
        mean = sums[:-1] / n
        centred = input - mean.to(input.dtype).reshape(1, -1, 1, 1)
        variance = _add(centred.float().square().sum((0, 2, 3))) / n
        self._follow(mean.detach(), variance.detach(), float(n))
        scale = (variance + self.eps).rsqrt()
        if self.affine:
            scale = scale * self.weight
        normalised = centred * scale.to(input.dtype).reshape(1, -1, 1, 1)
        return normalised + self.bias.to(input.dtype).reshape(1, -1, 1, 1) if self.affine else normalised

    @torch.no_grad()
    def _follow(self, mean: Tensor, variance: Tensor, n: float) -> None:
        """Let the running statistics follow, the variance without bias, as torch has it."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked += 1
        share = self.momentum if self.momentum is not None else 1.0 / float(self.num_batches_tracked)
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance * (n / max(1.0, n - 1.0)), share)


def share_norms(net: nn.Module) -> None:
    """Replace the batch norms of a network, in place, where several processes train it."""
    if distributed.world_size() == 1:
        return
    for module in list(net.modules()):
        for name, child in module.named_children():
            if type(child) is nn.BatchNorm2d:
                setattr(module, name, _convert(child))


def _convert(norm: nn.BatchNorm2d) -> SharedBatchNorm2d:
    shared = SharedBatchNorm2d(
        norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats
    )
    shared.load_state_dict(norm.state_dict())
    reference = next(iter([*norm.parameters(), *norm.buffers()]), None)
    if reference is not None:
        shared.to(reference.device)
    return shared.train(norm.training)


def _add(part: Tensor) -> Tensor:
    total: Tensor = _SumOverProcesses.apply(part)  # type: ignore[no-untyped-call]
    return total
