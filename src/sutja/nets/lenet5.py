"""LeNet-5, the convolutional network of 1998, with its partial connections and its fixed code of digits.

Letters: B batch, M maps, K classes.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from sutja.nets.counts import Counts

SIDE = 32  # pixels of the input; 28 are framed
KERNEL = 5
CODE_ROWS, CODE_COLUMNS = 12, 7
CODE = CODE_ROWS * CODE_COLUMNS  # 84 units of the layer before the last
_GAIN, _SLOPE = 1.7159, 2.0 / 3.0  # the paper's squashing function, 1 at 1 and -1 at -1

# Which of the six maps before it each of C3's sixteen maps sees (table I of the paper).
C3_CONNECTIONS = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5),
)  # fmt: skip

# The digits as 7 × 12 pixels, drawn after the style of the paper's figure 3: one hexadecimal number of 7 bits
# a row.
_DIGITS = (
    "00 1C 36 63 63 63 63 63 36 1C 00 00", "00 0C 1C 3C 0C 0C 0C 0C 0C 3F 00 00",
    "00 3E 63 63 03 06 0C 18 30 7F 00 00", "00 3E 63 03 03 1E 03 03 63 3E 00 00",
    "00 06 0E 1E 36 66 7F 06 06 06 00 00", "00 7F 60 60 7E 03 03 03 63 3E 00 00",
    "00 1E 30 60 60 7E 63 63 63 3E 00 00", "00 7F 63 03 06 06 0C 0C 18 18 00 00",
    "00 3E 63 63 63 3E 63 63 63 3E 00 00", "00 3E 63 63 63 3F 03 03 06 3C 00 00",
)  # fmt: skip


class LeNet5(nn.Module):
    """LeNet-5: convolution, subsampling, convolution, subsampling, convolution, 84 units, distances.

    The last layer holds a fixed picture of ±1 for each class and answers with the squared distance of the 84
    units to it; here its negative, a logit. The paper draws the digits; its drawings were not published as
    numbers, so these are ours. With other than ten classes the codes are random signs of a fixed seed.

    It takes 28 × 28 or 32 × 32 pixels; the paper has paper at -0.1 and ink at 1.175, which is preprocessing
    with mean 0.0784 and std 0.7843.

    Parameters
    ----------
    classes : int
        Number of classes K.
    ground : float
        Value of the frame around a picture of 28 × 28.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, Gradient-Based Learning Applied to Document Recognition, 1998.
    """

    codes: Tensor
    seen: Tensor

    def __init__(self, classes: int = 10, ground: float = -0.1) -> None:
        super().__init__()
        self.ground = ground
        self.c1 = nn.Conv2d(1, 6, KERNEL)
        self.s2 = _Subsampling(6)
        self.c3 = nn.Conv2d(6, 16, KERNEL)
        self.s4 = _Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, KERNEL)
        self.f6 = nn.Linear(120, CODE)
        seen = torch.zeros(16, 6, 1, 1)
        for row, maps in zip(seen, C3_CONNECTIONS, strict=True):
            row[list(maps)] = 1.0
        self.register_buffer("seen", seen, persistent=False)
        self.register_buffer("codes", _codes(classes), persistent=False)
        for layer, fan_in in ((self.c1, 25), (self.c3, 94), (self.c5, 400), (self.f6, 120)):
            reach = 2.4 / fan_in**0.5
            nn.init.uniform_(layer.weight, -reach, reach)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)

    def forward(self, image: Float[Tensor, "B 1 H W"]) -> Float[Tensor, "B K"]:
        """Pictures → logits: negative squared distances to the code of each class."""
        frame = (SIDE - image.shape[-1]) // 2
        x = F.pad(image, (frame,) * 4, value=self.ground) if frame else image
        x = self.s2(squash(self.c1(x)))
        x = self.s4(squash(F.conv2d(x, self.c3.weight * self.seen, self.c3.bias)))
        x = squash(self.c5(x)).flatten(1)
        x = squash(self.f6(x))
        # |x - c|² = |x|² - 2 x·c + |c|²: one product of matrices instead of a cube of differences.
        return 2 * F.linear(x, self.codes) - x.square().sum(1, keepdim=True) - CODE

    def counts(self) -> Counts:
        """340,908 connections and 60,000 parameters for ten classes, as published.

        A subsampling unit has five connections (four pixels and a bias) and a map of them two parameters; of
        C3 only the connections of table I count; the distances are connections, but their 84 · K codes are
        not learnt. Units are counted with the 1,024 of the input; the paper gives no number for them.
        """
        partial = sum(len(maps) for maps in C3_CONNECTIONS)  # 60 pairs of maps
        classes = len(self.codes)
        units = (6 * 28**2, 6 * 14**2, 16 * 10**2, 16 * 5**2, 120, CODE, classes)
        kernel = KERNEL**2
        connections = (
            units[0] * (kernel + 1),
            units[1] * 5,
            10**2 * (partial * kernel + 16),
            units[3] * 5,
            120 * (16 * kernel + 1),
            CODE * 121,
            classes * CODE,
        )
        unseen = int((self.seen == 0).sum()) * kernel
        learnt = sum(p.numel() for p in self.parameters()) - unseen
        return Counts(SIDE**2 + sum(units), sum(connections), learnt)


class _Subsampling(nn.Module):
    """The sum of four pixels times a weight plus a bias, one of each a map, squashed."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((maps,), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x: Float[Tensor, "B M H W"]) -> Float[Tensor, "B M Y X"]:
        """Half the rows and columns."""
        total = 4 * F.avg_pool2d(x, 2)
        return squash(total * self.weight[:, None, None] + self.bias[:, None, None])


def squash(x: Tensor) -> Tensor:
    """1.7159 tanh(2x/3): the paper's sigmoid."""
    return _GAIN * torch.tanh(_SLOPE * x)


def _codes(classes: int) -> Float[Tensor, "K 84"]:
    """A picture of ±1 for each class."""
    if classes == len(_DIGITS):
        rows = [[int(row, 16) for row in digit.split()] for digit in _DIGITS]
        bits = [[(row >> (CODE_COLUMNS - 1 - i)) & 1 for row in d for i in range(CODE_COLUMNS)] for d in rows]
        return 2.0 * torch.tensor(bits, dtype=torch.float32) - 1.0
    signs = torch.randint(0, 2, (classes, CODE), generator=torch.Generator().manual_seed(1998))
    return 2.0 * signs - 1.0
