"""Features of recordings changed in batches: tempo, vocal tract, microphone, masked bands and frames.

Letters: B batch, T frames of features, U frames after the change of tempo, M mel bands.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

_TEMPO = 0.22  # largest change, as a logarithm
_TRACT, _TRACT_OF_CHANNEL = 0.08, 0.05  # largest warp of the mel axis, and what other channels add to it
_GAIN = 0.12  # deviation of the loudness, in units of the features
_CURVE, _KNOTS = 0.22, 9  # of a microphone: deviation, in units of the features, and points along frequency
_BORROWED, _BORROWERS = (
    0.8,
    0.6,
)  # largest part of another row's spectrum that a row takes, part of rows that do
_LEAST_FRAMES = 120  # of a recording; the mean of fewer is that of its word, not of its channel
_SMOOTH = 9  # bands over which a mean spectrum is smoothed


def augment_features(
    features: Float[Tensor, "B T M"], strength: float, rng: np.random.Generator, channel: float = 0.0
) -> Float[Tensor, "B U M"]:
    """Change a batch in tempo, vocal tract and loudness, and mask bands and short spans of time.

    Parameters
    ----------
    features : Float[Tensor, "B T M"]
        Features of recordings; 0 is silence.
    strength : float
        Strength of the changes; 0 for none.
    rng : random.Generator
        Generator that the changes are drawn from.
    channel : float
        Strength, 0 to 1, of what another microphone and a larger change of the vocal tract add.

    References
    ----------
    Park et al., SpecAugment, 2019; Jaitly & Hinton, Vocal Tract Length Perturbation, 2013.
    """
    n_rows, n_frames, n_mels = features.shape
    tempo = float(np.exp(rng.uniform(-_TEMPO, _TEMPO) * strength))
    tract = _TRACT + channel * _TRACT_OF_CHANNEL
    warp = 1 + float(rng.uniform(-tract, tract)) * strength  # of the mel axis
    length = max(8, 8 * round(n_frames * tempo / 8))
    at = torch.linspace(-1, 1, n_mels) * warp + (warp - 1) * 0.5
    grid = torch.stack(
        torch.meshgrid(torch.linspace(-1, 1, length), at.clamp(-1, 1), indexing="ij")[::-1], dim=-1
    )
    warped = F.grid_sample(
        features[:, None], grid[None].expand(n_rows, -1, -1, -1), padding_mode="border", align_corners=True
    )[:, 0]
    audible = (warped > 0).float()
    gain = torch.from_numpy(rng.normal(0, _GAIN * strength, (n_rows, 1, 1)).astype(np.float32))
    if channel:
        gain = gain + _draw_channels(warped, audible, strength * channel, rng)
    augmented = ((warped + gain) * audible).clamp_min(0)
    for row in augmented:
        for _ in range(int(rng.integers(0, 3))):
            width = int(rng.integers(1, 11))
            low = int(rng.integers(0, n_mels - width))
            row[:, low : low + width] = 0.0
        for _ in range(int(rng.integers(0, 1 + length // 100))):
            width = int(rng.integers(1, 8))
            start = int(rng.integers(0, length))
            row[start : start + width] = 0.0
    return augmented


def _draw_channels(
    features: Float[Tensor, "B T M"],
    audible: Float[Tensor, "B T M"],
    strength: float,
    rng: np.random.Generator,
) -> Float[Tensor, "B 1 M"]:
    """Draw what another microphone adds to each row: a curve, and a part of another row's mean spectrum.

    References
    ----------
    Zhou et al., Domain Generalization with MixStyle, ICLR 2021, along frequency as in Kim et al., Domain
    Generalization on Efficient Acoustic Scene Classification using Residual Normalization, 2021.
    """
    n_rows, n_frames, n_mels = features.shape
    knots = torch.from_numpy(rng.normal(0, _CURVE * strength, (n_rows, 1, _KNOTS)).astype(np.float32))
    curve = F.interpolate(knots, n_mels, mode="linear", align_corners=True)
    if n_frames < _LEAST_FRAMES or n_rows < 2:
        return curve
    mean = (features * audible).sum(1, keepdim=True) / audible.sum(1, keepdim=True).clamp_min(8)
    mean = F.avg_pool1d(F.pad(mean, (_SMOOTH // 2,) * 2, mode="replicate"), _SMOOTH, 1)
    other = mean[torch.from_numpy(rng.permutation(n_rows))]
    part = rng.uniform(0, _BORROWED, (n_rows, 1, 1)) * (rng.random((n_rows, 1, 1)) < _BORROWERS)
    return curve + (other - mean) * torch.from_numpy((part * strength).astype(np.float32))
