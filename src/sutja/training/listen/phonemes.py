"""Phonemes that a listener is taught beside its words, by a second head that is not kept.

Letters: B batch, T frames of features, U frames of the answer, K classes with the blank, S phonemes
of the longest label, N phonemes with the blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from sutja.nets.listener import Listener, ListenerConfig, log_probabilities
from sutja.synthesis.speech.phonemes import PHONEMES

_NET = "net."  # prefix of the names of the listener's own weights
_AFTER = 0.6  # of the blocks along time: later ones put words together


class ListenerWithPhonemes(nn.Module):
    """A listener with a head for phonemes in the middle of its blocks along time.

    Toshniwal et al. (Interspeech 2017) put the easier task at a lower layer.
    """

    def __init__(self, net: Listener) -> None:
        super().__init__()
        self.net = net
        self.sounds = nn.Conv2d(net.config.width, 1 + len(PHONEMES), 1)  # its name in checkpoints
        self.after = round(_AFTER * net.config.depth)

    @property
    def config(self) -> ListenerConfig:
        """Sizes of the listener."""
        return self.net.config

    def forward(self, features: Float[Tensor, "B T 64"]) -> Float[Tensor, "B U K"]:
        """Features → log-probabilities of the words."""
        return self.net(features)  # type: ignore[no-any-return]

    def compute_both(
        self, features: Float[Tensor, "B T 64"]
    ) -> tuple[Float[Tensor, "B U K"], Float[Tensor, "B U N"]]:
        """Features → log-probabilities of the words and of the phonemes."""
        middle = self.net.line[: self.after](self.net.encode(features))
        words = log_probabilities(self.net.head, self.net.drop(self.net.line[self.after :](middle)))
        return words, log_probabilities(self.sounds, middle)


def phoneme_loss(
    log_probs: Float[Tensor, "B U N"], phonemes: Int[Tensor, "B S"], lengths: Int[Tensor, " B"]
) -> Tensor:
    """Sum the losses of the rows whose phonemes are known (length above 0) and fit their frames."""
    rows = torch.nonzero(lengths).flatten()
    if not len(rows):
        return log_probs.sum() * 0.0
    frames = torch.full((len(rows),), log_probs.shape[1], dtype=torch.long)
    return F.ctc_loss(
        log_probs[rows].transpose(0, 1),
        phonemes[rows],
        frames,
        lengths[rows],
        reduction="sum",
        zero_infinity=True,
    )


def drop_phoneme_head(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the weights of the phoneme head from those of a listener that was taught phonemes."""
    if not any(name.startswith(_NET) for name in weights):
        return dict(weights)
    return {name.removeprefix(_NET): value for name, value in weights.items() if name.startswith(_NET)}
