"""Checks, before the work begins, that a network and its data go together.

Letters: n pictures, C channels, H rows, W columns, K classes.
"""

from __future__ import annotations

import copy
from typing import NoReturn

import torch
from torch import Tensor, nn

from sutja.errors import TrainingError
from sutja.memory import measure_free_memory
from sutja.training import distributed
from sutja.training.classify.batches import to_float, to_tensor
from sutja.training.classify.streamed import StreamedPixels


def check_fit(net: nn.Module, X: Tensor | StreamedPixels, y: Tensor, batch_size: int) -> None:
    """Refuse pictures and classes that this network cannot be trained on.

    Parameters
    ----------
    net : nn.Module
        (B, C, H, W) → logits (B, K).
    X : Tensor | StreamedPixels
        (n, C, H, W) uint8 or float32.
    y : Tensor
        (n,) int64.
    batch_size : int
        Pictures a step, over all processes.

    Raises
    ------
    TrainingError
        Saying what is wrong with which of them.
    """
    if len(X.shape) != 4:
        _refuse(f"have the shape {tuple(X.shape)}", "X", "give (n, C, H, W)")
    if X.dtype not in (torch.uint8, torch.float32):
        _refuse(f"are {X.dtype}", "X", "give uint8 or float32")
    if len(X) != len(y):
        _refuse(f"are {len(X)} pictures for {len(y)} labels", "X", "give a label for every picture")
    if len(X) == 0:
        _refuse("holds no picture", "X", "give some")
    if isinstance(X, Tensor) and X.dtype is torch.float32 and not _finite(X):
        _refuse("holds NaN or infinite values", "X", "leave those pictures out")
    parts = distributed.world_size()
    if min(batch_size, len(X)) % parts:
        _refuse(f"is {batch_size}", "batch_size", f"make it a multiple of the {parts} processes")
    classes = torch.unique(y)
    if len(classes) < 2:
        _refuse(f"has only the class {int(classes[0])}", "y", "give pictures of two classes or more")
    n_classes = _outputs(net, to_tensor(X[:1]))
    if int(classes[0]) < 0 or int(classes[-1]) >= n_classes:
        _refuse(
            f"has classes {int(classes[0])} to {int(classes[-1])}, the network has 0 to {n_classes - 1}",
            "y",
            "make the network with as many classes as there are",
        )


def check_memory(needed: int, remedy: str) -> None:
    """Refuse work that takes more memory than is free, where the system tells.

    Parameters
    ----------
    needed : int
        Bytes that the work takes.
    remedy : str
        Remedy for the message.

    Raises
    ------
    TrainingError
        There is less.
    """
    free = measure_free_memory()
    if needed > free:
        raise TrainingError(
            f"the pictures take about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free",
            where="memory",
            remedy=remedy,
        )


def _finite(X: Tensor) -> bool:
    """Check that all values are finite, by the extremes alone, in a tenth of the time."""
    least, most = torch.aminmax(X)
    return bool(torch.isfinite(least)) and bool(torch.isfinite(most))


def _outputs(net: nn.Module, image: Tensor) -> int:
    """Count the classes of a network by trying a picture."""
    device = next(net.parameters()).device
    try:
        with torch.inference_mode():
            out = copy.deepcopy(net).eval()(to_float(image.to(device)))
    except RuntimeError as error:
        _refuse(
            f"has pictures of {tuple(image.shape[1:])}, which the network cannot take "
            f"({str(error).splitlines()[0][:160]})",
            "X",
            "make the network for this size, or resize the pictures",
        )
    if out.ndim != 2:
        _refuse(f"answers {tuple(out.shape)}", "net", "give a network that answers (B, K)")
    return int(out.shape[1])


def _refuse(what: str, where: str, remedy: str) -> NoReturn:
    raise TrainingError(what, where=where, remedy=remedy)
