"""The loss against all paths written out, and against torch's own where there are no other words."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from sutja.training.listen.loss import other_ctc_loss

K, OTHER = 4, 3


def said(path):
    """What a path says: other words again, after blanks, are still the same run."""
    out, before = [], 0
    for c in path:
        if c and c != before and not (c == OTHER and out[-1:] == [OTHER]):
            out.append(c)
        before = c
    return tuple(out)


def by_enumeration(log_probs, label):
    paths = itertools.product(range(K), repeat=log_probs.shape[0])
    total = sum(
        float(sum(log_probs[t, c] for t, c in enumerate(path)).exp()) for path in paths if said(path) == label
    )
    return -np.log(total)


@pytest.mark.parametrize("label", [(), (1,), (OTHER,), (1, 1), (OTHER, 1, OTHER), (1, OTHER), (2, 1, 2)])
def test_all_paths_of_a_label(label):
    torch.manual_seed(len(label))
    log_probs = torch.randn(1, 6, K).log_softmax(-1)
    targets = torch.tensor([[*label, 0]])
    found = other_ctc_loss(log_probs, targets, torch.tensor([len(label)]), OTHER)
    assert float(found) == pytest.approx(by_enumeration(log_probs[0], label), abs=1e-4)


def test_as_torch_where_no_other_words_are_said():
    torch.manual_seed(0)
    scores = torch.randn(3, 12, 6, requires_grad=True)
    targets, lengths = torch.tensor([[1, 2, 2], [3, 1, 0], [0, 0, 0]]), torch.tensor([3, 2, 0])
    mine = other_ctc_loss(scores.log_softmax(-1), targets, lengths, 5)
    frames = torch.full((3,), 12)
    theirs = F.ctc_loss(scores.log_softmax(-1).transpose(0, 1), targets, frames, lengths, reduction="none")
    assert torch.allclose(mine, theirs, atol=1e-4)
    (a,) = torch.autograd.grad(mine.sum(), scores)
    (b,) = torch.autograd.grad(theirs.sum(), scores)
    assert torch.allclose(a, b, atol=1e-5)


def test_a_label_too_long_for_its_frames_counts_nothing():
    log_probs = torch.randn(2, 2, K).log_softmax(-1).requires_grad_()
    loss = other_ctc_loss(log_probs, torch.tensor([[1, 1], [1, 2]]), torch.tensor([2, 2]), OTHER)
    (grad,) = torch.autograd.grad(loss.sum(), log_probs)
    assert loss[0] == 0.0
    assert loss[1] > 0.0
    assert not grad[0].any()
    assert grad[1].any()
