"""The loss against brute force: every path of a tiny problem counted by hand."""

import itertools
import math

import pytest
import torch

from sutja.training.schedule import warm_up_cosine
from sutja.training.transcribe.loss import silent_ctc_loss


def collapse(path):
    """The label of a path of classes: repeats merged, blanks (0) dropped."""
    merged = [c for i, c in enumerate(path) if i == 0 or path[i - 1] != c]
    return tuple(c for c in merged if c)


def probability(log_probs, label, silent):
    """Sum over all paths whose label, without the classes it is silent about, is ``label``.

    A silent class counts as a blank: between two equal digits it parts them.
    """
    frames, classes = log_probs.shape
    total = 0.0
    for path in itertools.product(range(classes), repeat=frames):
        folded = tuple(0 if silent[c] else c for c in path)
        if collapse(folded) == label:
            total += math.exp(sum(float(log_probs[t, c]) for t, c in enumerate(path)))
    return total


@pytest.mark.parametrize("label", [(), (1,), (1, 2), (1, 1), (2, 1, 2)])
@pytest.mark.parametrize("silent", [(0, 0, 0, 0), (0, 0, 0, 1)])
def test_loss_is_minus_log_of_all_paths(label, silent):
    generator = torch.Generator().manual_seed(len(label) + sum(silent))
    log_probs = torch.randn(1, 5, 4, generator=generator, dtype=torch.float64).log_softmax(-1)
    targets = torch.tensor([label or (0,)])
    loss = silent_ctc_loss(
        log_probs, targets, torch.tensor([len(label)]), torch.tensor([silent], dtype=torch.bool)
    )
    assert loss.item() == pytest.approx(-math.log(probability(log_probs[0], label, silent)), abs=1e-6)


def test_a_silent_class_is_neither_asked_for_nor_forbidden():
    """Where the label is silent, moving probability between the blank and that class changes nothing."""
    silent = torch.tensor([[False, False, False, True]])
    base = torch.tensor([[0.5, 0.3, 0.1, 0.1], [0.2, 0.1, 0.6, 0.1], [0.6, 0.1, 0.1, 0.2]])
    moved = base.clone()
    moved[:, 0] -= 0.15
    moved[:, 3] += 0.15
    losses = [
        silent_ctc_loss(p.log()[None], torch.tensor([[1, 2]]), torch.tensor([2]), silent).item()
        for p in (base, moved)
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)


def test_a_label_too_long_for_its_frames_counts_nothing():
    log_probs = torch.zeros(1, 2, 4).log_softmax(-1).requires_grad_()
    loss = silent_ctc_loss(
        log_probs, torch.tensor([[1, 1, 1]]), torch.tensor([3]), torch.zeros(1, 4, dtype=torch.bool)
    )
    assert loss.item() == 0.0


def test_schedule_rises_and_falls_to_nothing():
    rates = [warm_up_cosine(step, 1000, 0.01, warm_up=100) for step in range(1001)]
    assert rates[99] == pytest.approx(0.01)
    assert all(a < b for a, b in itertools.pairwise(rates[:100]))
    assert all(a >= b for a, b in itertools.pairwise(rates[100:]))
    assert rates[1000] == pytest.approx(0.0, abs=1e-9)


def test_damping_bounds_what_a_row_weighs_and_leaves_sure_rows_alone():
    """(1 - p ** q) / q has the gradient of -log p times p ** q."""
    damping, grads = 0.2, {}
    for q in (0.0, damping):
        logits = torch.tensor([[[0.0, 0.3, -8.0]]], requires_grad=True)
        loss = silent_ctc_loss(
            logits.log_softmax(-1), torch.tensor([[2]]), torch.tensor([1]), torch.zeros(1, 3, dtype=bool), q
        )
        loss.backward()
        grads[q] = (loss.item(), logits.grad.clone())
    plain, damped = grads[0.0], grads[damping]
    assert damped[0] == pytest.approx((1 - math.exp(-damping * plain[0])) / damping, abs=1e-6)
    assert damped[0] < 1 / damping
    assert torch.allclose(damped[1], plain[1] * math.exp(-damping * plain[0]), atol=1e-6)
