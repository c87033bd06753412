"""The loss of an acoustic model: temporal classification in which a run of other words counts as one or more.

A label has one class for a run of other words, however many they are. How often the network gives it is left
to the network. Letters: B batch, T frames, K classes with the blank (class 0), L classes of the longest
label, S = 2L + 1 states: a blank, and then each class with a blank behind it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

_LEAST = 1e-6  # probability of a class in a frame: products over a row then stay within a double
Rows = NDArray[np.float64]


def other_ctc_loss(
    log_probs: Float[Tensor, "B T K"], targets: Int[Tensor, "B L"], lengths: Int[Tensor, " B"], other: int
) -> Float[Tensor, " B"]:
    """-log of the probability of each label.

    Parameters
    ----------
    log_probs : Float[Tensor, "B T K"]
        Float (B, T, K), log-probabilities.
    targets : Int[Tensor, "B L"]
        Int (B, L), classes without the blank, padded with anything; no two ``other`` are neighbours.
    lengths : Int[Tensor, " B"]
        Int (B,), classes of each label; 0 is allowed.
    other : int
        The class that may be said again, after blanks, without being another.

    Returns
    -------
    float (B,). Rows whose label cannot fit their frames are 0.

    References
    ----------
    Graves et al., Connectionist Temporal Classification, ICML 2006.
    """
    loss: Tensor = _Loss.apply(log_probs, targets, lengths, other)  # type: ignore[no-untyped-call]
    return loss


class _Loss(torch.autograd.Function):
    """Forward and backward pass over the states, with a scale a frame (Rabiner 1989)."""

    @staticmethod
    def forward(ctx: Any, log_probs: Tensor, targets: Tensor, lengths: Tensor, other: int) -> Tensor:
        probs = np.maximum(log_probs.detach().double().exp().numpy(), _LEAST)
        losses, expected = _sums(probs, targets.numpy(), lengths.numpy(), other)
        ctx.save_for_backward(torch.from_numpy(expected).to(log_probs.dtype))
        return torch.from_numpy(losses).to(log_probs.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        (expected,) = ctx.saved_tensors
        return -expected * grads[0][:, None, None], None, None, None


def _sums(probs: Rows, targets: NDArray[Any], lengths: NDArray[Any], other: int) -> tuple[Rows, Rows]:
    """The losses (B,), and how often each class is expected in each frame, (B, T, K)."""
    batch, n_frames, _ = probs.shape
    states = np.zeros((batch, 2 * targets.shape[1] + 1), np.int64)
    states[:, 1::2] = np.where(np.arange(targets.shape[1]) < lengths[:, None], targets, 0)
    rows = np.arange(batch)
    emitted = np.take_along_axis(
        probs, np.broadcast_to(states[:, None], (batch, n_frames, states.shape[1])), 2
    )
    emitted[
        np.broadcast_to(np.arange(states.shape[1]) > 2 * lengths[:, None], (batch, states.shape[1]))[
            :, None
        ].repeat(n_frames, 1)
    ] = 0.0
    emitted = np.ascontiguousarray(emitted.transpose(1, 0, 2))  # (T, B, S)
    returns = (states == other).astype(float)  # from the blank behind it back to it
    skips = np.zeros(states.shape)  # over the blank before it
    skips[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    last = np.zeros(states.shape)
    last[rows, 2 * lengths] = 1.0
    last[rows, np.maximum(2 * lengths - 1, 0)] = 1.0
    first = np.zeros(states.shape)
    first[:, :2] = 1.0

    ahead, scale = np.empty(emitted.shape), np.empty((n_frames, batch))
    now = first * emitted[0]
    for t in range(n_frames):
        if t:
            before, now = now, now.copy()
            now[:, 1:] += before[:, :-1]
            now[:, 2:] += before[:, :-2] * skips[:, 2:]
            now[:, :-1] += before[:, 1:] * returns[:, :-1]
            now *= emitted[t]
        scale[t] = np.maximum(now.sum(1), 1e-300)
        now = now / scale[t][:, None]
        ahead[t] = now
    ends = (now * last).sum(1)
    behind = last.copy()
    expected = np.empty(emitted.shape)
    for t in range(n_frames - 1, -1, -1):
        both = ahead[t] * behind
        expected[t] = both / np.maximum(both.sum(1, keepdims=True), 1e-300)
        after = behind * emitted[t] / scale[t][:, None]
        behind = after.copy()
        behind[:, :-1] += after[:, 1:]
        behind[:, :-2] += (after * skips)[:, 2:]
        behind[:, 1:] += (after * returns)[:, :-1]
    fits = ~(ends <= 0)  # what is no number shows in the loss
    losses = np.where(fits, -np.log(np.where(fits, ends, 1.0)) - np.log(scale).sum(0), 0.0)
    counts = np.zeros(probs.shape)
    for s in range(states.shape[1]):
        counts[rows, :, states[:, s]] += expected[:, :, s].T * fits[:, None]
    return losses, counts
