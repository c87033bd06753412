"""The losses of a classifier. Letters: B batch, K classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F


def cross_entropy(
    logits: Float[Tensor, "B K"], targets: Int[Tensor, " B"], smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """-log of the probability of the right class, a part ``smoothing`` of it spread over all classes."""
    return F.cross_entropy(logits, targets, label_smoothing=smoothing)


def squared_error(
    logits: Float[Tensor, "B K"], targets: Int[Tensor, " B"], smoothing: float = 0.0
) -> Float[Tensor, ""]:
    """Half the squared distance of tanh(logits) to +1 at the right class and -1 elsewhere, summed over K.

    With ``smoothing`` s the targets are 1 - s and s - 1, off the flat ends of the tanh.

    References
    ----------
    LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition, 1989.
    """
    wanted = torch.full_like(logits, -1.0).scatter_(1, targets[:, None], 1.0) * (1.0 - smoothing)
    return 0.5 * (torch.tanh(logits) - wanted).square().sum(1).mean()


ClassLoss = Callable[[Tensor, Tensor, float], Tensor]
LOSSES: Mapping[str, ClassLoss] = MappingProxyType(
    {"cross_entropy": cross_entropy, "squared_error": squared_error}
)
