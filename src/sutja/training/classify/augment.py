"""Pictures changed in batches: shifted, turned, scaled, sheared, bent and partly covered.

One draw decides how every picture of a batch is changed, then a few tensor operations change them all: one
sampling of the grid, however many changes there are. Letters: n pictures, C channels, H rows, W columns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

Drawn = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Augment:
    """Largest changes of pictures; 0 everywhere changes nothing.

    Parameters
    ----------
    shift : float
        Largest shift, as a part of the side.
    rotate : float
        Largest turn, in degrees.
    scale : float
        Largest change of size: 0.1 for 0.9 to 1.1 times, each axis for itself by half of it.
    shear : float
        Largest shear, as a tangent.
    elastic : float
        Standard deviation of a smooth bend, as a part of the side (Simard et al. 2003).
    bends : int
        Grid points a side of that bend; more are finer.
    cut : float
        Side of a square that is covered with the picture's edge colour, as a part of the side (DeVries &
        Taylor 2017); half of the pictures get one.
    """

    shift: float = 0.0
    rotate: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    bends: int = 5
    cut: float = 0.0

    def draw(self, n: int, generator: torch.Generator) -> Drawn:
        """Draw the changes of n pictures, as tensors with a row for each picture."""
        drawn = {"affine": self._matrices(torch.rand(n, 7, generator=generator) * 2 - 1)}
        if self.elastic:
            noise = torch.randn(n, 2, self.bends, self.bends, generator=generator)
            drawn["bend"] = noise * (2 * self.elastic)  # the grid goes from -1 to 1
        if self.cut:
            drawn["cut"] = torch.rand(n, 3, generator=generator)
        return drawn

    def _matrices(self, u: Float[Tensor, "n 7"]) -> Float[Tensor, "n 2 3"]:
        """Make affine maps from positions in the changed picture to those in the picture."""
        angle = u[:, 0] * math.radians(self.rotate)
        size = 1 + self.scale * u[:, 1]
        x_scale = 1 / (size * (1 + 0.5 * self.scale * u[:, 2]))
        y_scale = 1 / (size * (1 + 0.5 * self.scale * u[:, 3]))
        shear = self.shear * u[:, 4]
        cos, sin = torch.cos(angle), torch.sin(angle)
        first = torch.stack([cos * x_scale, (cos * shear - sin) * y_scale, 2 * self.shift * u[:, 5]], 1)
        second = torch.stack([sin * x_scale, (sin * shear + cos) * y_scale, 2 * self.shift * u[:, 6]], 1)
        return torch.stack([first, second], 1)

    def apply(self, image: Float[Tensor, "n C H W"], drawn: Drawn) -> Float[Tensor, "n C H W"]:
        """Change pictures as drawn; the picture's edge is continued outside."""
        h, w = image.shape[2:]
        if self.shift or self.rotate or self.scale or self.shear or self.elastic:
            grid = _grid(drawn["affine"].to(image.device, image.dtype), h, w)
            if self.elastic:
                bend = drawn["bend"].to(image.device, image.dtype)
                bend = F.interpolate(bend, (h, w), mode="bicubic", align_corners=True)
                grid = grid + bend.permute(0, 2, 3, 1)
            image = F.grid_sample(image, grid, mode="bilinear", padding_mode="border", align_corners=False)
        return self._cover(image, drawn["cut"].to(image.device)) if self.cut else image

    def _cover(self, image: Float[Tensor, "n C H W"], u: Float[Tensor, "n 3"]) -> Float[Tensor, "n C H W"]:
        """Cover a square of every second picture."""
        h, w = image.shape[2:]
        half = self.cut / 2
        rows = (torch.arange(h, device=image.device) + 0.5) / h
        columns = (torch.arange(w, device=image.device) + 0.5) / w
        inside_rows = (rows - u[:, :1]).abs() < half  # (n, H)
        inside_columns = (columns - u[:, 1:2]).abs() < half
        covered = inside_rows[:, :, None] & inside_columns[:, None, :] & (u[:, 2] < 0.5)[:, None, None]
        edge = torch.cat([image[:, :, 0], image[:, :, -1], image[:, :, :, 0], image[:, :, :, -1]], 2)
        return torch.where(covered[:, None], edge.mean(2)[:, :, None, None], image)


def _grid(affine: Float[Tensor, "n 2 3"], h: int, w: int) -> Float[Tensor, "n h w 2"]:
    """Compute `F.affine_grid` (corners not aligned) as one sum of rows and columns, ten times as fast."""
    y, x = (
        (2 * torch.arange(size, device=affine.device, dtype=affine.dtype) + 1) / size - 1 for size in (h, w)
    )
    along = affine[:, None, :, 0] * x[:, None]  # (n, w, 2)
    down = affine[:, None, :, 1] * y[:, None] + affine[:, None, :, 2]  # (n, h, 2)
    return along[:, None] + down[:, :, None]


# Chosen on MNIST's and USPS's validation writers; "digits" suits any lone character, "shift" what is centred.
AUGMENTS: Mapping[str, Augment] = MappingProxyType(
    {
        "shift": Augment(shift=0.07),
        "light": Augment(shift=0.06, rotate=8.0, scale=0.08, shear=0.1),
        "digits": Augment(shift=0.08, rotate=12.0, scale=0.12, shear=0.2, elastic=0.012, cut=0.0),
        "strong": Augment(shift=0.09, rotate=15.0, scale=0.18, shear=0.3, elastic=0.02, cut=0.25),
    }
)
