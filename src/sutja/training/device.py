"""Device, number format and number of threads to train with: chosen by a short measurement.

Two threads can be slower than one beside a busy neighbour, and bfloat16 slower than float32 on a processor
without instructions for it; so nothing is assumed.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from sutja.errors import TrainingError

Choice = TypeVar("Choice")

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_STEPS = 3  # timed for each choice; the quickest counts, since others use the machine too
_WORTH_SHARING = 10_000_000  # multiplications a batch; a second thread costs more than less work than that
_CLEAR = 0.8  # a choice must take at most this part of the time to be preferred to the plain one


@dataclass(frozen=True, slots=True)
class Engine:
    """Device, number format and threads that a network is trained with.

    Parameters
    ----------
    device : torch.device
        "cpu", "cuda", "cuda:1", "mps", …
    dtype : torch.dtype
        Number format of the arithmetic inside the network (autocast); weights stay float32.
    threads : int
        Threads of one process on the CPU.
    """

    device: torch.device
    dtype: torch.dtype
    threads: int

    def facts(self) -> dict[str, str | int]:
        """Describe it for a card or a checkpoint."""
        dtype = str(self.dtype).removeprefix("torch.")
        return {"device": self.device.type, "dtype": dtype, "threads": self.threads}

    @classmethod
    def from_facts(cls, device: torch.device, facts: Mapping[str, Any]) -> Engine:
        """Make the engine that a checkpoint describes."""
        return cls(device, getattr(torch, facts["dtype"]), facts["threads"])


def find_device(name: str) -> torch.device:
    """Find the device of a name; "auto" takes a GPU where there is one.

    Raises
    ------
    TrainingError
        There is no such device here.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", torch.cuda.current_device())
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise TrainingError(
            f"there is no device {name!r} here ({str(error).splitlines()[0][:120]})",
            where="device",
            remedy="leave it at 'auto', or take 'cpu'",
        ) from error
    return device


def choose_convolution_dtype() -> torch.dtype:
    """Choose the number format for convolutions: bfloat16 on CPUs with instructions for it, else float32.

    With them bfloat16 is 2.3 to 2.6 times as fast, without them it takes 3.5 times as long (docs/log.md).
    """
    able = torch.cpu.get_capabilities()
    native = any(able.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.bfloat16 if native else torch.float32


def count_cores() -> int:
    """Count the processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def use_threads(threads: int) -> Iterator[None]:
    """Use a number of threads for the time of the context; 0 leaves it as it is."""
    before = torch.get_num_threads()
    if threads:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def choose_engine(
    net: nn.Module,
    image: Tensor,
    loss: Callable[[Tensor], Tensor],
    device: torch.device,
    dtype: str,
    threads: int,
) -> Engine:
    """Choose the fastest way to train a network on batches like this one.

    Parameters
    ----------
    net : nn.Module
        On its device; neither its weights nor the random numbers change.
    image : Tensor
        (B, C, H, W), one batch on the device.
    loss : Callable[[Tensor], Tensor]
        From the network's output to a number.
    device : torch.device
        Device that it trains on.
    dtype : str
        "float32", "bfloat16", or "auto" for the quicker; only convolutions are worth measuring.
    threads : int
        0 for the quicker of one and all cores.
    """
    wanted = DTYPES.get(dtype, torch.float32)
    if device.type == "cuda" and dtype == "auto":
        wanted = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    if device.type != "cpu":
        return Engine(device, wanted, torch.get_num_threads())
    convolves = any(isinstance(module, nn.Conv2d) for module in net.modules())
    weights = sum(p.numel() for p in net.parameters())
    small = not convolves and weights * len(image) < _WORTH_SHARING
    counts = [threads or 1] if threads or small else sorted({1, count_cores()})
    formats = [torch.float32, torch.bfloat16] if dtype == "auto" and convolves else [wanted]
    if len(counts) * len(formats) == 1:
        return Engine(device, wanted, counts[0])

    def seconds(count: int, form: torch.dtype) -> float:
        return measure(net, image, loss, form, count)

    count = _choose_faster(counts, lambda c: seconds(c, formats[0]))
    return Engine(device, _choose_faster(formats, lambda form: seconds(count, form)), count)


def _choose_faster(choices: list[Choice], seconds: Callable[[Choice], float]) -> Choice:
    """Take the first choice, unless another is clearly faster."""
    best = choices[0]
    if len(choices) > 1:
        least = seconds(best)
        for choice in choices[1:]:
            taken = seconds(choice)
            if taken < _CLEAR * least:
                best, least = choice, taken
    return best


def measure(
    net: nn.Module, image: Tensor, loss: Callable[[Tensor], Tensor], dtype: torch.dtype, threads: int
) -> float:
    """Measure the seconds of the fastest of a few forward and backward passes."""
    trial = copy.deepcopy(net).train()
    times = []
    with use_threads(threads), torch.random.fork_rng(devices=[]):
        for _ in range(1 + _STEPS):  # the first one compiles kernels
            begun = time.perf_counter()
            with torch.autocast(image.device.type, dtype, enabled=dtype is not torch.float32):
                output = trial(image)
            loss(output.float()).backward()  # type: ignore[no-untyped-call]
            times.append(time.perf_counter() - begun)
    return min(times[1:])
