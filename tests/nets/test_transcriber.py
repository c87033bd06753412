"""The transcriber's shapes and size."""

import pytest
import torch

from sutja.charset import CHARSET
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.reading import character_boxes
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME


@pytest.mark.parametrize("width", [32, 40, 96, 200])
def test_a_frame_stands_for_as_many_columns_as_the_decoder_takes_it_for(width):
    net = Transcriber(TranscriberConfig(1 + len(CHARSET))).eval()
    with torch.no_grad():
        log_probs = net(torch.zeros(2, 1, 32, width))
    assert COLUMNS_PER_FRAME == character_boxes.COLUMNS_PER_FRAME == 2
    assert log_probs.shape == (2, width // COLUMNS_PER_FRAME, 1 + len(CHARSET))
    assert torch.allclose(log_probs.exp().sum(-1), torch.ones(2, width // COLUMNS_PER_FRAME), atol=1e-5)


def test_bundled_size():
    """1,157,590 parameters: the sum of its layers, worked out by hand below."""
    a, b, c, d, w, k = 24, 40, 64, 128, 256, 1 + len(CHARSET)
    norm = lambda n: 2 * n  # noqa: E731  (weight and bias)
    convolutions = 9 * 1 * a + norm(a) + 9 * a * b + norm(b) + 9 * b * c + norm(c) + 9 * c * d + norm(d)
    residuals = 2 * (9 * c * c + norm(c)) + 2 * (9 * d * d + norm(d))
    collapse = 4 * 3 * d * w + norm(w)
    along = 4 * (7 * w + norm(w) + w * w + w)
    head = (w + 1) * 2 * k
    total = sum(p.numel() for p in Transcriber(TranscriberConfig(k)).parameters())
    assert total == convolutions + residuals + collapse + along + head
