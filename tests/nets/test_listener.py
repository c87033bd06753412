"""The listener's shapes, its size, and what silence behind a recording changes."""

import pytest
import torch

from sutja.grammar.number_words import WORDS
from sutja.nets.listener import STRIDE, Listener, ListenerConfig


@pytest.mark.parametrize("frames", [1, 3, 4, 99, 100, 101, 102])
def test_four_frames_become_one(frames):
    net = Listener(ListenerConfig(1 + len(WORDS), (8, 8, 16), 32, 1)).eval()
    with torch.no_grad():
        log_probs = net(torch.rand(2, frames, 64))
    assert log_probs.shape == (2, -(-frames // STRIDE), 1 + len(WORDS))
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(log_probs.shape[:2]), atol=1e-5)


def test_bundled_size():
    """The sum of its layers, worked out by hand."""
    a, b, c, w, k = 24, 48, 64, 256, 1 + len(WORDS)
    norm = lambda n: 2 * n  # noqa: E731  (weight and bias)
    look = 25 * a + norm(a) + 9 * a * b + norm(b) + 9 * b * c + norm(c) + 8 * 3 * c * w + norm(w)
    along = 7 * 2 * (11 * w + w * w + norm(w))
    head = (w + 1) * k
    total = sum(p.numel() for p in Listener(ListenerConfig(k)).parameters())
    assert total == look + along + head
    assert total * 2 < 3_000_000  # bytes in float16


def test_an_answer_is_the_same_in_any_company():
    torch.manual_seed(0)
    net = Listener(ListenerConfig(1 + len(WORDS), (8, 8, 16), 32, 1)).eval()
    one, other = torch.rand(1, 120, 64), torch.rand(1, 120, 64)
    with torch.no_grad():
        alone, together = net(one), net(torch.cat([other, one]))
    assert torch.allclose(alone[0], together[1], atol=1e-5)
