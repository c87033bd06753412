"""PP-OCRv6's small recogniser: a picture of a line becomes the probability of each character in each frame.

The network of PaddleOCR (Apache-2.0) as its exported file has it: branches merged, batch norms folded. Its
weights are taken from that file, and its head is made for another charset.

Letters: B batch, W columns of the line (a multiple of 32), T frames, K classes with the blank; C, H, X
channels, rows and columns inside the network.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

_CHANNELS = 1  # the file has three, for colours; a grey line is the same in each
_STEM, _HALF_STEM, _FIRST = 48, 24, 96
# Blocks: channels out, squeeze and excitation, rows halved.
_BLOCKS = (
    (96, True, False),
    (96, False, False),
    (96, False, False),
    (192, False, True),
    (192, True, False),
    (192, False, False),
    (192, True, False),
    (192, False, False),
    (192, True, False),
    (192, False, False),
    (384, False, True),
    (384, True, False),
    (384, False, False),
)
_WIDTH, _HEADS, _LAYERS = 120, 8, 2  # of the part along the line
_REACH = 7  # positions that its convolution covers


@dataclass(frozen=True, slots=True)
class LineRecogniserConfig:
    """Sizes of a `LineRecogniser`.

    Parameters
    ----------
    classes : int
        K, the characters and the blank.
    """

    classes: int

    def to_json(self) -> dict[str, Any]:
        """The sizes as plain JSON values."""
        return asdict(self)


class _Stem(nn.Module):
    """A quarter of the rows and columns, beside a pooled view of the first half."""

    def __init__(self) -> None:
        super().__init__()
        self.halve = nn.Conv2d(_CHANNELS, _STEM, 3, 2, 1)
        self.narrow = nn.Conv2d(_STEM, _HALF_STEM, 2)
        self.widen = nn.Conv2d(_HALF_STEM, _STEM, 2)
        self.join = nn.Conv2d(2 * _STEM, _STEM, 3, 2, 1)
        self.mix = nn.Conv2d(_STEM, _FIRST, 1)

    def forward(self, x: Float[Tensor, "B 1 H X"]) -> Float[Tensor, "B _ _ _"]:
        x = F.relu(self.halve(x))
        convolved = F.relu(self.narrow(F.pad(x, (0, 1, 0, 1))))
        convolved = F.relu(self.widen(F.pad(convolved, (0, 1, 0, 1))))
        # The padding of a maximum never wins: what goes in is never negative.
        pooled = F.max_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 1)
        joined: Tensor = F.relu(self.join(torch.cat((pooled, convolved), dim=1)))
        return F.relu(self.mix(joined))


class _Block(nn.Module):
    """A depthwise convolution, at times squeeze and excitation, and a mix of channels beside an identity."""

    def __init__(self, inputs: int, outputs: int, excites: bool, halves: bool) -> None:
        super().__init__()
        self.spread = nn.Conv2d(inputs, inputs, 3, (2, 1) if halves else 1, 1, groups=inputs)
        self.squeeze = nn.Conv2d(inputs, inputs // 4, 1) if excites else None
        self.excite = nn.Conv2d(inputs // 4, inputs, 1) if excites else None
        self.widen = nn.Conv2d(inputs, 2 * inputs if not halves else outputs, 1)
        self.narrow = nn.Conv2d(2 * inputs if not halves else outputs, outputs, 1)
        self.has_identity = not halves

    def forward(self, x: Float[Tensor, "B C H X"]) -> Float[Tensor, "B _ _ X"]:
        x = self.spread(x)
        if self.squeeze is not None and self.excite is not None:
            scale = self.excite(F.relu(self.squeeze(x.mean(dim=(2, 3), keepdim=True))))
            x = x * (scale / 6 + 0.5).clamp(0, 1)
        mixed: Tensor = self.narrow(F.gelu(self.widen(x)))
        return x + mixed if self.has_identity else mixed


class _Attention(nn.Module):
    """Attention among the frames, then two layers on each (Du et al., SVTR, IJCAI 2022)."""

    def __init__(self) -> None:
        super().__init__()
        self.first_norm = nn.LayerNorm(_WIDTH, eps=1e-5)
        self.qkv = nn.Linear(_WIDTH, 3 * _WIDTH)
        self.project = nn.Linear(_WIDTH, _WIDTH)
        self.second_norm = nn.LayerNorm(_WIDTH, eps=1e-5)
        self.widen = nn.Linear(_WIDTH, 2 * _WIDTH)
        self.narrow = nn.Linear(2 * _WIDTH, _WIDTH)

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        size = _WIDTH // _HEADS
        qkv = self.qkv(self.first_norm(x)).reshape(x.shape[0], -1, 3, _HEADS, size).permute(2, 0, 3, 1, 4)
        weights = ((qkv[0] * size**-0.5) @ qkv[1].transpose(-2, -1)).softmax(dim=-1)
        attended = (weights @ qkv[2]).transpose(1, 2).reshape(x.shape[0], -1, _WIDTH)
        x = x + self.project(attended)
        mixed: Tensor = self.narrow(F.silu(self.widen(self.second_norm(x))))
        return x + mixed


class LineRecogniser(nn.Module):
    """A convolutional network with attention for connectionist temporal classification.

    References
    ----------
    PaddleOCR, PP-OCRv6, ``PPLCNetV4`` and the CTC head of its small recogniser.
    """

    def __init__(self, config: LineRecogniserConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = _Stem()
        inputs = (_FIRST, *(outputs for outputs, _, _ in _BLOCKS))
        self.blocks = nn.Sequential(*[_Block(inputs[i], *_BLOCKS[i]) for i in range(len(_BLOCKS))])
        self.shortcut = nn.Conv2d(_BLOCKS[-1][0], _WIDTH, 1)
        self.reduce = nn.Conv2d(_BLOCKS[-1][0], _WIDTH, 1)
        self.along = nn.Conv2d(_WIDTH, _WIDTH, (1, _REACH), 1, (0, _REACH // 2), groups=_WIDTH)
        self.layers = nn.Sequential(*[_Attention() for _ in range(_LAYERS)])
        self.norm = nn.LayerNorm(_WIDTH, eps=1e-6)
        self.head = nn.Linear(_WIDTH, config.classes)

    def forward(self, image: Float[Tensor, "B 1 48 W"]) -> Float[Tensor, "B T K"]:
        """Lines → log-probabilities; class 0 is the blank; a frame stands for eight columns."""
        x = F.avg_pool2d(self.blocks(self.stem(image)), (3, 2))  # (B, C, 1, W / 8)
        shortcut = F.silu(self.shortcut(x))
        reduced = F.silu(self.reduce(x))
        reduced = reduced + F.silu(self.along(reduced))
        # Not `squeeze`, which is exported as a branch: nobody could then bound the sizes behind it.
        frames = self.norm(self.layers(reduced[:, :, 0].transpose(1, 2)))
        frames = frames + shortcut[:, :, 0].transpose(1, 2)
        return F.log_softmax(self.head(frames).float(), dim=-1)
