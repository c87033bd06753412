"""A classifier with one more output, for pictures that show none of its classes.

Letters: B batch, C channels, H rows, W columns, K classes, L = K + 1 outputs, F features.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

HIDDEN = 64  # neurons between the features and the output for none of the classes


class NoneOutput(nn.Module):
    """A network, and behind the features of its last layer a small one with the logit of "none".

    The logits of the classes stay what they are, and so does which of them is likeliest.

    Parameters
    ----------
    net : nn.Module
        Network, (B, C, H, W) → logits (B, K), whose last layer is linear.

    Raises
    ------
    ValueError
        The network has no linear layer.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        linear = [name for name, module in net.named_modules() if isinstance(module, nn.Linear)]
        if not linear:
            raise ValueError("the network has no linear layer")
        self.net, self._last = net, linear[-1]
        last = net.get_submodule(self._last)
        assert isinstance(last, nn.Linear)
        self.none = nn.Sequential(
            nn.Linear(last.in_features, HIDDEN), nn.ReLU(), nn.Dropout(0.2), nn.Linear(HIDDEN, 1)
        )

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B L"]:
        """Pictures → logits, that of "none" last."""
        features, logits = self.compute_features(image)
        return torch.cat([logits, self.none(features)], 1)

    def compute_features(
        self, image: Float[Tensor, "B C H W"]
    ) -> tuple[Float[Tensor, "B F"], Float[Tensor, "B K"]]:
        """Pictures → what the last layer takes, and the logits that it gives."""
        taken: list[Tensor] = []
        last = self.net.get_submodule(self._last)
        handle = last.register_forward_pre_hook(lambda module, inputs: taken.append(inputs[0]))
        try:
            logits = self.net(image)
        finally:
            handle.remove()
        return taken[-1], logits
