"""What a classifier is trained with: device, number format, threads, and gradients by hand where known."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from sutja.training import distributed
from sutja.training.classify.batches import Pictures
from sutja.training.device import DTYPES, Engine, choose_engine, count_cores
from sutja.training.losses import LOSSES
from sutja.training.stacked_networks import mlp_layers


def prepare_engine(
    net: nn.Module, pictures: Pictures, loss: str, wanted: tuple[str, int], saved: dict[str, Any] | None
) -> Engine:
    """What the run is computed with; a resumed one goes on with what it began with.

    Parameters
    ----------
    net : nn.Module
        On its device.
    pictures : Pictures
        On the same.
    loss : str
        A name in `losses.LOSSES`.
    wanted : tuple[str, int]
        Number format and threads; "auto" and 0 choose by a short measurement.
    saved : dict[str, Any] | None
        The checkpoint of a run that is resumed.
    """
    device, (dtype, threads) = pictures.X.device, wanted
    if saved:
        return Engine(device, getattr(torch, saved["engine"]["dtype"]), saved["engine"]["threads"])
    n_processes = distributed.world_size()
    if n_processes > 1:  # all must compute alike, and each on its own cores
        form = DTYPES.get(dtype, torch.float32)
        return Engine(device, form, threads or max(1, count_cores() // n_processes))
    image, label = pictures.example()
    return choose_engine(net, image, lambda logits: LOSSES[loss](logits, label, 0.0), device, dtype, threads)


def find_activation(net: nn.Module, pictures: Pictures, loss: str) -> type[nn.Module] | None:
    """The activation of a perceptron whose gradients `MlpStack` knows; None for all other networks."""
    learnt = all(p.requires_grad for p in net.parameters())
    if loss != "cross_entropy" or pictures.X.device.type != "cpu" or not learnt:
        return None
    return mlp_layers(net, pictures.example(1)[0])
