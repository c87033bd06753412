"""Forward and backward passes of a network as CUDA graphs: recorded once, then started with one call each.

A small network on a GPU spends its time on starting hundreds of short kernels from Python. A recorded graph
starts them all at once, on the same memory every time, so it serves batches of one shape; others, like an
epoch's last, go the usual way. Letters: B batch, C, H, W, K classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sutja.training.loop import run_in_dtype

Record = Callable[[nn.Module, tuple[Tensor, ...]], Callable[[Tensor], Tensor]]


def has_cuda_graphs(device: torch.device) -> bool:
    """Return True if steps can be recorded on this device."""
    return device.type == "cuda"


class CudaGraph:
    """A network whose passes are replayed from a recorded graph, for batches of one shape.

    Parameters
    ----------
    net : nn.Module
        In training mode, on its device. Recording leaves its norms' figures and the random numbers as they
        were.
    image : Float[Tensor, "B C H W"]
        (B, C, H, W), one batch.
    dtype : torch.dtype
        Number format of the arithmetic inside.
    record : Record | None
        From a module and sample arguments to what plays it; `torch.cuda.make_graphed_callables`.
    """

    def __init__(
        self,
        net: nn.Module,
        image: Float[Tensor, "B C H W"],
        dtype: torch.dtype,
        record: Record | None = None,
    ) -> None:
        self._net, self._dtype, self._shape = net, dtype, image.shape
        recorded: Any = record or torch.cuda.make_graphed_callables
        kept = [buffer.clone() for buffer in net.buffers()]
        devices = [image.device] if image.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            self._play: Callable[[Tensor], Tensor] = recorded(_Recorded(net, dtype), (image.clone(),))
        with torch.no_grad():
            for buffer, before in zip(net.buffers(), kept, strict=True):
                buffer.copy_(before)
        for parameter in net.parameters():
            if parameter.grad is not None:
                parameter.grad.zero_()

    def __call__(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → logits."""
        if image.shape == self._shape:
            return self._play(image)
        return run_in_dtype(self._net, image, self._dtype)  # type: ignore[no-any-return]


class _Recorded(nn.Module):
    """The network as it is recorded, in its number format."""

    def __init__(self, net: nn.Module, dtype: torch.dtype) -> None:
        super().__init__()
        self.net, self.dtype = net, dtype

    def forward(self, image: Tensor) -> Tensor:
        # A cast that autocast kept from one pass to the next would be missing from the recording.
        with torch.autocast(
            image.device.type, self.dtype, enabled=self.dtype is not torch.float32, cache_enabled=False
        ):
            return self.net(image)  # type: ignore[no-any-return]
