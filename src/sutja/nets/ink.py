"""Pictures of ink, whatever the pen and the paper: the paper becomes 0, and the ink has one strength.

Letters: B batch, C channels, H rows, W columns, K classes.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

_LEAST = 0.02  # of the scale of the pixels: what varies less than that is paper and noise


class InkNet(nn.Module):
    """A network that sees ink on paper the same, light on dark or dark on light, strong or faint.

    What the outermost pixels have on average is paper. Ink is what differs from it, on the side where most
    of it lies, and its root mean square becomes 1.

    Parameters
    ----------
    net : nn.Module
        (B, C, H, W) → logits (B, K).
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → logits."""
        rows = torch.cat([image[:, :, :1], image[:, :, -1:]], 2)
        columns = torch.cat([image[:, :, :, :1], image[:, :, :, -1:]], 3)
        paper = 0.5 * (rows.mean((1, 2, 3), keepdim=True) + columns.mean((1, 2, 3), keepdim=True))
        ink = image - paper
        side = torch.where(ink.mean((1, 2, 3), keepdim=True) < 0, -1.0, 1.0)
        strength = ink.square().mean((1, 2, 3), keepdim=True).sqrt()
        return self.net(ink * (side / (strength + _LEAST)))  # type: ignore[no-any-return]
