"""A listener's network with more blocks than it was trained with, which begins as what it was.

Letters: B batch, T frames of features.

References
----------
Chen, Goodfellow and Shlens, Net2Net: Accelerating Learning via Knowledge Transfer, ICLR 2016.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sutja.nets.listener import Listener, TimeBlock


def add_blocks(net: Listener, count: int, features: Float[Tensor, "B T 64"]) -> Listener:
    """Add residual blocks along time that pass on what they get, until they learn something.

    The network is changed in place, and is the one that is returned.

    Parameters
    ----------
    net : Listener
        A trained network.
    count : int
        Blocks, behind those that it has.
    features : Float[Tensor, "B T 64"]
        Log-mel features of recordings, on which the norms of the new blocks measure their statistics.
    """
    net.eval()
    with torch.no_grad():
        x = net.line(net.encode(features))
        for _ in range(count):
            block = TimeBlock(net.config.width, net.config.reach)
            norms = [module for module in block.modules() if isinstance(module, nn.BatchNorm2d)]
            nn.init.zeros_(norms[-1].weight)  # what it adds to what it gets
            for norm in norms:
                norm.momentum = None
            block(x)
            for norm in norms:
                norm.momentum = 0.1
            net.line.append(block.eval())
    net.config = replace(net.config, depth=net.config.depth + count)
    return net
