"""The loss of a transcriber: temporal classification with labels that leave out some classes.

Letters: B batch, T frames, K classes with the blank (class 0), L characters of the longest label.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

_NEVER = -30.0  # log-probability of a class that was folded into the blank


def silent_ctc_loss(
    log_probs: Float[Tensor, "B T K"],
    targets: Int[Tensor, "B L"],
    lengths: Int[Tensor, " B"],
    silent: Bool[Tensor, "B K"],
    damping: float = 0.0,
) -> Float[Tensor, ""]:
    """Connectionist temporal classification with labels that leave out some classes.

    Where a label leaves out a class (the separators drawn on a cheque whose label has the digits alone),
    that class is folded into the blank: the loss is then −log of the probability of the label summed over
    every way of having or not having those classes between its characters, and its gradient prefers none of
    them.

    Parameters
    ----------
    log_probs : Float[Tensor, "B T K"]
        Float (B, T, K), log-probabilities.
    targets : Int[Tensor, "B L"]
        Int (B, L), classes without the blank, padded with anything.
    lengths : Int[Tensor, " B"]
        Int (B,), characters of each label.
    silent : Bool[Tensor, "B K"]
        Bool (B, K), True for the classes that a label leaves out; never True for the blank.
    damping : float
        Q of the generalised cross-entropy (1 - p ** q) / q, p the label's probability; 0 is -log p. It bounds
        what one row can weigh, so that crops past reading and wrong labels do not drown the rest.

    Returns
    -------
    float (), the mean of the losses a row. Rows whose label cannot fit their frames count nothing.

    References
    ----------
    Graves et al., Connectionist Temporal Classification, ICML 2006; Zhang & Sabuncu, Generalized Cross
    Entropy Loss, NeurIPS 2018.
    """
    batch, n_frames, _ = log_probs.shape
    mask = silent.unsqueeze(1)  # (B, 1, K)
    quiet = log_probs.masked_fill(~mask, -torch.inf)
    blank = torch.logsumexp(torch.cat([log_probs[..., :1], quiet], dim=-1), dim=-1, keepdim=True)
    folded = torch.cat([blank, log_probs.masked_fill(mask, _NEVER)[..., 1:]], dim=-1)
    frames = torch.full((batch,), n_frames, dtype=torch.long)
    folded = folded.transpose(0, 1)  # (T, B, K)
    losses = F.ctc_loss(folded, targets, frames, lengths, reduction="none", zero_infinity=True)
    if damping:
        losses = -torch.expm1(-damping * losses) / damping
    return losses.mean()
